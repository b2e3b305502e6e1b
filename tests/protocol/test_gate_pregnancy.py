"""Pregnancy tests and contraception at the gate (US-05 to US-17, UK-10 to UK-13, EU-02)."""

from __future__ import annotations

from datetime import date

import pytest

from protocol.facts import HomeTesting, PregnancyTest, Visit
from protocol.vocabulary import Action, Category, Level, Reason, TestResult, TestSetting
from tests.protocol.world import (
    asked,
    codes,
    days,
    in_order,
    sampled,
)

DAY = date(2027, 3, 8)
HOME, REMOTE = TestSetting.HOME, TestSetting.REMOTE_SUPERVISED
START = Action.START


@pytest.mark.parametrize(
    ("tests", "expected", "earliest"),
    [
        ((), {Reason.TEST_MISSING}, DAY + days(19)),
        ((sampled(DAY),), {Reason.TEST_MISSING}, DAY + days(19)),
        ((sampled(DAY - days(19)),), {Reason.TEST_MISSING}, DAY),
        ((sampled(DAY - days(18)), sampled(DAY)), {Reason.TEST_INTERVAL_LT_19}, DAY + days(1)),
        ((sampled(DAY - days(19)), sampled(DAY)), set(), DAY),
        (
            (sampled(DAY - days(19), setting=HOME), sampled(DAY)),
            {Reason.TEST_SETTING},
            DAY + days(19),
        ),
        (
            (sampled(DAY - days(19), setting=None), sampled(DAY)),
            {Reason.TEST_SETTING},
            DAY + days(19),
        ),
        ((sampled(DAY - days(19), setting=REMOTE), sampled(DAY)), {Reason.TEST_SETTING}, None),
        ((sampled(DAY - days(19)), sampled(DAY, setting=HOME)), {Reason.TEST_SETTING}, DAY),
        (
            (sampled(DAY - days(10)), sampled(DAY - days(5), setting=HOME), sampled(DAY)),
            {Reason.TEST_INTERVAL_LT_19},
            DAY + days(9),
        ),
        (
            (sampled(DAY - days(5), setting=HOME), sampled(DAY)),
            {Reason.TEST_SETTING, Reason.TEST_INTERVAL_LT_19},
            DAY + days(19),
        ),
    ],
)
def test_first_prescription_needs_two_clinic_tests_nineteen_days_apart(
    tests: tuple, expected: set[Reason], earliest: date | None
) -> None:
    decision = asked(in_order(DAY, pregnancy_tests=tests), DAY, START)
    assert codes(decision) == expected
    assert decision.level is (Level.BLOCK if expected else Level.ALLOW)
    if earliest is not None:
        assert decision.earliest_on == earliest


@pytest.mark.parametrize(
    ("cycle_day", "expected"),
    [
        (None, set()),
        (1, set()),
        (5, set()),
        (6, {Reason.TEST_CYCLE_DAY}),
        (0, {Reason.TEST_CYCLE_DAY}),
    ],
)
def test_second_test_outside_the_first_five_cycle_days_warns(
    cycle_day: int | None, expected: set[Reason]
) -> None:
    tests = (sampled(DAY - days(30)), sampled(DAY, cycle_day=cycle_day))
    decision = asked(in_order(DAY, pregnancy_tests=tests), DAY, START)
    assert codes(decision) == expected
    assert decision.level is (Level.WARN if expected else Level.ALLOW)


@pytest.mark.parametrize("fills", [(), (DAY - days(30),)])
@pytest.mark.parametrize("category", [Category.FCP, Category.NCP])
@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (TestResult.POSITIVE, Reason.TEST_POSITIVE),
        (TestResult.INDETERMINATE, Reason.TEST_INDETERMINATE),
    ],
)
def test_positive_or_unclear_test_stops_everybody(
    fills: tuple, category: Category, result: TestResult, reason: Reason
) -> None:
    sound = in_order(DAY, category=category, fills=fills)
    facts = in_order(
        DAY,
        category=category,
        fills=fills,
        pregnancy_tests=(*sound.pregnancy_tests, sampled(DAY, result)),
    )
    decision = asked(facts, DAY)
    assert reason in codes(decision)
    assert decision.level is Level.BLOCK
    assert not decision.overridable
    assert (decision.earliest_on is None) == (result is TestResult.POSITIVE)


@pytest.mark.parametrize(
    ("later", "clears"),
    [
        (sampled(DAY), True),
        (sampled(DAY, setting=REMOTE), True),
        (sampled(DAY, setting=HOME), False),
        (sampled(DAY - days(2)), False),
    ],
)
def test_only_a_later_supervised_negative_test_clears_a_positive_one(
    later: object, clears: bool
) -> None:
    positive = sampled(DAY - days(2), TestResult.POSITIVE)
    sound = in_order(DAY, fills=(DAY - days(30),)).pregnancy_tests[:-1]
    facts = in_order(DAY, fills=(DAY - days(30),), pregnancy_tests=(*sound, positive, later))
    assert (Reason.TEST_POSITIVE not in codes(asked(facts, DAY))) == clears


def monthly(test: object, allowed: tuple[tuple[date, bool], ...] = ()) -> set[Reason]:
    """The codes of a month whose only test is this one."""
    earlier = in_order(DAY, fills=(DAY - days(30),)).pregnancy_tests[:-1]
    said = tuple(HomeTesting(ref=f"home-{on}", on=on, allowed=word) for on, word in allowed)
    tests = (*earlier, test) if test else earlier
    facts = in_order(DAY, fills=(DAY - days(30),), pregnancy_tests=tests, home_testing=said)
    return codes(asked(facts, DAY))


def test_month_needs_a_test_of_its_own() -> None:
    assert monthly(None) == {Reason.TEST_MISSING}


@pytest.mark.parametrize(
    ("test", "allowed", "expected"),
    [
        (sampled(DAY), (), set()),
        (sampled(DAY, setting=HOME, verified=True), (), {Reason.HOME_NOT_PERMITTED}),
        (sampled(DAY, setting=HOME, verified=True), ((DAY, True),), set()),
        (sampled(DAY, setting=HOME, verified=False), ((DAY, True),), {Reason.HOME_NOT_PERMITTED}),
        (
            sampled(DAY, setting=HOME, verified=True),
            ((DAY - days(9), True), (DAY - days(1), False)),
            {Reason.HOME_NOT_PERMITTED},
        ),
        (
            sampled(DAY - days(1), setting=HOME, verified=True),
            ((DAY, True),),
            {Reason.HOME_NOT_PERMITTED},
        ),
        (sampled(DAY, setting=REMOTE), ((DAY, True),), set()),
        (sampled(DAY, setting=REMOTE), (), {Reason.HOME_NOT_PERMITTED}),
        (sampled(DAY, setting=None), ((DAY, True),), {Reason.TEST_SETTING}),
    ],
)
def test_home_test_counts_by_permission_and_verified(
    test: object, allowed: tuple, expected: set[Reason]
) -> None:
    assert monthly(test, allowed) == expected


def test_home_test_never_counts_before_the_first_dose() -> None:
    said = (HomeTesting(ref="home", on=DAY - days(90), allowed=True),)
    tests = (sampled(DAY - days(30)), sampled(DAY, setting=HOME, verified=True))
    facts = in_order(DAY, pregnancy_tests=tests, home_testing=said)
    assert codes(asked(facts, DAY)) == {Reason.TEST_SETTING}


def test_home_test_of_the_same_day_takes_nothing_away() -> None:
    tests = (sampled(DAY - days(40)), sampled(DAY), sampled(DAY, setting=HOME))
    assert codes(asked(in_order(DAY, pregnancy_tests=tests), DAY)) == set()


def test_earlier_good_test_still_serves_beside_a_home_test() -> None:
    tests = (sampled(DAY - days(40)), sampled(DAY - days(2)), sampled(DAY, setting=HOME))
    assert codes(asked(in_order(DAY, pregnancy_tests=tests), DAY)) == set()


@pytest.mark.parametrize("programme", ["uk-mhra", "eu-ppp"])
@pytest.mark.parametrize(
    ("before", "setting", "expected"),
    [
        (0, TestSetting.CLINIC, set()),
        (3, TestSetting.CLINIC, set()),
        (4, TestSetting.CLINIC, {Reason.TEST_STALE}),
        (3, REMOTE, set()),
        (0, HOME, {Reason.TEST_UNSUPERVISED}),
        (4, HOME, {Reason.TEST_STALE, Reason.TEST_UNSUPERVISED}),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_test_is_supervised_and_at_most_three_days_before_the_visit(
    programme: str, before: int, setting: TestSetting, expected: set[Reason], first: bool
) -> None:
    fills = () if first else (DAY - days(30),)
    facts = in_order(
        DAY,
        programme,
        fills=fills,
        pregnancy_tests=(sampled(DAY - days(before), setting=setting),),
    )
    decision = asked(facts, DAY, Action.PRESCRIBE)
    assert codes(decision) == expected
    soft = programme == "eu-ppp" and not first
    wanted = Level.OVERRIDE if soft else Level.BLOCK
    assert decision.level is (wanted if expected else Level.ALLOW)


def test_test_is_counted_from_the_visit_and_not_from_the_fill() -> None:
    facts = in_order(DAY, "uk-mhra", pregnancy_tests=(sampled(DAY - days(3)),))
    assert codes(asked(facts, DAY + days(7))) == set()


def test_test_after_the_visit_is_not_the_visits_test() -> None:
    visits = (Visit(ref="v", on=DAY - days(2), first=True),)
    facts = in_order(DAY, "uk-mhra", visits=visits, pregnancy_tests=(sampled(DAY - days(1)),))
    assert codes(asked(facts, DAY, START)) == {Reason.TEST_MISSING}


@pytest.mark.parametrize(
    ("programme", "first", "level", "reason"),
    [
        ("eu-ppp", False, Level.OVERRIDE, Reason.TEST_OMITTED),
        ("eu-ppp", True, Level.BLOCK, Reason.TEST_MISSING),
        ("uk-mhra", False, Level.BLOCK, Reason.TEST_MISSING),
        ("us-ipledge", False, Level.BLOCK, Reason.TEST_MISSING),
    ],
)
def test_only_a_european_monthly_test_can_be_left_out_with_a_reason(
    programme: str, first: bool, level: Level, reason: Reason
) -> None:
    fills = () if first else (DAY - days(30),)
    omitted = sampled(DAY, None, None, omitted_reason="no risk")
    earlier = () if first else (sampled(DAY - days(30)),)
    facts = in_order(DAY, programme, fills=fills, pregnancy_tests=(*earlier, omitted))
    decision = asked(facts, DAY, Action.PRESCRIBE)
    assert codes(decision) == {reason}
    assert decision.level is level


@pytest.mark.parametrize(
    "tests",
    [(), (sampled(DAY, None, None),), (sampled(DAY, None, None, omitted_reason=" "),)],
)
def test_european_monthly_test_without_a_reason_is_missing(tests: tuple) -> None:
    facts = in_order(DAY, "eu-ppp", fills=(DAY - days(30),), pregnancy_tests=tests)
    decision = asked(facts, DAY, Action.PRESCRIBE)
    assert codes(decision) == {Reason.TEST_MISSING}
    assert decision.level is Level.OVERRIDE


@pytest.mark.parametrize(
    ("programme", "tests", "expected"),
    [
        ("ca", (sampled(DAY - days(30)), sampled(DAY - days(11))), set()),
        ("ca", (sampled(DAY - days(30)), sampled(DAY - days(12))), {Reason.TEST_STALE}),
        ("ca", (sampled(DAY),), {Reason.TEST_MISSING}),
        ("au", (sampled(DAY - days(14)),), set()),
        ("au", (sampled(DAY - days(15)),), {Reason.TEST_STALE}),
        ("au", (), {Reason.TEST_MISSING}),
    ],
)
def test_canada_and_australia_count_from_the_prescription(
    programme: str, tests: tuple, expected: set[Reason]
) -> None:
    assert codes(asked(in_order(DAY, programme, pregnancy_tests=tests), DAY, START)) == expected


@pytest.mark.parametrize(
    ("programme", "fills", "tests", "earliest"),
    [
        # Canada wants two days of tests: without any, the second is tomorrow's.
        ("ca", (), (), DAY + days(1)),
        ("ca", (), (sampled(DAY),), DAY + days(1)),
        ("ca", (), (sampled(DAY - days(5)),), DAY),
        ("ca", (), (sampled(DAY - days(30)),), DAY),
        ("ca", (), (sampled(DAY - days(20), setting=HOME), sampled(DAY - days(12))), DAY),
        ("ca", (), (sampled(DAY - days(20), setting=HOME),), DAY + days(1)),
        ("ca", (DAY - days(30),), (), DAY),
        ("au", (), (), DAY),
        ("uk-mhra", (), (), DAY),
    ],
)
def test_missing_test_can_be_made_up_on_the_first_day_it_counts(
    programme: str, fills: tuple, tests: tuple, earliest: date
) -> None:
    facts = in_order(DAY, programme, fills=fills, pregnancy_tests=tests)
    decision = asked(facts, DAY, Action.PRESCRIBE)
    assert decision.level is Level.BLOCK
    assert decision.earliest_on == earliest


def test_uk_test_shortly_before_an_early_visit_may_lie_before_the_last_fill() -> None:
    facts = in_order(
        DAY, "uk-mhra", fills=(DAY - days(2),), pregnancy_tests=(sampled(DAY - days(3)),)
    )
    assert codes(asked(facts, DAY, Action.PRESCRIBE)) == set()
    elsewhere = in_order(
        DAY, "ca", fills=(DAY - days(2),), pregnancy_tests=(sampled(DAY - days(3)),)
    )
    assert codes(asked(elsewhere, DAY, Action.PRESCRIBE)) == {Reason.TEST_MISSING}


@pytest.mark.parametrize(("ago", "earliest"), [(0, DAY + days(1)), (1, DAY), (5, DAY)])
def test_unclear_test_is_repeated_on_a_later_day(ago: int, earliest: date) -> None:
    fills = (DAY - days(30),)
    sound = in_order(DAY, fills=fills).pregnancy_tests[:-1]
    unclear = sampled(DAY - days(ago), TestResult.INDETERMINATE)
    facts = in_order(DAY, fills=fills, pregnancy_tests=(*sound, unclear))
    assert asked(facts, DAY).earliest_on == earliest


UNCLEAR, POSITIVE = Reason.TEST_INDETERMINATE, Reason.TEST_POSITIVE


@pytest.mark.parametrize(
    ("programme", "tests", "expected", "earliest"),
    [
        # One test is asked for, and one was done.
        ("uk-mhra", (0,), {UNCLEAR}, DAY + days(1)),
        ("eu-ppp", (3,), {UNCLEAR}, DAY),
        # Done too long before the visit, it is not the visit's test.
        ("uk-mhra", (4,), {UNCLEAR, Reason.TEST_MISSING}, DAY),
        # Two are asked for.
        ("us-ipledge", (0,), {UNCLEAR, Reason.TEST_MISSING}, DAY + days(19)),
        ("us-ipledge", (30, 0), {UNCLEAR}, DAY + days(1)),
        ("us-ipledge", (18, 0), {UNCLEAR}, DAY + days(1)),
        ("us-ipledge", (10, 0), {UNCLEAR}, DAY + days(9)),
        ("ca", (0,), {UNCLEAR, Reason.TEST_MISSING}, DAY + days(1)),
        ("ca", (5, 0), {UNCLEAR}, DAY + days(1)),
    ],
)
def test_an_unclear_test_before_the_start_was_done_and_is_not_missing_too(
    programme: str, tests: tuple[int, ...], expected: set[Reason], earliest: date
) -> None:
    *clear, last = tests
    done = (
        *(sampled(DAY - days(ago)) for ago in clear),
        sampled(DAY - days(last), TestResult.INDETERMINATE),
    )
    decision = asked(in_order(DAY, programme, pregnancy_tests=done), DAY, START)
    assert codes(decision) == expected
    assert decision.level is Level.BLOCK
    assert decision.earliest_on == earliest


@pytest.mark.parametrize("programme", ["us-ipledge", "uk-mhra", "eu-ppp", "ca", "au"])
@pytest.mark.parametrize(
    ("ago", "result", "expected"),
    [
        (0, TestResult.POSITIVE, {POSITIVE}),
        (0, TestResult.INDETERMINATE, {UNCLEAR}),
        (40, TestResult.INDETERMINATE, {UNCLEAR, Reason.TEST_MISSING}),
    ],
)
def test_a_month_whose_test_is_not_negative_lacks_no_other_test(
    programme: str, ago: int, result: TestResult, expected: set[Reason]
) -> None:
    fills = (DAY - days(30),)
    sound = in_order(DAY, programme, fills=fills).pregnancy_tests
    done = (*(test for test in sound if test.on < fills[0]), sampled(DAY - days(ago), result))
    facts = in_order(DAY, programme, fills=fills, pregnancy_tests=tuple(sorted(done, key=by_day)))
    decision = asked(facts, DAY, Action.PRESCRIBE)
    assert codes(decision) == expected
    assert decision.level is Level.BLOCK


def by_day(test: PregnancyTest) -> date:
    return test.on
