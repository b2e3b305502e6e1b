"""Short ways to write facts in the clinical tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count

from protocol.facts import CourseFacts, Dose, LabResult, Person, Weight
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Analyte, Category, Formulation

POLICY = ClinicPolicy()
DAY = date(2025, 3, 3)
MAN = Person(born=date(1998, 5, 20), sex="male", category=Category.NCP, country="US")
WOMAN = Person(born=date(1998, 5, 20), sex="female", category=Category.FCP, country="US")
_NUMBER = count(1)


def decimal(value: object) -> Decimal:
    """A decimal from what a table holds."""
    return Decimal(str(value))


def result(
    analyte: str,
    value: object,
    unit: str = "U/L",
    uln: object = None,
    *,
    on: date = DAY,
    specimen: str = "",
    **more: object,
) -> LabResult:
    """A final result; ``value`` None is one that could not be read."""
    return LabResult(
        ref=f"lab-{next(_NUMBER)}",
        on=on,
        specimen=specimen or f"draw-{on}",
        analyte=Analyte(analyte),
        value=None if value is None else decimal(value),
        unit=unit,
        uln=None if uln is None else decimal(uln),
        **more,  # type: ignore[arg-type]
    )


def dose(*mg: object, on: date = DAY, formulation: Formulation = Formulation.STANDARD) -> Dose:
    """A daily dose, or a pattern of several days."""
    return Dose(ref=f"dose-{on}", on=on, pattern=tuple(map(decimal, mg)), formulation=formulation)


def weight(kg: object, *, on: date = DAY) -> Weight:
    """A measured weight."""
    return Weight(ref=f"weight-{on}", on=on, kg=decimal(kg))


def course(*, person: Person = MAN, programme: str = "us-ipledge", **facts: object) -> CourseFacts:
    """A course with the facts named, nothing else."""
    plain = CourseFacts(
        course="c1",
        programme=programme,
        person=person,
        clinic_zone="America/New_York",
        patient_zone="America/New_York",
    )
    return replace(plain, **facts)  # type: ignore[arg-type]
