"""The overdue draw (LAB-2, LAB-3): the short way of the gate finds what the long one does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.facts import CourseFacts, Hold, LabResult, Resume, Waiver
from protocol.lab_schedule import DueDraw, draws, due_draws, overdue_draw
from protocol.policy import ClinicPolicy
from protocol.schedule import status_of
from protocol.vocabulary import ItemStatus, LabSchedule, Requirement, ResultStatus
from tests.protocol.clinical_facts import course, dose, result

START = date(2026, 11, 30)
MONTHLY = ClinicPolicy(lab_schedule=LabSchedule.MONTHLY)


def day(number: int) -> date:
    """So many days after the start."""
    return START + timedelta(days=number)


def drawn(on: date) -> tuple[LabResult, LabResult]:
    """A draw that counts."""
    alt = result("alt", 20, "U/L", 40, on=on)
    return alt, result("triglycerides", 100, "mg/dL", on=on, fasting=True)


def begun(*labs: LabResult, **more: object) -> CourseFacts:
    """A course since the start, with its results in order of day."""
    in_order = tuple(sorted(labs, key=lambda lab: lab.on))
    return course(doses=(dose(40, on=START),), labs=in_order, **more)


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        (LabSchedule.MONTHLY, ["2026-12-30", "2027-01-30", "2027-02-28", "2027-03-30"]),
        (LabSchedule.EU_SMPC, ["2026-12-30", "2027-03-30", "2027-06-30", "2027-09-30"]),
    ],
)
def test_every_date_passed_over_in_turn_is_the_one_overdue(
    schedule: LabSchedule, due: list[str]
) -> None:
    policy = ClinicPolicy(lab_schedule=schedule)
    labs: tuple[LabResult, ...] = ()
    for number, when in enumerate(map(date.fromisoformat, due), start=1):
        last_day = when + timedelta(days=7)
        assert overdue_draw(begun(*labs), as_of=last_day, policy=policy) is None
        late = overdue_draw(begun(*labs), as_of=last_day + timedelta(days=1), policy=policy)
        assert late == DueDraw(number, when, when, None)
        labs += drawn(when)


@pytest.mark.parametrize("missing", ["alt", "triglycerides"])
def test_half_a_draw_of_each_day_is_no_draw(missing: str) -> None:
    due = date(2026, 12, 30)
    half = [lab for lab in drawn(due) if lab.analyte != missing]
    other_day = [lab for lab in drawn(day(29)) if lab.analyte == missing]
    apart = begun(*half, *other_day)
    assert draws(apart) == ()
    assert overdue_draw(apart, as_of=day(38), policy=MONTHLY) is not None
    together = begun(*half, *(replace(lab, on=due) for lab in other_day))
    assert overdue_draw(together, as_of=day(38), policy=MONTHLY) is None


@pytest.mark.parametrize(
    "change",
    [
        {"status": ResultStatus.PRELIMINARY},
        {"status": ResultStatus.CANCELLED},
        {"value": None},
        {"unit": ""},
    ],
)
def test_result_that_cannot_be_read_meets_no_date(change: dict[str, object]) -> None:
    alt, triglycerides = drawn(date(2026, 12, 30))
    for labs in (
        (replace(alt, **change), triglycerides),  # type: ignore[arg-type]
        (alt, replace(triglycerides, **change)),  # type: ignore[arg-type]
    ):
        assert overdue_draw(begun(*labs), as_of=day(38), policy=MONTHLY) is not None
    assert overdue_draw(begun(alt, triglycerides), as_of=day(38), policy=MONTHLY) is None


@pytest.mark.parametrize(("due_from", "overdue"), [(30, True), (31, False)])
def test_nothing_before_the_day_of_taking_over_is_overdue(due_from: int, overdue: bool) -> None:
    facts = begun(due_from=day(due_from))
    assert (overdue_draw(facts, as_of=day(40), policy=MONTHLY) is not None) is overdue


def _the_long_way(facts: CourseFacts, as_of: date, policy: ClinicPolicy) -> DueDraw | None:
    """The first date of the whole course that nothing has met, if it is overdue."""
    first = next((draw for draw in due_draws(facts, policy) if draw.met_by is None), None)
    if first is None or (as_of - first.due_on).days <= 7:
        return None
    return first


DAYS = st.integers(-20, 420)


@given(
    schedule=st.sampled_from(list(LabSchedule)),
    whole=st.lists(DAYS, max_size=10),
    halves=st.lists(st.tuples(DAYS, st.booleans()), max_size=4),
    waived=st.lists(DAYS, max_size=2),
    until=st.integers(0, 420),
)
def test_gate_finds_the_overdue_draw_that_the_whole_schedule_shows(
    schedule: LabSchedule,
    whole: list[int],
    halves: list[tuple[int, bool]],
    waived: list[int],
    until: int,
) -> None:
    labs = [lab for number in whole for lab in drawn(day(number))]
    labs += [drawn(day(number))[alt] for number, alt in halves]
    known = [lab for lab in labs if lab.on <= day(until)]
    waivers = tuple(
        Waiver(ref=f"w{n}", on=START, requirement=Requirement.LABS, due_on=day(n), reason="away")
        for n in waived
    )
    facts = begun(*known, waivers=waivers)
    policy = ClinicPolicy(lab_schedule=schedule)
    found = overdue_draw(facts, as_of=day(until), policy=policy)
    assert found == _the_long_way(facts, day(until), policy)
    shown = status_of(facts, Requirement.LABS, as_of=day(until), policy=policy)
    assert found is None or shown is ItemStatus.OVERDUE


@pytest.mark.parametrize(("as_of", "overdue"), [(67, False), (68, True)])
def test_date_within_a_hold_is_overdue_a_week_after_resuming(as_of: int, overdue: bool) -> None:
    held = begun(holds=(Hold(ref="h", on=day(20)),), resumes=(Resume(ref="r", on=day(60)),))
    assert (overdue_draw(held, as_of=day(as_of), policy=MONTHLY) is not None) is overdue
    met = replace(held, labs=drawn(day(60)))
    assert overdue_draw(met, as_of=day(68), policy=MONTHLY) is None


def test_draw_that_met_a_date_is_named_by_its_alt() -> None:
    alt, triglycerides = drawn(date(2026, 12, 30))
    facts = begun(alt, triglycerides)
    assert [taken.result for taken in draws(facts)] == [alt.ref]
    for recent in (False, True):
        met = next(due_draws(facts, MONTHLY, only_recent=recent))
        assert met.met_by is not None and met.met_by.result == alt.ref
    later = begun(alt, triglycerides, *drawn(date(2027, 1, 30)))
    assert [draw.number for draw in islice(due_draws(later, MONTHLY), 3)] == [1, 2, 3]


@pytest.mark.parametrize(("drawn_after", "open_number"), [(17, 2), (25, None)])
def test_draw_between_two_dates_counts_for_the_nearer_one_only(
    drawn_after: int, open_number: int | None
) -> None:
    label = ClinicPolicy(lab_schedule=LabSchedule.US_LABEL)  # due after 14 and 28 days
    found = overdue_draw(begun(*drawn(day(drawn_after))), as_of=day(36), policy=label)
    assert (found.number if found else None) == open_number


def test_peak_is_the_first_day_of_the_highest_average_from_the_start_on() -> None:
    delphi = ClinicPolicy(lab_schedule=LabSchedule.DELPHI_2022)
    for first, then in (((80,), (40,)), ((30, 90), (60,))):
        facts = course(doses=(dose(*first, on=START), dose(*then, on=day(10))))
        found = next(due_draws(facts, delphi))
        assert found.due_on == day(28)
