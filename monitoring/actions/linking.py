"""Whose a report is, said by a person: link it, remember that, move it, or leave it unfiled."""

import json
import uuid
from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from audit import trail
from audit.kinds import Kind
from monitoring import lab_files
from monitoring.actions import rereading, results
from monitoring.intake.report import IncomingReport
from monitoring.models import LabReport, Observation, RememberedLink, ReportMove, Specimen
from monitoring.queries import code_maps
from monitoring.queries.remembered import lookup_of
from people.models import Clinic, Patient, User


class AlreadySettled(Exception):
    """Somebody else has dealt with it meanwhile."""


class NotReadable(Exception):
    """The stored message holds no results to file for anybody."""


class NotMovable(Exception):
    """It is not filed, is this patient's already, or the patient is another clinic's."""


@trail.action
def link(
    report: LabReport, *, patient: Patient, by: User, now: datetime, remember: bool = True
) -> LabReport:
    """File a queued report for the patient a person chose; it is read from the stored message.

    With ``remember`` the sender's numbers stand for the patient from now on, where that is safe
    (see ``why_not_remembered``).

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
    if remember and not why_not_remembered(locked, patient):
        _remember(locked, patient, by=by, now=now)
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
    _settle(locked, why=why, by=by, now=now)
    return locked


@trail.action
def take_off(
    clinic: Clinic, reports: Collection[uuid.UUID], *, why: str, by: User, now: datetime
) -> int:
    """Take what cannot be used off the clinic's queue, many at once with one reason.

    What holds results is left where it is, for each of them is somebody's; so is what somebody
    else has settled meanwhile. Each one has its own event.

    Returns:
        How many were taken off.

    Raises:
        AlreadySettled: none of them waits there unusable any more.
    """
    locked = list(
        LabReport.objects.select_for_update(of=("self",))
        .select_related("clinic")
        .filter(
            clinic=clinic,
            public_id__in=reports,
            status=LabReport.Status.REJECTED,
            settled_at__isnull=True,
        )
        .order_by("pk")
    )
    if not locked:
        raise AlreadySettled
    for report in locked:
        _settle(report, why=why, by=by, now=now)
    return len(locked)


@trail.action
def put_back(clinic: Clinic, reports: Collection[uuid.UUID], *, by: User, now: datetime) -> int:
    """What was taken off the clinic's queue waits there again; what was filed stays filed.

    Returns:
        How many wait again.

    Raises:
        AlreadySettled: none of them is off the queue without being filed.
    """
    locked = list(
        LabReport.objects.select_for_update(of=("self",))
        .filter(clinic=clinic, public_id__in=reports, settled_at__isnull=False)
        .exclude(status=LabReport.Status.ACCEPTED)
        .order_by("pk")
    )
    if not locked:
        raise AlreadySettled
    for report in locked:
        report.settled_at, report.settled_by, report.settled_note = None, None, ""
        report.save(update_fields=["settled_at", "settled_by", "settled_note"])
        trail.record(
            Kind.RESULT_PUT_BACK,
            by=by,
            subject=f"lab-report:{report.public_id}",
            now=now,
            clinic=clinic.slug,
        )
    return len(locked)


def _settle(locked: LabReport, *, why: str, by: User, now: datetime) -> None:
    locked.settled_at, locked.settled_by, locked.settled_note = now, by, why[:300]
    locked.save(update_fields=["settled_at", "settled_by", "settled_note"])
    trail.record(
        Kind.RESULT_REJECTED,
        by=by,
        subject=f"lab-report:{locked.public_id}",
        now=now,
        clinic=locked.clinic.slug,
    )


def why_not_remembered(report: LabReport, patient: Patient) -> str:
    """Why the sender's numbers will not stand for the patient, in words; empty if they will (B2).

    Never by name alone, never of a sender without a name, never against the birth date.
    """
    hints = json.loads(report.hints) if report.hints else {}
    if not report.message.sender:
        return "the message names no sender"
    if not _numbers(report):
        return "the message carries no number that is not a patient's own"
    if not hints.get("born"):
        return "the message carries no birth date"
    if hints["born"] != patient.born.isoformat():
        return "the birth date in the message is not the patient's"
    return ""


@trail.action
def revoke_link(link: RememberedLink, *, by: User, now: datetime) -> RememberedLink:
    """A number no longer stands for the patient; what was filed by it stays where it is.

    Raises:
        AlreadySettled: it was revoked before.
    """
    locked = (
        RememberedLink.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=link.pk)
    )
    if locked.revoked_at is not None:
        raise AlreadySettled
    _revoke(locked, by=by, now=now)
    return locked


@trail.action
def move(report: LabReport, *, patient: Patient, reason: str, by: User, now: datetime) -> LabReport:
    """A filed report is another patient's: all its samples go there, and both are read again (B3).

    1. both patients' records are locked; 2. report and samples change hands together; 3. numbers
    that led to the wrong patient are forgotten; 4. a prescription signed on the results raises a
    concern; 5. both patients' gates, plans and concerns are made anew.

    Raises:
        AlreadySettled: it was moved meanwhile.
        NotMovable: not filed, no change, another clinic's patient, or no reason.
    """
    list(
        Patient.objects.select_for_update()
        .filter(pk__in=[patient.pk, report.patient_id])
        .order_by("pk")
    )
    locked = (
        LabReport.objects.select_for_update(of=("self",))
        .select_related("message", "clinic", "patient", "patient__clinic")
        .get(pk=report.pk)
    )
    wrong = locked.patient
    if locked.patient_id != report.patient_id:
        raise AlreadySettled
    foreign = patient.clinic_id != locked.clinic_id
    if wrong is None or wrong.pk == patient.pk or foreign or not reason.strip():
        raise NotMovable
    locked.patient = patient
    locked.save(update_fields=["patient"])
    Specimen.objects.filter(report=locked).update(patient=patient)
    ReportMove.objects.create(
        report=locked,
        from_patient=wrong,
        to_patient=patient,
        reason=reason.strip()[:300],
        at=now,
        by=by,
    )
    for person, other in ((wrong, patient), (patient, wrong)):
        trail.record(
            Kind.RESULT_MOVED,
            by=by,
            subject=f"lab-report:{locked.public_id}",
            now=now,
            clinic=locked.clinic.slug,
            patient=person.public_id,
            direction="away" if person is wrong else "here",
            other=str(other.public_id),
        )
    lookups = [lookup_of(number) for number in _numbers(locked)]
    for link_row in RememberedLink.objects.select_for_update().filter(
        clinic=locked.clinic,
        sender=locked.message.sender,
        lookup__in=lookups,
        patient=wrong,
        revoked_at__isnull=True,
    ):
        _revoke(link_row, by=by, now=now)
    moved = list(
        Observation.objects.filter(specimen__report=locked, current=True).select_related("specimen")
    )
    rereading.doubt_prescription(wrong, moved, by=by, now=now)
    rereading.read_again(wrong, [], by=by, now=now)
    rereading.read_again(patient, moved, by=by, now=now)
    return locked


def _remember(report: LabReport, patient: Patient, *, by: User, now: datetime) -> None:
    for number in _numbers(report):
        lookup = lookup_of(number)
        known = (
            RememberedLink.objects.select_for_update()
            .filter(
                clinic=report.clinic,
                sender=report.message.sender,
                lookup=lookup,
                revoked_at__isnull=True,
            )
            .first()
        )
        if known is not None and known.patient_id == patient.pk:
            continue
        if known is not None:
            _revoke(known, by=by, now=now)
        row = RememberedLink.objects.create(
            clinic=report.clinic,
            sender=report.message.sender,
            identifier=number,
            lookup=lookup,
            patient=patient,
            made_at=now,
            made_by=by,
        )
        _record_link(Kind.LINK_REMEMBERED, row, by=by, now=now)


def _revoke(row: RememberedLink, *, by: User, now: datetime) -> None:
    row.revoked_at, row.revoked_by = now, by
    row.save(update_fields=["revoked_at", "revoked_by"])
    _record_link(Kind.LINK_REVOKED, row, by=by, now=now)


def _record_link(kind: Kind, row: RememberedLink, *, by: User, now: datetime) -> None:
    trail.record(
        kind,
        by=by,
        subject=f"remembered-link:{row.public_id}",
        now=now,
        clinic=row.clinic.slug,
        patient=row.patient.public_id,
    )


def _numbers(report: LabReport) -> list[str]:
    """The message's numbers that are no patient's own number in the clinic."""
    hints = json.loads(report.hints) if report.hints else {}
    sent = {each.strip() for each in hints.get("identifiers", ()) if each.strip()}
    own = Patient.objects.filter(clinic_id=report.clinic_id, mrn__in=sent)
    return sorted(sent - set(own.values_list("mrn", flat=True)))


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
        code_map=code_maps.code_map_of(report.clinic_id),
    )
    entry = entries[report.part] if report.part < len(entries) else None
    if not isinstance(entry, IncomingReport):
        raise NotReadable
    return entry
