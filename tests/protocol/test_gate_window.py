"""Window, lockout and prescription by the day (US-09 to US-12, US-19, US-21, UK-15, EU-03)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from protocol.facts import Prescribed, Visit
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Action, Category, Level, Reason, TestSetting
from tests.protocol.world import (
    SOUND,
    asked,
    codes,
    days,
    filled,
    in_order,
    protected,
    sampled,
)

T1 = date(2027, 1, 8)
EXPIRED, NOT_OPEN, LOCKOUT = Reason.WINDOW_EXPIRED, Reason.WINDOW_NOT_OPEN, Reason.LOCKOUT_19


@pytest.mark.parametrize(
    ("specimen", "last_day"),
    [
        (date(2027, 3, 8), date(2027, 3, 14)),
        (date(2027, 11, 1), date(2027, 11, 7)),
        (date(2026, 12, 28), date(2027, 1, 3)),
        (date(2028, 2, 24), date(2028, 3, 1)),
        (date(2026, 2, 24), date(2026, 3, 2)),
    ],
)
@pytest.mark.parametrize("first_fill", [True, False])
def test_window_is_seven_days_from_the_specimen(
    specimen: date, last_day: date, first_fill: bool
) -> None:
    fills = () if first_fill else (specimen - days(29),)
    facts = in_order(specimen, fills=fills)
    on_last = asked(facts, last_day)
    assert (on_last.level, on_last.findings) == (Level.ALLOW, ())
    assert on_last.window is not None
    assert (on_last.window.first_day, on_last.window.last_day) == (specimen, last_day)
    after = asked(facts, last_day + days(1))
    assert codes(after) == {EXPIRED}
    assert after.level is Level.BLOCK


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2027-03-14T23:59:59", "America/New_York", set()),
        ("2027-03-15T00:00:00", "America/New_York", {EXPIRED}),
        ("2027-03-14T20:59:59", "America/Los_Angeles", set()),
        ("2027-03-14T21:00:00", "America/Los_Angeles", {EXPIRED}),
        ("2027-03-15T03:59:59", "UTC", set()),
        ("2027-03-15T04:00:00", "UTC", {EXPIRED}),
    ],
)
def test_window_closes_at_eastern_midnight_wherever_the_clinic_is(
    wall: str, zone: str, expected: set[Reason]
) -> None:
    facts = in_order(date(2027, 3, 8), zone=zone)
    at = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))
    decision = asked(facts, at)
    assert codes(decision) == expected
    assert decision.window is not None
    assert decision.window.closes_at == datetime.fromisoformat("2027-03-15T03:59:59Z")


def test_window_is_not_open_while_it_is_still_yesterday_in_the_east() -> None:
    facts = in_order(date(2027, 3, 8), zone="Pacific/Guam")
    at = datetime(2027, 3, 8, 9, tzinfo=ZoneInfo("Pacific/Guam"))
    decision = asked(facts, at)
    assert codes(decision) == {NOT_OPEN}
    assert decision.judged_on == date(2027, 3, 7)
    assert decision.earliest_on == date(2027, 3, 8)


@pytest.mark.parametrize(
    ("again", "on", "expected", "earliest"),
    [
        # Nothing done anew: first counting day is 19 days after the specimen of the missed window.
        (None, date(2026, 4, 13), {EXPIRED}, date(2026, 4, 25)),
        (None, date(2026, 4, 30), {EXPIRED}, date(2026, 4, 30)),
        (date(2026, 4, 13), date(2026, 4, 13), {LOCKOUT}, date(2026, 4, 25)),
        (date(2026, 4, 24), date(2026, 4, 24), {LOCKOUT}, date(2026, 4, 25)),
        (date(2026, 4, 25), date(2026, 4, 25), set(), date(2026, 4, 25)),
        (date(2026, 4, 25), date(2026, 5, 1), set(), date(2026, 5, 1)),
        (date(2026, 4, 25), date(2026, 5, 2), {EXPIRED}, date(2026, 5, 14)),
        # A test within the open window neither prolongs it ...
        (date(2026, 4, 10), date(2026, 4, 12), set(), date(2026, 4, 12)),
        # ... nor opens another once the window has been missed.
        (date(2026, 4, 10), date(2026, 4, 13), {LOCKOUT}, date(2026, 4, 25)),
    ],
)
def test_missed_first_window_locks_out_for_nineteen_days(
    again: date | None, on: date, expected: set[Reason], earliest: date
) -> None:
    tests = [sampled(date(2026, 3, 1)), sampled(date(2026, 4, 6))]
    tests += [sampled(again)] if again else []
    decision = asked(in_order(on, pregnancy_tests=tuple(tests)), on)
    assert codes(decision) == expected
    assert decision.earliest_on == earliest


@pytest.mark.parametrize(
    ("again", "starts", "expected"),
    [
        (date(2026, 11, 14), None, {LOCKOUT}),
        (date(2026, 11, 15), None, set()),
        (date(2026, 11, 14), date(2026, 11, 14), set()),
        (date(2026, 11, 15), date(2026, 11, 16), {LOCKOUT}),
    ],
)
def test_lockout_is_judged_by_the_edition_of_the_new_specimen(
    again: date, starts: date | None, expected: set[Reason]
) -> None:
    tests = (sampled(date(2026, 10, 1)), sampled(date(2026, 11, 5)), sampled(again))
    policy = ClinicPolicy(us_2026_effective_from=starts)
    # Even when the attempt itself falls into the newer edition.
    decision = asked(in_order(again, pregnancy_tests=tests), date(2026, 11, 17), policy=policy)
    assert codes(decision) == expected


def test_lockout_ends_early_when_the_newer_edition_begins() -> None:
    tests = (sampled(date(2026, 10, 1)), sampled(date(2026, 11, 5)))
    decision = asked(in_order(date(2026, 11, 13), pregnancy_tests=tests), date(2026, 11, 13))
    assert codes(decision) == {EXPIRED}
    assert decision.earliest_on == date(2026, 11, 15)


def test_lockout_never_follows_a_first_fill() -> None:
    fill = date(2026, 4, 7)
    month = fill + days(29)
    tests = (
        sampled(date(2026, 3, 1)),
        sampled(date(2026, 4, 6)),
        sampled(month),
        sampled(month + days(8)),
    )
    facts = in_order(month, fills=(fill,), pregnancy_tests=tests)
    assert codes(asked(facts, month + days(7))) == {EXPIRED}
    assert codes(asked(facts, month + days(8))) == set()


def test_asking_for_a_start_in_a_running_course_locks_nothing_out() -> None:
    first = date(2026, 4, 6)
    tests = (sampled(first - days(40)), sampled(first), sampled(first + days(10)))
    facts = in_order(first + days(10), fills=(first + days(1),), pregnancy_tests=tests)
    found = codes(asked(facts, first + days(10), Action.START))
    assert LOCKOUT not in found


def test_new_test_in_2026_may_be_the_very_next_day_but_not_at_home() -> None:
    first = date(2027, 3, 8)
    for setting, expected in (
        (TestSetting.CLINIC, set()),
        (TestSetting.HOME, {Reason.TEST_SETTING}),
    ):
        tests = (sampled(T1), sampled(first), sampled(first + days(7), setting=setting))
        facts = in_order(first + days(7), pregnancy_tests=tests)
        assert codes(asked(facts, first + days(7))) == expected


@pytest.mark.parametrize("last", [date(2026, 4, 20), date(2026, 4, 26)])
def test_test_that_opened_no_window_locks_nothing_out(last: date) -> None:
    screening, too_early = date(2026, 4, 1), date(2026, 4, 15)
    tests = (sampled(screening), sampled(too_early), sampled(last))
    assert codes(asked(in_order(last, pregnancy_tests=tests), last)) == set()


def test_test_before_thirty_days_of_contraception_locks_nothing_out() -> None:
    since = date(2026, 4, 1)
    tests = (sampled(since), sampled(since + days(29)), sampled(since + days(31)))
    on = since + days(37)
    said = (protected(since, since=since),)
    assert codes(asked(in_order(on, pregnancy_tests=tests, contraception=said), on)) == set()
    opened = (sampled(since), sampled(since + days(30)), sampled(since + days(37)))
    locked = in_order(on, pregnancy_tests=opened, contraception=said)
    assert codes(asked(locked, on)) == {LOCKOUT}


def test_visit_window_is_not_open_while_it_is_still_yesterday_in_the_east() -> None:
    visit = date(2025, 4, 8)
    facts = in_order(visit, category=Category.NCP, zone="Pacific/Guam")
    at = datetime(2025, 4, 8, 9, tzinfo=ZoneInfo("Pacific/Guam"))
    for action in Action:
        decision = asked(facts, at, action)
        assert codes(decision) == {NOT_OPEN}
        assert decision.earliest_on == visit


@pytest.mark.parametrize(
    ("last", "on", "expected"),
    [
        (29, date(2025, 5, 7), set()),
        (29, date(2025, 5, 8), {EXPIRED}),
        (30, date(2025, 5, 8), set()),
        (30, date(2025, 5, 9), {EXPIRED}),
    ],
)
def test_visit_window_of_patients_who_cannot_is_a_setting(
    last: int, on: date, expected: set[Reason]
) -> None:
    visit = date(2025, 4, 8)
    facts = in_order(visit, category=Category.NCP, visits=(Visit(ref="v", on=visit, first=True),))
    policy = ClinicPolicy(us_ncp_window_last_day=last)
    assert codes(asked(facts, on, policy=policy)) - {Reason.LAB_BASELINE_MISSING} == expected


def test_visit_window_is_gone_in_2026() -> None:
    visit = date(2026, 10, 1)
    facts = in_order(
        visit,
        category=Category.NCP,
        visits=(Visit(ref="v", on=visit, first=True),),
        prescribed=(Prescribed(ref="p", on=visit, supply=SOUND),),
        labs=in_order(date(2026, 11, 14)).labs,
    )
    assert codes(asked(facts, date(2026, 11, 14))) == {EXPIRED}
    decision = asked(facts, date(2026, 11, 15))
    assert codes(decision) == set()
    assert decision.window is None


def test_fill_needs_a_visit_of_its_own_while_the_window_counts_from_it() -> None:
    day = date(2025, 6, 1)
    facts = in_order(
        day,
        category=Category.NCP,
        fills=(day - days(30),),
        visits=(Visit(ref="v", on=day - days(30), first=True),),
    )
    assert codes(asked(facts, day)) == {Reason.VISIT_MISSING}


@pytest.mark.parametrize(
    ("programme", "last", "days_after", "expected"),
    [
        ("uk-mhra", 7, 7, set()),
        ("uk-mhra", 7, 8, {Reason.RX_EXPIRED}),
        ("uk-mhra", 6, 6, set()),
        ("uk-mhra", 6, 7, {Reason.RX_EXPIRED}),
        ("eu-ppp", 6, 7, set()),
        ("eu-ppp", 7, 8, {Reason.RX_EXPIRED}),
        ("ca", 6, 20, set()),
    ],
)
def test_prescription_is_valid_for_seven_days(
    programme: str, last: int, days_after: int, expected: set[Reason]
) -> None:
    issued = date(2026, 6, 10)
    facts = in_order(issued, programme)
    policy = ClinicPolicy(uk_rx_last_day=last)
    decision = asked(facts, issued + days(days_after), policy=policy)
    assert codes(decision) == expected


def test_uk_window_ends_by_london_summer_time() -> None:
    decision = asked(in_order(date(2026, 6, 10), "uk-mhra"), date(2026, 6, 10))
    assert decision.window is not None
    assert decision.window.closes_at == datetime.fromisoformat("2026-06-17T22:59:59Z")


@pytest.mark.parametrize("programme", ["us-ipledge", "uk-mhra", "eu-ppp", "ca", "au"])
def test_fill_needs_a_prescription_that_no_fill_has_used(programme: str) -> None:
    day = date(2026, 6, 10)
    assert codes(asked(in_order(day, programme, prescribed=()), day)) == {Reason.RX_MISSING}
    used = in_order(day, programme, fills=(day - days(30),))
    used = in_order(day, programme, fills=(day - days(30),), prescribed=used.prescribed[:1])
    assert codes(asked(used, day)) == {Reason.RX_MISSING}
    assert Reason.RX_MISSING not in codes(asked(used, day, Action.PRESCRIBE))


@pytest.mark.parametrize("rma", [None, "", "  "])
def test_us_fill_needs_the_authorisation(rma: str | None) -> None:
    day = date(2026, 6, 10)
    decision = asked(in_order(day), day, rma=rma)
    assert codes(decision) == {Reason.RMA_MISSING}
    assert decision.findings[0].owner.value == "pharmacy"
    assert codes(asked(in_order(day), day, Action.PRESCRIBE, rma=rma)) == set()
    assert codes(asked(in_order(day, "uk-mhra"), day, rma=rma)) == set()


def test_window_row_is_not_met_when_no_test_opened_one() -> None:
    day = date(2026, 6, 10)
    decision = asked(in_order(day, pregnancy_tests=(sampled(day),)), day)
    assert codes(decision) == {Reason.TEST_MISSING}
    row = next(row for row in decision.checks if row.check.value == "window")
    assert not row.met
    assert decision.window is None


def test_fill_of_an_earlier_month_does_not_close_the_next() -> None:
    day = date(2026, 6, 10)
    facts = in_order(day, fills=(day - days(60), day - days(30)))
    assert asked(facts, day).level is Level.ALLOW
    again = in_order(
        day, fills=(day - days(30), day - days(1)), pregnancy_tests=facts.pregnancy_tests
    )
    assert filled(day - days(1)) in again.dispensed
    assert asked(again, day).level is Level.ALLOW
