"""HL7 v2.2 to 2.5.1 results (ORU^R01, OUL^R22) to incoming reports, dialects included.

One entry per message and patient. Only OBX-3 is ever read as a test: the same digits in PID-10 are
a race (rule book §6). The sample's day comes from SPM-17, OBR-7, OBX-14, in this order, and never
from a message or report time.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from monitoring.intake.catalogue import Coding, resolve
from monitoring.intake.code_map import EMPTY, CodeMap
from monitoring.intake.dates import WrittenDay, read_birth_date, read_day, why_day_is_held
from monitoring.intake.fasting import asks_for_fasting, fasting_said
from monitoring.intake.hl7v2_frames import MESSAGE_LIMIT, Readable, iter_messages
from monitoring.intake.hl7v2_segments import NotReadable, Segment, parse
from monitoring.intake.hl7v2_values import reading_of
from monitoring.intake.lines import SentResult, Specimens, build_lines, kind_of_sample
from monitoring.intake.report import (
    Entry,
    Format,
    IncomingReport,
    PatientHints,
    PatientIdentifier,
    Rejected,
    ResultStatus,
)
from monitoring.intake.values import read_range

STATUSES = {
    **dict.fromkeys("FU", ResultStatus.FINAL),
    **dict.fromkeys("PISR", ResultStatus.PRELIMINARY),
    "C": ResultStatus.CORRECTED,
    **dict.fromkeys("XWD", ResultStatus.CANCELLED),
}
_DECIMAL_COMMA = re.compile(r"\d,\d{1,2}(?!\d)")
TYPES = {("ORU", "R01"), ("ORU", ""), ("OUL", "R22")}


@dataclass(slots=True)
class _Result:
    """An OBX and the comments behind it."""

    segment: Segment
    codings: tuple[Coding, ...]
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """One order (OBR) with its results and the samples named for it."""

    order: Segment | None = None
    filler: str = ""
    samples: list[Segment] = field(default_factory=list)
    results: list[_Result] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Person:
    """One patient of a message: PID and everything up to the next PID."""

    pid: Segment | None = None
    segments: list[Segment] = field(default_factory=list)


def read_stream(
    stream: Readable,
    *,
    file: str,
    zone: ZoneInfo,
    as_of: date,
    limit: int = MESSAGE_LIMIT,
    code_map: CodeMap = EMPTY,
) -> Iterator[Entry]:
    """Entries of a stream of messages, one message in memory at a time."""
    empty = True
    for message in iter_messages(stream, file=file, limit=limit):
        empty = False
        if isinstance(message, Rejected):
            yield message
        else:
            yield from read_message(message, file=file, zone=zone, as_of=as_of, code_map=code_map)
    if empty:
        yield Rejected("there is no message (no MSH segment)", file, Format.HL7V2)


def read(
    data: bytes, *, file: str, zone: ZoneInfo, as_of: date, code_map: CodeMap = EMPTY
) -> tuple[Entry, ...]:
    """All entries of bytes that hold one message, several, a batch or MLLP frames."""
    return tuple(
        read_stream(io.BytesIO(data), file=file, zone=zone, as_of=as_of, code_map=code_map)
    )


def read_message(
    data: bytes, *, file: str, zone: ZoneInfo, as_of: date, code_map: CodeMap = EMPTY
) -> tuple[Entry, ...]:
    """One entry per patient of one message. `as_of` is today on the clinic's calendar."""
    try:
        segments = parse(data)
    except NotReadable as error:
        return (Rejected(str(error), file, Format.HL7V2),)
    header = segments[0]
    sender = "/".join(text for number in (3, 4) if (text := _authority(header, number)))
    control_id = header.part(10)
    if why := _why_refused(header):
        return (Rejected(why, file, Format.HL7V2, sender, control_id),)
    entries: list[Entry] = []
    for person in _people(segments[1:]):
        hints = _hints(person.pid)
        groups = _groups(person.segments)
        if not any(group.results for group in groups):
            why = "the message holds no result (no OBX segment)"
            entries.append(Rejected(why, file, Format.HL7V2, sender, control_id, hints))
            continue
        specimens = Specimens(as_of, hints.born)
        sent = [each for group in groups for each in _results(group, specimens, zone)]
        lines = build_lines(sent, specimens, sender=sender, code_map=code_map)
        content = "\r".join(str(each.parsed).strip() for each in person.segments)
        entries.append(
            IncomingReport(
                format=Format.HL7V2,
                file=file,
                sender=sender,
                control_id=control_id,
                content_hash=hashlib.sha256(content.encode()).hexdigest(),
                patient=hints,
                specimens=tuple(specimens.found),
                lines=lines,
            )
        )
    return tuple(entries)


def _authority(segment: Segment, number: int) -> str:
    """Who an HD field names: its namespace, or its universal id where there is no namespace."""
    return segment.part(number, 1) or segment.part(number, 2)


def _why_refused(header: Segment) -> str:
    kind, trigger, version = header.part(9), header.part(9, 2), header.part(12)
    if not kind:
        return "the message does not say what it is (MSH-9 is empty)"
    if (kind, trigger) not in TYPES:
        return "not a laboratory result: only ORU^R01 and OUL^R22 are read"
    if version and not version.startswith("2."):
        return "not an HL7 v2 message by its version (MSH-12)"
    return ""


def _people(segments: list[Segment]) -> list[_Person]:
    """The message by patient; results before any PID belong to nobody who is named."""
    people: list[_Person] = []
    for segment in segments:
        if segment.name == "PID":
            people.append(_Person(segment))
        elif not people:
            people.append(_Person())
        people[-1].segments.append(segment)
    unnamed = [each for each in people[:1] if each.pid is None and len(people) > 1]
    if unnamed and not any(segment.name == "OBX" for segment in unnamed[0].segments):
        people = people[1:]
    return people or [_Person()]


def _hints(pid: Segment | None) -> PatientHints:
    """PID-3, or PID-2 only when PID-3 is empty; never PID-4, -18 or -19, never a name alone."""
    if pid is None:
        return PatientHints()
    identifiers = _identifiers(pid, 3) or _identifiers(pid, 2)
    return PatientHints(identifiers, read_birth_date(pid.part(7)), pid.part(5, 1), pid.part(5, 2))


def _identifiers(pid: Segment, number: int) -> tuple[PatientIdentifier, ...]:
    return tuple(
        PatientIdentifier(value, pid.part(number, 4, repetition))
        for repetition in range(1, pid.repetitions(number) + 1)
        if (value := pid.part(number, 1, repetition))
    )


def _groups(segments: list[Segment]) -> list[_Group]:
    """Orders with their results and samples.

    In ORU a sample (SPM) follows the results it belongs to; in OUL it stands before its orders.
    ORC may come before or after its OBR: some instruments send OBR, ORC, OBX.
    """
    groups: list[_Group] = []
    filler = ""
    samples: list[Segment] = []
    first = next((each.name for each in segments if each.name in ("SPM", "OBR", "OBX")), "")
    for segment in segments:
        match segment.name:
            case "ORC":
                filler = segment.part(3)
                if groups and not groups[-1].results and not groups[-1].filler:
                    groups[-1].filler = filler
            case "OBR":
                groups.append(_Group(segment, segment.part(3) or filler, list(samples)))
                filler = ""
            case "SPM" if first == "SPM":
                samples = [segment]
                groups.append(_Group(filler=filler, samples=list(samples)))
            case "SPM" if groups:
                groups[-1].samples.append(segment)
            case "OBX":
                if not groups:
                    groups.append(_Group(filler=filler))
                groups[-1].results.append(_Result(segment, _codings(segment)))
            case "NTE" if groups:
                last = groups[-1]
                comment = segment.whole(3)
                (last.results[-1].notes if last.results else last.notes).append(comment)
    return groups


def _results(group: _Group, specimens: Specimens, zone: ZoneInfo) -> list[SentResult]:
    fasting = _fasting(group)
    commas = any(_DECIMAL_COMMA.search(each.segment.whole(7)) for each in group.results)
    return [
        SentResult(
            codings=result.codings,
            reading=reading_of(result.segment),
            status=STATUSES.get(result.segment.part(11).upper(), ResultStatus.PRELIMINARY),
            specimen=_sample(group, result, specimens, zone, fasting),
            set_id=result.segment.part(1),
            filler=group.filler,
            units=tuple(result.segment.part(6, slot) for slot in (1, 4, 2)),
            range_text=result.segment.whole(7),
            limits=read_range(result.segment.whole(7)),
            flag=result.segment.part(8),
            fasting=fasting,
            notes=tuple(note for note in (*result.notes, *group.notes) if note),
            doubts=_doubts(result.segment, decimal_commas=commas),
        )
        for result in group.results
    ]


def _doubts(result: Segment, *, decimal_commas: bool) -> tuple[str, ...]:
    """`1.234` is a thousand and more where the same report writes `0,5 - 1,7`."""
    grouped = decimal_commas and re.search(
        r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.,])", result.whole(5)
    )
    return ("a point may divide thousands here: the ranges have decimal commas",) if grouped else ()


def _codings(result: Segment) -> tuple[Coding, ...]:
    """OBX-3 in all its slots: the code, its alternate, and the second alternate of later CWEs."""
    return tuple(
        Coding(result.part(3, first), result.part(3, first + 1), result.part(3, first + 2))
        for first in (1, 4, 10)
    )


def _sample(
    group: _Group, result: _Result, specimens: Specimens, zone: ZoneInfo, fasting: bool | None
) -> int:
    """Place the result's sample: SPM-17, then OBR-7, then OBX-14."""
    order = group.order
    texts = [text for sample in group.samples if (text := sample.part(17))]
    days = {read_day(text, zone=zone).on: read_day(text, zone=zone) for text in texts}
    if not days:
        text = (order.part(7) if order else "") or result.segment.part(14)
        days = {None: read_day(text, zone=zone)}
    day = next(iter(days.values()))
    refused = ""
    if len(days) > 1:
        day = WrittenDay(None, day.text)
        refused = "samples of different days are named for one order"
    elif any(sample.part(21) for sample in group.samples):
        refused = "the laboratory refused the sample"
        late = why_day_is_held(day, as_of=specimens.as_of)
        refused = f"{refused}; {late}" if late else refused
    meaning = resolve(result.codings)
    kinds = [sample.whole(4) for sample in group.samples] + ([order.whole(15)] if order else [])
    kind_text = next((text for text in kinds if text), "")
    kind = meaning.kind or kind_of_sample(*(text.replace("^", " ") for text in kinds))
    return specimens.place(
        day,
        fasting=fasting,
        accession=next((text for each in group.samples if (text := each.part(2))), "")
        or group.filler,
        kind=kind,
        kind_text=kind_text,
        refused=refused,
    )


def _fasting(group: _Group) -> bool | None:
    """Whether the sample was taken fasting: LOINC 49541-6 among the results, OBR-13, a comment."""
    for result in group.results:
        if not asks_for_fasting(resolve(result.codings)):
            continue
        answer = [result.segment.part(5, slot) for slot in (1, 2)]
        if (said := fasting_said(*answer)) is not None:
            return said
    order = group.order
    clinical = [order.part(13, slot) for slot in (1, 2)] if order else []
    return fasting_said(*clinical, *group.notes)
