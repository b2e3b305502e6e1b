"""Days without capsules, seen before they come: what is in hand against the next pick-up.

Also what has to be done anew when a window was missed, with the first day on which each counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from protocol.cumulative import dose_on, held_spans, pattern_mg
from protocol.cycle_schedule import supply_days
from protocol.facts import CourseFacts, Dispensed
from protocol.findings import Decision, Finding
from protocol.gate import decide
from protocol.holds import is_held, pauses
from protocol.policy import ClinicPolicy
from protocol.programmes import EditionUnknown, edition_for
from protocol.question import Question, days_after
from protocol.schedule import question_on
from protocol.timeline import known_by, local_date
from protocol.vocabulary import Action, Check, Level, Owner, Reason

_DAY = timedelta(days=1)
# A supply is not followed for longer than this, however little of it is taken.
_LONGEST = 400
# The pharmacy fetches its number when it fills: that is no step of patient or clinic.
_AT_THE_PHARMACY = "asked for at the pharmacy"
_MISSED = (Reason.WINDOW_EXPIRED, Reason.LOCKOUT_19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that stops the next pick-up: who must act, and the first day on which it counts.

    ``first_day`` is None where no day can make it so.
    """

    check: Check
    reason: Reason
    owner: Owner
    rule: str
    first_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyForecast:
    """What is in hand against the earliest next pick-up, under the edition of each day.

    ``runs_out_on`` is the first day without capsules; days on hold and doses not taken leave theirs
    in the box. ``earliest_on`` is None where nothing can make a pick-up possible. ``gap_days`` are
    days without capsules that cannot be avoided any more, today and those before included.
    """

    left_days: int
    capsules_left: int | None
    runs_out_on: date
    earliest_on: date | None
    gap_days: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requalification:
    """After a missed window: what must be done anew, and the window a test on that day opens."""

    edition: str
    test_from: date
    window_last_day: date | None
    steps: tuple[Step, ...]


def forecast(
    facts: CourseFacts, *, at: datetime, policy: ClinicPolicy, decision: Decision | None = None
) -> SupplyForecast | None:
    """The forecast at an instant; None before the first supply, on hold and after a stop.

    ``decision`` is the gate's about the next prescription at that instant, where it is known.
    """
    known = known_by(facts, at)
    today = local_date(facts, at)
    try:
        q = question_on(known, as_of=today, policy=policy)
    except EditionUnknown:
        return None
    fill = q.last_fill
    if fill is None or q.under_way is None or is_held(pauses(known, after=q.boundary), today):
        return None
    decided = decision or decide(known, action=Action.PRESCRIBE, at=at, policy=policy)
    earliest = _earliest(q, decided, at=at)
    runs_out_on = _runs_out_on(q, fill)
    left = max((runs_out_on - today).days, 0)
    gap_ends = max(earliest, today) if earliest else today
    return SupplyForecast(
        left_days=left,
        capsules_left=_capsules(q, fill, left),
        runs_out_on=runs_out_on,
        earliest_on=earliest,
        gap_days=max((gap_ends - runs_out_on).days, 0),
        steps=steps_of(decided),
    )


def requalification(
    facts: CourseFacts, decision: Decision, *, policy: ClinicPolicy
) -> Requalification | None:
    """What a missed window asks for, by the edition of the day of the new specimen (US-09, US-11).

    None where no window was missed.
    """
    missed = [finding for finding in decision.findings if finding.reason in _MISSED]
    if not missed:
        return None
    days = [finding.remedy_on or decision.judged_on for finding in missed]
    test_from = max(days)
    try:
        edition = edition_for(facts.programme, test_from, policy=policy)
    except EditionUnknown:
        return None
    lasts = edition.params.window.days_from_specimen
    return Requalification(
        edition=edition.wire,
        test_from=test_from,
        window_last_day=None if lasts is None else days_after(test_from, lasts - 1),
        steps=steps_of(decision),
    )


def steps_of(decision: Decision) -> tuple[Step, ...]:
    """What stops the action, one step a check, soonest first; the last day of a check counts."""
    by_check: dict[Check, list[Finding]] = {}
    for finding in decision.findings:
        if finding.level >= Level.OVERRIDE:
            by_check.setdefault(finding.check, []).append(finding)
    steps = [_step(check, findings, decision) for check, findings in by_check.items()]
    return tuple(sorted(steps, key=lambda step: step.first_day or date.max))


def _step(check: Check, findings: list[Finding], decision: Decision) -> Step:
    worst = max(findings, key=lambda finding: finding.level)
    final = any(finding.final for finding in findings)
    days = [finding.remedy_on or finding.clears_on or decision.judged_on for finding in findings]
    return Step(
        check=check,
        reason=worst.reason,
        owner=worst.owner,
        rule=worst.rule,
        first_day=None if final else max(days),
    )


def _earliest(q: Question, decision: Decision, *, at: datetime) -> date | None:
    """The first day of a pick-up: on a prescription that waits for it, or on a new one."""
    days = [decision.earliest_on]
    if q.of_cycle(q.facts.prescribed):
        fill = decide(q.facts, action=Action.DISPENSE, at=at, policy=q.policy, rma=_AT_THE_PHARMACY)
        days.append(fill.earliest_on)
    return min((day for day in days if day is not None), default=None)


def _runs_out_on(q: Question, fill: Dispensed) -> date:
    """The first day for which nothing is left of the newest fill, at the dose of each day."""
    days = supply_days(q, fill)
    dose = dose_on(q.facts, fill.on)
    if dose is None or not any(dose.pattern):
        return fill.on + timedelta(days=days)
    not_taken = set(_not_taken(q))
    if not not_taken and q.facts.doses[-1].on <= fill.on:
        return fill.on + timedelta(days=days)
    left = pattern_mg(dose.pattern, (fill.on - dose.on).days, days)
    day = fill.on
    for _ in range(_LONGEST):
        if day not in not_taken:
            need = _need(q, day)
            if need > left:
                return day
            left -= need
        day += _DAY
    return day


def _need(q: Question, day: date) -> Decimal:
    dose = dose_on(q.facts, day)
    return dose.pattern[(day - dose.on).days % len(dose.pattern)] if dose else Decimal(0)


def _not_taken(q: Question) -> Iterable[date]:
    for first, last in held_spans(q.facts, as_of=q.on):
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))
    for missed in q.facts.missed:
        yield from missed.dates


def _capsules(q: Question, fill: Dispensed, left_days: int) -> int | None:
    """Capsules in hand, by those prescribed for each day; None where the supply is not on file."""
    written = [row.supply for row in q.of_course(q.facts.prescribed) if row.on <= fill.on]
    if not written or written[-1].capsules is None:
        return None
    days = supply_days(q, fill)
    return written[-1].capsules * min(left_days, days) // days if days else None
