"""The MLLP listener, over real sockets."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connections

from monitoring.actions import results
from monitoring.exchange.frames import Broken
from monitoring.exchange.mllp import Limits, Listener, Work
from monitoring.management.commands import mllp
from monitoring.models import LabMessage, LabReport, Observation
from people.models import Clinic
from tests import world
from tests.monitoring.exchange.laboratory_system import codes, message, patient_of

PROJECT = Path(__file__).resolve().parents[3]


def framed(body: bytes) -> bytes:
    return b"\x0b" + body + b"\x1c\r"


class Running:
    """A listener in a thread of its own, on a port of its own."""

    def __init__(self, work: Work, **limits: float) -> None:
        self._started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._main(work, Limits(**limits)))  # type: ignore[arg-type]
        )
        self._thread.start()
        assert self._started.wait(10)

    async def _main(self, work: Work, limits: Limits) -> None:
        self._listener = Listener(work, limits=limits)
        self._loop = asyncio.get_running_loop()
        await self._listener.serve("127.0.0.1", 0, ready=self._ready)

    def _ready(self, host: str, port: int) -> None:
        self.address = (host, port)
        self._started.set()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=10)

    def tell_to_stop(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._listener.stop)

    def ended(self) -> bool:
        self._thread.join(10)
        return not self._thread.is_alive()


@pytest.fixture
def listen() -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def start(work: Work, **limits: float) -> Running:
        running.append(Running(work, **limits))
        return running[-1]

    yield start
    for each in running:
        each.tell_to_stop()
        assert each.ended()


def answer(line: socket.socket) -> bytes:
    """The next acknowledgement, without its frame; empty when the line was closed."""
    received = b""
    while not received.endswith(b"\x1c\r") and (piece := line.recv(1)):
        received += piece
    return received[1:-2]


def echo(frame: bytes | Broken) -> list[bytes]:
    return [b"broken" if isinstance(frame, Broken) else b"got " + frame]


# --- The line itself ----------------------------------------------------------


def test_message_split_over_packets_is_answered_once(listen: Callable[..., Running]) -> None:
    with listen(echo).connect() as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in framed(b"one"):
            line.send(bytes([byte]))
        assert answer(line) == b"got one"


def test_pipelined_messages_are_answered_in_order(listen: Callable[..., Running]) -> None:
    with listen(echo).connect() as line:
        line.sendall(b"\r\n" + framed(b"one") + b"noise" + framed(b"two"))
        assert [answer(line), answer(line)] == [b"got one", b"got two"]


def test_oversize_frame_is_refused_and_the_line_goes_on(listen: Callable[..., Running]) -> None:
    with listen(echo, message_bytes=100).connect() as line:
        line.sendall(framed(b"x" * 200_000) + framed(b"small"))
        assert [answer(line), answer(line)] == [b"broken", b"got small"]


def test_line_that_brings_only_rubbish_is_closed(listen: Callable[..., Running]) -> None:
    """Each piece is kept for the clinic; hundreds of them would hide what is not rubbish."""
    with listen(echo, strange_frames=2).connect() as line:
        line.sendall(b"".join(framed(each) for each in (b"a", b"MSH|b", b"c", b"d", b"MSH|e")))
        assert [answer(line)[-1:] for _ in range(5)] == [b"a", b"b", b"c", b"d", b""]


def test_many_lines_are_served_beside_each_other(listen: Callable[..., Running]) -> None:
    running = listen(echo, connections=30)
    lines = [running.connect() for _ in range(30)]
    for number, line in enumerate(lines):
        line.sendall(framed(b"%d" % number))
    assert [answer(line) for line in reversed(lines)] == [
        b"got %d" % number for number in reversed(range(30))
    ]
    for line in lines:
        line.close()


def test_line_beyond_the_limit_is_closed(listen: Callable[..., Running]) -> None:
    running = listen(echo, connections=1)
    with running.connect() as first:
        first.sendall(framed(b"one"))
        assert answer(first) == b"got one"
        with running.connect() as second:
            assert answer(second) == b""


@pytest.mark.parametrize("sent", [b"", b"\x0bhalf a mess"])
def test_silent_line_is_closed(listen: Callable[..., Running], sent: bytes) -> None:
    with listen(echo, idle_seconds=0.2).connect() as line:
        line.sendall(sent)
        assert answer(line) == b""


@pytest.mark.parametrize("drip", [b"x", b"x" * 5_000], ids=["dripping", "flooding"])
def test_a_frame_that_never_ends_is_given_up_and_keeps_nobody(
    listen: Callable[..., Running], drip: bytes
) -> None:
    """Neither one byte at a time nor a flood without an end holds a line for ever."""
    running = listen(echo, connections=2, idle_seconds=5, frame_seconds=0.3, message_bytes=1_000)
    with running.connect() as endless, running.connect() as other:
        endless.sendall(b"\x0bMSH|")
        other.sendall(framed(b"meanwhile"))
        assert answer(other) == b"got meanwhile"
        with pytest.raises(OSError, match="Broken pipe|reset by peer"):
            for _ in range(200):
                endless.sendall(drip)
                time.sleep(0.01)
        other.sendall(framed(b"after"))
        assert answer(other) == b"got after"


def test_what_was_begun_is_finished_and_answered(listen: Callable[..., Running]) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(frame: bytes | Broken) -> list[bytes]:
        begun.set()
        assert may_end.wait(10)
        return echo(frame)

    running = listen(slow)
    with running.connect() as line, running.connect() as idle:
        line.sendall(framed(b"begun") + framed(b"not begun"))
        assert begun.wait(10)
        running.tell_to_stop()
        assert answer(idle) == b""
        may_end.set()
        assert answer(line) == b"got begun"
        assert answer(line) == b""
    assert running.ended()


def test_sender_that_goes_away_disturbs_nobody(listen: Callable[..., Running]) -> None:
    running = listen(echo)
    rude = running.connect()
    rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    rude.sendall(framed(b"one") * 50)
    rude.close()
    with running.connect() as line:
        line.sendall(framed(b"two"))
        assert answer(line) == b"got two"


# --- With the record ----------------------------------------------------------


@pytest.fixture
def clinic(transactional_db: None) -> Clinic:
    clinic = world.clinic()
    patient_of(clinic)
    return clinic


def at(clinic: Clinic) -> Work:
    """The command's own work; connections of its threads are closed for the test database."""
    work = mllp.worker(clinic.slug)

    def closing(frame: bytes | Broken) -> list[bytes]:
        try:
            return work(frame)
        finally:
            connections.close_all()

    return closing


def test_results_are_there_when_the_answer_comes(
    listen: Callable[..., Running], clinic: Clinic
) -> None:
    with listen(at(clinic)).connect() as line:
        line.sendall(framed(message()))
        assert codes(answer(line)) == [("AA", "182")]
        assert Observation.objects.get().specimen.patient.clinic == clinic
        assert LabMessage.objects.get().source == "mllp"

        line.sendall(framed(b"no message") + b"\x0b" + message("7") + framed(message("8")))
        assert codes(answer(line)) == [("AR", "")]
        # A frame without its end is rejected under the control id that it began with.
        assert codes(answer(line)) == [("AR", "7")]
        assert codes(answer(line)) == [("AA", "8")]
        assert LabReport.objects.filter(status="rejected").count() == 2


def test_same_message_on_two_lines_at_once_is_stored_once(
    listen: Callable[..., Running], clinic: Clinic
) -> None:
    running = listen(at(clinic), threads=4)
    lines = [running.connect() for _ in range(4)]
    for line in lines:
        line.sendall(framed(message()))
    assert [codes(answer(line)) for line in lines] == [[("AA", "182")]] * 4
    assert (LabMessage.objects.count(), LabReport.objects.count()) == (1, 1)
    assert Observation.objects.count() == 1
    for line in lines:
        line.close()


def test_line_outlives_the_absence_of_the_database(
    listen: Callable[..., Running], clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, away = results.receive, [True]

    def receive(*args: object, **options: object) -> object:
        if away[0]:
            raise OperationalError("connection refused")
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(results, "receive", receive)
    with listen(at(clinic)).connect() as line:
        line.sendall(framed(message()))
        assert codes(answer(line)) == [("AE", "182")]
        away[0] = False
        line.sendall(framed(message()))
        assert codes(answer(line)) == [("AA", "182")]


# --- The command --------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "lab.example"])  # noqa: S104
def test_command_will_not_leave_loopback_unasked(host: str) -> None:
    with pytest.raises(CommandError, match="in clear") as error:
        call_command("mllp", clinic="any", host=host)
    assert error.value.returncode == 2


@pytest.mark.django_db
def test_command_needs_a_clinic_that_exists() -> None:
    with pytest.raises(CommandError, match="no clinic") as error:
        call_command("mllp", clinic="nowhere")
    assert error.value.returncode == 2


def test_command_ends_cleanly_when_told(clinic: Clinic) -> None:
    database = connections["default"].settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"{url}?host={database['HOST']}&port={database['PORT']}",
        "DJANGO_SETTINGS_MODULE": "isotrack.settings",
    }
    command = [sys.executable, "manage.py", "mllp", "--clinic", clinic.slug, "--port", "0"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("Listening on 127.0.0.1:")
            port = int(said.strip().rstrip(".").rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
                line.sendall(framed(message()))
                assert codes(answer(line)) == [("AA", "182")]
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
            assert time.monotonic() - began < 10
            assert process.stdout.read() == "Stopped.\n"
        finally:
            process.kill()
    assert Observation.objects.count() == 1
