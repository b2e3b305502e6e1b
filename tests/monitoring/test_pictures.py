"""A picture from anybody's camera is written anew, or refused; nothing of the file survives."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from monitoring.pictures import NotAPicture, TooLarge, alike, cleaned
from tests import shots


def test_what_a_camera_adds_is_gone_and_the_picture_stands_upright() -> None:
    clean = cleaned(shots.photo(size=(800, 600), turned=True))
    assert (clean.width, clean.height) == (600, 800)
    for private in (shots.MAKER.encode(), b"seen at home", b"Exif", b"ICC_PROFILE", b"http"):
        assert private not in clean.body
    with Image.open(io.BytesIO(clean.body)) as picture:
        assert picture.format == "JPEG" and not picture.getexif()


@pytest.mark.parametrize("sent", [shots.photo(), shots.png(), shots.saved_as("WEBP")])
def test_three_kinds_are_taken(sent: bytes) -> None:
    assert cleaned(sent).body.startswith(b"\xff\xd8\xff")


def test_large_pictures_become_small() -> None:
    clean = cleaned(shots.photo(size=(4000, 3000)))
    assert max(clean.width, clean.height) == 1600
    assert len(clean.body) < 400_000


def test_page_hidden_behind_a_picture_is_not_kept() -> None:
    script = b"<html><script>alert(1)</script><?php system(1); ?>"
    assert b"script" not in cleaned(shots.photo() + script).body


@pytest.mark.parametrize(
    ("named", "sent"),
    [
        ("nothing", b""),
        ("svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("html", b"<!doctype html><script>alert(1)</script>"),
        ("gif", shots.saved_as("GIF")),
        ("bmp", shots.saved_as("BMP")),
        ("tiff", shots.saved_as("TIFF")),
        ("heic", b"\x00\x00\x00\x18ftypheic" + b"\0" * 64),
        ("pdf", shots.saved_as("PDF")),
        ("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        ("photoshop", b"8BPS\x00\x01" + b"\0" * 64),
        ("fits", b"SIMPLE  =                    T" + b" " * 2850),
        ("cut off", shots.photo()[:400]),
        ("too small to see", shots.photo(size=(200, 200))),
    ],
)
def test_everything_else_is_refused(named: str, sent: bytes) -> None:
    with pytest.raises(NotAPicture):
        cleaned(sent)


@pytest.mark.parametrize("sent", [shots.bomb(), shots.bomb(9_000), b"\xff\xd8" + b"0" * 12_600_000])
def test_what_would_become_too_large_is_refused_before_it_is_unpacked(sent: bytes) -> None:
    with pytest.raises(TooLarge):
        cleaned(sent)


def test_likeness_knows_the_same_thing_again_and_not_another() -> None:
    one, smaller = cleaned(shots.photo(3)), cleaned(shots.photo(3, size=(500, 375)))
    assert alike(one.likeness, smaller.likeness)
    assert not alike(one.likeness, cleaned(shots.photo(5)).likeness)
    assert not alike("", one.likeness)
