"""Laboratory results: kept first, then matched, filed, read and planned on. None lost (B1 to B12).

``receive`` is the only way in, whatever the road: file, page or HTTP. The raw message is committed
before anything is made of it, so that nothing a parser or a rule does can lose it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.models import Course
from monitoring import grounds
from monitoring.actions import filing, planning, triage
from monitoring.intake import matching
from monitoring.intake.report import Entry, IncomingReport, PatientHints, Rejected
from monitoring.models import LabMessage, LabReport
from monitoring.queries import remembered
from people.models import Clinic, Patient


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one entry of a message; ``lines`` is empty unless it was filed."""

    entry: Entry
    status: str
    reason: str
    match: matching.Matched | matching.Unmatched | None
    patient: Patient | None
    lines: tuple[filing.FiledLine, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from."""

    clinic: Clinic
    source: str
    file_name: str = ""


def receive(
    raw: bytes, entries: Sequence[Entry], *, origin: Origin, by: trail.Actor, now: datetime
) -> list[Receipt]:
    """Keep a message, then file each of its entries.

    A resend (same sender, control id and content) changes nothing and answers ``duplicate``.

    Args:
        raw: the message as it arrived.
        entries: what the intake parsers read in it, one per patient.
    """
    return receive_many([(raw, entries)], origin=origin, by=by, now=now)


def receive_many(
    messages: Sequence[tuple[bytes, Sequence[Entry]]],
    *,
    origin: Origin,
    by: trail.Actor,
    now: datetime,
) -> list[Receipt]:
    """Several messages of one stream, each as ``receive`` takes it, in fewer queries.

    All are kept first, in a transaction of their own; then all are filed, read and planned in
    another. Where that one fails, each message is taken by itself, so that one that cannot be
    filed holds up no other. A worker that dies in between leaves messages that are kept and not
    filed: the next import of the same file files them.
    """
    kept = _keep_all(messages, origin=origin, by=by, now=now)
    try:
        return _file_all(kept, origin=origin, by=by, now=now)
    except Exception:
        if len(kept) == 1:
            raise
    receipts: list[Receipt] = []
    failed: Exception | None = None
    for one in kept:
        try:
            receipts += _file_all([one], origin=origin, by=by, now=now)
        except Exception as error:  # noqa: BLE001 - raised again when the others are filed
            failed = failed or error
    if failed is not None:
        raise failed
    return receipts


@dataclass(frozen=True, slots=True)
class _Kept:
    """A message that is on file; ``known``: it was received and filed before."""

    message: LabMessage
    known: bool
    entries: Sequence[Entry]


@transaction.atomic
def _file_all(
    kept: Sequence[_Kept], *, origin: Origin, by: trail.Actor, now: datetime
) -> list[Receipt]:
    receipts: list[Receipt] = []
    waiting: dict[int, tuple[Course, Sequence[filing.FiledLine]]] = {}

    def settle_before(patient: Patient) -> None:
        # Two messages about one person are read one after the other, as they came.
        if any(course.patient_id == patient.pk for course, _ in waiting.values()):
            _settle(waiting, by=by, now=now)
            waiting.clear()

    for each in kept:
        for part, entry in enumerate(each.entries):
            if each.known:
                receipts.append(_duplicate(entry, origin.clinic))
                continue
            receipt = _file(
                each.message,
                part,
                entry,
                origin=origin,
                before_filing=settle_before,
                by=by,
                now=now,
            )
            receipts.append(receipt)
            course = _to_settle(receipt)
            if course is not None:
                waiting[course.pk] = course, receipt.lines
    _settle(waiting, by=by, now=now)
    return receipts


def _to_settle(receipt: Receipt) -> Course | None:
    """The newest course of whom a receipt's lines changed something for."""
    if receipt.patient is None or not any(line.changed for line in receipt.lines):
        return None
    courses = Course.objects.select_related("patient", "clinic").filter(patient=receipt.patient)
    return courses.order_by("-number").first()


def _settle(
    waiting: Mapping[int, tuple[Course, Sequence[filing.FiledLine]]],
    *,
    by: trail.Actor,
    now: datetime,
) -> None:
    """Read what is new of each course, raise what it asks for, and plan the course again."""
    if not waiting:
        return
    ground = grounds.lock(waiting, now=now)
    raised = [
        pk
        for pk, (course, lines) in waiting.items()
        if triage.after_results(course, lines, by=by, now=now, ground=ground[pk])
    ]
    # A concern is part of what a course is planned on.
    ground |= grounds.lock(raised, now=now) if raised else {}
    planning.replan_all(ground.values(), now=now)


def find(
    hints: PatientHints, clinic: Clinic, *, sender: str = ""
) -> matching.Matched | matching.Unmatched:
    """Whose results these are, among the clinic's patients who share an identifier.

    A number of the sender's own that staff have linked to a patient counts as the patient's (B2);
    the birth date must agree all the same.
    """
    numbers = [each.value.strip() for each in hints.identifiers if each.value.strip()]
    known = {
        patient: (patient.mrn,)
        for patient in Patient.objects.filter(clinic=clinic, mrn__in=numbers)
    }
    linked = remembered.remembered_numbers(clinic.pk, sender=sender, numbers=numbers)
    return matching.match(
        hints,
        [
            matching.Candidate(
                patient.pk, (*known.get(patient, ()), *linked.get(patient, ())), patient.born
            )
            for patient in {**known, **linked}
        ],
    )


@transaction.atomic
def _keep_all(
    messages: Sequence[tuple[bytes, Sequence[Entry]]],
    *,
    origin: Origin,
    by: trail.Actor,
    now: datetime,
) -> list[_Kept]:
    return [_keep(raw, entries, origin=origin, by=by, now=now) for raw, entries in messages]


def _keep(
    raw: bytes, entries: Sequence[Entry], *, origin: Origin, by: trail.Actor, now: datetime
) -> _Kept:
    first = entries[0]
    message, created = LabMessage.objects.get_or_create(
        clinic=origin.clinic,
        sender=first.sender[:200],
        control_id=first.control_id[:200],
        content_hash=_content_hash(raw, entries),
        defaults={
            "source": origin.source,
            "file_name": origin.file_name[:200],
            "format": first.format or "",
            "raw": raw.decode("latin-1"),
            "received_at": now,
            "received_by": by.audit_id,
        },
    )
    # A message that was kept, but whose filing was cut short, is filed now.
    known = not created and message.reports.count() >= len(entries)
    return _Kept(message, known, entries)


def _content_hash(raw: bytes, entries: Sequence[Entry]) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        own = entry.content_hash if isinstance(entry, IncomingReport) else ""
        digest.update(own.encode() or hashlib.sha256(raw).digest())
    return digest.hexdigest()


@trail.action
def _file(
    message: LabMessage,
    part: int,
    entry: Entry,
    *,
    origin: Origin,
    before_filing: Callable[[Patient], None],
    by: trail.Actor,
    now: datetime,
) -> Receipt:
    clinic = origin.clinic
    # The same message may arrive twice at one moment: the second waits here, and finds it filed.
    LabMessage.objects.select_for_update().values_list("pk").get(pk=message.pk)
    if LabReport.objects.filter(message=message, part=part).exists():
        trail.unchanged()
        return _duplicate(entry, clinic)
    if isinstance(entry, Rejected):
        report = _report(message, part, entry, LabReport.Status.REJECTED, entry.reason, None, now)
        _record(Kind.RESULT_QUEUED, report, by=by, now=now)
        return Receipt(entry, "rejected", entry.reason, None, None, ())
    found = find(entry.patient, clinic, sender=entry.sender)
    if isinstance(found, matching.Unmatched):
        report = _report(message, part, entry, LabReport.Status.UNMATCHED, found.why, None, now)
        hits = Patient.objects.filter(pk__in=[str(each.key) for each in found.suggestions])
        report.suggestions = [str(patient.public_id) for patient in hits]
        report.save(update_fields=["suggestions"])
        _record(Kind.RESULT_QUEUED, report, by=by, now=now)
        return Receipt(entry, "unmatched", found.why, found, None, ())
    patient = Patient.objects.select_related("clinic").get(pk=str(found.candidate.key))
    report = _report(message, part, entry, LabReport.Status.ACCEPTED, "", patient, now)
    before_filing(patient)
    lines = _file_lines(report, entry, patient=patient, by=by, now=now)
    return Receipt(entry, "accepted", "", found, patient, tuple(lines))


def file_report(
    report: LabReport,
    entry: IncomingReport,
    *,
    patient: Patient,
    by: trail.Actor,
    now: datetime,
) -> list[filing.FiledLine]:
    """Store an entry's lines for a patient, read them, and plan again. Part of an action."""
    lines = _file_lines(report, entry, patient=patient, by=by, now=now)
    course = _to_settle(Receipt(entry, "accepted", "", None, patient, tuple(lines)))
    if course is not None:
        _settle({course.pk: (course, lines)}, by=by, now=now)
    return lines


def _file_lines(
    report: LabReport,
    entry: IncomingReport,
    *,
    patient: Patient,
    by: trail.Actor,
    now: datetime,
) -> list[filing.FiledLine]:
    lines = filing.file_lines(report, entry, patient=patient, now=now)
    _record(Kind.RESULT_RECEIVED, report, by=by, now=now, lines=len(lines))
    return lines


def _report(
    message: LabMessage,
    part: int,
    entry: Entry,
    status: str,
    reason: str,
    patient: Patient | None,
    now: datetime,
) -> LabReport:
    hints = entry.patient
    return LabReport.objects.create(
        message=message,
        clinic=message.clinic,
        part=part,
        status=status,
        reason=reason[:500],
        hints=json.dumps(
            {
                "identifiers": [each.value for each in hints.identifiers],
                "born": hints.born.isoformat() if hints.born else None,
                "family": hints.family,
                "given": hints.given,
            }
        ),
        patient=patient,
        received_at=now,
    )


def _record(
    kind: Kind, report: LabReport, *, by: trail.Actor, now: datetime, **detail: object
) -> None:
    trail.record(
        kind,
        by=by,
        subject=f"lab-report:{report.public_id}",
        now=now,
        clinic=report.clinic.slug,
        patient=report.patient.public_id if report.patient else None,
        **detail,
    )


def _duplicate(entry: Entry, clinic: Clinic) -> Receipt:
    if isinstance(entry, Rejected):
        return Receipt(entry, "rejected", entry.reason, None, None, ())
    found = find(entry.patient, clinic, sender=entry.sender)
    patient = None
    lines: list[filing.FiledLine] = []
    if isinstance(found, matching.Matched):
        patient = Patient.objects.get(pk=str(found.candidate.key))
        lines = [filing.FiledLine(line, "duplicate", "known already") for line in entry.lines]
    return Receipt(entry, "duplicate", "received before", found, patient, tuple(lines))
