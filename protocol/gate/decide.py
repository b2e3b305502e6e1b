"""``decide`` asks every rule and returns all findings, the worst level and the dates they imply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from protocol.calendar import date_in
from protocol.dosing import days_supply
from protocol.facts import CourseFacts, Supply
from protocol.findings import CheckResult, Decision, Finding, Ref, Window
from protocol.gate.book import RULES
from protocol.gate.dose import planned_pattern
from protocol.gate.question import Question, Rule, always
from protocol.gate.window import window_of
from protocol.policy import ClinicPolicy
from protocol.programmes import EditionUnknown, clock_zone, edition_for
from protocol.review_levels import raised
from protocol.timeline import known_by
from protocol.vocabulary import Action, Check, Level, Owner, Reason

# Asked for by every row; by way of its class a member takes far longer to find.
_CHECKS = tuple(Check)
_ALLOW = Level.ALLOW


def decide(
    facts: CourseFacts,
    *,
    action: Action,
    at: datetime,
    policy: ClinicPolicy,
    supply: Supply | None = None,
    rma: str | None = None,
) -> Decision:
    """Judge one action at one instant, by the edition and the facts of that moment.

    ``supply`` left out: everything but the supply itself is judged for a start or a prescription;
    a fill is judged by what was prescribed. ``rma`` is the fill's authorisation number (US-21).
    Later facts are ignored. Nothing is raised for clinical content: what cannot be judged is a
    finding at BLOCK.
    """
    try:
        on = date_in(at, clock_zone(facts.programme, facts.clinic_zone))
        edition = edition_for(facts.programme, on, policy=policy)
    except EditionUnknown:
        return _without_edition(facts, action=action, at=at, policy=policy)
    question = Question(
        facts=known_by(facts, at),
        action=action,
        at=at,
        on=on,
        edition=edition,
        policy=policy,
        supply=supply,
        rma=rma,
    )
    return judge(question, RULES)


def judge(question: Question, rules: Iterable[Rule]) -> Decision:
    """Ask every rule that applies; see ``decide``."""
    applied: list[Rule] = []
    found: dict[Check, list[Finding]] = {}
    evidence: dict[Check, list[Ref]] = {}
    levels = question.policy.review_levels
    for rule in rules:
        try:
            if rule.when is not always and not rule.when(question):
                continue
            answers = list(rule.judge(question))
        except EditionUnknown:
            answers = [_cannot_judge(rule, Reason.EDITION_UNKNOWN, "")]
        except Exception as error:  # noqa: BLE001 - a rule that breaks must shut the gate
            answers = [_cannot_judge(rule, Reason.RULE_FAILED, type(error).__name__)]
        applied.append(rule)
        for answer in answers:
            if isinstance(answer, Ref):
                evidence.setdefault(rule.check, []).append(answer)
            else:
                finding = raised(answer, levels) if levels else answer
                found.setdefault(finding.check, []).append(finding)
    asked = _ids_by_check(tuple(applied))
    checks = tuple(
        [
            _row(check, asked.get(check, ()), found, evidence)
            for check in _CHECKS
            if check in asked or check in found
        ]
    )
    findings = tuple([finding for row in checks for finding in found.get(row.check, ())])
    return Decision(
        action=question.action,
        level=max((finding.level for finding in findings), default=Level.ALLOW),
        judged_at=question.at,
        judged_on=question.on,
        edition=question.edition.wire,
        edition_hash=question.edition.hash,
        policy_version=question.policy.version,
        findings=findings,
        checks=checks,
        window=_window(question),
        earliest_on=earliest_on(question.on, findings),
        days_supply=days_in_question(question),
    )


def earliest_on(on: date, findings: Iterable[Finding]) -> date | None:
    """The first day on which the action could be allowed, or None when no day can make it so.

    Every finding that stops the action (OVERRIDE, BLOCK) says when it is over by itself
    (``clears_on``) or from when doing something anew counts (``remedy_on``); one that says neither
    can be put right on the day asked about, unless it is ``final``.
    """
    earliest = on
    for finding in findings:
        if finding.level < Level.OVERRIDE:
            continue
        if finding.final:
            return None
        dates = [day for day in (finding.clears_on, finding.remedy_on) if day is not None]
        if dates:
            earliest = max(earliest, min(dates))
    return earliest


@lru_cache(maxsize=256)
def _ids_by_check(applied: tuple[Rule, ...]) -> Mapping[Check, tuple[str, ...]]:
    """The rule ids asked for each row. Few sets of rules ever apply together."""
    asked: defaultdict[Check, dict[str, None]] = defaultdict(dict)
    for rule in applied:
        asked[rule.check].update(dict.fromkeys(rule.ids))
    return {check: tuple(ids) for check, ids in asked.items()}


def _row(
    check: Check,
    rules: tuple[str, ...],
    found: Mapping[Check, list[Finding]],
    evidence: Mapping[Check, list[Ref]],
) -> CheckResult:
    findings = tuple(found.get(check, ()))
    met_by = evidence.get(check, ())
    if not findings and not met_by and check is Check.WINDOW:
        # No test opened a window: the row repeats why, so that it is not taken for met.
        findings = tuple(found.get(Check.PREGNANCY_TEST, ()) or found.get(Check.VISIT, ()))
    return CheckResult(
        check=check,
        level=max(finding.level for finding in findings) if findings else _ALLOW,
        rules=rules,
        findings=findings,
        evidence=tuple(dict.fromkeys(met_by) if len(met_by) > 1 else met_by),
    )


def days_in_question(question: Question) -> Decimal | None:
    """DOSE-7: how long the supply in question lasts, not rounded; None where it cannot be said."""
    if question.handed_out is None:
        return None
    try:
        return days_supply(question.handed_out, pattern=planned_pattern(question))
    except (ArithmeticError, ValueError, TypeError):
        # The rule about the supply meets the same value and shuts the gate.
        return None


def _window(question: Question) -> Window | None:
    try:
        return window_of(question)
    except EditionUnknown:
        return None


def _cannot_judge(rule: Rule, reason: Reason, error: str) -> Finding:
    """A rule that could not be asked shuts the gate; the error's kind is kept, never its text."""
    return Finding(
        reason=reason,
        level=Level.BLOCK,
        owner=Owner.NOBODY,
        rule=rule.ids[0],
        check=Check.RULES,
        detail=(("rule", rule.name), ("error", error)),
        final=True,
    )


def _without_edition(
    facts: CourseFacts, *, action: Action, at: datetime, policy: ClinicPolicy
) -> Decision:
    """No edition was in force: nothing can be judged, so nothing is allowed (GEN-8)."""
    finding = Finding(
        reason=Reason.EDITION_UNKNOWN,
        level=Level.BLOCK,
        owner=Owner.NOBODY,
        rule="GEN-8",
        check=Check.RULES,
        final=True,
    )
    return Decision(
        action=action,
        level=Level.BLOCK,
        judged_at=at,
        judged_on=date_in(at, facts.clinic_zone),
        edition="",
        edition_hash="",
        policy_version=policy.version,
        findings=(finding,),
        checks=(
            CheckResult(
                check=Check.RULES, level=Level.BLOCK, rules=("GEN-8",), findings=(finding,)
            ),
        ),
    )
