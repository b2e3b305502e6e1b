"""Results that a person has to settle, and reports as they were filed (LAB-6, B3)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from monitoring.actions.confirming import has_date_doubt, why_not_confirmable
from monitoring.intake.code_map import UNMAPPED
from monitoring.models import LabMessage, LabReport, Observation, ReportMove
from people.models import Patient, User
from people.queries import NotFound, PatientRow, Place, patient_row
from protocol.plausibility import likely_unit, limit_fits
from protocol.units import measures, units_of
from protocol.vocabulary import Analyte


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A result that waits for a person, and what can be done about it.

    ``likely`` is the unit in which the number would be believed, "" where there is none or more
    than one. ``not_confirmable`` says why it cannot count as sent.
    """

    public_id: uuid.UUID
    patient: PatientRow
    analyte: str
    text: str
    value: str
    unit: str
    range: str
    collected_on: date | None
    received_at: datetime
    sender: str
    why: str
    likely: str
    units: tuple[str, ...]
    needs_day: bool
    not_confirmable: str
    report: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One result of a filed report as lists show it."""

    name: str
    value: str
    unit: str
    collected_on: date | None
    status: str
    flag: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move of a report, from either side."""

    report: uuid.UUID
    from_patient: PatientRow
    to_patient: PatientRow
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report with its results and how it came."""

    public_id: uuid.UUID
    status: str
    reason: str
    patient: PatientRow | None
    received_at: datetime
    source: str
    who: str
    sender: str
    file_name: str
    linked_by: str
    results: tuple[ResultLine, ...]
    moves: tuple[MoveRow, ...]


def held_rows(place: Place, *, limit: int = 200) -> tuple[HeldRow, ...]:
    """Values, units and days that nobody has settled, the longest waiting first."""
    rows = _held(place).order_by("received_at", "pk")[:limit]
    return tuple(_held_row(row) for row in rows)


def held_of_clinic(place: Place, public_id: uuid.UUID) -> tuple[Observation, HeldRow]:
    """One waiting result.

    Raises:
        NotFound: another clinic's, or it does not wait.
    """
    row = _held(place).filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return row, _held_row(row)


def report_row(place: Place, public_id: uuid.UUID) -> ReportRow:
    """One report of the clinic with its results.

    Raises:
        NotFound: another clinic's, or none.
    """
    rows = _reports(LabReport.objects.filter(public_id=public_id, clinic_id=place.clinic_id))
    if not rows:
        raise NotFound
    return rows[0]


def reports_of_messages(place: Place, messages: Iterable[uuid.UUID]) -> tuple[ReportRow, ...]:
    """What became of messages, report by report, in the order in which they stood."""
    found = LabReport.objects.filter(message__public_id__in=list(messages))
    return _reports(found.filter(clinic_id=place.clinic_id).order_by("message_id", "part"))


def reports_of_patient(patient: Patient, *, limit: int = 100) -> tuple[ReportRow, ...]:
    """Every report filed for a patient, newest first."""
    rows = LabReport.objects.filter(patient=patient, status=LabReport.Status.ACCEPTED)
    return _reports(rows.order_by("-received_at")[:limit])


def moves_of(patient: Patient) -> tuple[MoveRow, ...]:
    """Reports that were moved to or from a patient, newest first."""
    rows = ReportMove.objects.filter(Q(from_patient=patient) | Q(to_patient=patient))
    found = rows.select_related("report", "from_patient", "to_patient", "by").order_by("-at")
    return tuple(_move_row(row) for row in found)


def set_aside_of(patient: Patient) -> tuple[ResultLine, ...]:
    """Results of a patient that staff set aside, newest first."""
    rows = Observation.objects.filter(
        specimen__patient=patient, set_aside_at__isnull=False
    ).select_related("specimen", "set_aside_by", "unit_set_by", "confirmed_by")
    return tuple(_line(row) for row in rows.order_by("-set_aside_at"))


def _held(place: Place) -> QuerySet[Observation]:
    return (
        Observation.objects.filter(
            specimen__patient__clinic_id=place.clinic_id,
            current=True,
            confirmed_at__isnull=True,
        )
        .exclude(held="")
        .exclude(analyte="", held__contains=UNMAPPED)
        .select_related("specimen__patient", "specimen__report")
    )


def _held_row(row: Observation) -> HeldRow:
    analyte = Analyte(row.analyte) if row.analyte else None
    units = tuple(sorted(units_of(analyte))) if analyte and row.value is not None else ()
    report = row.specimen.report
    return HeldRow(
        public_id=row.public_id,
        patient=patient_row(row.specimen.patient),
        analyte=row.analyte,
        text=row.code_text or row.code,
        value=f"{row.comparator}{row.value_text}",
        unit=row.unit_as_sent,
        range=row.range_text,
        collected_on=row.specimen.collected_on,
        received_at=row.received_at,
        sender=row.specimen.sender,
        why=row.held,
        likely=_likely(analyte, row),
        units=units,
        needs_day=has_date_doubt(row.held),
        not_confirmable=why_not_confirmable(row),
        report=report.public_id if report else None,
    )


def _likely(analyte: Analyte | None, row: Observation) -> str:
    """The unit that is probably meant; none in which the laboratory's own limit cannot be."""
    if analyte is None or row.value is None or not measures(analyte, row.unit):
        return ""
    likely = likely_unit(analyte, row.value, row.unit)
    fits = not likely or row.uln is None or limit_fits(analyte, row.uln, likely)
    return likely if fits else ""


def _reports(rows: QuerySet[LabReport]) -> tuple[ReportRow, ...]:
    observations = Observation.objects.select_related(
        "specimen", "unit_set_by", "confirmed_by", "set_aside_by"
    ).order_by("pk")
    found = list(
        rows.select_related("message", "patient", "settled_by")
        .defer("message__raw")
        .prefetch_related(
            Prefetch("specimens__observations", queryset=observations),
            Prefetch(
                "moves",
                queryset=ReportMove.objects.select_related(
                    "report", "from_patient", "to_patient", "by"
                ).order_by("-at"),
            ),
        )
    )
    names = _names(row.message.received_by for row in found)
    return tuple(_report_row(row, names) for row in found)


def _report_row(row: LabReport, names: dict[str, str]) -> ReportRow:
    return ReportRow(
        public_id=row.public_id,
        status=row.status,
        reason=row.reason,
        patient=patient_row(row.patient) if row.patient else None,
        received_at=row.received_at,
        source=LabMessage.Source(row.message.source).label,
        who=names.get(row.message.received_by, ""),
        sender=row.message.sender,
        file_name=row.message.file_name,
        linked_by=str(row.settled_by) if row.settled_by else "",
        results=tuple(
            _line(each) for drawn in row.specimens.all() for each in drawn.observations.all()
        ),
        moves=tuple(_move_row(each) for each in row.moves.all()),
    )


def _names(actors: Iterable[str]) -> dict[str, str]:
    """Names of the members of staff among the actors, by the trail's id."""
    ids = {}
    for actor in set(actors):
        kind, _, public_id = actor.partition(":")
        if kind == "user":
            ids[public_id] = actor
    users = User.objects.filter(public_id__in=ids)
    return {ids[str(user.public_id)]: str(user) for user in users}


def _line(row: Observation) -> ResultLine:
    state, note = "counts", ""
    if row.set_aside_at is not None:
        state, note = "set-aside", f"Set aside by {row.set_aside_by}: {row.set_aside_reason}"
    elif not row.current:
        state = "superseded"
    elif row.unit_set_at is not None:
        note = f"Unit corrected from {row.unit_as_sent or 'none'} by {row.unit_set_by}"
    elif row.confirmed_at is not None:
        note = f"Confirmed by {row.confirmed_by}"
    elif row.held:
        state, note = "waits", row.held
    elif not row.monitored:
        state = "not-monitored"
    elif row.ungraded:
        note = row.ungraded
    return ResultLine(
        name=row.analyte or row.code_text or row.code,
        value=f"{row.comparator}{row.value_text}",
        unit=row.unit,
        collected_on=row.specimen.collected_on,
        status=row.status,
        flag=row.flag,
        state=state,
        note=note,
    )


def _move_row(row: ReportMove) -> MoveRow:
    return MoveRow(
        report=row.report.public_id,
        from_patient=patient_row(row.from_patient),
        to_patient=patient_row(row.to_patient),
        reason=row.reason,
        at=row.at,
        by=str(row.by),
    )
