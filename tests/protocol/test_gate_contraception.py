"""Contraception, counselling and the programme's questions (US-06, US-14 to US-17, UK-10)."""

from __future__ import annotations

from datetime import date

import pytest

from protocol.facts import Comprehension, Counselling
from protocol.vocabulary import Action, Category, Method, Reason
from tests.protocol.world import PILL_AND_CONDOM, asked, codes, days, in_order, protected

DAY = date(2027, 3, 8)
START = Action.START


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


def test_patient_who_cannot_is_asked_for_none_of_this() -> None:
    facts = in_order(
        DAY, category=Category.NCP, contraception=(), comprehension=(), pregnancy_tests=()
    )
    assert codes(asked(facts, DAY)) == set()


@pytest.mark.parametrize(
    ("programme", "said", "earliest"),
    [
        ("uk-mhra", (), date(2027, 4, 8)),
        ("eu-ppp", (), date(2027, 4, 8)),
        ("us-ipledge", (), DAY + days(30)),
        # Only the patient's word is missing, and can be given today.
        ("us-ipledge", (protected(SINCE, since=SINCE, by="prescriber"),), DAY),
    ],
)
def test_missing_methods_count_from_the_day_they_can_begin(
    programme: str, said: tuple, earliest: date
) -> None:
    decision = asked(in_order(DAY, programme, contraception=said), DAY, START)
    assert codes(decision) == {Reason.CONTRA_INSUFFICIENT}
    assert decision.earliest_on == earliest


@pytest.mark.parametrize("side", ["patient", "prescriber"])
def test_where_one_word_is_enough_either_side_may_give_it(side: str) -> None:
    said = (protected(SINCE, since=SINCE, by=side),)
    assert codes(asked(in_order(DAY, "uk-mhra", contraception=said), DAY)) == set()
    both_asked = in_order(DAY, "us-ipledge", contraception=said)
    assert codes(asked(both_asked, DAY)) == {Reason.CONTRA_INSUFFICIENT}


def test_methods_of_a_patient_who_cannot_are_not_compared() -> None:
    said = (
        protected(SINCE, PILL_AND_CONDOM, since=SINCE, by="patient"),
        protected(SINCE, since=SINCE, by="prescriber"),
    )
    facts = in_order(DAY, category=Category.NCP, contraception=said)
    assert codes(asked(facts, DAY)) == set()


@pytest.mark.parametrize(
    ("action", "clears", "remedy"),
    [(START, date(2027, 3, 15), None), (Action.DISPENSE, None, date(2027, 3, 15))],
)
def test_month_runs_out_by_itself_but_a_prescription_within_it_is_written_anew(
    action: Action, clears: date | None, remedy: date | None
) -> None:
    since = date(2027, 2, 15)
    facts = in_order(DAY, "uk-mhra", contraception=(protected(since, since=since),))
    decision = asked(facts, DAY, action)
    (finding,) = (row for row in decision.findings if row.reason is Reason.CONTRA_LT_30)
    assert (finding.clears_on, finding.remedy_on) == (clears, remedy)
