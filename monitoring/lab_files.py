"""A stream of laboratory data, cut into messages: the bytes to keep and what was read in them."""

import io
from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from monitoring.intake import detect, hl7v2
from monitoring.intake.code_map import EMPTY, CodeMap
from monitoring.intake.hl7v2_frames import NotWhole, Readable, Rejoined, iter_messages
from monitoring.intake.report import Entry, Format, Rejected

_HEAD = 64 * 1024

Part = tuple[bytes, tuple[Entry, ...]]
# Taken in together: enough to share queries, short enough to hold no lock for long.
_MOST_MESSAGES = 100
_MOST_BYTES = 1024 * 1024


def messages(
    stream: Readable,
    *,
    file: str,
    zone: ZoneInfo,
    as_of: date,
    wire: Format | None = None,
    code_map: CodeMap = EMPTY,
) -> Iterator[Part]:
    """Each message of a stream with its entries; one HL7 message in memory at a time.

    A FHIR or CSV file is one message. ``wire`` None means: find out what it is. ``code_map`` is
    what the clinic has said about local codes of its laboratories.
    """
    head = stream.read(_HEAD)
    whole = Rejoined(head, stream)
    try:
        chosen = wire or detect.detect(head)
    except detect.NotALaboratoryFile as error:
        yield head, (Rejected(str(error), file),)
        return
    if chosen is not Format.HL7V2 or not head.strip():
        kept = _Kept(whole)
        entries = tuple(
            detect.read_stream(
                kept, file=file, zone=zone, as_of=as_of, wire=chosen, code_map=code_map
            )
        )
        yield kept.bytes(), entries
        return
    empty = True
    for frame in iter_messages(whole, file=file):
        empty = False
        if isinstance(frame, Rejected):
            # A short stream is kept whole, with what surrounds the piece; of a long one its head.
            piece = frame.head if isinstance(frame, NotWhole) else b""
            yield head if len(head) < _HEAD else piece, (frame,)
        else:
            yield (
                frame,
                hl7v2.read_message(frame, file=file, zone=zone, as_of=as_of, code_map=code_map),
            )
    if empty:
        yield head, (Rejected("there is no message (no MSH segment)", file, Format.HL7V2),)


def batches(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Messages in the order they came, a few at a time, for ``results.receive_many``."""
    batch: list[Part] = []
    size = 0
    for raw, entries in parts:
        batch.append((raw, entries))
        size += len(raw)
        if len(batch) == _MOST_MESSAGES or size >= _MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def stored(
    raw: bytes,
    *,
    file: str,
    wire: str,
    zone: ZoneInfo,
    as_of: date,
    code_map: CodeMap = EMPTY,
) -> tuple[Entry, ...]:
    """Read a kept message again, by the parsers and the code map of today."""
    parts = messages(
        io.BytesIO(raw),
        file=file,
        zone=zone,
        as_of=as_of,
        wire=Format(wire) if wire else None,
        code_map=code_map,
    )
    return tuple(entry for _, entries in parts for entry in entries)


class _Kept:
    """Passes a stream on and remembers what went by, up to the limit that detect enforces."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._seen: list[bytes] = []

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._stream.read(size)
        self._seen.append(chunk)
        return chunk

    def bytes(self) -> bytes:
        """Everything that was read."""
        return b"".join(self._seen)
