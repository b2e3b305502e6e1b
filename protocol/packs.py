"""Which capsules make up a daily dose and how many packs that is (DOSE-6, US-20)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from math import ceil

from protocol.dose_tables import PACK_CAPSULES, strengths
from protocol.supplies import MOST_LINES, SupplyLine
from protocol.vocabulary import Formulation

_MAX_CAPSULES_A_DAY = 12
_MAX_STRENGTHS = 2
# Two strengths are proposed only where one alone is more capsules a day than this (D).
_FEW_CAPSULES_A_DAY = 3
# Doses for which the ways are kept: a clinic prescribes some dozen.
_REMEMBERED = 1024


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


@lru_cache(maxsize=_REMEMBERED)
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


def propose(
    pattern: tuple[Decimal, ...], *, days: int, formulation: Formulation, programme: str
) -> tuple[SupplyLine, ...]:
    """The capsules that one prescription would name for a dose: exactly what is taken.

    One strength where that is few capsules a day, else the best two. Where the pattern does not end
    with the last day, the days are so many fewer that the supply counts no more than ``days``
    (DOSE-7). Empty: the dose cannot be made of capsules.
    """
    ways = build(pattern, days=days, formulation=formulation, programme=programme)
    if not ways or not any(pattern):
        return ()
    plain = [way for way in ways if len(way.lines) == 1]
    few = [way for way in plain if way.capsules_a_day <= _FEW_CAPSULES_A_DAY]
    best = min(few, key=lambda way: way.capsules_a_day) if few else ways[0]
    most = days * sum(pattern)
    lasting = days
    while sum(pattern[day % len(pattern)] for day in range(lasting)) * len(pattern) > most:
        lasting -= 1
    return tuple(
        SupplyLine(taken, line.strength_mg)
        for line in best.lines
        if (taken := _capsules(best.daily, line.strength_mg, lasting))
    )


def days_made_up(lines: tuple[SupplyLine, ...], pattern: tuple[Decimal, ...]) -> int:
    """Whole days for which these very capsules make up each day's dose exactly.

    0 where the first dose cannot be made of them, such as 45 mg of capsules of 40 mg; and no more
    than until one strength is short, whatever is left of the others.
    """
    if not any(pattern):
        return 0
    named = [
        (line.strength_mg, line.capsules)
        for line in lines
        if line.strength_mg is not None and line.capsules is not None
    ]
    none = (Decimal(1), 0)
    first, second, third = [*[none] * (MOST_LINES - len(named)), *named]
    sizes = tuple(mg for mg, _ in named)
    ways = {
        mg: [(0,) * (MOST_LINES - len(named)) + way for way in _counts(mg, sizes)]
        for mg in set(pattern)
    }
    # How many capsules may have been taken so far: of the first size as the key, of the second as
    # the places of the bits; of the third what the mg leave. All ways apart are far too many.
    taken = {0: 1}
    mg_taken = Decimal(0)
    days = 0
    while True:
        mg_taken += pattern[days % len(pattern)]
        grown: dict[int, int] = {}
        for had, bits in taken.items():
            for one, two, _ in ways[pattern[days % len(pattern)]]:
                grown[had + one] = grown.get(had + one, 0) | bits << two
        not_third = mg_taken - third[0] * third[1]
        taken = {}
        for had, bits in grown.items():
            least = max(0, ceil((not_third - had * first[0]) / second[0]))
            kept = (bits & ((1 << second[1] + 1) - 1)) >> least << least
            if had <= first[1] and kept:
                taken[had] = kept
        if not taken:
            return days
        days += 1


def _counts(
    mg: Decimal, sizes: tuple[Decimal, ...], most: int = _MAX_CAPSULES_A_DAY
) -> Iterator[tuple[int, ...]]:
    """Every way to make exactly this dose: the number of capsules of each size."""
    if not sizes:
        if mg == 0:
            yield ()
        return
    for number in range(min(most, int(mg / sizes[0])) + 1):
        for rest in _counts(mg - number * sizes[0], sizes[1:], most - number):
            yield (number, *rest)


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
