"""A repeat that a prescriber asked for: when it falls due, what meets it, what it outlives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from protocol import lab_repeats, schedule
from protocol.facts import (
    CourseFacts,
    Hold,
    LabAcknowledged,
    LabResult,
    PregnancyTest,
    Stopped,
    Waiver,
)
from protocol.gate import labs as gate
from protocol.policy import ClinicPolicy
from protocol.vocabulary import (
    Analyte,
    ItemStatus,
    Reason,
    Requirement,
    ResultStatus,
    TestResult,
    TestSetting,
)
from tests.protocol.clinical_facts import course, result
from tests.protocol.gate_questions import LATER, OVERRIDE, ask, levels, running

DECIDED = LATER - timedelta(days=20)
POLICY = ClinicPolicy()


def decision(*, days: int | None = 14, specimen: str = "read", **more: object) -> LabAcknowledged:
    """A decision of ``DECIDED`` about a specimen, with a repeat so many days later."""
    asked: dict[str, object] = {
        "ref": f"acknowledgement:{specimen}",
        "on": DECIDED,
        "plan": "again",
        "specimens": (specimen,),
        "repeat_on": None if days is None else DECIDED + timedelta(days=days),
        "repeat": (Analyte.ALT,),
    }
    return LabAcknowledged(**{**asked, **more})  # type: ignore[arg-type]


def alt(on: date, *, specimen: str = "next", **more: object) -> LabResult:
    """A normal ALT of a day."""
    return replace(result("alt", 20, "U/L", 40, on=on), specimen=specimen, ref=specimen, **more)


def repeats_of(facts: CourseFacts, *, as_of: date = LATER) -> dict[str, tuple[date, bool]]:
    """The repeats in a plan by key: due day, and whether met."""
    plan = schedule.plan(facts, as_of=as_of, policy=POLICY)
    return {
        item.key: (item.due_on, item.is_met)
        for item in plan.items
        if item.key.startswith("labs/repeat")
    }


@pytest.mark.parametrize(
    ("drawn", "met"),
    [
        (None, False),
        (alt(DECIDED - timedelta(days=1)), False),
        (alt(DECIDED), True),
        (alt(DECIDED, specimen="read"), False),
        (alt(DECIDED + timedelta(days=30)), True),
        (alt(DECIDED + timedelta(days=3), status=ResultStatus.PRELIMINARY), False),
        (alt(DECIDED + timedelta(days=3), status=ResultStatus.CANCELLED), False),
        (alt(DECIDED + timedelta(days=3), value=None, text="haemolysed"), False),
        (alt(DECIDED + timedelta(days=3), analyte=Analyte.TRIGLYCERIDES), False),
    ],
)
def test_repeat_is_met_by_a_final_result_after_the_decision(
    drawn: LabResult | None, met: bool
) -> None:
    facts = replace(
        running(), labs=() if drawn is None else (drawn,), lab_acknowledged=(decision(),)
    )
    late = DECIDED + timedelta(days=40)
    assert repeats_of(facts, as_of=late) == {
        "labs/repeat-read": (DECIDED + timedelta(days=14), met)
    }


def test_every_analyte_asked_for_must_be_drawn() -> None:
    both = decision(repeat=(Analyte.ALT, Analyte.CK))
    facts = replace(running(), labs=(alt(DECIDED + timedelta(days=1)),), lab_acknowledged=(both,))
    ((_, met),) = repeats_of(facts).values()
    assert not met


def test_newest_decision_about_a_specimen_replaces_the_earlier_one() -> None:
    again = replace(
        decision(), ref="acknowledgement:second", repeat_on=DECIDED + timedelta(days=30)
    )
    facts = replace(running(), lab_acknowledged=(decision(), again))
    assert repeats_of(facts) == {"labs/repeat-second": (DECIDED + timedelta(days=30), False)}
    withdrawn = replace(running(), lab_acknowledged=(decision(), decision(days=None)))
    assert repeats_of(withdrawn) == {}


def test_repeat_falls_due_while_treatment_is_on_hold() -> None:
    held = replace(running(), holds=(Hold(ref="hold", on=DECIDED),), lab_acknowledged=(decision(),))
    assert repeats_of(held) == {"labs/repeat-read": (DECIDED + timedelta(days=14), False)}


def test_repeat_asked_for_with_the_stop_outlives_it_and_an_earlier_one_does_not() -> None:
    stopped = replace(running(), stopped=(Stopped(ref="stop", on=DECIDED, last_dose=DECIDED),))
    asked = replace(stopped, lab_acknowledged=(decision(),))
    assert repeats_of(asked)
    before = replace(decision(), on=DECIDED - timedelta(days=1))
    assert not repeats_of(replace(stopped, lab_acknowledged=(before,)))


@pytest.mark.parametrize(("late", "shut"), [(7, False), (8, True)])
def test_overdue_repeat_shuts_the_gate(late: int, shut: bool) -> None:
    due_on = LATER - timedelta(days=late)
    asked = decision(repeat_on=due_on, repeat=(Analyte.CK,))
    baseline = running()
    facts = replace(baseline, lab_acknowledged=(asked,))
    before = levels(ask(baseline, gate.RULES))
    after = levels(ask(facts, gate.RULES))
    assert after == ({**before, Reason.LAB_OVERDUE: OVERRIDE} if shut else before)
    waiver = Waiver(
        ref="w", on=LATER, requirement=Requirement.LABS, due_on=due_on, reason="drawn elsewhere"
    )
    assert levels(ask(replace(facts, waivers=(waiver,)), gate.RULES)) == before


def test_repeat_is_the_next_due_date_and_gives_the_status() -> None:
    day = LATER + timedelta(days=3)
    facts = replace(running(), lab_acknowledged=(decision(repeat_on=day),))
    labs = Requirement.LABS
    dates = schedule.due_dates(facts, labs, as_of=LATER, policy=POLICY, count=9)
    assert day in dates
    assert list(dates) == sorted(dates)
    if dates[0] == day:
        soon = schedule.status_of(facts, labs, as_of=LATER, policy=POLICY)
        assert soon is ItemStatus.DUE_SOON


def test_planning_with_a_repeat_twice_is_planning_once() -> None:
    facts = replace(running(), lab_acknowledged=(decision(),))
    once = schedule.plan(facts, as_of=LATER, policy=POLICY)
    assert schedule.plan(facts, as_of=LATER, policy=POLICY) == once


@pytest.mark.parametrize(
    ("outcome", "later_negative", "planned"),
    [
        (TestResult.NEGATIVE, None, True),
        (TestResult.INDETERMINATE, None, True),
        (TestResult.POSITIVE, None, False),
        (TestResult.POSITIVE, TestSetting.HOME, False),
        (TestResult.POSITIVE, TestSetting.CLINIC, True),
    ],
)
def test_nothing_of_the_next_supply_falls_due_while_a_positive_test_stands(
    outcome: TestResult, later_negative: TestSetting | None, planned: bool
) -> None:
    day = LATER - timedelta(days=3)
    tests = (PregnancyTest(ref="t", on=day, result=outcome, setting=TestSetting.CLINIC),)
    if later_negative is not None:
        tests += (
            PregnancyTest(
                ref="u",
                on=day + timedelta(days=2),
                result=TestResult.NEGATIVE,
                setting=later_negative,
            ),
        )
    plan = schedule.plan(replace(running(), pregnancy_tests=tests), as_of=LATER, policy=POLICY)
    assert bool(plan.open_items) is planned


def test_newest_supervised_negative_test_answers_the_positive_one() -> None:
    outcomes = (TestResult.NEGATIVE, TestResult.POSITIVE, TestResult.NEGATIVE)
    tests = tuple(
        PregnancyTest(
            ref=f"t{number}",
            on=LATER - timedelta(days=9 - 3 * number),
            result=outcome,
            setting=TestSetting.CLINIC,
        )
        for number, outcome in enumerate(outcomes)
    )
    plan = schedule.plan(replace(running(), pregnancy_tests=tests), as_of=LATER, policy=POLICY)
    assert plan.open_items


def test_correction_is_not_covered_by_a_decision_about_the_old_value() -> None:
    raised = replace(result("alt", 150, "U/L", 40, on=DECIDED), specimen="read", ref="corrected")
    facts = course(labs=(raised,), lab_acknowledged=(decision(results=("first",)),))
    assert Reason.LAB_T3 in levels(ask(facts, gate.RULES))
    covered = replace(facts, lab_acknowledged=(decision(results=("first", "corrected")),))
    assert Reason.LAB_T3 not in levels(ask(covered, gate.RULES))
    assert Decimal(150) == raised.value


def test_decision_without_a_repeat_hides_none_of_another() -> None:
    asked = (decision(days=None, specimen="seen"), decision())
    assert list(repeats_of(replace(running(), lab_acknowledged=asked))) == ["labs/repeat-read"]


def test_repeats_stand_in_order_of_their_days() -> None:
    asked = (decision(days=21, specimen="b"), decision(days=7, specimen="a"))
    found = lab_repeats.repeats(replace(running(), lab_acknowledged=asked))
    assert [repeat.due_on for repeat in found] == [
        DECIDED + timedelta(days=7),
        DECIDED + timedelta(days=21),
    ]


def test_decision_of_the_day_of_a_stop_belongs_to_the_course_that_ended() -> None:
    stopped = replace(
        running(),
        stopped=(Stopped(ref="stop", on=DECIDED, last_dose=DECIDED),),
        lab_acknowledged=(decision(),),
    )
    assert lab_repeats.repeats(stopped) == ()
    assert list(lab_repeats.repeat_items(stopped, as_of=LATER, policy=POLICY)) == []
    ended = lab_repeats.repeat_items(stopped, as_of=LATER, policy=POLICY, under_way=False)
    assert [(item.cycle, item.due_on) for item in ended] == [(0, DECIDED + timedelta(days=14))]


def test_repeat_of_two_analytes_is_met_on_the_day_of_the_second() -> None:
    later = DECIDED + timedelta(days=5)
    drawn = (
        alt(DECIDED + timedelta(days=1)),
        replace(alt(later, specimen="muscle"), analyte=Analyte.CK),
    )
    both = decision(repeat=(Analyte.ALT, Analyte.CK))
    (repeat,) = lab_repeats.repeats(replace(running(), labs=drawn, lab_acknowledged=(both,)))
    assert repeat.met_by is not None and repeat.met_by.on == later


def test_repeats_of_one_day_are_met_when_the_last_of_them_is() -> None:
    later = DECIDED + timedelta(days=5)
    drawn = (
        alt(DECIDED + timedelta(days=1)),
        replace(alt(later, specimen="muscle"), analyte=Analyte.CK),
    )
    asked = (decision(), decision(specimen="other", repeat=(Analyte.CK,)))
    (repeat,) = lab_repeats.repeats(replace(running(), labs=drawn, lab_acknowledged=asked))
    assert repeat.met_by is not None and repeat.met_by.on == later
    (open_one,) = lab_repeats.repeats(replace(running(), labs=drawn[:1], lab_acknowledged=asked))
    assert open_one.met_by is None
