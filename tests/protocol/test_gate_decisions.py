"""How the gate answers: all findings, rows of evidence, and shut whenever a rule breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from protocol.facts import Dispensed, Dose, Stopped
from protocol.findings import Finding, Ref
from protocol.gate.book import RULES
from protocol.gate.decide import earliest_on, judge
from protocol.gate.question import Question, Rule, rule
from protocol.policy import ClinicPolicy
from protocol.programmes import EditionUnknown
from protocol.schedule import question_on
from protocol.supplies import one_strength
from protocol.vocabulary import Action, Check, Level, Owner, Reason, TestSetting
from tests.protocol.world import POLICY, asked, codes, days, in_order, noon, protected, sampled

DAY = date(2027, 3, 8)


def test_everything_wrong_is_said_at_once() -> None:
    facts = in_order(
        DAY, enrolled=(), consents=(), pregnancy_tests=(), comprehension=(), contraception=()
    )
    assert codes(asked(facts, DAY, rma=None)) == {
        Reason.NOT_ENROLLED,
        Reason.CONSENT_MISSING,
        Reason.TEST_MISSING,
        Reason.COMPREHENSION_MISSING,
        Reason.CONTRA_INSUFFICIENT,
        Reason.RMA_MISSING,
    }


def test_decision_names_edition_policy_and_day() -> None:
    decision = asked(in_order(DAY), DAY, policy=ClinicPolicy(version="7"))
    assert (decision.edition, decision.policy_version) == ("us-2026", "7")
    assert len(decision.edition_hash) == 64
    assert decision.judged_on == DAY
    assert decision.earliest_on == DAY


def test_checks_are_in_reading_order_with_rules_and_evidence() -> None:
    decision = asked(in_order(DAY), DAY)
    order = list(Check)
    rows = [row.check for row in decision.checks]
    assert rows == sorted(rows, key=order.index)
    assert all(row.met and row.rules for row in decision.checks)
    tests = next(row for row in decision.checks if row.check is Check.PREGNANCY_TEST)
    assert {ref.on for ref in tests.evidence} == {DAY - days(40), DAY}
    window = next(row for row in decision.checks if row.check is Check.WINDOW)
    assert window.evidence[0].on == DAY


@pytest.mark.parametrize(
    ("programme", "action", "absent"),
    [
        ("au", Action.PRESCRIBE, {Check.WINDOW, Check.ENROLMENT, Check.PRESCRIPTION}),
        ("uk-mhra", Action.PRESCRIBE, {Check.WINDOW, Check.AUTHORISATION, Check.PRESCRIPTION}),
        ("uk-mhra", Action.DISPENSE, {Check.AUTHORISATION, Check.COMPREHENSION}),
        ("us-ipledge", Action.PRESCRIBE, {Check.AUTHORISATION, Check.PRESCRIPTION, Check.VISIT}),
    ],
)
def test_what_does_not_apply_is_not_listed(
    programme: str, action: Action, absent: set[Check]
) -> None:
    shown = {row.check for row in asked(in_order(DAY, programme), DAY, action).checks}
    assert not shown & absent


def test_worst_finding_is_the_decisions_level() -> None:
    mild = asked(replace(in_order(DAY), indication=None), DAY)
    both = asked(replace(in_order(DAY, enrolled=()), indication=None), DAY)
    assert (mild.level, both.level) == (Level.WARN, Level.BLOCK)
    identity = next(row for row in both.checks if row.check is Check.IDENTITY)
    assert identity.level is Level.WARN
    tests = (sampled(DAY - days(10)), sampled(DAY, cycle_day=9))
    mixed = asked(in_order(DAY, pregnancy_tests=tests), DAY)
    assert codes(mixed) == {Reason.TEST_INTERVAL_LT_19, Reason.TEST_CYCLE_DAY}
    row = next(row for row in mixed.checks if row.check is Check.PREGNANCY_TEST)
    assert row.level is Level.BLOCK


def test_findings_of_a_row_are_the_decisions_findings() -> None:
    decision = asked(in_order(DAY, enrolled=(), comprehension=()), DAY)
    from_rows = [finding for row in decision.checks for finding in row.findings]
    assert from_rows == list(decision.findings)
    assert decision.level is max(row.level for row in decision.checks)


@rule("US-99", check=Check.CONSENT)
def broken(q: Question) -> Iterator[Finding | Ref]:
    """US-99: stands for a defect."""
    raise ZeroDivisionError("the private text of an error")
    yield Ref("never", "never")


@rule("US-98", check=Check.CONSENT)
def lost(q: Question) -> Iterator[Finding | Ref]:
    """US-98: stands for a date that no edition covers."""
    raise EditionUnknown("no edition")
    yield Ref("never", "never")


def fails_when(q: Question) -> bool:
    """A condition with a defect."""
    raise KeyError("also private")


@rule("US-97", check=Check.CONSENT, when=fails_when)
def never_reached(q: Question) -> Iterator[Finding | Ref]:
    """US-97: its condition breaks first."""
    yield Ref("never", "never")


@pytest.mark.parametrize(
    ("defect", "reason"),
    [
        (broken, Reason.RULE_FAILED),
        (never_reached, Reason.RULE_FAILED),
        (lost, Reason.EDITION_UNKNOWN),
    ],
)
def test_rule_that_breaks_shuts_the_gate_and_keeps_the_others(
    defect: object, reason: Reason
) -> None:
    question = question_on(in_order(DAY, comprehension=()), as_of=DAY, policy=POLICY)
    decision = judge(question, (*RULES, defect))
    assert codes(decision) == {reason, Reason.COMPREHENSION_MISSING}
    assert decision.level is Level.BLOCK
    assert decision.earliest_on is None
    failed = next(finding for finding in decision.findings if finding.reason is reason)
    assert failed.check is Check.RULES
    assert "private" not in str(failed.detail)


def test_day_without_an_edition_is_a_block_and_not_an_error() -> None:
    facts = in_order(DAY)
    decision = asked(facts, datetime(2020, 1, 1, tzinfo=UTC))
    assert codes(decision) == {Reason.EDITION_UNKNOWN}
    assert decision.level is Level.BLOCK
    assert decision.earliest_on is None
    assert [(row.check, row.level) for row in decision.checks] == [(Check.RULES, Level.BLOCK)]
    unknown = asked(replace(facts, programme="mars"), DAY)
    assert codes(unknown) == {Reason.EDITION_UNKNOWN}


def test_later_facts_are_not_seen() -> None:
    facts = in_order(DAY, enrolled=(), fills=(DAY - days(30),))
    before = asked(facts, DAY - days(2))
    trimmed = replace(
        facts, pregnancy_tests=facts.pregnancy_tests[:-1], comprehension=facts.comprehension[:-1]
    )
    assert before.findings == asked(trimmed, DAY - days(2)).findings


def test_fact_with_an_instant_counts_from_that_instant() -> None:
    morning, evening = noon(DAY) - days(0), noon(DAY).replace(hour=22)
    late = replace(sampled(DAY), at=evening)
    facts = in_order(DAY, pregnancy_tests=(sampled(DAY - days(40)), late))
    assert codes(asked(facts, morning)) == {Reason.TEST_MISSING}
    assert codes(asked(facts, evening)) == set()


def found(
    level: Level,
    clears: date | None = None,
    remedy: date | None = None,
    *,
    final: bool = False,
) -> Finding:
    """A finding that matters by its dates only."""
    return Finding(
        reason=Reason.LAB_T3,
        level=level,
        owner=Owner.NURSE,
        rule="LAB-8",
        check=Check.LABS,
        clears_on=clears,
        remedy_on=remedy,
        final=final,
    )


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((), DAY),
        ((found(Level.BLOCK),), DAY),
        ((found(Level.WARN, clears=DAY + days(9)),), DAY),
        ((found(Level.WARN, final=True),), DAY),
        ((found(Level.OVERRIDE, clears=DAY + days(9)),), DAY + days(9)),
        ((found(Level.BLOCK, remedy=DAY + days(3)),), DAY + days(3)),
        ((found(Level.BLOCK, DAY + days(9), DAY + days(3)),), DAY + days(3)),
        ((found(Level.BLOCK, DAY - days(9)),), DAY),
        ((found(Level.BLOCK, DAY + days(2)), found(Level.OVERRIDE, DAY + days(5))), DAY + days(5)),
        ((found(Level.BLOCK, final=True), found(Level.BLOCK, DAY + days(5))), None),
    ],
)
def test_earliest_day_is_the_last_of_the_first_remedies(
    findings: tuple[Finding, ...], expected: date | None
) -> None:
    assert earliest_on(DAY, findings) == expected


def test_earliest_day_holds_once_everything_is_done_anew() -> None:
    facts = in_order(DAY, pregnancy_tests=(), contraception=())
    earliest = asked(facts, DAY, Action.START).earliest_on
    assert earliest == DAY + days(30)

    def done_anew(by: date) -> set[Reason]:
        told = in_order(
            by,
            pregnancy_tests=(sampled(DAY), sampled(by)),
            contraception=(protected(DAY, since=DAY),),
        )
        return codes(asked(told, by, Action.START))

    assert done_anew(earliest) == set()
    assert done_anew(earliest - days(1)) == {Reason.CONTRA_LT_30}


def test_next_course_is_judged_as_a_start() -> None:
    ended = DAY - days(70)
    first_fill = ended - days(100)
    old = in_order(first_fill, fills=(first_fill,))
    new = in_order(DAY)
    facts = replace(
        new,
        stopped=(Stopped(ref="stop", on=ended, last_dose=ended),),
        dispensed=old.dispensed,
        doses=old.doses,
    )
    assert codes(asked(facts, DAY, Action.PRESCRIBE)) == set()
    only_old_tests = replace(facts, pregnancy_tests=(sampled(ended - days(1)), sampled(DAY)))
    assert codes(asked(only_old_tests, DAY, Action.PRESCRIBE)) == {Reason.TEST_MISSING}


@pytest.mark.parametrize(
    ("dosed", "filled", "expected"),
    [
        (None, False, {Reason.TEST_MISSING}),
        (DAY, False, {Reason.TEST_MISSING}),
        (DAY - days(1), False, set()),
        (None, True, set()),
    ],
)
def test_first_prescription_is_one_before_any_dose_or_fill(
    dosed: date | None, filled: bool, expected: set[Reason]
) -> None:
    fills = (DAY - days(30),) if filled else ()
    doses = (Dose(ref="dose", on=dosed, pattern=(Decimal(40),)),) if dosed else ()
    tests = (sampled(DAY),)
    facts = in_order(DAY, fills=fills, doses=doses, pregnancy_tests=tests)
    assert codes(asked(facts, DAY, Action.PRESCRIBE)) == expected


def test_days_supply_is_said_unrounded() -> None:
    facts = in_order(DAY)
    supply = replace(
        facts.prescribed[0].supply,
        lines=one_strength(50, Decimal(40)),
        pattern=(Decimal(60),),
        days=None,
    )
    decision = asked(facts, DAY, supply=supply)
    assert decision.days_supply is not None
    assert round(decision.days_supply, 3) == Decimal("33.333")
    assert asked(facts, DAY, Action.START).days_supply is None


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.name)
def test_rule_begins_with_an_id_it_goes_by(entry: Rule) -> None:
    words = entry.judge.__doc__ or ""
    assert any(words.startswith(rule_id) for rule_id in entry.ids) or words.startswith("Rule book")


@pytest.mark.parametrize(
    ("programme", "action", "own", "expected"),
    [
        ("us-ipledge", Action.DISPENSE, {"prescribed": ()}, {"US-19"}),
        ("uk-mhra", Action.DISPENSE, {"prescribed": ()}, {"UK-15"}),
        ("us-ipledge", Action.START, {"contraception": ()}, {"US-16"}),
        ("uk-mhra", Action.START, {"contraception": ()}, {"UK-10"}),
        ("eu-ppp", Action.START, {"contraception": ()}, {"EU-03"}),
        ("ca", Action.START, {"contraception": ()}, {"CA-04"}),
        ("au", Action.START, {"contraception": ()}, {"AU-02"}),
        ("us-ipledge", Action.START, {"pregnancy_tests": ()}, {"US-05"}),
        ("uk-mhra", Action.START, {"pregnancy_tests": ()}, {"UK-11"}),
        ("eu-ppp", Action.START, {"pregnancy_tests": ()}, {"EU-02"}),
        ("ca", Action.START, {"pregnancy_tests": ()}, {"CA-03"}),
        ("us-ipledge", Action.START, {"enrolled": ()}, {"US-03"}),
        ("uk-mhra", Action.START, {"enrolled": ()}, {"UK-09"}),
        ("us-ipledge", Action.START, {"born": None}, {"US-04", "US-03"}),
        ("uk-mhra", Action.START, {"born": None}, {"UK-19"}),
        ("eu-ppp", Action.START, {"born": None}, {"CI-04"}),
        ("us-ipledge", Action.START, {"counselling": ()}, {"US-14"}),
        ("uk-mhra", Action.START, {"counselling": ()}, {"UK-04"}),
        ("uk-mhra", Action.START, {"visits": ()}, {"UK-12"}),
    ],
)
def test_finding_names_the_rule_of_its_programme(
    programme: str, action: Action, own: dict, expected: set[str]
) -> None:
    # Every form but a guardian's: an unknown age may be a minor's.
    forms = tuple(row for row in in_order(DAY).consents if row.form.value != "guardian")
    decision = asked(in_order(DAY, programme, **{"consents": forms, **own}), DAY, action)
    assert {finding.rule for finding in decision.findings} == expected


@pytest.mark.parametrize(("programme", "expected"), [("uk-mhra", "UK-13"), ("eu-ppp", "EU-02")])
def test_unsupervised_test_names_the_rule_of_its_programme(programme: str, expected: str) -> None:
    tests = (sampled(DAY, setting=TestSetting.HOME),)
    decision = asked(in_order(DAY, programme, pregnancy_tests=tests), DAY, Action.START)
    assert [finding.rule for finding in decision.findings] == [expected]


@pytest.mark.parametrize(("programme", "expected"), [("uk-mhra", "UK-15"), ("eu-ppp", "EU-03")])
def test_expired_prescription_names_the_rule_of_its_programme(
    programme: str, expected: str
) -> None:
    decision = asked(in_order(DAY, programme), DAY + days(8))
    assert [finding.rule for finding in decision.findings] == [expected]


@pytest.mark.parametrize("programme", ["us-ipledge", "uk-mhra"])
def test_a_start_is_not_cut_off_by_its_own_fill_of_the_same_day(programme: str) -> None:
    sound = in_order(DAY, programme)
    filled = replace(sound, dispensed=(Dispensed(ref="fill", on=DAY),))
    assert codes(asked(filled, DAY, Action.START)) == set()
    # The next prescription needs things of its own.
    assert codes(asked(filled, DAY, Action.PRESCRIBE)) != set()


def test_a_second_course_does_not_start_on_what_was_done_for_the_first() -> None:
    ended = DAY - days(90)
    sound = in_order(DAY, fills=(DAY - days(120),))
    course_over = replace(
        sound,
        stopped=(Stopped(ref="stop", on=ended, last_dose=ended),),
        counselling=sound.counselling[:1],
        comprehension=sound.comprehension[:1],
    )
    found = codes(asked(course_over, DAY, Action.START))
    assert {Reason.COUNSEL_MISSING, Reason.COMPREHENSION_MISSING} <= found
