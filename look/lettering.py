"""Finding room for words in a plot: they stand only where they cover nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from look.drawing import Line

# How wide a letter is taken to be at 11.5 px, and how far letters reach over and under their line.
LETTER = 6.6
_ABOVE, _BELOW = 10.0, 3.0


@dataclass(frozen=True, slots=True)
class Words:
    """Words in the plot, and which end of them ``x`` is."""

    x: float
    y: float
    text: str
    anchor: str = "start"


class Box(NamedTuple):
    """Room that is taken, or asked for."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Both cover some of the same room."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def is_crossed(self, line: Line) -> bool:
        """Some of the drawn line lies in it, or within two pixels of it."""
        left, top, right, bottom = self.left - 2, self.top - 2, self.right + 2, self.bottom + 2
        x1, x2, y1, y2 = line.x1, line.x2, line.y1, line.y2
        if min(x1, x2) >= right or max(x1, x2) <= left:
            return False
        if min(y1, y2) >= bottom or max(y1, y2) <= top:
            return False
        # Both spans meet. It passes by only where all four corners lie on one side of it.
        corners = ((left, top), (left, bottom), (right, top), (right, bottom))
        sides = [(y2 - y1) * (x - x1) - (x2 - x1) * (y - y1) for x, y in corners]
        return min(sides) < 0 < max(sides)


@dataclass(slots=True)
class Room:
    """The plot's width and height, and what is taken in it."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def take(self, box: Box) -> None:
        """Nothing is written over it from now on."""
        self.taken.append(box)

    def take_line(self, line: Line) -> None:
        """Nor over a drawn line."""
        self.lines.append(line)

    def place(self, choices: Sequence[Words], *, must: bool = False) -> Words | None:
        """The first choice that covers nothing, and its room is taken.

        None where there is no room; with ``must`` the first choice then.
        """
        for words in choices:
            box = box_of(words)
            if self._is_free(box):
                self.take(box)
                return words
        if not must:
            return None
        self.take(box_of(choices[0]))
        return choices[0]

    def _is_free(self, box: Box) -> bool:
        if min(box.left, box.top) < 0 or box.right > self.width or box.bottom > self.height:
            return False
        return not any(map(box.meets, self.taken)) and not any(map(box.is_crossed, self.lines))


def box_of(words: Words) -> Box:
    """The room that words need."""
    width = len(words.text) * LETTER
    left = {"start": words.x, "middle": words.x - width / 2, "end": words.x - width}[words.anchor]
    return Box(left, words.y - _ABOVE, left + width, words.y + _BELOW)
