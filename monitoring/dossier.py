"""Rows to facts: everything about a course as the rules know it, in a fixed number of queries.

Planner, gate, triage, preview and standing all start here, so a row that is not loaded here does
not exist for any rule. One course or two hundred cost the same number of queries, which
``dossier_rows`` holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from courses.models import Course, HistoryItem
from courses.models.supply import lines_of
from monitoring import dossier_statements, dossier_tasks
from monitoring.dossier_rows import Rows, courses_with_others, rows_of
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

Facts = dict[int, dict[str, list[f.Fact]]]
Zones = Mapping[int, ZoneInfo]


def load(course_ids: Iterable[int]) -> dict[int, f.CourseFacts]:
    """The facts of each course, by course id.

    Facts of earlier courses of the same patient are included (retreatment gap, lifetime dose).
    """
    wanted = set(course_ids)
    courses = courses_with_others(wanted)
    targets = [course for course in courses if course.pk in wanted]
    by_course: Facts = defaultdict(lambda: defaultdict(list))
    zones = {course.pk: ZoneInfo(course.clinic__timezone) for course in courses}
    read = rows_of(list(zones), [target.patient_id for target in targets])

    categories = _enrolments(read, by_course)
    dossier_statements.add(read.statements, by_course, zones)
    _visits_and_weights(read, by_course)
    _doses(read, by_course)
    _supplies(read, by_course)
    _tests_and_check_ins(read, by_course, zones)
    dossier_tasks.add(read, by_course, zones)
    _acknowledged(read, by_course, zones)
    for course in courses:
        if course.stopped_at is not None and course.last_dose_on is not None:
            stopped_on = course.stopped_at.astimezone(zones[course.pk]).date()
            by_course[course.pk]["stopped"].append(
                f.Stopped(
                    ref=f"course:{course.public_id}",
                    on=max(stopped_on, course.last_dose_on),
                    at=course.stopped_at if stopped_on >= course.last_dose_on else None,
                    last_dose=course.last_dose_on,
                    pregnancy=course.stop_reason == Course.StopReason.PREGNANCY,
                )
            )
    by_patient = _by_patient(read)

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
                born=target.patient__born,
                sex=target.patient__sex,
                category=categories.get(target.pk) or _planned_category(target),
                country=target.patient__country or target.clinic__country,
            ),
            clinic_zone=target.clinic__timezone,
            patient_zone=target.patient__timezone or target.clinic__timezone,
            due_from=target.due_from,
            indication=target.indication or None,
            **gathered,  # type: ignore[arg-type]
        )
    return result


def _planned_category(course: Any) -> Category | None:
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


def _enrolments(read: Rows, facts: Facts) -> dict[int, Category]:
    categories: dict[int, Category] = {}
    for enrolment in read.enrolments:
        categories[enrolment.course_id] = Category(enrolment.category)
        facts[enrolment.course_id]["enrolled"].append(
            f.Enrolled(
                ref=f"enrolment:{enrolment.pk}",
                on=enrolment.span.lower,
                registry_id=enrolment.registry_id,
                prescriber_certified=enrolment.prescriber_certified,
            )
        )
    return categories


def _visits_and_weights(read: Rows, facts: Facts) -> None:
    for visit in read.visits:
        facts[visit.course_id]["visits"].append(
            f.Visit(
                ref=f"visit:{visit.pk}",
                on=visit.visited_on,
                remote=visit.remote,
                lead=visit.lead_prescriber,
                first=visit.first,
            )
        )
    for weight in read.weights:
        facts[weight.course_id]["weights"].append(
            f.Weight(ref=f"weight:{weight.pk}", on=weight.measured_on, kg=weight.kg)
        )


def _doses(read: Rows, facts: Facts) -> None:
    for step in read.dose_steps:
        pattern = tuple(step.pattern)
        if step.planned or step.starts_on > step.recorded_on:
            facts[step.course_id]["planned_doses"].append(
                f.PlannedDose(
                    ref=f"dose-step:{step.pk}",
                    on=step.recorded_on,
                    starts=step.starts_on,
                    pattern=pattern,
                )
            )
        if not step.planned:
            facts[step.course_id]["doses"].append(
                f.Dose(
                    ref=f"dose-step:{step.pk}",
                    on=step.starts_on,
                    pattern=pattern,
                    formulation=Formulation(step.formulation),
                )
            )
    for hold in read.holds:
        facts[hold.course_id]["holds"].append(f.Hold(ref=f"hold:{hold.pk}", on=hold.held_on))
        if hold.resumed_on is not None:
            facts[hold.course_id]["resumes"].append(
                f.Resume(ref=f"hold:{hold.pk}", on=hold.resumed_on)
            )
    missed: dict[tuple[int, date], list[date]] = defaultdict(list)
    for dose in read.missed:
        missed[(dose.course_id, dose.reported_on)].append(dose.missed_on)
    for (course_id, reported_on), days in missed.items():
        facts[course_id]["missed"].append(
            f.Missed(ref=f"missed:{course_id}:{reported_on}", on=reported_on, dates=tuple(days))
        )


def _supplies(read: Rows, facts: Facts) -> None:
    for rx in read.prescriptions:
        facts[rx.course_id]["prescribed"].append(
            f.Prescribed(
                ref=f"prescription:{rx.public_id}",
                on=rx.signed_on,
                at=rx.signed_at,
                supply=f.Supply(
                    lines=lines_of(rx.quantities, rx.strengths_mg),
                    pattern=tuple(rx.pattern),
                    days=rx.days,
                    refills=0,
                    formulation=Formulation(rx.formulation),
                    excipients=None if rx.excipients is None else tuple(rx.excipients),
                ),
            )
        )
    for dispense in read.dispenses:
        facts[dispense.prescription__course_id]["dispensed"].append(
            f.Dispensed(
                ref=f"dispense:{dispense.pk}",
                on=dispense.dispensed_on,
                rma=dispense.rma,
                days=dispense.prescription__days,
            )
        )
    for supply in read.earlier_supplies:
        facts[supply.course_id]["dispensed"].append(
            f.Dispensed(ref=f"earlier-supply:{supply.pk}", on=supply.dispensed_on, days=supply.days)
        )


def _tests_and_check_ins(read: Rows, facts: Facts, zones: Zones) -> None:
    for test in read.pregnancy_tests:
        facts[test.course_id]["pregnancy_tests"].append(
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
    for check_in in read.check_ins:
        facts[check_in.course_id]["check_ins"].append(
            f.CheckIn(
                ref=f"check-in:{check_in.public_id}",
                on=check_in.submitted_on or check_in.due_item__due_on,
                at=check_in.submitted_at,
                due_on=check_in.due_item__due_on,
            )
        )


def _acknowledged(read: Rows, facts: Facts, zones: Zones) -> None:
    for row in read.acknowledged:
        facts[row.course_id]["lab_acknowledged"].append(
            f.LabAcknowledged(
                ref=f"acknowledgement:{row.pk}",
                on=row.at.astimezone(zones[row.course_id]).date(),
                at=row.at,
                plan=row.plan,
                specimens=(f"specimen:{row.specimen__public_id}",),
                results=tuple(f"observation:{each}" for each in row.results),
                repeat_on=row.repeat_on,
                repeat=tuple(Analyte(each) for each in row.repeat),
            )
        )


def _by_patient(read: Rows) -> Facts:
    facts: Facts = defaultdict(lambda: defaultdict(list))
    for item in read.history:
        ref = f"history:{item.pk}"
        target = facts[item.patient_id]
        if item.kind == HistoryItem.Kind.MEDICATION:
            target["medications"].append(
                f.Medication(ref=ref, on=item.noted_on, name=item.name, stopped=item.stopped_on)
            )
        elif item.stopped_on is None and item.kind == HistoryItem.Kind.CONDITION:
            target["conditions"].append(f.Condition(ref=ref, on=item.noted_on, name=item.name))
        elif item.stopped_on is None:
            target["allergies"].append(f.Allergy(ref=ref, on=item.noted_on, name=item.name))
    for row in read.observations:
        target = facts[row.specimen__patient_id]
        if row.analyte == Analyte.HCG and row.value_text in _HCG_WORDS:
            if row.status in {ResultStatus.FINAL, ResultStatus.CORRECTED} and _counts(row):
                target["pregnancy_tests"].append(_laboratory_test(row))
        else:
            target["labs"].append(_lab_result(row))
    return facts


def _counts(row: Any) -> bool:
    return not row.held or row.confirmed_at is not None


def _laboratory_test(row: Any) -> f.PregnancyTest:
    return f.PregnancyTest(
        ref=f"observation:{row.public_id}",
        on=row.specimen__collected_on,
        result=TestResult(row.value_text),
        setting=TestSetting.CLINIC,
        specimen="serum" if row.code in _SERUM_HCG else "urine",
        verified=True,
    )


def _lab_result(row: Any) -> f.LabResult:
    return f.LabResult(
        ref=f"observation:{row.public_id}",
        on=row.specimen__collected_on,
        specimen=f"specimen:{row.specimen__public_id}",
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
