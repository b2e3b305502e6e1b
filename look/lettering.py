"""Finding room for words in a plot: they stand only where they cover nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class Box:
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


@dataclass(slots=True)
class Room:
    """The plot's width and height, and what is taken in it."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)

    def take(self, box: Box) -> None:
        """Nothing is written over it from now on."""
        self.taken.append(box)

    def take_line(self, line: Line) -> None:
        """A drawn line, as small boxes along it."""
        pieces = max(1, math.ceil(math.hypot(line.x2 - line.x1, line.y2 - line.y1) / 4))
        for n in range(pieces + 1):
            x = line.x1 + (line.x2 - line.x1) * n / pieces
            y = line.y1 + (line.y2 - line.y1) * n / pieces
            self.take(Box(x - 2, y - 2, x + 2, y + 2))

    def place(self, choices: Sequence[Words], *, must: bool = False) -> Words | None:
        """The first choice that covers nothing, and its room is taken.

        None where there is no room; with ``must`` the first choice then.
        """
        for words in choices:
            box = box_of(words)
            inside = min(box.left, box.top) >= 0
            inside = inside and box.right <= self.width and box.bottom <= self.height
            if inside and not any(box.meets(other) for other in self.taken):
                self.take(box)
                return words
        if not must:
            return None
        self.take(box_of(choices[0]))
        return choices[0]


def box_of(words: Words) -> Box:
    """The room that words need."""
    width = len(words.text) * LETTER
    left = {"start": words.x, "middle": words.x - width / 2, "end": words.x - width}[words.anchor]
    return Box(left, words.y - _ABOVE, left + width, words.y + _BELOW)
