"""Laboratory results: kept first, then matched, filed, read and planned on. None lost (B1 to B12).

``receive`` is the only way in, whatever the road: file, page or HTTP. The raw message is committed
before anything is made of it, so that nothing a parser or a rule does can lose it.
"""

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.models import Course
from monitoring import copying, grounds
from monitoring.actions import filing, planning, triage
from monitoring.actions.keeping import Kept, Origin, keep_all
from monitoring.intake import matching
from monitoring.intake.report import Entry, IncomingReport, Rejected
from monitoring.models import LabMessage, LabReport
from monitoring.queries import whose
from people.models import Patient

__all__ = ["Origin", "Receipt", "file_report", "receive", "receive_many"]

# Reports that share statements: one message may hold those of thousands of patients.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one entry of a message; ``lines`` is empty unless it was filed.

    ``message`` is the public id of the message as it is kept, now or since it came before.
    """

    entry: Entry
    message: uuid.UUID
    status: str
    reason: str
    match: matching.Matched | matching.Unmatched | None
    patient: Patient | None
    lines: tuple[filing.FiledLine, ...]


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
    kept = keep_all(messages, origin=origin, by=by, now=now)
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


@dataclass(slots=True)
class _Part:
    """One entry of a message: where its receipt belongs, and whose it is."""

    place: int
    message: LabMessage
    number: int
    entry: IncomingReport | Rejected
    found: whose.Found


@trail.action
def _file_all(
    kept: Sequence[Kept], *, origin: Origin, by: trail.Actor, now: datetime
) -> list[Receipt]:
    # The same message may arrive twice at one moment: the second waits here, and finds it filed.
    messages = {each.message.pk for each in kept}
    locked = LabMessage.objects.select_for_update().filter(pk__in=messages)
    list(locked.order_by("pk").values_list("pk"))
    filed = set(LabReport.objects.filter(message__in=messages).values_list("message_id", "part"))
    entries = [(each, number, entry) for each in kept for number, entry in enumerate(each.entries)]
    found = whose.find_all([entry for _, _, entry in entries], origin.clinic)
    receipts: dict[int, Receipt] = {}
    fresh: list[_Part] = []
    for place, (each, number, entry) in enumerate(entries):
        if each.known or (each.message.pk, number) in filed:
            receipts[place] = _duplicate(entry, each.message.public_id, found[place])
            continue
        filed.add((each.message.pk, number))
        fresh.append(_Part(place, each.message, number, entry, found[place]))
    if not fresh:
        trail.unchanged()
    for wave in _waves(fresh):
        receipts |= _file_wave(wave, by=by, now=now)
    return [receipts[place] for place in range(len(entries))]


def _waves(parts: Sequence[_Part]) -> Iterator[Sequence[_Part]]:
    """Parts that may be taken together: two about one person are read one after the other."""
    waves: list[list[_Part]] = []
    earlier: Counter[int] = Counter()
    for part in parts:
        turn = 0
        if part.found.patient is not None:
            turn = earlier[part.found.patient.pk]
            earlier[part.found.patient.pk] += 1
        if turn == len(waves):
            waves.append([])
        waves[turn].append(part)
    for wave in waves:
        for first in range(0, len(wave), _AT_ONCE):
            yield wave[first : first + _AT_ONCE]


def _file_wave(wave: Sequence[_Part], *, by: trail.Actor, now: datetime) -> dict[int, Receipt]:
    """File parts about different patients, read what is new, and plan each course once."""
    reports = [_report(part, now) for part in wave]
    copying.add(reports)
    to_file = [
        filing.ToFile(report, part.entry, report.patient)
        for part, report in zip(wave, reports, strict=True)
        if report.patient is not None and isinstance(part.entry, IncomingReport)
    ]
    lines = dict(
        zip(
            (each.report.pk for each in to_file),
            filing.file_reports(to_file, now=now) if to_file else (),
            strict=True,
        )
    )
    trail.record_many(
        [_happening(report, lines.get(report.pk)) for report in reports], by=by, now=now
    )
    receipts = {
        part.place: Receipt(
            part.entry,
            part.message.public_id,
            report.status,
            report.reason,
            part.found.match if isinstance(part.entry, IncomingReport) else None,
            report.patient,
            tuple(lines.get(report.pk, ())),
        )
        for part, report in zip(wave, reports, strict=True)
    }
    _settle(_changed(receipts.values()), by=by, now=now)
    return receipts


def _changed(receipts: Iterable[Receipt]) -> dict[int, Sequence[filing.FiledLine]]:
    """The lines that changed something, by the newest course of whom they are about."""
    lines = {
        receipt.patient.pk: receipt.lines
        for receipt in receipts
        if receipt.patient is not None and any(line.changed for line in receipt.lines)
    }
    newest = Course.objects.filter(patient__in=lines).order_by("patient_id", "-number")
    return {
        pk: lines[patient]
        for pk, patient in newest.distinct("patient_id").values_list("pk", "patient_id")
    }


def _settle(
    changed: Mapping[int, Sequence[filing.FiledLine]], *, by: trail.Actor, now: datetime
) -> None:
    """Read what is new of each course, raise what it asks for, and plan the course again."""
    if not changed:
        return
    ground = grounds.lock(changed, now=now)
    raised = [
        pk
        for pk, lines in changed.items()
        if triage.after_results(ground[pk].course, lines, by=by, now=now, ground=ground[pk])
    ]
    # A concern is part of what a course is planned on.
    ground |= grounds.lock(raised, now=now) if raised else {}
    planning.replan_all(ground.values(), now=now)


def file_report(
    report: LabReport,
    entry: IncomingReport,
    *,
    patient: Patient,
    by: trail.Actor,
    now: datetime,
) -> list[filing.FiledLine]:
    """Store an entry's lines for a patient, read them, and plan again. Part of an action."""
    (lines,) = filing.file_reports([filing.ToFile(report, entry, patient)], now=now)
    trail.record_many([_happening(report, lines)], by=by, now=now)
    message = report.message.public_id
    receipt = Receipt(entry, message, report.status, "", None, patient, tuple(lines))
    _settle(_changed([receipt]), by=by, now=now)
    return lines


def _report(part: _Part, now: datetime) -> LabReport:
    hints = part.entry.patient
    status, reason = _status(part)
    return LabReport(
        message=part.message,
        clinic=part.message.clinic,
        part=part.number,
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
        patient=part.found.patient if status == LabReport.Status.ACCEPTED else None,
        suggestions=[str(each.public_id) for each in part.found.suggested]
        if status == LabReport.Status.UNMATCHED
        else [],
        received_at=now,
    )


def _status(part: _Part) -> tuple[str, str]:
    """Filed, waiting for a person, or not usable; and why."""
    if isinstance(part.entry, Rejected):
        return LabReport.Status.REJECTED, part.entry.reason
    if isinstance(part.found.match, matching.Unmatched):
        return LabReport.Status.UNMATCHED, part.found.match.why
    return LabReport.Status.ACCEPTED, ""


def _happening(report: LabReport, lines: Sequence[filing.FiledLine] | None) -> trail.Happening:
    """It was received with so many lines, or it is queued."""
    return trail.Happening(
        Kind.RESULT_QUEUED if lines is None else Kind.RESULT_RECEIVED,
        f"lab-report:{report.public_id}",
        clinic=report.clinic.slug,
        patient=report.patient.public_id if report.patient else None,
        detail={} if lines is None else {"lines": len(lines)},
    )


def _duplicate(entry: Entry, message: uuid.UUID, found: whose.Found) -> Receipt:
    if isinstance(entry, Rejected):
        return Receipt(entry, message, "rejected", entry.reason, None, None, ())
    lines = (
        [filing.FiledLine(line, "duplicate", "known already") for line in entry.lines]
        if found.patient is not None
        else []
    )
    return Receipt(
        entry, message, "duplicate", "received before", found.match, found.patient, tuple(lines)
    )
