"""The HL7 acknowledgement of a message: MSH, MSA, and ERR from version 2.5 on.

The `hl7` library makes one as well, but only for a message that it can parse, and by its own clock.
A message that cannot be parsed must be answered too, so this reads no more than the first segment.
The bytes of the header are mirrored as they came, whatever their character set.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from monitoring.exchange.taking import Taken, told

_HEADER = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(MSH[^\r\n]*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 200
_SHORT_TEXT, _LONG_TEXT = 80, 250
_NOT_A_TYPE = "only ORU^R01 and OUL^R22 are read"


@dataclass(frozen=True, slots=True)
class _Header:
    """What is mirrored of an MSH segment, in the sender's own separators."""

    separator: str
    encoding: str
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """MSH-n as it stands, empty where there is none."""
        text = self.fields[number - 1] if number <= len(self.fields) else ""
        return _CONTROL.sub("", text)[:_LONGEST]

    @property
    def version(self) -> tuple[int, ...]:
        """MSH-12 as numbers; 2.5.1 where it cannot be read."""
        found = re.match(r"2(?:\.\d)*", self.field(12))
        return tuple(int(part) for part in found[0].split(".")) if found else (2, 5, 1)

    def text(self, plain: str) -> str:
        """A text of ours as a field: the separators in it are escaped."""
        ascii_only = _CONTROL.sub(" ", plain).encode("ascii", "replace").decode()
        component, repetition, escape, sub = (*self.encoding[:4], *r"^~\&"[len(self.encoding) :])
        names = {self.separator: "F", component: "S", repetition: "R", escape: "E", sub: "T"}
        return "".join(
            f"{escape}{names[char]}{escape}" if char in names else char for char in ascii_only
        )


_UNREAD = _Header("|", r"^~\&", ("|", r"^~\&"))


def acknowledge(taken: Taken, *, now: datetime) -> bytes:
    """The acknowledgement of one message, segments ended by a carriage return.

    The control id is echoed, sender and receiver change places, the version is the message's own.
    A message without a readable header is answered in version 2.5.1 with an empty control id.
    """
    header = _header(taken.raw)
    problems = _problems(taken)
    said = problems[0][1] if problems else "; ".join(dict.fromkeys(map(told, taken.receipts)))
    join = header.separator.join
    segments = [
        join(["MSH", header.encoding, *_mirrored(header, now)]),
        join(["MSA", taken.answer.value, header.field(10), header.text(said[:_SHORT_TEXT])]),
    ]
    if header.version >= (2, 5):
        segments += [_err(header, *problem) for problem in problems]
    return ("\r".join(segments) + "\r").encode("latin-1", "replace")


def has_header(taken: Taken) -> bool:
    """Whether the bytes began as a message at all."""
    return _HEADER.match(taken.raw) is not None


def _header(raw: bytes) -> _Header:
    found = _HEADER.match(raw)
    text = found[1].decode("latin-1") if found else ""
    if len(text) < 5 or text[3].isalnum() or text[3].isspace():
        return _UNREAD
    parts = text.split(text[3])
    encoding = parts[1]
    odd = any(char.isalnum() or char.isspace() for char in encoding)
    if not 1 <= len(encoding) <= 5 or odd or len({text[3], *encoding}) <= len(encoding):
        return _UNREAD
    return _Header(text[3], encoding, (text[3], *parts[1:]))


def _mirrored(header: _Header, now: datetime) -> list[str]:
    """MSH-3 to MSH-12 of the answer."""
    kind = "ACK"
    component = header.encoding[0]
    trigger = header.field(9).split(component)[1:2]
    if header.version >= (2, 3, 1) and trigger and trigger[0]:
        kind = component.join(["ACK", trigger[0], "ACK"])
    sent_at = now.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")
    return [
        *(header.field(number) for number in (5, 6, 3, 4)),
        sent_at,
        "",
        kind,
        uuid.uuid4().hex[:20],
        header.field(11) or "P",
        header.field(12) or "2.5.1",
    ]


def _problems(taken: Taken) -> list[tuple[str, str]]:
    """Code of HL7 table 0357 and text of each thing that the sender should act on."""
    if taken.failure:
        return [("207", taken.failure.value)]
    rejected = [each.reason for each in taken.receipts if each.status == "rejected"]
    return [("200" if reason.endswith(_NOT_A_TYPE) else "100", reason) for reason in rejected]


def _err(header: _Header, code: str, text: str) -> str:
    component = header.encoding[0]
    words = {
        "100": "Segment sequence error",
        "200": "Unsupported message type",
        "207": "Application internal error",
    }
    coded = component.join([code, words[code], "HL70357"])
    return header.separator.join(
        ["ERR", "", "", coded, "E", "", "", "", header.text(text[:_LONG_TEXT])]
    )
