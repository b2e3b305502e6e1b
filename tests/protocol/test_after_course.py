"""After the last dose, and where a course stands (US-24 to US-26, UK-16, UK-17, CI-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from protocol.after_course import AfterCourse, follow_up
from protocol.facts import Condition, Dispensed, Dose, Hold, HomeTesting, Resume, Stopped
from protocol.schedule import plan
from protocol.standing import stand
from protocol.timeline import known_by, started_on
from protocol.vocabulary import Action, Category, Phase, Requirement, TestResult, TestSetting
from tests.protocol.world import POLICY, days, in_order, noon, protected, sampled

LAST = date(2027, 5, 31)
STOP = (Stopped(ref="stop", on=LAST, last_dose=LAST),)
FINAL = date(2027, 6, 30)


def ended(programme: str = "us-ipledge", **own: object):
    """A course whose last dose was taken on ``LAST``."""
    return in_order(
        LAST - days(20), programme, fills=(LAST - days(50),), **{"stopped": STOP, **own}
    )


@pytest.mark.parametrize(
    ("programme", "last", "end", "final", "blood"),
    [
        ("us-ipledge", date(2027, 5, 31), date(2027, 5, 31), date(2027, 6, 30), date(2027, 7, 1)),
        ("us-ipledge", date(2027, 1, 31), date(2027, 1, 31), date(2027, 3, 2), date(2027, 3, 3)),
        ("uk-mhra", date(2027, 1, 31), None, date(2027, 2, 28), date(2027, 3, 1)),
        ("uk-mhra", date(2025, 5, 31), None, date(2025, 6, 30), date(2025, 7, 1)),
        ("eu-ppp", date(2027, 3, 15), None, date(2027, 4, 15), date(2027, 4, 16)),
        ("ca", date(2027, 3, 15), None, date(2027, 4, 15), date(2027, 4, 16)),
        ("au", date(2027, 3, 15), None, date(2027, 4, 15), date(2027, 4, 16)),
    ],
)
def test_dates_after_the_last_dose(
    programme: str, last: date, end: date | None, final: date, blood: date
) -> None:
    stop = (Stopped(ref="stop", on=last, last_dose=last),)
    facts = in_order(last - days(20), programme, fills=(last - days(50),), stopped=stop)
    after = follow_up(facts, as_of=last, policy=POLICY)
    assert (after.end_test_due, after.final_test_due) == (end, final)
    assert (after.contraception_until, after.blood_donation_from) == (final, blood)
    assert after.final_test_open


def test_procedures_wait_six_months() -> None:
    assert follow_up(ended(), as_of=LAST, policy=POLICY).procedures_until == date(2027, 11, 30)


def test_blood_donation_is_for_everybody_and_tests_are_not() -> None:
    facts = ended(category=Category.NCP)
    after = follow_up(facts, as_of=LAST, policy=POLICY)
    assert after.blood_donation_from == date(2027, 7, 1)
    assert (after.final_test_due, after.contraception_until) == (None, None)
    assert not after.final_test_open


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ({}, True),
        ({"stopped": (replace(STOP[0], pregnancy=True),)}, False),
        ({"pregnancy_tests": (sampled(LAST, TestResult.POSITIVE),)}, False),
        ({"pregnancy_tests": (sampled(LAST + days(9), TestResult.POSITIVE),)}, False),
        ({"conditions": (Condition(ref="c", on=LAST, name="pregnancy"),)}, False),
        # A false alarm that a supervised test has answered, and a test of before the course.
        (
            {"pregnancy_tests": (sampled(LAST, TestResult.POSITIVE), sampled(LAST + days(2)))},
            True,
        ),
        ({"pregnancy_tests": (sampled(LAST - days(60), TestResult.POSITIVE),)}, True),
    ],
)
def test_whoever_is_pregnant_is_asked_for_no_test_after_the_course(
    own: dict[str, object], asked: bool
) -> None:
    items = plan(ended(**own), as_of=LAST + days(10), policy=POLICY).open_items
    assert {item.requirement for item in items} == (
        {Requirement.FINAL_TEST, Requirement.LOOK_BACK} if asked else set()
    )


def test_running_course_has_no_dates() -> None:
    assert follow_up(ended(stopped=()), as_of=LAST, policy=POLICY) == AfterCourse()
    assert follow_up(ended(), as_of=LAST - days(1), policy=POLICY) == AfterCourse()


LATE_STOP = (Stopped(ref="stop", on=LAST + days(10), last_dose=LAST, at=noon(LAST + days(10))),)


def collected(on: date, *, at: datetime | None = None) -> Dispensed:
    """A supply handed out."""
    return Dispensed(ref=f"fill-{on}", on=on, rma="RMA-1", at=at)


@pytest.mark.parametrize(
    ("fill", "begins"),
    [
        (collected(LAST + days(1)), False),
        (collected(LAST + days(10)), False),
        (collected(LAST + days(11)), True),
        (collected(LAST + days(10), at=noon(LAST + days(10)) - timedelta(minutes=1)), False),
        (collected(LAST + days(10), at=noon(LAST + days(10)) + timedelta(minutes=1)), True),
    ],
)
def test_supply_that_a_stop_left_over_begins_no_course(fill: Dispensed, begins: bool) -> None:
    facts = ended(stopped=LATE_STOP)
    facts = replace(facts, dispensed=(*facts.dispensed, fill))
    later = LAST + days(12)
    assert (started_on(known_by(facts, later)) == fill.on) is begins
    assert (follow_up(facts, as_of=later, policy=POLICY) == AfterCourse()) is begins
    phase = stand(facts, at=noon(later), policy=POLICY).phase
    assert phase is (Phase.ACTIVE if begins else Phase.FOLLOW_UP)


def test_supply_before_the_stop_is_known_still_counts() -> None:
    facts = ended(stopped=LATE_STOP)
    facts = replace(facts, dispensed=(*facts.dispensed, collected(LAST + days(1))))
    assert len(known_by(facts, LAST + days(9)).dispensed) == len(facts.dispensed)


def test_dose_before_the_stop_was_recorded_says_that_the_next_course_had_begun() -> None:
    again = Dose(ref="dose-again", on=LAST + days(3), pattern=(Decimal(40),))
    facts = ended(stopped=LATE_STOP)
    facts = replace(
        facts,
        doses=(*facts.doses, again),
        dispensed=(*facts.dispensed, collected(LAST + days(3))),
    )
    assert started_on(known_by(facts, LAST + days(12))) == LAST + days(3)


@pytest.mark.parametrize(
    ("programme", "test", "closed"),
    [
        ("us-ipledge", sampled(FINAL), True),
        ("us-ipledge", sampled(FINAL - days(1)), False),
        ("us-ipledge", sampled(FINAL, TestResult.POSITIVE), False),
        ("us-ipledge", sampled(FINAL, TestResult.INDETERMINATE), False),
        ("us-ipledge", sampled(FINAL, setting=TestSetting.HOME, verified=True), True),
        ("us-ipledge", sampled(FINAL, setting=TestSetting.HOME), False),
        ("us-ipledge", sampled(FINAL, setting=None), False),
        ("uk-mhra", sampled(FINAL, setting=TestSetting.HOME, verified=True), False),
        ("uk-mhra", sampled(FINAL, setting=TestSetting.REMOTE_SUPERVISED), True),
    ],
)
def test_final_test_counts_from_its_day_where_the_programme_takes_it(
    programme: str, test: object, closed: bool
) -> None:
    said = (HomeTesting(ref="home", on=LAST, allowed=True),)
    facts = ended(programme, pregnancy_tests=(test,), home_testing=said)
    after = follow_up(facts, as_of=FINAL + days(9), policy=POLICY)
    assert after.final_test_open is not closed
    assert (after.final_test is not None) is closed


def test_home_final_test_needs_the_prescribers_word() -> None:
    test = sampled(FINAL, setting=TestSetting.HOME, verified=True)
    for allowed in (None, False):
        said = () if allowed is None else (HomeTesting(ref="home", on=LAST, allowed=allowed),)
        facts = ended(pregnancy_tests=(test,), home_testing=said)
        assert follow_up(facts, as_of=FINAL, policy=POLICY).final_test_open


START = date(2027, 1, 10)


def test_course_before_its_start_is_planned() -> None:
    standing = stand(in_order(START), at=noon(START), policy=POLICY)
    assert standing.phase is Phase.PLANNED
    assert (standing.week, standing.month, standing.next_pickup_on) == (None, None, None)
    assert standing.decision.action is Action.START


@pytest.mark.parametrize(
    ("on", "week", "month", "left", "gap"),
    [
        (START, 1, 1, 30, 0),
        (START + days(6), 1, 1, 24, 0),
        (START + days(7), 2, 1, 23, 0),
        (date(2027, 2, 9), 5, 1, 0, 0),
        (date(2027, 2, 10), 5, 2, 0, 1),
    ],
)
def test_running_course_counts_weeks_months_and_capsules(
    on: date, week: int, month: int, left: int, gap: int
) -> None:
    standing = stand(in_order(on, fills=(START,)), at=noon(on), policy=POLICY)
    assert standing.phase is Phase.ACTIVE
    assert (standing.week, standing.month) == (week, month)
    assert (standing.capsules_left_days, standing.gap_days) == (left, gap)
    assert standing.next_pickup_on == START + days(30)
    assert standing.edition == "us-2026"


def test_running_course_shows_window_and_next_item() -> None:
    on = START + days(29)
    facts = in_order(on, fills=(START,), check_ins=())
    standing = stand(facts, at=noon(on), policy=POLICY)
    assert standing.window is not None
    assert standing.window.first_day == on
    assert standing.next_item is not None
    assert standing.next_item.requirement is Requirement.CHECK_IN


def test_held_course_is_paused_until_it_is_resumed() -> None:
    held = (Hold(ref="h", on=START + days(10)),)
    resumed = (Resume(ref="r", on=START + days(20)),)
    for on, resumes, phase in (
        (START + days(9), (), Phase.ACTIVE),
        (START + days(10), (), Phase.PAUSED),
        (START + days(19), resumed, Phase.PAUSED),
        (START + days(20), resumed, Phase.ACTIVE),
    ):
        facts = in_order(on, fills=(START,), holds=held, resumes=resumes)
        assert stand(facts, at=noon(on), policy=POLICY).phase is phase


@pytest.mark.parametrize(
    ("on", "done", "phase"),
    [
        (LAST, True, Phase.FOLLOW_UP),
        (FINAL, True, Phase.FOLLOW_UP),
        (FINAL + days(1), True, Phase.CLOSED),
        (FINAL + days(40), False, Phase.FOLLOW_UP),
    ],
)
def test_ended_course_is_followed_up_until_everything_is_done(
    on: date, done: bool, phase: Phase
) -> None:
    tests = (sampled(FINAL),) if done else ()
    standing = stand(ended(pregnancy_tests=tests), at=noon(on), policy=POLICY)
    assert standing.phase is phase
    assert standing.week is None


def test_next_course_taken_up_is_planned_again() -> None:
    later = LAST + days(100)
    facts = ended()
    again = replace(facts.enrolled[0], ref="again", on=later)
    facts = replace(
        facts,
        enrolled=(*facts.enrolled, again),
        contraception=(protected(later, since=later),),
        pregnancy_tests=(sampled(FINAL),),
    )
    standing = stand(facts, at=noon(later), policy=POLICY)
    assert standing.phase is Phase.PLANNED
    assert standing.next_item is not None
