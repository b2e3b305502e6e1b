"""A file that a clinic shares with a patient: what it is by its content, and nothing that runs.

Two kinds: PDF and pictures. A picture is written anew (``monitoring.pictures``). A PDF stays as it
is, for a form with a signature must; so one that holds a script, another file, a way to start a
program or a lock is refused, also where that lies in a compressed part. It is handed out as a file
to save and never shown inside a page of ours (SEC-21).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from monitoring.pictures import NotAPicture, cleaned

MOST_BYTES = 8 * 1024 * 1024
# What a PDF may unpack to while it is read through; more is no leaflet.
_MOST_UNPACKED = 64 * 1024 * 1024
_MOST_OF_ONE = 8 * 1024 * 1024
_TAIL = 2048
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_RUNS = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|Encrypt|SubmitForm|ImportData|GoToR)"
    rb"(?![A-Za-z])"
)


class NotADocument(ValueError):
    """It is neither a PDF nor a picture, or is broken."""


class Runs(ValueError):
    """The PDF holds something that acts by itself, or is locked."""


class TooLarge(ValueError):
    """More than ``MOST_BYTES``, or more than a leaflet unpacks to."""


@dataclass(frozen=True, slots=True)
class File:
    """What may be kept: ``kind`` is ``pdf`` or ``jpeg``."""

    kind: str
    body: bytes


def checked(sent: bytes) -> File:
    """The file as it may be kept.

    Raises:
        TooLarge, NotADocument, Runs: it cannot be used.
        monitoring.pictures.TooLarge: a picture of more pixels than a camera makes.
    """
    if len(sent) > MOST_BYTES:
        raise TooLarge
    if not sent.startswith(b"%PDF-"):
        try:
            return File("jpeg", cleaned(sent).body)
        except NotAPicture:
            raise NotADocument from None
    if b"%%EOF" not in sent[-_TAIL:]:
        raise NotADocument
    for part in (sent, *_unpacked(sent)):
        if _RUNS.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)):
            raise Runs
    return File("pdf", sent)


def _unpacked(pdf: bytes) -> list[bytes]:
    """The parts that are compressed in the usual way, as they read."""
    found, left = [], _MOST_UNPACKED
    for match in _STREAM.finditer(pdf):
        reader = zlib.decompressobj()
        try:
            part = reader.decompress(match[1], min(left, _MOST_OF_ONE))
        except zlib.error:
            continue  # a picture, or packed otherwise: nothing there is read as an instruction
        if reader.unconsumed_tail:
            raise TooLarge
        left -= len(part)
        if left <= 0:
            raise TooLarge
        # Only parts that hold objects can give orders; a page's drawing is not kept in memory.
        if b"/" in part[:4096]:
            found.append(part)
    return found
