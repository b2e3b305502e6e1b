"""The way in: whatever a file holds, it gives entries or a reason in plain words.

HL7 is read as a stream, one message in memory at a time. JSON and CSV cannot be cut safely, so
files beyond `FILE_LIMIT` are rejected with the advice to split them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from monitoring.intake import csv_rows, fhir, hl7v2
from monitoring.intake.code_map import EMPTY, CodeMap
from monitoring.intake.hl7v2_frames import Readable, Rejoined
from monitoring.intake.report import Entry, Format, Rejected

FILE_LIMIT = 8 * 1024 * 1024
_HEAD = 64 * 1024
_KNOWN_FILES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"II*\x00": "a picture",
    b"MM\x00*": "a picture",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x1f\x8b": "a compressed archive",
    b"BZh": "a compressed archive",
    b"\xfd7zXZ": "a compressed archive",
    b"7z\xbc\xaf": "a compressed archive",
    b"Rar!": "a compressed archive",
    b"RIFF": "a picture or a sound",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"{\\rtf": "a text document with formatting",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HL7 = re.compile(r"(?:^|[\r\n\x0b])\s*\ufeff?(?:MSH|FHS|BHS)[^\w\s]")


def read_stream(
    stream: Readable,
    *,
    file: str,
    zone: ZoneInfo,
    as_of: date,
    wire: Format | None = None,
    code_map: CodeMap = EMPTY,
) -> Iterator[Entry]:
    """Entries of a stream; at least one. `wire` None means: find out what it is.

    `file` is the name shown with each entry, `zone` the clinic's, `as_of` its calendar's today,
    `code_map` what the clinic has said about local codes.
    """
    head = stream.read(_HEAD)
    try:
        chosen = wire or detect(head)
    except NotALaboratoryFile as error:
        yield Rejected(str(error), file)
        return
    whole = Rejoined(head, stream)
    if not head.strip(b" \t\r\n\x00\x1a"):
        yield Rejected("the file is empty", file, chosen)
    elif chosen is Format.HL7V2:
        yield from hl7v2.read_stream(whole, file=file, zone=zone, as_of=as_of, code_map=code_map)
    else:
        data = _up_to_limit(whole)
        if len(data) > FILE_LIMIT:
            why = f"the file is larger than {FILE_LIMIT:,} bytes: send it in parts"
            yield Rejected(why, file, chosen)
            return
        reader = fhir.read if chosen is Format.FHIR else csv_rows.read
        yield from reader(data, file=file, zone=zone, as_of=as_of, code_map=code_map)


class NotALaboratoryFile(ValueError):
    """The bytes are in no format that is read; the text says what they look like."""


def detect(head: bytes) -> Format:
    """Which format the first bytes of a file are in. Raises NotALaboratoryFile."""
    if not head.strip(b" \t\r\n\x00\x1a"):
        raise NotALaboratoryFile("the file is empty")
    for mark, name in _KNOWN_FILES.items():
        if head.startswith(mark):
            raise NotALaboratoryFile(f"the file is {name}, not a laboratory message")
    text = _text(head)
    if _HL7.search(text):
        return Format.HL7V2
    begins = text.lstrip("\ufeff \t\r\n\x0b")
    if begins.startswith(("{", "[")):
        return Format.FHIR
    if begins.startswith("<"):
        raise NotALaboratoryFile("the file is XML or HTML: FHIR is read as JSON only")
    if "patient_id" in begins.split("\n", 1)[0].lower():
        return Format.CSV
    if "\x00" in text:
        raise NotALaboratoryFile("the file is binary, not a laboratory message")
    raise NotALaboratoryFile("the file is neither HL7 v2 nor FHIR JSON nor CSV with the header")


def _text(head: bytes) -> str:
    if head.startswith(_MARKS[1:]):
        return head.decode("utf-16", errors="replace")
    return head.decode("utf-8", errors="replace")


def _up_to_limit(stream: Readable) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while size <= FILE_LIMIT and (piece := stream.read(_HEAD)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)
