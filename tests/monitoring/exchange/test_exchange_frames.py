"""MLLP frames come out whole, however the network cuts the stream."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.exchange.frames import Broken, Deframer, framed

LIMIT = 50


def read(*pieces: bytes) -> list[bytes | Broken]:
    deframer = Deframer(limit=LIMIT)
    return [frame for piece in pieces for frame in deframer.feed(piece)]


@pytest.mark.parametrize(
    ("sent", "frames"),
    [
        (b"\x0bMSH|1\r\x1c\r", [b"MSH|1\r"]),
        (b"\x0bone\x1c\r\x0btwo\x1c\r", [b"one", b"two"]),
        (b"\r\n\x0bone\x1c\r", [b"one"]),  # a line break before the frame loses nothing
        (b"\x0bone\x1c\x0btwo\x1c", [b"one", b"two"]),  # senders that leave out the <CR>
        (b"hello\x1c\r\x0bone\x1c\r", [b"one"]),
        (b"\x0b\x1c\r", [b""]),
        (b"\x0bone", []),
        (b"MSH|no frame at all\r", []),
    ],
)
def test_stream_gives_its_frames(sent: bytes, frames: list[bytes]) -> None:
    assert read(sent) == frames


@given(
    st.lists(st.binary(max_size=LIMIT).filter(lambda b: not {0x0B, 0x1C} & set(b)), max_size=4),
    st.lists(st.integers(1, 30), min_size=1, max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_packets_change_nothing(sent: list[bytes], cuts: list[int]) -> None:
    stream = b"\r\n".join(framed(each) for each in sent)
    pieces = []
    for cut in cuts:
        pieces.append(stream[:cut])
        stream = stream[cut:]
    assert read(*pieces, stream) == sent


def test_overlong_frame_is_named_and_the_next_one_read() -> None:
    long, following = read(b"\x0b" + b"x" * 40, b"x" * 4_000, b"\x1c\r\x0bnext\x1c\r")
    assert isinstance(long, Broken)
    assert "longer than 50 bytes" in long.reason
    assert len(long.head) == LIMIT
    assert following == b"next"


def test_frame_of_exactly_the_limit_is_read() -> None:
    assert read(framed(b"x" * LIMIT)) == [b"x" * LIMIT]


def test_frame_without_end_is_cut_off_by_the_next() -> None:
    cut, following = read(b"\x0bMSH|half\x0bwhole\x1c\r")
    assert cut == Broken(b"MSH|half", "the frame is cut off: its end is missing")
    assert following == b"whole"
