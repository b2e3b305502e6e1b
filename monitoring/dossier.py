"""Rows to facts: everything about a course as the rules know it, in a fixed number of queries.

Planner, gate, triage, preview and standing all start here, so a row that is not loaded here does
not exist for any rule. One course or two hundred cost the same number of queries.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from courses.models import (
    Course,
    Dispense,
    DoseStep,
    EarlierSupply,
    Enrolment,
    HistoryItem,
    Hold,
    MissedDose,
    Prescription,
    Statement,
    Visit,
    Weight,
)
from monitoring import dossier_statements, dossier_tasks
from monitoring.models import Acknowledgement, CheckIn, Observation, PregnancyTest
from protocol import facts as f
from protocol.vocabulary import (
    Analyte,
    Category,
    Formulation,
    ResultStatus,
    TestResult,
    TestSetting,
)

_HCG_WORDS = frozenset(TestResult)
# Qualitative hCG in serum by LOINC (rule book 6); every other qualitative hCG is read as urine.
_SERUM_HCG = frozenset({"2118-8", "80385-8", "2110-5"})

Rows = dict[int, dict[str, list[f.Fact]]]


class _Result(NamedTuple):
    """What is read of one result and its sample, in the order of ``_RESULT``."""

    specimen: uuid.UUID
    collected_on: date
    public_id: uuid.UUID
    analyte: str
    code: str
    value_text: str
    value: Decimal | None
    comparator: str
    unit: str
    lln: Decimal | None
    uln: Decimal | None
    fasting: bool | None
    status: str
    confirmed_at: datetime | None
    held: str
    flag: str


_RESULT = ("specimen__public_id", "specimen__collected_on", *_Result._fields[2:])


def load(course_ids: Iterable[int]) -> dict[int, f.CourseFacts]:
    """The facts of each course, by course id.

    Facts of earlier courses of the same patient are included (retreatment gap, lifetime dose).
    """
    targets = list(
        Course.objects.filter(pk__in=list(course_ids)).select_related("patient", "clinic")
    )
    patients = {course.patient_id for course in targets}
    courses = list(
        Course.objects.filter(patient_id__in=patients).select_related("clinic").order_by("number")
    )
    by_course: Rows = defaultdict(lambda: defaultdict(list))
    zones = {course.pk: ZoneInfo(course.clinic.timezone) for course in courses}
    ids = list(zones)

    categories = _enrolments(ids, by_course)
    dossier_statements.load(
        Statement.objects.filter(course_id__in=ids).order_by("stated_on", "pk"), by_course, zones
    )
    _visits_and_weights(ids, by_course, zones)
    _doses(ids, by_course, zones)
    _supplies(ids, by_course)
    _tests_and_check_ins(ids, by_course, zones)
    for course in courses:
        if course.stopped_at is not None and course.last_dose_on is not None:
            stopped_on = course.stopped_at.astimezone(zones[course.pk]).date()
            by_course[course.pk]["stopped"].append(
                f.Stopped(
                    ref=f"course:{course.public_id}",
                    on=max(stopped_on, course.last_dose_on),
                    at=course.stopped_at if stopped_on >= course.last_dose_on else None,
                    last_dose=course.last_dose_on,
                )
            )
    by_patient = _by_patient(patients)

    result = {}
    for target in targets:
        own = [
            course.pk
            for course in courses
            if course.patient_id == target.patient_id and course.number <= target.number
        ]
        gathered: dict[str, tuple[f.Fact, ...]] = {}
        names = {name for pk in own for name in by_course[pk]} | set(by_patient[target.patient_id])
        for name in names:
            rows = [fact for pk in own for fact in by_course[pk].get(name, ())]
            rows += by_patient[target.patient_id].get(name, [])
            gathered[name] = tuple(sorted(rows, key=_day))
        result[target.pk] = f.CourseFacts(
            course=str(target.public_id),
            programme=target.programme,
            person=f.Person(
                born=target.patient.born,
                sex=target.patient.sex,
                category=categories.get(target.pk) or _planned_category(target),
                country=target.patient.country or target.clinic.country,
            ),
            clinic_zone=target.clinic.timezone,
            patient_zone=target.patient.timezone or target.clinic.timezone,
            due_from=target.due_from,
            indication=target.indication or None,
            **gathered,  # type: ignore[arg-type]
        )
    return result


def _planned_category(course: Course) -> Category | None:
    return Category(course.category) if course.category else None


def load_one(course: Course) -> f.CourseFacts:
    """The facts of one course."""
    return load([course.pk])[course.pk]


def _day(fact: f.Fact) -> date:
    # The sort is stable: within a day the order in which rows were recorded stands.
    return fact.on


def at_of(on: date, recorded_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant of a fact, where it was recorded on its own day; else only the day is known."""
    return recorded_at if recorded_at.astimezone(zone).date() == on else None


def _enrolments(ids: Sequence[int], rows: Rows) -> dict[int, Category]:
    categories: dict[int, Category] = {}
    for enrolment in Enrolment.objects.filter(course_id__in=ids).order_by("span"):
        categories[enrolment.course_id] = Category(enrolment.category)
        rows[enrolment.course_id]["enrolled"].append(
            f.Enrolled(
                ref=f"enrolment:{enrolment.pk}",
                on=enrolment.span.lower,
                registry_id=enrolment.registry_id,
                prescriber_certified=enrolment.prescriber_certified,
            )
        )
    return categories


def _visits_and_weights(ids: Sequence[int], rows: Rows, zones: dict[int, ZoneInfo]) -> None:
    for visit in Visit.objects.filter(course_id__in=ids).order_by("visited_on", "pk"):
        rows[visit.course_id]["visits"].append(
            f.Visit(
                ref=f"visit:{visit.pk}",
                on=visit.visited_on,
                remote=visit.remote,
                lead=visit.lead_prescriber,
                first=visit.first,
            )
        )
    for weight in Weight.objects.filter(course_id__in=ids).order_by("measured_on", "pk"):
        rows[weight.course_id]["weights"].append(
            f.Weight(ref=f"weight:{weight.pk}", on=weight.measured_on, kg=weight.kg)
        )


def _doses(ids: Sequence[int], rows: Rows, zones: dict[int, ZoneInfo]) -> None:
    for step in DoseStep.objects.filter(course_id__in=ids).order_by("starts_on", "pk"):
        pattern = tuple(step.pattern)
        if step.planned or step.starts_on > step.recorded_on:
            rows[step.course_id]["planned_doses"].append(
                f.PlannedDose(
                    ref=f"dose-step:{step.pk}",
                    on=step.recorded_on,
                    starts=step.starts_on,
                    pattern=pattern,
                )
            )
        if not step.planned:
            rows[step.course_id]["doses"].append(
                f.Dose(
                    ref=f"dose-step:{step.pk}",
                    on=step.starts_on,
                    pattern=pattern,
                    formulation=Formulation(step.formulation),
                )
            )
    for hold in Hold.objects.filter(course_id__in=ids).order_by("held_on", "pk"):
        rows[hold.course_id]["holds"].append(f.Hold(ref=f"hold:{hold.pk}", on=hold.held_on))
        if hold.resumed_on is not None:
            rows[hold.course_id]["resumes"].append(
                f.Resume(ref=f"hold:{hold.pk}", on=hold.resumed_on)
            )
    missed: dict[tuple[int, date], list[date]] = defaultdict(list)
    for dose in MissedDose.objects.filter(course_id__in=ids).order_by("reported_on", "missed_on"):
        missed[(dose.course_id, dose.reported_on)].append(dose.missed_on)
    for (course_id, reported_on), days in missed.items():
        rows[course_id]["missed"].append(
            f.Missed(ref=f"missed:{course_id}:{reported_on}", on=reported_on, dates=tuple(days))
        )


def _supplies(ids: Sequence[int], rows: Rows) -> None:
    for rx in Prescription.objects.filter(course_id__in=ids).order_by("signed_at"):
        rows[rx.course_id]["prescribed"].append(
            f.Prescribed(
                ref=f"prescription:{rx.public_id}",
                on=rx.signed_on,
                at=rx.signed_at,
                supply=f.Supply(
                    lines=rx.lines,
                    pattern=tuple(rx.pattern),
                    days=rx.days,
                    refills=0,
                    formulation=Formulation(rx.formulation),
                    excipients=None if rx.excipients is None else tuple(rx.excipients),
                ),
            )
        )
    dispenses = (
        Dispense.objects.filter(prescription__course_id__in=ids, reversed_at__isnull=True)
        .select_related("prescription")
        .order_by("dispensed_at")
    )
    for dispense in dispenses:
        rows[dispense.prescription.course_id]["dispensed"].append(
            f.Dispensed(
                ref=f"dispense:{dispense.pk}",
                on=dispense.dispensed_on,
                rma=dispense.rma,
                days=dispense.prescription.days,
            )
        )
    for supply in EarlierSupply.objects.filter(course_id__in=ids).order_by("dispensed_on"):
        rows[supply.course_id]["dispensed"].append(
            f.Dispensed(ref=f"earlier-supply:{supply.pk}", on=supply.dispensed_on, days=supply.days)
        )


def _tests_and_check_ins(ids: Sequence[int], rows: Rows, zones: dict[int, ZoneInfo]) -> None:
    tests = PregnancyTest.objects.filter(course_id__in=ids, withdrawn_at__isnull=True)
    for test in tests.order_by("collected_on", "pk"):
        rows[test.course_id]["pregnancy_tests"].append(
            f.PregnancyTest(
                ref=f"pregnancy-test:{test.public_id}",
                on=test.collected_on,
                at=at_of(test.collected_on, test.recorded_at, zones[test.course_id]),
                result=TestResult(test.result) if test.result else None,
                setting=TestSetting(test.setting) if test.setting else None,
                specimen=test.specimen,
                verified=test.verified,
                cycle_day=test.cycle_day,
                omitted_reason=test.omitted_reason,
            )
        )
    check_ins = (
        CheckIn.objects.filter(course_id__in=ids, submitted_at__isnull=False)
        .select_related("due_item")
        .order_by("submitted_at")
    )
    for check_in in check_ins:
        rows[check_in.course_id]["check_ins"].append(
            f.CheckIn(
                ref=f"check-in:{check_in.public_id}",
                on=check_in.submitted_on or check_in.due_item.due_on,
                at=check_in.submitted_at,
                due_on=check_in.due_item.due_on,
            )
        )
    dossier_tasks.load(ids, rows, zones)
    acknowledged = Acknowledgement.objects.filter(course_id__in=ids).select_related("specimen")
    for row in acknowledged.order_by("at"):
        rows[row.course_id]["lab_acknowledged"].append(
            f.LabAcknowledged(
                ref=f"acknowledgement:{row.pk}",
                on=row.at.astimezone(zones[row.course_id]).date(),
                at=row.at,
                plan=row.plan,
                specimens=(f"specimen:{row.specimen.public_id}",),
                results=tuple(f"observation:{each}" for each in row.results),
                repeat_on=row.repeat_on,
                repeat=tuple(Analyte(each) for each in row.repeat),
            )
        )


def _by_patient(patients: Iterable[int]) -> dict[int, dict[str, list[f.Fact]]]:
    rows: dict[int, dict[str, list[f.Fact]]] = defaultdict(lambda: defaultdict(list))
    patient_ids = list(patients)
    for item in HistoryItem.objects.filter(patient_id__in=patient_ids).order_by("noted_on", "pk"):
        ref = f"history:{item.pk}"
        target = rows[item.patient_id]
        if item.kind == HistoryItem.Kind.MEDICATION:
            target["medications"].append(
                f.Medication(ref=ref, on=item.noted_on, name=item.name, stopped=item.stopped_on)
            )
        elif item.stopped_on is None and item.kind == HistoryItem.Kind.CONDITION:
            target["conditions"].append(f.Condition(ref=ref, on=item.noted_on, name=item.name))
        elif item.stopped_on is None:
            target["allergies"].append(f.Allergy(ref=ref, on=item.noted_on, name=item.name))
    observations = (
        Observation.objects.filter(
            specimen__patient_id__in=patient_ids,
            specimen__collected_on__isnull=False,
            current=True,
            analyte__in=list(Analyte),
        )
        .exclude(status=ResultStatus.CANCELLED)
        .order_by("specimen__collected_on", "pk")
        # Of a long history these are most of the rows: no more of them is read than is used.
        .values_list("specimen__patient_id", *_RESULT)
    )
    for patient_id, *columns in observations:
        row = _Result(*columns)
        target = rows[patient_id]
        if row.analyte == Analyte.HCG and row.value_text in _HCG_WORDS:
            if row.status in {ResultStatus.FINAL, ResultStatus.CORRECTED} and _counts(row):
                target["pregnancy_tests"].append(_laboratory_test(row))
        else:
            target["labs"].append(_lab_result(row))
    return rows


def _counts(row: _Result) -> bool:
    return not row.held or row.confirmed_at is not None


def _laboratory_test(row: _Result) -> f.PregnancyTest:
    return f.PregnancyTest(
        ref=f"observation:{row.public_id}",
        on=row.collected_on,
        result=TestResult(row.value_text),
        setting=TestSetting.CLINIC,
        specimen="serum" if row.code in _SERUM_HCG else "urine",
        verified=True,
    )


def _lab_result(row: _Result) -> f.LabResult:
    return f.LabResult(
        ref=f"observation:{row.public_id}",
        on=row.collected_on,
        specimen=f"specimen:{row.specimen}",
        analyte=Analyte(row.analyte),
        value=_plain(row.value),
        unit=row.unit,
        comparator=row.comparator,
        text=row.value_text,
        lln=_plain(row.lln),
        uln=_plain(row.uln),
        fasting=row.fasting,
        status=ResultStatus(row.status),
        confirmed=row.confirmed_at is not None,
        held="" if row.confirmed_at is not None else row.held,
        flag=row.flag,
    )


def _plain(value: Decimal | None) -> Decimal | None:
    """The number without the column's trailing zeros."""
    if value is None:
        return None
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()
