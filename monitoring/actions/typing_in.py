"""Results that staff type in from paper or a portal: the same road as any message (LAB-6).

What is typed becomes a message in the laboratory's own table format, kept first and then read by
the same readers, so that a typed value is doubted, held, graded and planned on like a sent one.
"""

import csv
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from monitoring.actions import filing, results
from monitoring.intake import csv_rows
from monitoring.intake.report import IncomingReport
from monitoring.intake.units import same_unit
from monitoring.models import LabMessage, Observation
from people.models import Patient, User
from protocol.vocabulary import Analyte


@dataclass(frozen=True, slots=True)
class TypedValue:
    """One result as typed, in the unit chosen beside it; limits are the laboratory's own."""

    analyte: Analyte
    value: Decimal
    comparator: str
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """When and where the sample was taken."""

    on: date
    at: time | None
    fasting: bool | None
    laboratory: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What became of typed results: stored, waiting for confirmation, known already, differing."""

    stored: tuple[Analyte, ...]
    held: tuple[tuple[Analyte, str], ...]
    known: tuple[Analyte, ...]
    differing: tuple[Analyte, ...]


# What became of a form that was sent before.
NOTHING_NEW = Typed((), (), (), ())


class NotFiled(Exception):
    """The typed results found no patient: the record has no number, or another shares it."""


def type_in(
    patient: Patient,
    values: Sequence[TypedValue],
    *,
    drawn: Drawn,
    nonce: uuid.UUID,
    by: User,
    now: datetime,
) -> Typed:
    """Store typed results of one sample; sending the same form twice changes nothing.

    A result that is on record already, sent or typed, with the same day, value and unit is not
    stored again; one of the same day that differs is stored beside it and named.

    Raises:
        NotFiled: they could not be filed for the patient and wait in the queue.
    """
    on_record = list(
        Observation.objects.filter(
            specimen__patient=patient, specimen__collected_on=drawn.on, current=True
        ).exclude(specimen__accession=str(nonce))
    )
    known = [each for each in values if any(_is(each, row) for row in on_record)]
    fresh = [each for each in values if each not in known]
    differing = {row.analyte for row in on_record}
    differ = tuple(each.analyte for each in fresh if each.analyte.value in differing)
    if not fresh:
        return Typed((), (), tuple(each.analyte for each in known), ())
    filed = _file(patient, fresh, drawn=drawn, nonce=nonce, by=by, now=now)
    if all(each.disposition == "duplicate" for each in filed):
        return NOTHING_NEW
    lines = [each.line for each in filed]
    return Typed(
        stored=tuple(Analyte(line.analyte) for line in lines if not line.held),
        held=tuple((Analyte(line.analyte), line.held) for line in lines if line.held),
        known=tuple(each.analyte for each in known),
        differing=differ,
    )


def _file(
    patient: Patient,
    values: Sequence[TypedValue],
    *,
    drawn: Drawn,
    nonce: uuid.UUID,
    by: User,
    now: datetime,
) -> Sequence[filing.FiledLine]:
    zone = ZoneInfo(patient.clinic.timezone)
    raw = _table(patient, values, drawn=drawn, nonce=nonce)
    entries = csv_rows.read(raw, file="", zone=zone, as_of=now.astimezone(zone).date())
    named = [
        replace(entry, sender=drawn.laboratory) if isinstance(entry, IncomingReport) else entry
        for entry in entries
    ]
    origin = results.Origin(clinic=patient.clinic, source=LabMessage.Source.TYPED)
    (receipt,) = results.receive(raw, named, origin=origin, by=by, now=now)
    if receipt.patient is None or receipt.patient.pk != patient.pk:
        raise NotFiled
    return receipt.lines


def _table(
    patient: Patient, values: Sequence[TypedValue], *, drawn: Drawn, nonce: uuid.UUID
) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, csv_rows.COLUMNS)
    writer.writeheader()
    collected = drawn.on.isoformat()
    if drawn.at is not None:
        collected += f"T{drawn.at:%H:%M}"
    for each in values:
        writer.writerow(
            {
                "patient_id": patient.mrn,
                "born": patient.born.isoformat(),
                "collected": collected,
                "analyte": each.analyte.value,
                "value": f"{each.comparator}{each.value:f}",
                "unit": each.unit,
                "low": "" if each.low is None else f"{each.low:f}",
                "high": "" if each.high is None else f"{each.high:f}",
                "fasting": "" if drawn.fasting is None else str(drawn.fasting).lower(),
                "status": "final",
                "accession": str(nonce),
            }
        )
    return text.getvalue().encode()


def _is(typed: TypedValue, row: Observation) -> bool:
    return (
        row.analyte == typed.analyte.value
        and row.value == typed.value
        and row.comparator == typed.comparator
        and same_unit(row.unit, typed.unit)
    )
