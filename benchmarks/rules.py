"""The pure rules: what a replan and a gate cost before any database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from benchmarks.measures import Measure, rate
from protocol.facts import CourseFacts, Dispensed, Dose, LabResult, Person, PregnancyTest, Weight
from protocol.gate import decide
from protocol.policy import ClinicPolicy
from protocol.schedule import plan
from protocol.vocabulary import Action, Analyte, Category, TestResult, TestSetting

BEGAN = date(2026, 5, 4)
POLICY = ClinicPolicy()


def _draw(on: date) -> Iterator[LabResult]:
    for analyte, value, unit, upper in (
        (Analyte.ALT, "22", "U/L", "40"),
        (Analyte.TRIGLYCERIDES, "140", "mg/dL", "150"),
    ):
        yield LabResult(
            ref=f"lab-{on}-{analyte}",
            on=on,
            specimen=f"draw-{on}",
            analyte=analyte,
            value=Decimal(value),
            unit=unit,
            uln=Decimal(upper),
            fasting=True,
        )


def six_months() -> CourseFacts:
    """A course of six months with a draw, a test and a fill every month."""
    months = [BEGAN + timedelta(days=30 * number) for number in range(6)]
    return CourseFacts(
        course="benchmark",
        programme="us-ipledge",
        person=Person(born=date(1998, 5, 17), sex="female", category=Category.FCP, country="US"),
        clinic_zone="America/New_York",
        patient_zone="America/New_York",
        labs=tuple(result for on in months for result in _draw(on)),
        pregnancy_tests=tuple(
            PregnancyTest(
                ref=f"test-{on}",
                on=on,
                result=TestResult.NEGATIVE,
                setting=TestSetting.CLINIC,
            )
            for on in months
        ),
        dispensed=tuple(
            Dispensed(ref=f"fill-{on}", on=on, rma=f"RMA-{on}", days=Decimal(30)) for on in months
        ),
        doses=(Dose(ref="dose", on=BEGAN, pattern=(Decimal(40),)),),
        weights=(Weight(ref="weight", on=BEGAN, kg=Decimal(68)),),
    )


def measures() -> Iterator[Measure]:
    """Planning and judging one course of six months."""
    facts, today = six_months(), BEGAN + timedelta(days=181)
    now = datetime(today.year, today.month, today.day, 15, tzinfo=UTC)
    yield rate(
        "plan a course of six months",
        lambda: plan(facts, as_of=today, policy=POLICY),
        note="protocol.schedule",
    )
    yield rate(
        "judge a prescription in its sixth month",
        lambda: decide(facts, action=Action.PRESCRIBE, at=now, policy=POLICY),
        note="protocol.gate",
    )
