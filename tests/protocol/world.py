"""Courses told in one call: everything in order on a day, unless the test says otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

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
from protocol.findings import Decision
from protocol.gate import decide
from protocol.policy import ClinicPolicy
from protocol.supplies import one_strength
from protocol.vocabulary import (
    Action,
    Analyte,
    Category,
    Form,
    Instrument,
    Level,
    Method,
    Reason,
    SexualFunction,
    TestResult,
    TestSetting,
)

ZONES = {
    "us-ipledge": "America/New_York",
    "uk-mhra": "Europe/London",
    "eu-ppp": "Europe/Madrid",
    "ca": "America/Toronto",
    "au": "Australia/Sydney",
}
POLICY = ClinicPolicy()
SOUND = Supply(
    lines=one_strength(30, Decimal(40)), pattern=(Decimal(40),), days=Decimal(30), refills=0
)
PILL_AND_CONDOM = (Method.COMBINED_PILL, Method.MALE_CONDOM)
LARC_AND_CONDOM = (Method.COPPER_IUD, Method.MALE_CONDOM)


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


def sampled(
    on: date,
    result: TestResult | None = TestResult.NEGATIVE,
    setting: TestSetting | None = TestSetting.CLINIC,
    **more: Any,
) -> PregnancyTest:
    """A pregnancy test, by its specimen's day."""
    name = f"test-{on}-{result}-{setting}"
    return PregnancyTest(ref=name, on=on, result=result, setting=setting, **more)


def protected(
    on: date,
    methods: tuple[Method, ...] = LARC_AND_CONDOM,
    *,
    since: date | None = None,
    by: str = "both",
) -> Contraception:
    """Methods as stated on a day by ``patient``, ``prescriber`` or ``both``."""
    return Contraception(
        ref=f"contraception-{on}-{by}",
        on=on,
        by_patient=by in ("patient", "both"),
        by_prescriber=by in ("prescriber", "both"),
        methods=methods,
        since=since,
    )


def drawn(on: date, **values: tuple[str, str, str]) -> tuple[LabResult, ...]:
    """A draw of values, each (number, unit, upper limit); normal ALT and lipids when left out."""
    normal = {"alt": ("18", "U/L", "40"), "triglycerides": ("85", "mg/dL", "150")}
    return tuple(
        LabResult(
            ref=f"lab-{on}-{name}",
            on=on,
            specimen=f"specimen-{on}",
            analyte=Analyte(name),
            value=Decimal(number),
            unit=unit,
            uln=Decimal(uln),
            fasting=True,
        )
        for name, (number, unit, uln) in (values or normal).items()
    )


def filled(on: date, supply_days: int | str = 30) -> Dispensed:
    """A fill that was handed out."""
    return Dispensed(ref=f"fill-{on}", on=on, rma=f"RMA-{on}", days=Decimal(supply_days))


def in_order(
    day: date,
    programme: str = "us-ipledge",
    category: Category | None = Category.FCP,
    *,
    born: date | None = date(1998, 5, 17),
    fills: tuple[date, ...] = (),
    zone: str | None = None,
    clinic_zone: str | None = None,
    **own: Any,
) -> CourseFacts:
    """A course in which nothing is wrong on ``day``; every keyword replaces that part of it.

    Before a first fill the tests stand 40 days apart, the second on ``day``; with ``fills`` each of
    them has its test, visit, counselling and answers, and so has ``day``.
    """
    began = fills[0] if fills else day
    occasions = (*fills, day)
    early = began - days(200)
    zone = zone or ZONES[programme]
    draws = [began - days(10)]
    number = 1
    while fills and began + days(30 * number) <= day + days(14):
        draws.append(began + days(30 * number))
        number += 1
    told: dict[str, Any] = {
        "indication": "severe recalcitrant nodular acne",
        "enrolled": (Enrolled(ref="enrolled", on=early, registry_id="8800001"),),
        "consents": tuple(Consent(ref=f"form-{form}", on=early, form=form) for form in Form),
        "visits": (
            Visit(ref="visit-first", on=early, first=True),
            *(Visit(ref=f"visit-{on}", on=on) for on in occasions),
        ),
        "counselling": tuple(
            Counselling(ref=f"counselling-{on}", on=on) for on in (early, *occasions)
        ),
        "comprehension": tuple(
            Comprehension(ref=f"answers-{on}", on=on, passed=True) for on in occasions
        ),
        "contraception": (protected(early, since=early),),
        "pregnancy_tests": (sampled(began - days(40)), *(sampled(on) for on in occasions)),
        "labs": tuple(result for on in draws for result in drawn(on)),
        "weights": tuple(
            Weight(ref=f"weight-{on}", on=on, kg=Decimal(60)) for on in sorted({began, day})
        ),
        "questionnaires": tuple(
            Questionnaire(ref=f"phq-{on}", on=on, instrument=Instrument.PHQ9, answers=(0,) * 9)
            for on in occasions
        ),
        "sexual_function": tuple(
            SexualFunctionAsked(ref=f"asked-{on}", on=on, answer=SexualFunction.NONE)
            for on in occasions
        ),
        "doses": tuple(Dose(ref=f"dose-{on}", on=on, pattern=(Decimal(40),)) for on in fills[:1]),
        "dispensed": tuple(filled(on) for on in fills),
        "prescribed": tuple(
            Prescribed(ref=f"prescription-{on}", on=on, supply=SOUND) for on in occasions
        ),
    }
    person = Person(born=born, sex="female", category=category, country="US")
    return CourseFacts(
        course="course",
        programme=programme,
        person=person,
        clinic_zone=clinic_zone or zone,
        patient_zone=zone,
        **{**told, **own},
    )


def noon(on: date, zone: str = "America/New_York") -> datetime:
    """Midday of a day in a zone, in UTC."""
    return datetime.combine(on, time(12, 0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def asked(
    facts: CourseFacts,
    on: date | datetime,
    action: Action = Action.DISPENSE,
    *,
    policy: ClinicPolicy = POLICY,
    supply: Supply | None = None,
    rma: str | None = "RMA-1",
) -> Decision:
    """The gate's answer at an instant, or at midday of a day where the clinic is."""
    at = on if isinstance(on, datetime) else noon(on, facts.clinic_zone)
    return decide(facts, action=action, at=at, policy=policy, supply=supply, rma=rma)


# Levels that no programme and no setting changes; every test that looks at codes checks them.
FIXED_LEVELS = {
    **dict.fromkeys(
        (
            Reason.NOT_ENROLLED,
            Reason.PRESCRIBER_NOT_CERTIFIED,
            Reason.PRESCRIBER_NOT_LEAD,
            Reason.CATEGORY_UNSET,
            Reason.CATEGORY_INVALID,
            Reason.AGE_LT_12,
            Reason.CONSENT_MISSING,
            Reason.ARF_MISSING,
            Reason.SECOND_PRESCRIBER_REQUIRED,
            Reason.VISIT_MISSING,
            Reason.FIRST_VISIT_REMOTE,
            Reason.COUNSEL_MISSING,
            Reason.COMPREHENSION_MISSING,
            Reason.TEST_POSITIVE,
            Reason.TEST_INDETERMINATE,
            Reason.TEST_SETTING,
            Reason.TEST_INTERVAL_LT_19,
            Reason.HOME_NOT_PERMITTED,
            Reason.CONTRA_LT_30,
            Reason.CONTRA_MISMATCH,
            Reason.CONTRA_INSUFFICIENT,
            Reason.WINDOW_NOT_OPEN,
            Reason.WINDOW_EXPIRED,
            Reason.LOCKOUT_19,
            Reason.RX_MISSING,
            Reason.RX_EXPIRED,
            Reason.RMA_MISSING,
            Reason.EDITION_UNKNOWN,
            Reason.RULE_FAILED,
        ),
        Level.BLOCK,
    ),
    Reason.TEST_OMITTED: Level.OVERRIDE,
    **dict.fromkeys(
        (Reason.INDICATION_MISSING, Reason.ARF_OUTDATED, Reason.TEST_CYCLE_DAY), Level.WARN
    ),
}


def codes(decision: Decision) -> set[Reason]:
    """The reasons of a decision, order forgotten, after a look at their levels."""
    for finding in decision.findings:
        assert finding.level is FIXED_LEVELS.get(finding.reason, finding.level), finding
    return set(decision.reasons)
