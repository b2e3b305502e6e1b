"""Pregnancy tests: result, number, place and freshness (US-05 to US-13, US-23, UK-11 to UK-13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from protocol.calendar import is_within_days_before
from protocol.facts import PregnancyTest
from protocol.findings import Finding, Ref
from protocol.gate.question import Question, days_after, ref, rule
from protocol.specimens import (
    first_confirmation_day,
    is_accepted,
    negatives,
    opening,
    relevant,
    screening_tests,
    test_rules,
)
from protocol.vocabulary import Check, Level, Owner, Reason, TestResult, TestSetting
from protocol.windows import specimen_window_applies

SUPERVISED = (TestSetting.CLINIC, TestSetting.REMOTE_SUPERVISED)
_STOPPING = frozenset({TestResult.POSITIVE, TestResult.INDETERMINATE})


@rule("US-23", "CI-01", check=Check.PREGNANCY_TEST)
def no_test_is_positive_or_unclear(q: Question) -> Iterator[Finding | Ref]:
    """US-23, CI-01: a positive or indeterminate test stops until a later supervised negative one.

    Asked of every patient: a positive test also says that the category is wrong.
    """
    for test in unanswered(q):
        positive = test.result is TestResult.POSITIVE
        yield Finding(
            reason=Reason.TEST_POSITIVE if positive else Reason.TEST_INDETERMINATE,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER if positive else Owner.PATIENT,
            rule="US-23",
            check=Check.PREGNANCY_TEST,
            evidence=(ref(test, "pregnancy-test"),),
            remedy_on=None if positive else _repeat_counts_from(q, test),
            final=positive,
        )


def unanswered(q: Question) -> tuple[PregnancyTest, ...]:
    """Positive and indeterminate tests that no later supervised negative one has answered."""
    return tuple(
        test
        for test in q.tests
        if test.result in _STOPPING
        and not any(
            later.on > test.on and later.setting in SUPERVISED for later in negatives(q.tests)
        )
    )


def _repeat_counts_from(q: Question, unclear: PregnancyTest) -> date:
    """The first day of a repeat test that can answer an unclear one and open a first window."""
    answers_on = max(q.on, days_after(unclear.on, 1))
    if not two_first_tests_apply(q):
        return answers_on
    return max(answers_on, first_confirmation_day(q))


def two_first_tests_apply(q: Question) -> bool:
    """A first prescription in a programme with a specimen window (US-05)."""
    return q.initiation and specimen_window_applies(q)


@rule(
    "US-05",
    "US-07",
    "US-08",
    "US-12",
    "GEN-8",
    check=Check.PREGNANCY_TEST,
    when=two_first_tests_apply,
)
def screening_and_confirmation_are_negative(q: Question) -> Iterator[Finding | Ref]:
    """US-05, US-07, US-12: two negative tests, in a medical setting, 19 days apart."""
    opened = opening(q)
    if opened is None:
        # A doubtful second test stops by its own rule: it was done, and is not missing too.
        if not unanswered(q) or len(_with_result(q.tests)) < _wanted(q):
            yield _first(q, Reason.TEST_MISSING, "US-05", negatives(q.tests)[-1:])
        if any(not is_accepted(q, test) for test in negatives(q.tests)):
            yield _first(q, Reason.TEST_SETTING, "US-05", negatives(q.tests)[-1:])
        return
    confirmation = opened.specimen
    rules = test_rules(q, confirmation)
    screened = screening_tests(q, confirmation)
    earlier = tuple(test for test in negatives(q.tests) if test is not confirmation)
    earlier = tuple(test for test in earlier if test.on <= confirmation.on)
    apart = rules.days_between or 1
    far = tuple(test for test in earlier if test.on <= days_after(confirmation.on, -apart))
    if not is_accepted(q, confirmation) or (
        not screened and (far or not _any_accepted(q, earlier))
    ):
        yield _first(q, Reason.TEST_SETTING, "US-12", (*far[-1:], confirmation))
    if not screened and not far:
        yield _first(q, Reason.TEST_INTERVAL_LT_19, "US-07", (*earlier[:1], confirmation))
    last_day = rules.last_cycle_day
    day = confirmation.cycle_day
    if last_day is not None and day is not None and not 1 <= day <= last_day:
        yield Finding(
            reason=Reason.TEST_CYCLE_DAY,
            level=Level.WARN,
            owner=Owner.PRESCRIBER,
            rule="US-08",
            check=Check.PREGNANCY_TEST,
            evidence=(ref(confirmation, "pregnancy-test"),),
            detail=(("cycle-day", str(day)),),
        )
    if screened:
        yield ref(screened[0], "pregnancy-test")
    yield ref(confirmation, "pregnancy-test")


def _any_accepted(q: Question, tests: tuple[PregnancyTest, ...]) -> bool:
    return any(is_accepted(q, test) for test in tests)


def _first(q: Question, reason: Reason, rule_id: str, tests: tuple[PregnancyTest, ...]) -> Finding:
    return Finding(
        reason=reason,
        level=Level.BLOCK,
        owner=Owner.PATIENT,
        rule=rule_id,
        check=Check.PREGNANCY_TEST,
        evidence=tuple(ref(test, "pregnancy-test") for test in dict.fromkeys(tests)),
        remedy_on=first_confirmation_day(q),
    )


def monthly_window_test_applies(q: Question) -> bool:
    """A later prescription in a programme with a specimen window."""
    return not q.initiation and specimen_window_applies(q)


@rule("US-13", "US-23", check=Check.PREGNANCY_TEST, when=monthly_window_test_applies)
def monthly_test_is_negative(q: Question) -> Iterator[Finding | Ref]:
    """US-13, US-23: a new negative test for each month, at home only by permission and verified."""
    opened = opening(q)
    if opened is None:
        if not set(unanswered(q)).intersection(relevant(q)):
            yield _repeat(q, Reason.TEST_MISSING, "US-13", None)
    elif is_accepted(q, opened.specimen):
        yield ref(opened.specimen, "pregnancy-test")
    elif opened.specimen.setting is None:
        yield _repeat(q, Reason.TEST_SETTING, "US-13", opened.specimen)
    else:
        yield _repeat(q, Reason.HOME_NOT_PERMITTED, "US-13", opened.specimen)


def fresh_test_applies(q: Question) -> bool:
    """A programme that asks for a fresh test instead of a window."""
    return q.can_become_pregnant and not specimen_window_applies(q)


@rule("UK-11", "UK-12", "UK-13", "EU-02", check=Check.PREGNANCY_TEST, when=fresh_test_applies)
def test_is_fresh_and_supervised(q: Question) -> Iterator[Finding | Ref]:
    """UK-11, UK-12, UK-13, EU-02: negative, supervised, at the visit or at most 3 days before it.

    Canada and Australia count from the prescription and have their own number of days. A monthly
    test that the programme only recommends has the level that its edition names (EU-02).
    """
    counted_to = _counted_to(q)
    tests = tuple(test for test in _asked_for(q) if test.on <= counted_to)
    found = negatives(tests)
    fresh = tuple(test for test in found if _is_fresh(q, test))
    valid = tuple(test for test in fresh if is_accepted(q, test))
    # As for a first window: a doubtful test of this visit was done.
    done = len(_with_result(tests)) >= _wanted(q) and any(
        _is_fresh(q, test) for test in unanswered(q)
    )
    if valid:
        days = {test.on for test in found if is_accepted(q, test)}
        if len(days) < _wanted(q) and not done:
            yield _repeat(q, Reason.TEST_MISSING, _rule_id(q), valid[-1], _second_test_on(q))
        yield ref(valid[-1], "pregnancy-test")
        return
    if done:
        return
    remedy_on = _second_test_on(q)
    omitted = _omission(q, tests)
    if omitted is not None:
        yield Finding(
            reason=Reason.TEST_OMITTED,
            level=Level.OVERRIDE,
            owner=Owner.PRESCRIBER,
            rule="EU-02",
            check=Check.PREGNANCY_TEST,
            evidence=(ref(omitted, "pregnancy-test"),),
        )
        return
    # A negative test of an earlier month, too old to be fresh, is no test for this prescription.
    found = found if q.initiation else negatives(q.of_cycle(tests))
    if not found:
        yield _repeat(q, Reason.TEST_MISSING, _rule_id(q), None, remedy_on)
        return
    if not fresh:
        yield _repeat(q, Reason.TEST_STALE, _rule_id(q), found[-1], remedy_on)
    if not is_accepted(q, found[-1]):
        supervision = "UK-13" if q.programme == "uk-mhra" else _rule_id(q)
        yield _repeat(q, Reason.TEST_UNSUPERVISED, supervision, found[-1], remedy_on)


def _wanted(q: Question) -> int:
    """How many tests the prescription needs."""
    return q.params.pregnancy_tests.before_start if q.initiation else 1


def _with_result(tests: tuple[PregnancyTest, ...]) -> tuple[PregnancyTest, ...]:
    return tuple(test for test in tests if test.result is not None)


def _counted_to(q: Question) -> date:
    """UK-12: the visit of the prescription, where the programme counts from it."""
    if q.params.pregnancy_tests.counted_from_visit and q.visit is not None:
        return q.visit.on
    return max(q.prescribed_on, q.clinic_on) if q.prescription is None else q.prescription.on


def _asked_for(q: Question) -> tuple[PregnancyTest, ...]:
    """A test at most three days before the visit may lie before the last fill; others may not."""
    if q.initiation or q.params.pregnancy_tests.counted_from_visit:
        return q.tests
    return q.of_cycle(q.facts.pregnancy_tests)


def _is_fresh(q: Question, test: PregnancyTest) -> bool:
    """The test lies in the days before the visit, or the prescription, that the edition names."""
    rules = q.params.pregnancy_tests
    most = rules.first_fresh_days if q.initiation else rules.repeat_fresh_days
    counted_to = _counted_to(q)
    return test.on <= counted_to and (
        most is None or is_within_days_before(test.on, counted_to, most)
    )


def _second_test_on(q: Question) -> date | None:
    """Where two tests on two days are asked for and there is none yet, the second is tomorrow's."""
    alone = q.initiation and q.params.pregnancy_tests.before_start > 1
    accepted = any(is_accepted(q, test) and test.on < q.on for test in negatives(q.tests))
    return days_after(q.on, 1) if alone and not accepted else None


def _omission(q: Question, tests: tuple[PregnancyTest, ...]) -> PregnancyTest | None:
    """EU-02: a monthly test left out with its reason, in this cycle; never the first test."""
    if q.initiation or not q.params.pregnancy_tests.omission_accepted:
        return None
    reasons = [
        test for test in q.of_cycle(tests) if test.result is None and test.omitted_reason.strip()
    ]
    return reasons[-1] if reasons else None


def _rule_id(q: Question) -> str:
    if q.programme == "uk-mhra":
        return "UK-11" if q.initiation else "UK-12"
    return {"eu-ppp": "EU-02", "ca": "CA-03", "au": "AU-02"}.get(q.programme, "UK-12")


def _repeat(
    q: Question,
    reason: Reason,
    rule_id: str,
    test: PregnancyTest | None,
    remedy_on: date | None = None,
) -> Finding:
    level = Level.BLOCK if q.initiation else q.params.pregnancy_tests.repeat_missing
    return Finding(
        reason=reason,
        level=level,
        owner=Owner.PATIENT,
        rule=rule_id,
        check=Check.PREGNANCY_TEST,
        evidence=(ref(test, "pregnancy-test"),) if test else (),
        remedy_on=remedy_on,
    )


RULES = (
    no_test_is_positive_or_unclear,
    screening_and_confirmation_are_negative,
    monthly_test_is_negative,
    test_is_fresh_and_supervised,
)
