"""Streams of messages: frames, batches, sizes, and bytes that are nothing at all."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.hl7v2_frames import iter_messages
from monitoring.intake.report import IncomingReport, Rejected
from tests.monitoring.intake.messages import OBR, PID, message, msh, obx, read

ONE = message(PID, OBR, obx(), header=msh("1"))
TWO = message(PID, OBR, obx(), header=msh("2"))


def outcome(data: bytes) -> list[str]:
    """Control ids of what was read, and reasons of what was not."""
    return [
        entry.control_id if isinstance(entry, IncomingReport) else entry.reason
        for entry in read(data)
    ]


@pytest.mark.parametrize(
    "data",
    [
        ONE + TWO,
        ONE.rstrip(b"\r") + b"\n" + TWO,
        b"\r\n\r\n" + ONE + b"\n\n" + TWO + b"\x1a",
        b"\x0b" + ONE + b"\x1c\r\x0b" + TWO + b"\x1c\r",
        b"\x0b" + ONE + TWO + b"\x1c\r",
        b"\xef\xbb\xbf" + ONE + b"\xef\xbb\xbf" + TWO,
        b"FHS|^~\\&|L\rBHS|^~\\&|L\r" + ONE + TWO + b"BTS|2\rFTS|1\r",
        b"BHS|^~\\&|L\r" + ONE + b"BTS|1\rBHS|^~\\&|L\r" + TWO + b"BTS|1\r",
        b"FHS|^~\\&|L\r" + ONE + TWO,
    ],
)
def test_messages_one_after_another_are_all_read(data: bytes) -> None:
    assert outcome(data) == ["1", "2"]


def test_frame_without_its_end_is_rejected_and_the_next_one_read() -> None:
    first, second = outcome(b"\x0b" + ONE[:-9] + b"\x0b" + TWO + b"\x1c\r")

    assert "cut off" in first
    assert second == "2"
    assert "cut off" in outcome(b"\x0b" + ONE)[0]


def test_text_outside_any_message_is_not_dropped_silently() -> None:
    assert outcome(b"OBX|1|NM|1742-6^ALT^LN||83\r" + ONE)[0].startswith("there is text outside")


def test_bytes_that_are_no_message_are_one_complaint_however_many_marks_they_hold() -> None:
    junk = b"PK\x03\x04\x0bab\x1c\r\x0b\x0bcd\x1cef" * 500
    stray, first = outcome(junk + b"\r" + ONE)
    assert stray.startswith("there is text outside")
    assert first == "1"


def test_batch_that_lost_a_message_says_so() -> None:
    good, complaint = outcome(b"BHS|^~\\&|L\r" + ONE + b"BTS|2\r")

    assert good == "1"
    assert "2 messages, but 1 were found" in complaint


def test_too_long_a_message_is_rejected_and_the_next_one_read() -> None:
    long = message(PID, OBR, obx(), "NTE|1||" + "x" * 5000, header=msh("1"))
    unbroken = b"MSH|^~\\&|" + b"x" * 300_000 + b"\r"

    for data in (long, unbroken):
        first, second = iter_messages(io.BytesIO(data + TWO), limit=2000)
        assert isinstance(first, Rejected)
        assert "longer than 2,000 bytes" in first.reason
        assert second == TWO


class _Endless(io.RawIOBase):
    """Far more messages than fit in memory, counted as they are asked for."""

    def __init__(self, copies: int) -> None:
        self.left = copies
        self.asked = 0

    def read(self, size: int = -1) -> bytes:
        self.asked += 1
        if not self.left:
            return b""
        self.left -= 1
        return ONE * (size // len(ONE))


def test_a_huge_file_is_read_one_message_at_a_time() -> None:
    stream = _Endless(2000)
    messages: Iterator[bytes | Rejected] = iter_messages(stream)

    assert next(messages) == ONE
    assert stream.asked == 1


@given(st.integers(1, 70))
def test_where_a_chunk_ends_makes_no_difference(size: int) -> None:
    class Dribble(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            return super().read(size)

    data = (ONE + TWO).replace(b"\r", b"\r\n")

    assert b"".join(iter_messages(Dribble(data))) == data


SEGMENTS = st.sampled_from(
    [msh(), PID, OBR, obx(), "ORC|RE", "SPM|1", "NTE|1||x", "OBX|", "PID", "MSH|^~\\&", "BTS|9", ""]
)


@given(st.binary(max_size=400))
def test_no_bytes_at_all_make_the_reader_fail(data: bytes) -> None:
    assert all(isinstance(entry, IncomingReport | Rejected) for entry in read(data))


@given(st.lists(SEGMENTS | st.text(max_size=30), max_size=12), st.sampled_from(["\r", "\n"]))
def test_no_order_of_segments_makes_the_reader_fail(segments: list[str], end: str) -> None:
    data = end.join([msh(), *segments]).encode("utf-8", errors="replace")
    entries = read(data)

    assert entries
    assert all(entry.reason for entry in entries if isinstance(entry, Rejected))


@given(st.binary(max_size=40), st.integers(0, len(ONE)))
def test_damage_anywhere_in_a_message_never_makes_the_reader_fail(noise: bytes, at: int) -> None:
    for entry in read(ONE[:at] + noise + ONE[at:]):
        for line in getattr(entry, "lines", ()):
            assert line.why or line.disposition in ("stored", "not-monitored")
