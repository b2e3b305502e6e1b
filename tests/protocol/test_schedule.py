"""What falls due, and when (LAB-2, LAB-3, SCHED-1 to SCHED-4, US-24, UK-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from protocol.facts import (
    CheckIn,
    CourseFacts,
    Dispensed,
    Dose,
    Enrolled,
    Hold,
    PlannedDose,
    Prescribed,
    Resume,
    Stopped,
    Waiver,
)
from protocol.policy import ClinicPolicy
from protocol.reminders import ReminderLadder
from protocol.schedule import due_dates, plan, status_of
from protocol.supplies import one_strength
from protocol.vocabulary import (
    Category,
    ItemStatus,
    LabSchedule,
    Requirement,
    ResultStatus,
)
from tests.protocol.world import (
    POLICY,
    SOUND,
    days,
    drawn,
    in_order,
    protected,
    sampled,
)

LABS, TEST, CHECK_IN = Requirement.LABS, Requirement.PREGNANCY_TEST, Requirement.CHECK_IN
FINAL = Requirement.FINAL_TEST
START = date(2027, 1, 31)


def running(start: date = START, **own: object) -> CourseFacts:
    """A course begun on a day, with nothing done since."""
    bare = {"labs": drawn(start - days(10)), "pregnancy_tests": (sampled(start),)}
    return in_order(start + days(1), fills=(start,), **{**bare, **own})


def schedule(kind: LabSchedule) -> ClinicPolicy:
    """A clinic that has chosen a laboratory schedule."""
    return ClinicPolicy(lab_schedule=kind)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (LabSchedule.MONTHLY, (date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30))),
        (LabSchedule.EU_SMPC, (date(2027, 2, 28), date(2027, 5, 31), date(2027, 8, 31))),
        (LabSchedule.US_LABEL, (date(2027, 2, 14), date(2027, 2, 28))),
        (LabSchedule.DELPHI_2022, (date(2027, 2, 28),)),
        (LabSchedule.AAD_2024, (date(2027, 2, 28),)),
    ],
)
def test_draws_are_due_by_the_chosen_schedule(kind: LabSchedule, expected: tuple) -> None:
    found = due_dates(running(), LABS, as_of=START + days(1), policy=schedule(kind), count=3)
    assert found == expected


def test_peak_draw_is_due_28_days_after_the_highest_dose_given_or_planned() -> None:
    doses = (Dose(ref="a", on=START, pattern=(Decimal(40),)),)
    planned = (
        PlannedDose(ref="p", on=START, starts=date(2027, 3, 1), pattern=(Decimal(60),)),
        PlannedDose(ref="q", on=START, starts=date(2027, 4, 1), pattern=(Decimal(60),)),
    )
    facts = running(doses=doses, planned_doses=planned)
    policy = schedule(LabSchedule.DELPHI_2022)
    assert due_dates(facts, LABS, as_of=START + days(1), policy=policy) == (date(2027, 3, 29),)
    # What was given later replaces what was planned before it.
    given_later = (*doses, Dose(ref="b", on=date(2027, 3, 10), pattern=(Decimal(30), Decimal(90))))
    late = running(doses=given_later, planned_doses=planned[:1])
    assert due_dates(late, LABS, as_of=date(2027, 3, 11), policy=policy) == (date(2027, 4, 7),)


@pytest.mark.parametrize(
    ("requirement", "after_due", "expected"),
    [
        (LABS, -8, ItemStatus.NOT_DUE),
        (LABS, -7, ItemStatus.DUE_SOON),
        (LABS, -1, ItemStatus.DUE_SOON),
        (LABS, 0, ItemStatus.DUE),
        (LABS, 7, ItemStatus.DUE),
        (LABS, 8, ItemStatus.OVERDUE),
        (TEST, -8, ItemStatus.NOT_DUE),
        (TEST, -7, ItemStatus.DUE_SOON),
        (TEST, 0, ItemStatus.DUE),
        (TEST, 2, ItemStatus.DUE),
        (TEST, 3, ItemStatus.OVERDUE),
        (CHECK_IN, -7, ItemStatus.DUE_SOON),
        (CHECK_IN, 2, ItemStatus.DUE),
        (CHECK_IN, 3, ItemStatus.OVERDUE),
    ],
)
def test_status_changes_on_its_day(
    requirement: Requirement, after_due: int, expected: ItemStatus
) -> None:
    due = date(2027, 2, 28) if requirement is LABS else date(2027, 3, 2)
    found = status_of(running(), requirement, as_of=due + days(after_due), policy=POLICY)
    assert found is expected


@pytest.mark.parametrize(
    ("drawn_on", "next_due"),
    [
        (date(2027, 2, 13), date(2027, 2, 28)),
        (date(2027, 2, 14), date(2027, 3, 31)),
        (date(2027, 3, 14), date(2027, 3, 31)),
        # 15 days late counts for nothing; the next date stays where it was.
        (date(2027, 3, 15), date(2027, 2, 28)),
        # Nearer to the second date: the first has lapsed, the second is done.
        (date(2027, 3, 20), date(2027, 4, 30)),
    ],
)
def test_draw_counts_for_the_nearest_date_within_fourteen_days(
    drawn_on: date, next_due: date
) -> None:
    facts = running(labs=drawn(drawn_on))
    as_of = max(drawn_on, date(2027, 2, 20))
    assert due_dates(facts, LABS, as_of=as_of, policy=POLICY) == (next_due,)


def test_draw_without_triglycerides_or_not_final_does_not_count() -> None:
    on = date(2027, 2, 28)
    whole = drawn(on)
    preliminary = tuple(replace(result, status=ResultStatus.PRELIMINARY) for result in whole)
    unreadable = tuple(replace(result, value=None) for result in whole)
    for labs in (whole[:1], whole[1:], preliminary, unreadable):
        assert status_of(running(labs=labs), LABS, as_of=on, policy=POLICY) is ItemStatus.DUE
    corrected = tuple(replace(result, status=ResultStatus.CORRECTED) for result in whole)
    assert due_dates(running(labs=corrected), LABS, as_of=on, policy=POLICY) == (date(2027, 3, 31),)


def test_waived_draw_is_not_due_and_the_next_one_is() -> None:
    waiver = Waiver(
        ref="w", on=date(2027, 2, 20), requirement=LABS, due_on=date(2027, 2, 28), reason="abroad"
    )
    facts = running(waivers=(waiver,))
    assert due_dates(facts, LABS, as_of=date(2027, 3, 1), policy=POLICY) == (date(2027, 3, 31),)
    planned = plan(facts, as_of=date(2027, 3, 1), policy=POLICY)
    assert [item.due_on for item in planned.items if item.requirement is LABS] == [
        date(2027, 3, 31)
    ]


@pytest.mark.parametrize(
    ("fill_days", "prescribed_days", "due"),
    [
        (Decimal(30), None, 30),
        (Decimal(28), None, 28),
        (Decimal("29.9"), None, 29),
        (None, Decimal(21), 21),
        (None, None, 30),
    ],
)
def test_test_and_check_in_are_due_when_the_supply_ends(
    fill_days: Decimal | None, prescribed_days: Decimal | None, due: int
) -> None:
    written = ()
    if prescribed_days is not None:
        supply = replace(SOUND, lines=one_strength(None, None), days=prescribed_days)
        written = (Prescribed(ref="rx", on=START, supply=supply),)
    facts = running(dispensed=(Dispensed(ref="f", on=START, days=fill_days),), prescribed=written)
    for requirement in (TEST, CHECK_IN):
        found = due_dates(facts, requirement, as_of=START + days(3), policy=POLICY, count=3)
        assert found == (START + days(due),)


def test_patient_who_cannot_has_a_check_in_and_no_test() -> None:
    facts = replace(running(), person=replace(running().person, category=Category.NCP))
    items = plan(facts, as_of=START + days(25), policy=POLICY).items
    assert {item.requirement for item in items} == {LABS, CHECK_IN, Requirement.COLLECT}
    assert due_dates(facts, TEST, as_of=START + days(25), policy=POLICY) == ()


@pytest.mark.parametrize(
    ("tested_after", "met"), [(22, False), (23, True), (30, True), (40, True), (0, False)]
)
def test_month_is_met_by_a_test_from_seven_days_before(tested_after: int, met: bool) -> None:
    facts = running(pregnancy_tests=(sampled(START), sampled(START + days(tested_after))))
    as_of = START + days(max(tested_after, 25))
    status = status_of(facts, TEST, as_of=as_of, policy=POLICY)
    assert (status is ItemStatus.DONE) == met


def test_test_whose_window_closed_without_a_fill_is_due_again_at_once() -> None:
    on = START + days(28)
    facts = running(pregnancy_tests=(sampled(START), sampled(on)))
    assert due_dates(facts, TEST, as_of=on + days(6), policy=POLICY) == ()
    assert due_dates(facts, TEST, as_of=on + days(7), policy=POLICY) == (on + days(7),)
    keys = [item.key for item in plan(facts, as_of=on + days(7), policy=POLICY).items]
    assert "pregnancy-test/cycle-02-again-2" in keys


def test_check_in_is_met_by_its_answers() -> None:
    due = START + days(30)
    early = CheckIn(ref="c", on=START + days(10))
    in_time = CheckIn(ref="d", on=START + days(24))
    named = CheckIn(ref="e", on=START + days(10), due_on=due)
    for answers, expected in (
        ((early,), ItemStatus.DUE_SOON),
        ((in_time,), ItemStatus.DONE),
        ((named,), ItemStatus.DONE),
    ):
        facts = running(check_ins=answers)
        assert status_of(facts, CHECK_IN, as_of=due - days(3), policy=POLICY) is expected


HELD, RESUMED = date(2027, 2, 20), date(2027, 3, 10)


def test_nothing_new_falls_due_while_held_and_at_once_on_resuming() -> None:
    hold = (Hold(ref="h", on=HELD),)
    for requirement in (LABS, TEST, CHECK_IN):
        before = due_dates(running(), requirement, as_of=HELD, policy=POLICY)
        assert before != ()
        held = running(holds=hold)
        assert due_dates(held, requirement, as_of=date(2027, 3, 5), policy=POLICY) == ()
        assert (
            status_of(held, requirement, as_of=date(2027, 3, 5), policy=POLICY)
            is ItemStatus.NOT_DUE
        )
        resumed = running(holds=hold, resumes=(Resume(ref="r", on=RESUMED),))
        assert due_dates(resumed, requirement, as_of=RESUMED, policy=POLICY) == (RESUMED,)
    resumed = running(holds=hold, resumes=(Resume(ref="r", on=RESUMED),))
    later = due_dates(resumed, LABS, as_of=RESUMED, policy=POLICY, count=3)
    assert later == (RESUMED, date(2027, 3, 31), date(2027, 4, 30))


def test_what_was_due_before_the_hold_stays_due() -> None:
    facts = running(holds=(Hold(ref="h", on=date(2027, 3, 1)),))
    assert due_dates(facts, LABS, as_of=date(2027, 3, 9), policy=POLICY) == (date(2027, 2, 28),)
    assert status_of(facts, LABS, as_of=date(2027, 3, 8), policy=POLICY) is ItemStatus.OVERDUE


def test_one_draw_on_resuming_is_enough_for_several_missed_in_a_hold() -> None:
    facts = running(
        holds=(Hold(ref="h", on=date(2027, 2, 20)),),
        resumes=(Resume(ref="r", on=date(2027, 5, 10)),),
    )
    found = due_dates(facts, LABS, as_of=date(2027, 5, 10), policy=POLICY, count=2)
    assert found == (date(2027, 5, 10), date(2027, 5, 31))


def test_draw_during_a_hold_counts_for_its_own_date() -> None:
    facts = running(
        holds=(Hold(ref="h", on=HELD),),
        resumes=(Resume(ref="r", on=RESUMED),),
        labs=drawn(date(2027, 2, 27)),
    )
    assert due_dates(facts, LABS, as_of=RESUMED, policy=POLICY) == (date(2027, 3, 31),)


LAST = date(2027, 5, 31)
STOP = (Stopped(ref="stop", on=LAST, last_dose=LAST),)


@pytest.mark.parametrize(
    ("programme", "due"),
    [
        ("us-ipledge", (LAST, date(2027, 6, 30))),
        ("uk-mhra", (date(2027, 6, 30),)),
        ("eu-ppp", (date(2027, 6, 30),)),
    ],
)
def test_after_a_stop_only_post_course_tests_are_due(programme: str, due: tuple) -> None:
    facts = in_order(LAST - days(20), programme, fills=(LAST - days(50),), stopped=STOP)
    items = plan(facts, as_of=LAST + days(1), policy=POLICY).items
    # Of the rest the patient is only told: what is over, and to look at their skin.
    assert {item.requirement for item in items} == {FINAL, Requirement.LOOK_BACK}
    assert due_dates(facts, TEST, as_of=LAST + days(1), policy=POLICY, count=5) == due
    assert due_dates(facts, LABS, as_of=LAST + days(1), policy=POLICY) == ()
    assert due_dates(facts, CHECK_IN, as_of=LAST + days(1), policy=POLICY) == ()


def test_post_course_tests_end_when_done() -> None:
    tests = (sampled(LAST + days(1)), sampled(LAST + days(30)))
    facts = in_order(LAST - days(20), fills=(LAST - days(50),), stopped=STOP, pregnancy_tests=tests)
    assert status_of(facts, TEST, as_of=LAST + days(29), policy=POLICY) is ItemStatus.DUE_SOON
    assert status_of(facts, TEST, as_of=LAST + days(30), policy=POLICY) is ItemStatus.DONE


def test_nothing_is_due_before_a_course_that_was_brought_in() -> None:
    start = date(2026, 10, 1)
    facts = in_order(
        date(2027, 1, 10),
        doses=(Dose(ref="d", on=start, pattern=(Decimal(40),)),),
        pregnancy_tests=(),
        labs=(),
        due_from=date(2027, 1, 10),
    )
    items = plan(facts, as_of=date(2027, 1, 12), policy=POLICY).items
    assert items
    assert all(item.due_on >= date(2027, 1, 10) for item in items)
    assert due_dates(facts, LABS, as_of=date(2027, 1, 12), policy=POLICY) == (date(2027, 2, 1),)


def test_before_the_start_the_second_test_is_due_when_the_rules_allow() -> None:
    taken_up, since = date(2027, 1, 16), date(2027, 1, 15)
    facts = in_order(
        taken_up,
        enrolled=(Enrolled(ref="e", on=taken_up, registry_id="1"),),
        contraception=(protected(since, since=since),),
        pregnancy_tests=(),
        labs=(),
    )
    assert due_dates(facts, TEST, as_of=taken_up, policy=POLICY, count=2) == (
        taken_up,
        date(2027, 2, 14),
    )
    screened = replace(facts, pregnancy_tests=(sampled(taken_up),))
    as_of = taken_up + days(2)
    assert due_dates(screened, TEST, as_of=as_of, policy=POLICY) == (date(2027, 2, 14),)
    assert due_dates(screened, CHECK_IN, as_of=as_of, policy=POLICY) == (date(2027, 2, 14),)
    late = replace(facts, pregnancy_tests=(sampled(date(2027, 2, 1)),))
    assert due_dates(late, TEST, as_of=date(2027, 2, 2), policy=POLICY) == (date(2027, 2, 20),)
    planned = plan(screened, as_of=as_of, policy=POLICY)
    assert "labs/baseline" in [item.key for item in planned.items]
    assert due_dates(screened, LABS, as_of=as_of, policy=POLICY) == ()


def test_missed_first_window_is_due_after_the_lockout_or_at_once() -> None:
    for first, expected in (
        (date(2026, 4, 6), date(2026, 4, 25)),
        (date(2027, 4, 6), date(2027, 4, 13)),
    ):
        tests = (sampled(first - days(30)), sampled(first))
        facts = in_order(first, pregnancy_tests=tests)
        assert due_dates(facts, TEST, as_of=first + days(6), policy=POLICY) == ()
        assert due_dates(facts, TEST, as_of=first + days(7), policy=POLICY) == (expected,)


def test_specimen_inside_the_lockout_leaves_the_same_day_due() -> None:
    first = date(2026, 4, 6)
    tests = (sampled(first - days(30)), sampled(first), sampled(first + days(10)))
    facts = in_order(first, pregnancy_tests=tests)
    as_of = first + days(12)
    assert due_dates(facts, TEST, as_of=as_of, policy=POLICY) == (first + days(19),)


def test_second_test_too_early_does_not_meet_the_item() -> None:
    first = date(2027, 1, 1)
    facts = in_order(first, pregnancy_tests=(sampled(first), sampled(first + days(10))))
    as_of = first + days(10)
    assert due_dates(facts, TEST, as_of=as_of, policy=POLICY) == (first + days(19),)


def test_reminders_fall_on_the_days_the_clinic_has_chosen() -> None:
    policy = ClinicPolicy(
        reminders={
            "labs": ReminderLadder(remind=(-3, 0, 5)),
            "pregnancy-test": ReminderLadder(remind=(-30,)),
        }
    )
    items = plan(running(), as_of=START + days(20), policy=policy).items
    labs = next(item for item in items if item.requirement is LABS)
    due = date(2027, 2, 28)
    assert [nudge.on for nudge in labs.nudges] == [due - days(3), due, due + days(5)]
    test = next(item for item in items if item.requirement is TEST)
    # Never before the item opens.
    assert [nudge.on for nudge in test.nudges] == [test.opens_on]


def test_day_without_edition_plans_nothing() -> None:
    facts = in_order(date(2019, 5, 1))
    assert plan(facts, as_of=date(2019, 5, 1), policy=POLICY).items == ()
