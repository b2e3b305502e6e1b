"""MLLP frames out of a stream of bytes, however the network cuts it.

A frame is <VT> message <FS> <CR>. The reader of the `hl7` library gives up a message when a line
break stands before its frame, and drops what follows an overlong one; senders do both, and nothing
may be lost here. So: bytes between frames are passed over, the <CR> may be missing, and what cannot
be a message comes out in its place as a :class:`Broken` with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

START, END, RETURN = b"\x0b", b"\x1c", b"\x0d"


@dataclass(frozen=True, slots=True)
class Broken:
    """A frame that cannot be used; ``head`` is its beginning, with the header if there was one."""

    head: bytes
    reason: str


class Deframer:
    """Feed it what arrives; it gives what is complete. At most ``limit`` bytes are kept."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._frame: bytearray | None = None
        self._too_long = False

    @property
    def open(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._frame is not None

    def give_up(self) -> Broken | None:
        """The frame that has begun and will not be waited for; None where none has."""
        if self._frame is None:
            return None
        return Broken(self._take(), "the frame was not ended in time")

    def feed(self, data: bytes) -> Iterator[bytes | Broken]:
        """Each frame that ``data`` completes, without its marks."""
        while data:
            if self._frame is None:
                _, found, data = data.partition(START)
                if not found:
                    return
                self._frame = bytearray()
            end = data.find(END)
            again = data.find(START, 0, end if end >= 0 else len(data))
            if again >= 0:
                self._add(data[:again])
                yield Broken(self._take(), "the frame is cut off: its end is missing")
                self._frame, data = bytearray(), data[again + 1 :]
            elif end >= 0:
                self._add(data[:end])
                long, frame = self._too_long, self._take()
                yield (
                    Broken(frame, f"the message is longer than {self._limit:,} bytes")
                    if long
                    else frame
                )
                data = data[end + 1 :]
            else:
                self._add(data)
                return

    def _add(self, data: bytes) -> None:
        if self._frame is None:
            return
        room = self._limit - len(self._frame)
        self._too_long = self._too_long or len(data) > room
        self._frame += data[: max(room, 0)]

    def _take(self) -> bytes:
        frame = bytes(self._frame or b"")
        self._frame, self._too_long = None, False
        return frame


def framed(message: bytes) -> bytes:
    """A message in its frame."""
    return START + message + END + RETURN
