"""A picture from a stranger's camera, written anew: small, upright, without what a camera adds.

What arrives is never kept or shown. Only JPEG, PNG and WebP are opened, by their own first bytes
and not by a name; how large one would become is read from its head before anything is unpacked
(SEC-21). The new file holds pixels only: no place, no time, no camera, no thumbnail.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

# A telephone's picture has 3 to 8 MB.
MOST_BYTES = 12 * 1024 * 1024
# JPEG is unpacked at a fraction of its size; the others whole, at four bytes a pixel.
MOST_PIXELS = {"JPEG": 110_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
_LONGEST = 1600
_QUALITY = 82
_SMALLEST = 240
# Pictures of one test, photographed twice, differ in a few of the 64 bits; other ones in a third.
LIKE_BITS = 6


class NotAPicture(ValueError):
    """It is none of the three kinds, is broken, or is too small to see anything."""


class TooLarge(ValueError):
    """More bytes or pixels than a camera makes."""


@dataclass(frozen=True, slots=True)
class Clean:
    """The new JPEG, its size in pixels, and 64 bits in 16 hexadecimal digits of how it looks."""

    body: bytes
    width: int
    height: int
    likeness: str


def cleaned(sent: bytes) -> Clean:
    """Write a picture anew.

    Raises:
        TooLarge: more than ``MOST_BYTES``, or more pixels than ``MOST_PIXELS``.
        NotAPicture: nothing that can be opened, or a side shorter than 240 pixels.
    """
    if len(sent) > MOST_BYTES:
        raise TooLarge
    try:
        with warnings.catch_warnings():
            # Its limit is ours below, by the kind of picture.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _written_anew(sent)
    except (TooLarge, NotAPicture):
        raise
    except Image.DecompressionBombError:
        raise TooLarge from None
    except Exception as broken:
        # Readers of damaged files fail in many ways; none of them is our fault or an answer.
        raise NotAPicture from broken


def _written_anew(sent: bytes) -> Clean:
    with Image.open(io.BytesIO(sent), formats=tuple(MOST_PIXELS)) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS[str(picture.format)]:
            raise TooLarge
        if min(width, height) < _SMALLEST:
            raise NotAPicture
        picture.draft("RGB", (_LONGEST, _LONGEST))
        picture.thumbnail((_LONGEST, _LONGEST))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return Clean(out.getvalue(), plain.width, plain.height, _likeness(plain))


def _likeness(picture: Image.Image) -> str:
    """Whether each of 8 x 8 fields is brighter than its neighbour on the right."""
    small = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    grey = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            place = row * 9 + column
            bits = bits << 1 | (grey[place] > grey[place + 1])
    return f"{bits:016x}"


def alike(one: str, other: str) -> bool:
    """Whether two likenesses may be of the same picture."""
    return bool(one and other) and (int(one, 16) ^ int(other, 16)).bit_count() <= LIKE_BITS
