"""Pregnancy tests and contraception at the gate (US-05 to US-17, UK-10 to UK-13, EU-02)."""

from __future__ import annotations

from datetime import date

import pytest

from protocol.facts import Comprehension, Counselling, HomeTesting, Visit
from protocol.vocabulary import Action, Category, Level, Method, Reason, TestResult, TestSetting
from tests.protocol.world import (
    PILL_AND_CONDOM,
    asked,
    codes,
    days,
    in_order,
    protected,
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


@pytest.mark.parametrize(
    ("since", "expected", "earliest"),
    [
        (date(2027, 2, 6), set(), DAY),
        (date(2027, 2, 7), {Reason.CONTRA_LT_30}, date(2027, 3, 9)),
        (date(2027, 3, 1), {Reason.CONTRA_LT_30}, date(2027, 3, 31)),
    ],
)
def test_us_methods_begin_thirty_days_before_the_second_test(
    since: date, expected: set[Reason], earliest: date
) -> None:
    facts = in_order(DAY, contraception=(protected(since, since=since),))
    decision = asked(facts, DAY, START)
    assert codes(decision) == expected
    assert decision.earliest_on == earliest


def test_us_methods_are_counted_to_the_second_test_and_not_to_the_attempt() -> None:
    since = DAY - days(29)
    facts = in_order(DAY, contraception=(protected(since, since=since),))
    assert codes(asked(facts, DAY + days(4))) == {Reason.CONTRA_LT_30}


def test_later_month_does_not_ask_how_long_methods_have_been_used() -> None:
    facts = in_order(DAY, fills=(DAY - days(30),), contraception=(protected(DAY, since=DAY),))
    assert codes(asked(facts, DAY)) == set()


@pytest.mark.parametrize("programme", ["uk-mhra", "eu-ppp", "ca", "au"])
@pytest.mark.parametrize(
    ("since", "on", "expected"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), {Reason.CONTRA_LT_30}),
        (date(2026, 1, 31), date(2026, 2, 28), set()),
        (date(2026, 2, 15), date(2026, 3, 14), {Reason.CONTRA_LT_30}),
        (date(2026, 2, 15), date(2026, 3, 15), set()),
    ],
)
def test_elsewhere_methods_begin_a_calendar_month_before(
    programme: str, since: date, on: date, expected: set[Reason]
) -> None:
    said = protected(since, (Method.IMPLANT, Method.MALE_CONDOM), since=since)
    facts = in_order(on, programme, contraception=(said,))
    decision = asked(facts, on, START)
    assert codes(decision) == expected
    if expected:
        assert decision.earliest_on == on + days(1)


SINCE = DAY - days(60)


@pytest.mark.parametrize(
    ("programme", "methods", "enough"),
    [
        ("us-ipledge", PILL_AND_CONDOM, True),
        ("us-ipledge", (Method.COMBINED_PILL,), False),
        ("us-ipledge", (Method.COMBINED_PILL, Method.INJECTION), True),
        ("us-ipledge", (Method.MALE_CONDOM, Method.SPONGE), False),
        ("us-ipledge", (Method.TUBAL_STERILISATION,), False),
        ("us-ipledge", (Method.TUBAL_STERILISATION, Method.SPONGE), True),
        ("us-ipledge", (Method.PROGESTIN_ONLY_PILL, Method.MALE_CONDOM), False),
        ("us-ipledge", (Method.COMBINED_PILL, Method.FEMALE_CONDOM), False),
        ("us-ipledge", (Method.COMBINED_PILL, Method.COMBINED_PILL), False),
        ("us-ipledge", (Method.ABSTINENCE,), True),
        ("us-ipledge", (), False),
        ("uk-mhra", (Method.HORMONAL_IUD,), True),
        ("uk-mhra", (Method.PARTNER_VASECTOMY,), True),
        ("uk-mhra", PILL_AND_CONDOM, True),
        ("uk-mhra", (Method.INJECTION,), False),
        ("uk-mhra", (Method.COMBINED_PILL, Method.INJECTION), False),
        ("uk-mhra", (Method.MALE_CONDOM, Method.DIAPHRAGM_SPERMICIDE), False),
        ("uk-mhra", (Method.PROGESTIN_ONLY_PILL, Method.MALE_CONDOM), False),
        ("uk-mhra", (Method.ABSTINENCE,), False),
        ("eu-ppp", (Method.COPPER_IUD,), True),
        ("eu-ppp", (Method.PATCH,), False),
        ("ca", PILL_AND_CONDOM, True),
        ("ca", (Method.IMPLANT,), False),
        ("au", (Method.COMBINED_PILL,), True),
        ("au", (Method.MALE_CONDOM,), False),
        ("au", (Method.PROGESTIN_ONLY_PILL,), False),
    ],
)
@pytest.mark.parametrize("fills", [(), (DAY - days(30),)])
def test_methods_are_enough_by_the_programmes_table(
    programme: str, methods: tuple[Method, ...], enough: bool, fills: tuple
) -> None:
    said = protected(SINCE, methods, since=SINCE)
    facts = in_order(DAY, programme, fills=fills, contraception=(said,))
    decision = asked(facts, DAY)
    assert codes(decision) == (set() if enough else {Reason.CONTRA_INSUFFICIENT})


@pytest.mark.parametrize(
    ("prescriber", "patient", "expected"),
    [
        (PILL_AND_CONDOM, PILL_AND_CONDOM, set()),
        (PILL_AND_CONDOM, (Method.IMPLANT, Method.MALE_CONDOM), {Reason.CONTRA_MISMATCH}),
        (PILL_AND_CONDOM, (Method.ABSTINENCE,), {Reason.CONTRA_MISMATCH}),
        (PILL_AND_CONDOM, (Method.COMBINED_PILL, Method.SPONGE), set()),
        ((Method.IMPLANT, Method.PATCH), (Method.PATCH, Method.IMPLANT), set()),
        (PILL_AND_CONDOM, None, {Reason.CONTRA_INSUFFICIENT}),
        (None, PILL_AND_CONDOM, {Reason.CONTRA_INSUFFICIENT}),
        (PILL_AND_CONDOM, (Method.COMBINED_PILL,), {Reason.CONTRA_INSUFFICIENT}),
    ],
)
def test_us_both_sides_state_methods_with_the_same_primary(
    prescriber: tuple | None, patient: tuple | None, expected: set[Reason]
) -> None:
    said = tuple(
        protected(SINCE, methods, since=SINCE, by=side)
        for side, methods in (("prescriber", prescriber), ("patient", patient))
        if methods is not None
    )
    assert codes(asked(in_order(DAY, contraception=said), DAY)) == expected


def test_newest_statement_of_each_side_stands() -> None:
    said = (
        protected(SINCE, PILL_AND_CONDOM, since=SINCE),
        protected(SINCE + days(1), (Method.MALE_CONDOM,), since=SINCE),
    )
    facts = in_order(DAY, contraception=said)
    assert Reason.CONTRA_INSUFFICIENT in codes(asked(facts, DAY))


def test_statement_without_a_day_continues_the_same_methods() -> None:
    said = (protected(SINCE, PILL_AND_CONDOM, since=SINCE), protected(DAY, PILL_AND_CONDOM))
    assert codes(asked(in_order(DAY, contraception=said), DAY)) == set()
    switched = (protected(SINCE, since=SINCE), protected(DAY, PILL_AND_CONDOM))
    assert codes(asked(in_order(DAY, contraception=switched), DAY)) == {Reason.CONTRA_LT_30}


def test_later_of_the_two_sides_counts() -> None:
    for early, late in (("patient", "prescriber"), ("prescriber", "patient")):
        said = (
            protected(SINCE, since=SINCE, by=early),
            protected(DAY, since=DAY - days(29), by=late),
        )
        assert codes(asked(in_order(DAY, contraception=said), DAY)) == {Reason.CONTRA_LT_30}


def test_run_of_statements_without_days_begins_with_the_first() -> None:
    said = (protected(DAY - days(30)), protected(DAY - days(10)), protected(DAY))
    assert codes(asked(in_order(DAY, contraception=said), DAY)) == set()
    broken = (protected(DAY - days(30)), protected(DAY - days(10), PILL_AND_CONDOM), protected(DAY))
    assert codes(asked(in_order(DAY, contraception=broken), DAY)) == {Reason.CONTRA_LT_30}


def test_methods_begun_today_make_the_earliest_day_thirty_days_on() -> None:
    decision = asked(in_order(DAY, contraception=()), DAY, START)
    assert codes(decision) == {Reason.CONTRA_INSUFFICIENT}
    assert decision.earliest_on == DAY + days(30)


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


def test_european_monthly_test_without_a_reason_is_missing() -> None:
    facts = in_order(DAY, "eu-ppp", fills=(DAY - days(30),), pregnancy_tests=())
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
    ("category", "on", "recorded", "expected"),
    [
        (Category.FCP, date(2026, 6, 1), date(2026, 5, 2), set()),
        (Category.FCP, date(2026, 6, 1), date(2026, 5, 1), {Reason.COUNSEL_MISSING}),
        (Category.FCP, date(2026, 12, 1), date(2026, 10, 1), {Reason.COUNSEL_MISSING}),
        (Category.NCP, date(2026, 11, 14), date(2026, 10, 1), {Reason.COUNSEL_MISSING}),
        (Category.NCP, date(2026, 11, 15), date(2026, 10, 1), set()),
    ],
)
def test_us_counselling_is_recorded_for_each_month_or_once(
    category: Category, on: date, recorded: date, expected: set[Reason]
) -> None:
    facts = in_order(
        on,
        category=category,
        fills=(on - days(31),),
        counselling=(Counselling(ref="c", on=recorded),),
    )
    assert codes(asked(facts, on)) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (((DAY, True),), set()),
        (((DAY, False),), {Reason.COMPREHENSION_MISSING}),
        (((DAY - days(1), False), (DAY, True)), set()),
        (((DAY - days(1), True), (DAY, False)), {Reason.COMPREHENSION_MISSING}),
        (((DAY - days(30), True),), {Reason.COMPREHENSION_MISSING}),
        ((), {Reason.COMPREHENSION_MISSING}),
    ],
)
def test_us_questions_are_answered_for_each_fill(answers: tuple, expected: set[Reason]) -> None:
    said = tuple(Comprehension(ref=f"a-{on}", on=on, passed=passed) for on, passed in answers)
    facts = in_order(DAY, fills=(DAY - days(30),), comprehension=said)
    assert codes(asked(facts, DAY)) == expected
