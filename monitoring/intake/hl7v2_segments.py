"""Reading the fields of an HL7 v2 message: character sets, separators, escapes.

The `hl7` library splits a message by its own separators and resolves escapes. It was preferred to
hl7apy, which validates against one version's structure and so refuses the dialects that
laboratories really send (ORC after OBR, missing groups).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import hl7

_CHARACTER_SETS = {
    "ascii": "ascii",
    "8859/1": "iso8859-1",
    "8859/2": "iso8859-2",
    "8859/4": "iso8859-4",
    "8859/5": "iso8859-5",
    "8859/7": "iso8859-7",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
    "iso8859-1": "iso8859-1",
    "iso-8859-1": "iso8859-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "unicode utf-8": "utf-8",
}
# Of fields and segments. A result takes some fifty; a message beyond this only costs memory.
MOST_SEPARATORS = 100_000
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}(?=$|[^\w\s])")
_FREE_TEXT = ("NTE",)
_TIDY_ESCAPES = r"(?:[HNFSTRE]|\.(?:br|sp|in|ti|fi|nf|ce|sk)[+-]?\d{0,2}|X(?:[0-9A-Fa-f]{2}){1,40})"


class NotReadable(ValueError):
    """The bytes are no HL7 v2 message; the text says why, without quoting them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment with its fields as text; empty where the message has nothing or `""`."""

    name: str
    parsed: hl7.Segment
    message: hl7.Message

    def whole(self, field: int) -> str:
        """A field as one text, separators and all."""
        return self._clean(str(self.parsed[field])) if field < len(self.parsed) else ""

    def repetitions(self, field: int) -> int:
        """How often a field is repeated."""
        return len(self.parsed[field]) if field < len(self.parsed) else 0

    def part(self, field: int, component: int = 1, repetition: int = 1) -> str:
        """One component; of its sub-components the first that is not empty."""
        parts = self.parts(field, component, repetition)
        return next((text for text in parts if text), "")

    def parts(self, field: int, component: int = 1, repetition: int = 1) -> list[str]:
        """All sub-components of one component."""
        if field >= len(self.parsed) or repetition > len(self.parsed[field]):
            return []
        repeated = self.parsed[field][repetition - 1]
        if isinstance(repeated, str):
            return [self._clean(repeated)] if component == 1 else []
        if component > len(repeated):
            return []
        piece = repeated[component - 1]
        return [self._clean(piece)] if isinstance(piece, str) else [self._clean(x) for x in piece]

    def _clean(self, text: str) -> str:
        """Escapes resolved, blanks and HL7's null removed.

        One the library would not understand is left as it stands, whatever is around it: the
        library would drop it and write the field into a log.
        """
        bare = text.strip()
        if bare == '""':
            return ""
        if self.message.esc not in bare:
            return bare
        escape = re.escape(self.message.esc)
        known = rf"{escape}{_TIDY_ESCAPES}{escape}"
        return re.sub(known, lambda found: str(self.message.unescape(found[0])), bare).strip()


def decode(data: bytes) -> str:
    """UTF-8 if it is that, else the character set named in MSH-18, else ISO-8859-1.

    NUL is left out: it means nothing in a message, and no database holds it.
    """
    data = data.replace(b"\x00", b"")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("iso8859-1")
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    named = header.split(header[3])[17:18] if len(header) > 3 else []
    charset = _CHARACTER_SETS.get(re.split(r"[~^]", named[0])[0].strip().lower()) if named else None
    if charset in (None, "utf-8", "ascii"):
        return text
    return data.decode(charset, errors="replace")


def parse(data: bytes) -> list[Segment]:
    """The segments of one message in order, MSH first.

    Raises NotReadable.
    """
    lines = _lines(decode(data))
    separators = _separators(lines[0])
    fields = sum(line.count(separator) for line in lines for separator in separators)
    if len(lines) + fields > MOST_SEPARATORS:
        raise NotReadable("the message has more fields than any result message")
    try:
        message = hl7.parse("\r".join(lines))
    except (hl7.HL7Exception, AssertionError, IndexError, ValueError) as error:
        raise NotReadable("the message cannot be split into fields") from error
    return [
        Segment(str(segment[0]), segment, message)
        for segment in message
        if isinstance(segment, hl7.Segment) and len(segment)
    ]


def _lines(text: str) -> list[str]:
    """The segments as text. A line break inside a comment stays part of the comment."""
    endings = r"\r\n?|\n(?=[A-Z][A-Z0-9]{2}[^\w\s])" if "\r" in text else r"\n"
    lines: list[list[str]] = []
    # Blanks before a segment are no part of it; a comment that goes on begins with no separator.
    separator = text[3:4] or "|"
    for raw in re.split(endings, text):
        line = raw.strip("\n\x00\x1a ")
        bare = line.lstrip(" \t")
        if bare[3:4] == separator and _SEGMENT.match(bare):
            line = bare
        if not line:
            continue
        if _SEGMENT.match(line):
            lines.append([line])
        elif lines and _takes_more_text(lines[-1][0]):
            lines[-1].append(line)
        elif re.match(r"\s*\S{0,3}$", line) or not lines:
            raise NotReadable("the message is cut off inside a segment")
        else:
            raise NotReadable("a line of the message is not a segment")
    if not lines or not lines[0][0].startswith("MSH"):
        raise NotReadable("the message does not begin with an MSH segment")
    return [" ".join(pieces) for pieces in lines]


def _takes_more_text(line: str) -> bool:
    if line.startswith(_FREE_TEXT):
        return True
    fields = line[:40].split("|")
    return fields[0] == "OBX" and len(fields) > 2 and fields[2] in ("TX", "FT")


def _separators(header: str) -> str:
    """MSH-1 and MSH-2 must name separators that can be told apart."""
    if len(header) < 5 or header[3].isalnum() or header[3].isspace():
        raise NotReadable("the MSH segment names no field separator")
    separator = header[3]
    end = header.find(separator, 4)
    named = header[4:end] if end > 4 else ""
    if not 1 <= len(named) <= 5 or any(char.isalnum() or char.isspace() for char in named):
        raise NotReadable("the MSH segment names no encoding characters")
    used = separator + named + r"^~\&"[len(named) :]
    if len(set(used)) != len(used):
        raise NotReadable("the separators named in the MSH segment cannot be told apart")
    return used
