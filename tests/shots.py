"""Made-up pictures: bands of grey, each its own, as a camera would send them. Never of anybody."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageDraw, PngImagePlugin

GPS, MAKER = 0x8825, "Secret Phone 12"


def _drawn(seed: int, size: tuple[int, int]) -> Image.Image:
    picture = Image.new("RGB", size, (200, 180, 170))
    draw = ImageDraw.Draw(picture)
    for band in range(8):
        grey = (seed * 67 + band * 89) % 256
        draw.rectangle(
            (band * size[0] // 8, 0, (band + 1) * size[0] // 8, size[1]), fill=(grey, grey, 90)
        )
    return picture


def photo(seed: int = 1, size: tuple[int, int] = (640, 480), *, turned: bool = False) -> bytes:
    """A JPEG with all that a telephone adds: maker, place, thumbnail-like comment."""
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif[0x0112] = 6 if turned else 1
    exif.get_ifd(GPS)[2] = (40.0, 44.0, 55.0)
    out = io.BytesIO()
    _drawn(seed, size).save(out, "JPEG", exif=exif, comment=b"seen at home", quality=90)
    return out.getvalue()


def png(seed: int = 1) -> bytes:
    """A PNG with text in it."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", MAKER)
    out = io.BytesIO()
    _drawn(seed, (640, 480)).save(out, "PNG", pnginfo=said)
    return out.getvalue()


def saved_as(kind: str) -> bytes:
    """The same picture as another kind of file."""
    out = io.BytesIO()
    _drawn(1, (640, 480)).save(out, kind)
    return out.getvalue()


def bomb(side: int = 50_000) -> bytes:
    """A PNG of a few hundred bytes that says it is ``side`` pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 4096)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
