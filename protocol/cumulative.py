"""How much isotretinoin a patient has taken, and how far the target is (DOSE-9 to DOSE-12).

Counted from the prescribed dose of every day, less the days recorded as missed and the days on
hold. Spans of days are summed at once, so a long course costs no more than a short one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from protocol.dose_tables import ALERT, LD_FACTOR, TARGET_HIGH, TARGET_LOW
from protocol.facts import CourseFacts, Dose, Weight
from protocol.timeline import started_on
from protocol.treatment import Treatment, newest, treatments
from protocol.vocabulary import Formulation

_DAY = timedelta(days=1)
_ZERO = Decimal(0)


class Band(StrEnum):
    """Where the cumulative dose stands (DOSE-11)."""

    BELOW = "below"
    TARGET = "target"
    ABOVE = "above"
    ALERT = "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cumulative:
    """The present course's total up to and including one day; the last course's after a stop.

    ``mg`` is what was taken. ``mg_per_kg`` divides it by the weight at the start (the headline,
    DOSE-9), ``time_weighted`` by the weight in force on each day; both are None without a weight.
    ``start_weight_assumed`` marks a first weight measured only after the start. The targets are
    ``TARGET_LOW`` and ``TARGET_HIGH`` mg/kg of the start weight. ``days_to_120`` and
    ``reaches_120_on`` take the dose in force every day from the next day on, and are None once the
    course has ended. ``standard_equivalent_mg`` counts Absorica LD 1.25 times and is an
    ``estimate`` then (DOSE-12); band and targets use what was taken. ``lifetime_mg`` adds the
    earlier courses on record.
    """

    started: date
    as_of: date
    mg: Decimal
    mg_per_kg: Decimal | None
    time_weighted: Decimal | None
    band: Band | None
    start_weight_kg: Decimal | None
    start_weight_assumed: bool
    target_mg: tuple[Decimal, Decimal] | None
    mg_to_120: Decimal | None
    days_to_120: int | None
    reaches_120_on: date | None
    standard_equivalent_mg: Decimal
    estimate: bool
    daily_mg: Decimal | None
    dosing_days: int
    missed_days: int
    held_days: int
    lifetime_mg: Decimal


def pattern_mg(pattern: tuple[Decimal, ...], skip: int, days: int) -> Decimal:
    """Sum of a repeated pattern over ``days`` days, beginning ``skip`` days into it."""
    length = len(pattern)
    rounds, rest = divmod(days, length)
    first = skip % length
    whole = rounds * sum(pattern, _ZERO)
    if not rest:
        return whole
    return whole + sum((pattern[(first + step) % length] for step in range(rest)), _ZERO)


def weight_on(facts: CourseFacts, day: date) -> Weight | None:
    """The weight in force: the latest measured on or before the day (DOSE-9)."""
    found: Weight | None = None
    for weight in facts.weights:
        if weight.on <= day and (found is None or weight.on >= found.on):
            found = weight
    return found


def start_weight(facts: CourseFacts, started: date, *, as_of: date) -> Weight | None:
    """The weight at the start of a course, or else the first one measured after it."""
    before = weight_on(facts, started)
    if before is not None:
        return before
    return min(
        (weight for weight in facts.weights if weight.on <= as_of),
        key=lambda weight: weight.on,
        default=None,
    )


def dose_on(facts: CourseFacts, day: date, *, since: date | None = None) -> Dose | None:
    """The dose in force on a day: the latest recorded by then, and not before ``since``."""
    found: Dose | None = None
    for dose in facts.doses:
        if dose.on > day or (since is not None and dose.on < since):
            continue
        if found is None or dose.on >= found.on:
            found = dose
    return found


def present_dose(facts: CourseFacts, day: date) -> Dose | None:
    """The dose of the course that is under way; None before its first one and after its end.

    The last dose of an earlier course is nothing that anybody takes any more.
    """
    started = started_on(facts)
    return dose_on(facts, day, since=started) if started is not None else None


def held_spans(facts: CourseFacts, *, as_of: date) -> tuple[tuple[date, date], ...]:
    """First and last day of every hold up to ``as_of``; the resume day is a dosing day again.

    Held and resumed on one day is no held day; resumed and held again on one day stays held.
    """
    if not facts.holds:
        return ()
    holds = {hold.on for hold in facts.holds if hold.on <= as_of}
    resumes = {resume.on for resume in facts.resumes if resume.on <= as_of}
    spans: list[tuple[date, date]] = []
    since: date | None = None
    for day in sorted(holds | resumes):
        if since is None:
            if day in holds and day not in resumes:
                since = day
        elif day in resumes and day not in holds:
            spans.append((since, day - _DAY))
            since = None
    if since is not None:
        spans.append((since, as_of))
    return tuple(spans)


def _dosing_spans(
    facts: CourseFacts, course: Treatment, *, as_of: date
) -> Iterator[tuple[date, date, Dose]]:
    """Runs of dosing days with the dose in force, held days cut out."""
    end = min(as_of, course.last_dose) if course.last_dose is not None else as_of
    of_course = {
        dose.on: dose for dose in facts.doses if course.started <= dose.on <= end
    }  # the last one recorded for a day counts
    days = sorted(of_course)
    held = held_spans(facts, as_of=end)
    for number, first in enumerate(days):
        last = days[number + 1] - _DAY if number + 1 < len(days) else end
        begin = first
        for hold_first, hold_last in held:
            if hold_last < begin or hold_first > last:
                continue
            if hold_first > begin:
                yield begin, hold_first - _DAY, of_course[first]
            begin = hold_last + _DAY
        if begin <= last:
            yield begin, last, of_course[first]


def _missed_days(facts: CourseFacts, *, as_of: date) -> frozenset[date]:
    if not facts.missed:
        return frozenset()
    return frozenset(
        day for missed in facts.missed if missed.on <= as_of for day in missed.dates if day <= as_of
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one run of days amounts to."""

    first: date
    mg: Decimal
    is_ld: bool
    days: int
    missed: int


def _taken(
    facts: CourseFacts, course: Treatment, *, as_of: date, cuts: tuple[date, ...] = ()
) -> Iterator[_Taken]:
    """Milligrams of every run of dosing days; ``cuts`` are days on which a new run begins."""
    missed = _missed_days(facts, as_of=as_of)
    for first, last, dose in _dosing_spans(facts, course, as_of=as_of):
        begins = [first, *(cut for cut in cuts if first < cut <= last)]
        for number, begin in enumerate(begins):
            end = begins[number + 1] - _DAY if number + 1 < len(begins) else last
            gone = [day for day in missed if begin <= day <= end]
            days = (end - begin).days + 1
            mg = pattern_mg(dose.pattern, (begin - dose.on).days, days)
            for day in gone:
                mg -= dose.pattern[(day - dose.on).days % len(dose.pattern)]
            yield _Taken(
                first=begin,
                mg=mg,
                is_ld=dose.formulation is Formulation.ABSORICA_LD,
                days=days - len(gone),
                missed=len(gone),
            )


def _time_weighted(facts: CourseFacts, course: Treatment, *, as_of: date) -> Decimal | None:
    """Sum of daily mg over the weight in force that day (DOSE-9), None without any weight."""
    fallback = start_weight(facts, course.started, as_of=as_of)
    if fallback is None:
        return None
    cuts = tuple(sorted({w.on for w in facts.weights if course.started < w.on <= as_of}))
    total = _ZERO
    for run in _taken(facts, course, as_of=as_of, cuts=cuts):
        weight = weight_on(facts, run.first) or fallback
        total += run.mg / weight.kg
    return total


def band_of(mg: Decimal, start_kg: Decimal) -> Band:
    """Band of a cumulative dose (DOSE-11), compared exactly: mg against target times weight."""
    if mg > ALERT * start_kg:
        return Band.ALERT
    if mg > TARGET_HIGH * start_kg:
        return Band.ABOVE
    return Band.TARGET if mg >= TARGET_LOW * start_kg else Band.BELOW


def taken_mg(facts: CourseFacts, course: Treatment, *, as_of: date) -> Decimal:
    """Milligrams taken in one course up to and including a day (DOSE-10)."""
    return sum((run.mg for run in _taken(facts, course, as_of=as_of)), _ZERO)


def cumulative(facts: CourseFacts, *, as_of: date) -> Cumulative | None:
    """The total of the present course, or of the last one after its stop (DOSE-9 to DOSE-12).

    None before the first dose, and where no dose is on record: what was dispensed does not say
    what was taken (DOSE-10).
    """
    course = newest(facts, as_of=as_of)
    if course is None or dose_on(facts, as_of, since=course.started) is None:
        return None
    runs = tuple(_taken(facts, course, as_of=as_of))
    mg = sum((run.mg for run in runs), _ZERO)
    equivalent = sum((run.mg * (LD_FACTOR if run.is_ld else 1) for run in runs), _ZERO)
    end = min(as_of, course.last_dose) if course.last_dose is not None else as_of
    weight = start_weight(facts, course.started, as_of=as_of)
    in_force = dose_on(facts, end, since=course.started)
    daily = _average(in_force.pattern) if in_force is not None else None
    target = (TARGET_LOW * weight.kg, TARGET_HIGH * weight.kg) if weight is not None else None
    left = max(target[0] - mg, _ZERO) if target is not None else None
    days_left: int | None = None
    if left is not None and course.last_dose is None and in_force is not None and daily:
        # Exact: (left x days of the pattern) / mg of the pattern, rounded up (DOSE-11).
        exact = left * len(in_force.pattern) / sum(in_force.pattern, _ZERO)
        days_left = int(exact.to_integral_value(rounding=ROUND_CEILING))
    considered = (end - course.started).days + 1
    missed_days = sum(run.missed for run in runs)
    dosing_days = sum(run.days for run in runs)
    return Cumulative(
        started=course.started,
        as_of=as_of,
        mg=mg,
        mg_per_kg=mg / weight.kg if weight is not None else None,
        time_weighted=_time_weighted(facts, course, as_of=as_of),
        band=band_of(mg, weight.kg) if weight is not None else None,
        start_weight_kg=weight.kg if weight is not None else None,
        start_weight_assumed=weight is not None and weight.on > course.started,
        target_mg=target,
        mg_to_120=left,
        days_to_120=days_left,
        reaches_120_on=end + days_left * _DAY if days_left else None,
        standard_equivalent_mg=equivalent,
        estimate=any(run.is_ld and run.mg for run in runs),
        daily_mg=daily,
        dosing_days=dosing_days,
        missed_days=missed_days,
        held_days=considered - dosing_days - missed_days,
        lifetime_mg=mg
        + sum(
            (taken_mg(facts, other, as_of=as_of) for other in treatments(facts, as_of=as_of)[:-1]),
            _ZERO,
        ),
    )


def _average(pattern: tuple[Decimal, ...]) -> Decimal:
    return sum(pattern, _ZERO) / len(pattern)
