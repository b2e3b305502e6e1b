"""The gate over a long history: 300 microseconds for two years, and linear in its events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from benchmarks.measures import Measure, rate
from protocol.facts import (
    Comprehension,
    Consent,
    Contraception,
    Counselling,
    CourseFacts,
    Dispensed,
    Dose,
    Enrolled,
    LabResult,
    Person,
    PregnancyTest,
    Prescribed,
    Questionnaire,
    SexualFunctionAsked,
    Supply,
    Visit,
    Weight,
)
from protocol.gate import decide
from protocol.policy import ClinicPolicy
from protocol.supplies import one_strength
from protocol.vocabulary import (
    Action,
    Analyte,
    Category,
    Form,
    Instrument,
    Method,
    SexualFunction,
    TestResult,
    TestSetting,
)

TODAY = date(2027, 3, 8)
NOW = datetime(2027, 3, 8, 17, tzinfo=UTC)
POLICY = ClinicPolicy()
SUPPLY = Supply(lines=one_strength(30, Decimal(40)), pattern=(Decimal(40),), refills=0)


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


def history(months: int) -> CourseFacts:
    """A course in which everything was done every 30 days, up to today's prescription."""
    fills = [TODAY - timedelta(days=30 * number) for number in range(months, 0, -1)]
    occasions = [*fills, TODAY]
    early = fills[0] - timedelta(days=60)
    return CourseFacts(
        course="benchmark",
        programme="us-ipledge",
        person=Person(born=date(1998, 5, 17), sex="female", category=Category.FCP, country="US"),
        clinic_zone="America/New_York",
        patient_zone="America/New_York",
        indication="severe recalcitrant nodular acne",
        enrolled=(Enrolled(ref="enrolled", on=early, registry_id="8800001"),),
        consents=tuple(Consent(ref=f"form-{form}", on=early, form=form) for form in Form),
        visits=tuple(Visit(ref=f"visit-{on}", on=on) for on in occasions),
        counselling=tuple(Counselling(ref=f"counselling-{on}", on=on) for on in occasions),
        comprehension=tuple(
            Comprehension(ref=f"answers-{on}", on=on, passed=True) for on in occasions
        ),
        contraception=(
            Contraception(
                ref="methods",
                on=early,
                by_patient=True,
                by_prescriber=True,
                methods=(Method.IMPLANT, Method.MALE_CONDOM),
                since=early,
            ),
        ),
        pregnancy_tests=tuple(
            PregnancyTest(
                ref=f"test-{on}", on=on, result=TestResult.NEGATIVE, setting=TestSetting.CLINIC
            )
            for on in [early, *occasions]
        ),
        labs=tuple(result for on in occasions for result in _draw(on)),
        questionnaires=tuple(
            Questionnaire(ref=f"phq-{on}", on=on, instrument=Instrument.PHQ9, answers=(0,) * 9)
            for on in occasions
        ),
        sexual_function=tuple(
            SexualFunctionAsked(ref=f"asked-{on}", on=on, answer=SexualFunction.NONE)
            for on in occasions
        ),
        prescribed=tuple(Prescribed(ref=f"rx-{on}", on=on, supply=SUPPLY) for on in fills),
        dispensed=tuple(
            Dispensed(ref=f"fill-{on}", on=on, rma=f"RMA-{on}", days=Decimal(30)) for on in fills
        ),
        doses=(Dose(ref="dose", on=fills[0], pattern=(Decimal(40),)),),
        weights=tuple(
            Weight(ref=f"weight-{on}", on=on, kg=Decimal(68)) for on in (fills[0], TODAY)
        ),
    )


def measures() -> Iterator[Measure]:
    """One full decision over one, two and four years."""
    for years in (1, 2, 4):
        facts = history(12 * years)

        def judge(facts: CourseFacts = facts) -> object:
            return decide(facts, action=Action.PRESCRIBE, at=NOW, policy=POLICY, supply=SUPPLY)

        yield rate(
            f"judge a prescription after {years} year{'s' if years > 1 else ''}",
            judge,
            note="protocol.gate",
        )
