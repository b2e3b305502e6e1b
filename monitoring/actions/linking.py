"""Whose a report is, said by a person: link it to a patient, or take it off the queue."""

from datetime import datetime
from zoneinfo import ZoneInfo

from audit import trail
from audit.kinds import Kind
from monitoring import lab_files
from monitoring.actions import results
from monitoring.intake.report import IncomingReport
from monitoring.models import LabReport
from people.models import Patient, User


class AlreadySettled(Exception):
    """Somebody else has dealt with it meanwhile."""


class NotReadable(Exception):
    """The stored message holds no results to file for anybody."""


@trail.action
def link(report: LabReport, *, patient: Patient, by: User, now: datetime) -> LabReport:
    """File a queued report for the patient a person chose; it is read from the stored message.

    Raises:
        AlreadySettled: it left the queue meanwhile.
        NotReadable: there is nothing in it that could be filed.
    """
    locked = _open(report)
    entry = _entry(locked, now)
    locked.status, locked.patient = LabReport.Status.ACCEPTED, patient
    locked.settled_at, locked.settled_by = now, by
    locked.save(update_fields=["status", "patient", "settled_at", "settled_by"])
    results.file_report(locked, entry, patient=patient, by=by, now=now)
    trail.record(
        Kind.RESULT_LINKED,
        by=by,
        subject=f"lab-report:{locked.public_id}",
        now=now,
        clinic=locked.clinic.slug,
        patient=patient.public_id,
    )
    return locked


@trail.action
def reject(report: LabReport, *, why: str, by: User, now: datetime) -> LabReport:
    """Take a report off the queue without filing it, with the reason.

    Raises:
        AlreadySettled: it left the queue meanwhile.
    """
    locked = _open(report)
    locked.settled_at, locked.settled_by, locked.settled_note = now, by, why[:300]
    locked.save(update_fields=["settled_at", "settled_by", "settled_note"])
    trail.record(
        Kind.RESULT_REJECTED,
        by=by,
        subject=f"lab-report:{locked.public_id}",
        now=now,
        clinic=locked.clinic.slug,
    )
    return locked


def _open(report: LabReport) -> LabReport:
    locked = (
        LabReport.objects.select_for_update(of=("self",))
        .select_related("message", "clinic")
        .get(pk=report.pk)
    )
    if locked.settled_at is not None or locked.status == LabReport.Status.ACCEPTED:
        raise AlreadySettled
    return locked


def _entry(report: LabReport, now: datetime) -> IncomingReport:
    zone = ZoneInfo(report.clinic.timezone)
    entries = lab_files.stored(
        report.message.raw.encode("latin-1"),
        file=report.message.file_name,
        wire=report.message.format,
        zone=zone,
        as_of=now.astimezone(zone).date(),
    )
    entry = entries[report.part] if report.part < len(entries) else None
    if not isinstance(entry, IncomingReport):
        raise NotReadable
    return entry
