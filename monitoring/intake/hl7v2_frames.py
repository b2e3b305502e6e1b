"""Cutting a stream of HL7 v2 bytes into messages, without ever holding the whole of it.

Knows MLLP frames, FHS/BHS batches, several messages one after another, and every line ending.
What cannot be a message comes out as `Rejected`, in its place.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from monitoring.intake.report import Format, Rejected

MESSAGE_LIMIT = 2 * 1024 * 1024
CHUNK = 64 * 1024
# What is kept of something that is no whole message: enough to see who sent it and what it was.
HEAD = 64 * 1024
_FRAME_START, _FRAME_END = b"\x0b", b"\x1c"
_BREAK = re.compile(rb"(\r\n|[\r\n\x0b\x1c])")
_ENVELOPE = (b"FHS", b"BHS", b"BTS", b"FTS")
_UTF8_MARK = codecs.BOM_UTF8


class Readable(Protocol):
    """Anything that gives bytes, as an open file does."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        ...


@dataclass(frozen=True, slots=True)
class NotWhole(Rejected):
    """What is no message, or only a part of one; ``head`` is its beginning as it came."""

    head: bytes = field(default=b"", repr=False)


class Rejoined:
    """A stream whose beginning was looked at already."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1, /) -> bytes:
        """What was looked at first, in one piece, then the rest."""
        head, self._head = self._head, b""
        return head or self._rest.read(size)


@dataclass(slots=True)
class _Cutter:
    """The message being collected and what is known of its frame and batch."""

    file: str
    limit: int
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    framed: bool = False
    started: bool = False
    too_long: bool = False
    astray: bool = False
    messages_in_batch: int = 0

    def take(self, line: bytes, ending: bytes) -> Iterator[bytes | Rejected]:
        """One line and what ended it."""
        bare = line.removeprefix(_UTF8_MARK).lstrip(b" \t")
        if bare.startswith(_ENVELOPE):
            yield from self.finish()
            yield from self._envelope(bare)
        elif bare.startswith(b"MSH"):
            yield from self.finish()
            self.started = True
            self.messages_in_batch += 1
            self._keep(bare, ending)
        else:
            self._keep(line, ending)
        # Bytes that are no message hold many frame marks by chance: they are one piece, not many.
        stray = self.astray and not self.started
        if ending == _FRAME_START:
            if not stray:
                yield from self.finish(cut=self.framed)
            self.framed = True
        elif ending == _FRAME_END:
            if not stray:
                yield from self.finish()
            self.framed = False

    def finish(self, *, cut: bool = False) -> Iterator[bytes | Rejected]:
        """What was collected so far, as a message or as the reason why it is none."""
        data = b"".join(self.pieces)
        started, too_long, astray = self.started, self.too_long, self.astray
        self.pieces, self.size = [], 0
        self.started = self.too_long = self.astray = False
        if too_long:
            yield self._reject(f"the message is longer than {self.limit:,} bytes", data)
        elif started and cut:
            yield self._reject("the frame is cut off: its end is missing", data)
        elif started:
            yield data
        elif astray or cut:
            why = "there is text outside any message (no MSH segment before it)"
            yield self._reject(why, data)

    def _keep(self, line: bytes, ending: bytes) -> None:
        whole = [line, b"" if ending in (_FRAME_START, _FRAME_END) else ending]
        if not self.started:
            self.astray = self.astray or bool(line.strip(b" \t\x1a\x00"))
            if self.astray and self.size <= HEAD:
                self.size += len(line) + 1
                self.pieces += [line[:HEAD], whole[1]]
            return
        self.size += len(line) + 1
        if self.size > self.limit:
            if not self.too_long:
                self.too_long = True
                self.pieces = [b"".join([*self.pieces, line[:HEAD]])[:HEAD]]
            return
        self.pieces += whole

    def _envelope(self, line: bytes) -> Iterator[Rejected]:
        if line.startswith(b"BHS"):
            self.messages_in_batch = 0
        count = re.match(rb"BTS.(\d{1,9})", line)
        if count and int(count[1]) != self.messages_in_batch:
            yield self._reject(
                f"the batch says that it holds {int(count[1])} messages, "
                f"but {self.messages_in_batch} were found"
            )

    def _reject(self, reason: str, data: bytes = b"") -> Rejected:
        return NotWhole(reason, self.file, Format.HL7V2, head=data[:HEAD])


def iter_messages(
    stream: Readable, *, file: str = "", limit: int = MESSAGE_LIMIT
) -> Iterator[bytes | Rejected]:
    """Yield each message of a stream as bytes, or a `Rejected` where there is something else.

    At most one message (`limit` bytes) and one chunk are in memory at any time. A message longer
    than `limit`, a frame without its end and a batch whose count does not fit are rejected.
    """
    cutter = _Cutter(file, limit)
    rest = b""
    for chunk in _utf8_chunks(stream):
        # A line that goes on for megabytes is not searched again with every chunk of it.
        goes_on = not rest.endswith(b"\r") and not _BREAK.search(chunk)
        pieces = [rest + chunk] if goes_on else _BREAK.split(rest + chunk)
        rest = pieces.pop()
        if pieces and pieces[-1] == b"\r" and not rest:
            # The \n of a \r\n may come with the next chunk.
            rest = pieces[-2] + b"\r"
            del pieces[-2:]
        for line, ending in zip(pieces[::2], pieces[1::2], strict=True):
            yield from cutter.take(line, ending)
        if len(rest) > limit:
            yield from cutter.take(rest, b"")
            rest = b""
    pieces = _BREAK.split(rest)
    for line, ending in zip(pieces[::2], [*pieces[1::2], b""], strict=True):
        if line or ending:
            yield from cutter.take(line, ending)
    yield from cutter.finish(cut=cutter.framed)


def _utf8_chunks(stream: Readable) -> Iterator[bytes]:
    """The stream in chunks; UTF-16 with its mark is turned into UTF-8 on the way."""
    first = stream.read(CHUNK)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        while first:
            yield decoder.decode(first).encode("utf-8", errors="replace")
            first = stream.read(CHUNK)
        return
    while first:
        yield first
        first = stream.read(CHUNK)
