"""The MLLP listener: many connections, one message after another on each, answered after commit.

The network is handled by asyncio, the database by a few threads; how many messages are worked on
at once is the number of threads, however many laboratories are connected. Who may connect is not
asked: MLLP knows no sign-in and no TLS, so it listens on loopback, behind a tunnel that does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from monitoring.exchange.frames import Broken, Deframer, framed
from monitoring.exchange.seldom import Seldom
from monitoring.intake.hl7v2_frames import MESSAGE_LIMIT

_CHUNK = 64 * 1024
_seldom = Seldom(logging.getLogger(__name__))

# The acknowledgements of what one frame held: called in a thread, returns after commit.
Work = Callable[[bytes | Broken], list[bytes]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one listener bears."""

    connections: int = 64
    threads: int = 2
    idle_seconds: float = 300.0
    # From a frame's first byte to its last: 2 MiB take this long at 16 KiB a second.
    frame_seconds: float = 120.0
    message_bytes: int = MESSAGE_LIMIT
    # Frames in a row without any header: whoever sends these is no laboratory's system.
    strange_frames: int = 20


class Listener:
    """Listens until it is told to stop, then finishes what it has begun."""

    def __init__(self, work: Work, *, limits: Limits) -> None:
        self._work = work
        self._limits = limits
        self._stop = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        self._pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="mllp")

    def stop(self) -> None:
        """Take no more messages; what was begun is finished and answered."""
        self._stop.set()

    async def serve(self, host: str, port: int, *, ready: Callable[[str, int], None]) -> None:
        """Listen on an address until :meth:`stop`; ``ready`` is told the address in use.

        Raises:
            OSError: the address cannot be listened on.
        """
        server = await asyncio.start_server(self._connected, host, port)
        try:
            ready(*server.sockets[0].getsockname()[:2])
            await self._stop.wait()
        finally:
            server.close()
            if self._open:
                await asyncio.wait(self._open)
            self._pool.shutdown()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._open) >= self._limits.connections or self._stop.is_set():
            _seldom.say(logging.WARNING, "a connection was closed at once: too many are open")
            writer.close()
            return
        self._open.add(task)
        try:
            await self._converse(reader, writer)
        except OSError:
            _seldom.say(logging.INFO, "a connection broke off")
        finally:
            self._open.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        deframer = Deframer(limit=self._limits.message_bytes)
        begun: float | None = None
        strange = 0
        while data := await self._read(reader, self._patience(begun)):
            for frame in deframer.feed(data):
                begun = None
                if self._stop.is_set():
                    # Not begun, so not answered: the sender keeps it and sends it again.
                    return
                await self._work_on(frame, writer)
                strange = 0 if _has_header(frame) else strange + 1
                if strange == self._limits.strange_frames:
                    # Each was kept and answered; a line of nothing else would fill the queue.
                    _seldom.say(logging.WARNING, "a line was closed: it brings no messages")
                    return
            begun = (begun or loop.time()) if deframer.open else None
        if (never := deframer.give_up()) and self._patience(begun) <= 0:
            # What never ends is answered, kept as far as it came, and not listened to any more.
            await self._work_on(never, writer)
        elif never:
            _seldom.say(logging.INFO, "a connection ended inside a frame: it was not answered")

    async def _work_on(self, frame: bytes | Broken, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        for answer in await loop.run_in_executor(self._pool, self._work, frame):
            writer.write(framed(answer))
        async with asyncio.timeout(self._limits.idle_seconds):
            await writer.drain()

    def _patience(self, begun: float | None) -> float:
        """How long the next bytes may take: a frame that has begun must also end in time."""
        if begun is None:
            return self._limits.idle_seconds
        left = begun + self._limits.frame_seconds - asyncio.get_running_loop().time()
        return min(left, self._limits.idle_seconds)

    async def _read(self, reader: asyncio.StreamReader, patience: float) -> bytes:
        """What has arrived; nothing when the sender is gone, silent for too long, or we stop."""
        if patience <= 0:
            return b""
        reading = asyncio.ensure_future(reader.read(_CHUNK))
        stopping = asyncio.ensure_future(self._stop.wait())
        done, waiting = await asyncio.wait(
            {reading, stopping}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
        )
        for each in waiting:
            each.cancel()
        return reading.result() if reading in done and stopping not in done else b""


def _has_header(frame: bytes | Broken) -> bool:
    return b"MSH" in (frame.head if isinstance(frame, Broken) else frame)
