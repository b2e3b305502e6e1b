"""Days without capsules, seen before they come; what a missed window asks for (US-09, US-11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from protocol import facts as f
from protocol import gap
from protocol.findings import Decision, Finding
from protocol.policy import ClinicPolicy
from protocol.supplies import one_strength
from protocol.vocabulary import Action, Category, Check, Level, Owner, Reason

FILL = date(2026, 10, 1)
FORTY = (Decimal(40),)
POLICY = ClinicPolicy()


def at(day: date) -> datetime:
    return datetime.combine(day, time(17), tzinfo=UTC)


def course(**changes: Any) -> f.CourseFacts:
    """Thirty capsules of 40 mg, handed out on 1 October, one a day."""
    supply = f.Supply(lines=one_strength(30, Decimal(40)), pattern=FORTY, days=Decimal(30))
    plain: dict[str, Any] = {
        "course": "c",
        "programme": "us-ipledge",
        "person": f.Person(born=date(1999, 3, 12), sex="female", category=Category.FCP),
        "clinic_zone": "America/New_York",
        "patient_zone": "America/New_York",
        "doses": (f.Dose(ref="dose:1", on=FILL, pattern=FORTY),),
        "prescribed": (f.Prescribed(ref="prescription:1", on=FILL, supply=supply),),
        "dispensed": (f.Dispensed(ref="dispense:1", on=FILL, days=Decimal(30)),),
    }
    return f.CourseFacts(**{**plain, **changes})


def decided(on: date, *findings: Finding, earliest: date | None) -> Decision:
    return Decision(
        action=Action.PRESCRIBE,
        level=max((each.level for each in findings), default=Level.ALLOW),
        judged_at=at(on),
        judged_on=on,
        edition="us-2026",
        edition_hash="",
        policy_version="",
        findings=findings,
        checks=(),
        earliest_on=earliest,
    )


def found(reason: Reason, **values: Any) -> Finding:
    plain: dict[str, Any] = {
        "level": Level.BLOCK,
        "owner": Owner.PATIENT,
        "rule": "US-09",
        "check": Check.WINDOW,
    }
    return Finding(reason=reason, **{**plain, **values})


def ahead(facts: f.CourseFacts, on: date, decision: Decision) -> gap.SupplyForecast:
    seen = gap.forecast(facts, at=at(on), policy=POLICY, decision=decision)
    assert seen is not None
    return seen


@pytest.mark.parametrize(
    ("changes", "runs_out_on"),
    [
        pytest.param({}, FILL + timedelta(days=30), id="a capsule a day"),
        pytest.param(
            {"missed": (f.Missed(ref="m", on=FILL + timedelta(9), dates=(FILL + timedelta(3),)),)},
            FILL + timedelta(days=31),
            id="a capsule that was not taken is still in the box",
        ),
        pytest.param(
            {
                "holds": (f.Hold(ref="h", on=FILL + timedelta(4)),),
                "resumes": (f.Resume(ref="h", on=FILL + timedelta(7)),),
            },
            FILL + timedelta(days=33),
            id="three days on hold leave three",
        ),
        pytest.param(
            {
                "doses": (
                    f.Dose(ref="d1", on=FILL, pattern=FORTY),
                    f.Dose(ref="d2", on=FILL + timedelta(10), pattern=(Decimal(80),)),
                )
            },
            FILL + timedelta(days=20),
            id="twice the dose from the tenth day on",
        ),
    ],
)
def test_capsules_last_by_what_is_taken(changes: dict[str, Any], runs_out_on: date) -> None:
    today = FILL + timedelta(days=12)
    seen = ahead(course(**changes), today, decided(today, earliest=today))
    assert seen.runs_out_on == runs_out_on
    assert seen.left_days == (runs_out_on - today).days


@pytest.mark.parametrize(
    ("day", "earliest", "left", "days"),
    [
        (20, 20, 10, 0),
        (20, 30, 10, 0),
        (20, 31, 10, 1),
        (20, 39, 10, 9),
        (30, 30, 0, 0),
        (33, 33, 0, 3),
        (33, 35, 0, 5),
    ],
)
def test_a_gap_is_from_the_last_capsule_to_the_earliest_pick_up(
    day: int, earliest: int, left: int, days: int
) -> None:
    today = FILL + timedelta(days=day)
    decision = decided(today, earliest=FILL + timedelta(days=earliest))
    facts = replace(course(), prescribed=course().prescribed)
    seen = ahead(facts, today, decision)
    assert (seen.left_days, seen.gap_days) == (left, days)


def test_capsules_are_counted_and_nobody_knows_where_no_prescription_is_on_file() -> None:
    today = FILL + timedelta(days=24)
    decision = decided(today, earliest=None)
    assert ahead(course(), today, decision).capsules_left == 6
    assert ahead(course(prescribed=()), today, decision).capsules_left is None


def test_nothing_is_foretold_before_a_supply_on_hold_or_after_the_end() -> None:
    today = FILL + timedelta(days=12)
    for facts in (
        course(dispensed=()),
        course(holds=(f.Hold(ref="h", on=today),)),
        course(stopped=(f.Stopped(ref="s", on=today, last_dose=today),)),
    ):
        assert gap.forecast(facts, at=at(today), policy=POLICY) is None


def test_a_missed_window_says_what_counts_from_when_by_the_edition_of_that_day() -> None:
    today = FILL + timedelta(days=31)
    late = found(Reason.WINDOW_EXPIRED, remedy_on=today + timedelta(days=2))
    visit = found(Reason.COUNSEL_MISSING, check=Check.COUNSELLING, owner=Owner.PRESCRIBER)
    decision = decided(today, late, visit, earliest=today + timedelta(days=2))

    asked = gap.requalification(course(), decision, policy=POLICY)

    assert asked is not None
    assert asked.test_from == today + timedelta(days=2)
    assert asked.window_last_day == today + timedelta(days=8)  # the specimen's day is day 1
    assert [(step.reason, step.first_day) for step in asked.steps] == [
        (Reason.COUNSEL_MISSING, today),
        (Reason.WINDOW_EXPIRED, today + timedelta(days=2)),
    ]


def test_without_a_missed_window_nothing_is_asked_for_anew() -> None:
    decision = decided(FILL, found(Reason.TEST_MISSING), earliest=FILL)
    assert gap.requalification(course(), decision, policy=POLICY) is None


def test_what_nothing_can_clear_has_no_day() -> None:
    decision = decided(FILL, found(Reason.CONDITION_PREGNANCY, final=True), earliest=None)
    assert [step.first_day for step in gap.steps_of(decision)] == [None]
