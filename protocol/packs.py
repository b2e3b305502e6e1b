"""Which capsules make up a daily dose and how many packs that is (DOSE-6, US-20)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from protocol.dose_tables import PACK_CAPSULES, strengths
from protocol.vocabulary import Formulation

_MAX_CAPSULES_A_DAY = 12
_MAX_STRENGTHS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLine:
    """One strength: what is taken, and what is handed out in whole packs."""

    strength_mg: Decimal
    capsules_taken: int
    packs: int

    @property
    def capsules(self) -> int:
        """Capsules handed out."""
        return self.packs * PACK_CAPSULES

    @property
    def left_over(self) -> int:
        """Capsules that are not needed for these days."""
        return self.capsules - self.capsules_taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """One way to supply a dose for a number of days.

    ``daily`` holds, for each day of the pattern, the capsules of that day as strengths in mg.
    ``lasts_days`` is the number of whole days that every line covers when it is handed out in
    whole packs; where it exceeds the allowed supply, ``breaks_packs`` says that packs would have
    to be opened to stay within it (US-18 with US-20).
    """

    daily: tuple[tuple[Decimal, ...], ...]
    days: int
    lines: tuple[PackLine, ...]
    lasts_days: int
    breaks_packs: bool

    @property
    def capsules_a_day(self) -> int:
        """The most capsules to swallow on one day."""
        return max(len(day) for day in self.daily)

    @property
    def left_over(self) -> int:
        """Capsules that are not needed, over all strengths."""
        return sum(line.left_over for line in self.lines)


def build(
    pattern: tuple[Decimal, ...],
    *,
    days: int,
    formulation: Formulation,
    programme: str,
    most_days: int = 30,
    available: tuple[Decimal, ...] = (),
) -> tuple[Packing, ...]:
    """Every sensible way to make up a daily dose from existing strengths, best first.

    ``pattern`` is mg per day, repeated; ``days`` how long it is to last; ``available`` narrows the
    strengths to those of a brand. At most two strengths are mixed. Best is: packs stay whole, few
    capsules a day, few strengths, little left over. Empty: the dose cannot be made of capsules.
    Raises ValueError for an empty pattern or no days.
    """
    if not pattern or days < 1:
        raise ValueError("a pattern and at least one day are needed")
    sizes = available or strengths(formulation, programme)
    found = []
    for count in range(1, _MAX_STRENGTHS + 1):
        for chosen in combinations(sorted(sizes, reverse=True), count):
            daily = tuple(_fewest(mg, chosen) for mg in pattern)
            if all(day is not None for day in daily):
                made = tuple(day for day in daily if day is not None)
                if {size for day in made for size in day} == set(chosen):
                    found.append(_packing(made, days=days, most_days=most_days))
    found.sort(
        key=lambda packing: (
            packing.breaks_packs,
            packing.capsules_a_day,
            len(packing.lines),
            packing.left_over,
        )
    )
    return tuple(found)


def _fewest(mg: Decimal, sizes: tuple[Decimal, ...]) -> tuple[Decimal, ...] | None:
    """The fewest capsules of one or two sizes that make exactly this dose, or None."""
    if mg == 0:
        return ()
    made = [day for day in _ways(mg, sizes) if len(day) <= _MAX_CAPSULES_A_DAY]
    return min(made, key=len, default=None)


def _ways(mg: Decimal, sizes: tuple[Decimal, ...]) -> Iterator[tuple[Decimal, ...]]:
    larger = sizes[0]
    for number in range(int(mg / larger), -1, -1):
        rest = mg - number * larger
        if rest == 0:
            yield (larger,) * number
        elif len(sizes) > 1 and rest % sizes[1] == 0:
            yield (larger,) * number + (sizes[1],) * int(rest / sizes[1])


def _packing(daily: tuple[tuple[Decimal, ...], ...], *, days: int, most_days: int) -> Packing:
    lines = []
    for size in sorted({size for day in daily for size in day}, reverse=True):
        taken = _capsules(daily, size, days)
        packs = -(-taken // PACK_CAPSULES)
        lines.append(PackLine(strength_mg=size, capsules_taken=taken, packs=packs))
    lasts = _lasts(daily, tuple(lines), at_least=days)
    return Packing(
        daily=daily,
        days=days,
        lines=tuple(lines),
        lasts_days=lasts,
        breaks_packs=lasts > most_days,
    )


def _capsules(daily: tuple[tuple[Decimal, ...], ...], size: Decimal, days: int) -> int:
    """Capsules of one size taken in a number of days of the pattern."""
    return sum(daily[day % len(daily)].count(size) for day in range(days))


def _lasts(
    daily: tuple[tuple[Decimal, ...], ...], lines: tuple[PackLine, ...], *, at_least: int
) -> int:
    """Whole days until one of the lines would run out."""
    if not lines:
        return at_least
    lasting = at_least
    while all(_capsules(daily, line.strength_mg, lasting + 1) <= line.capsules for line in lines):
        lasting += 1
    return lasting
