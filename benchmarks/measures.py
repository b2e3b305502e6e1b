"""Timing: the median of several rounds, long enough to be above the clock's noise."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7
SHORTEST_ROUND_S = 0.1


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table: ``per_second`` is the median, ``spread`` (max - min) / median."""

    name: str
    per_second: float
    spread: float
    note: str = ""


def rate(name: str, do: Callable[[], object], *, each: int = 1, note: str = "") -> Measure:
    """How often ``do``, which handles ``each`` things, happens in a second."""
    do()
    times = 1
    while (took := _timed(do, times)) < SHORTEST_ROUND_S:
        times = max(times * 2, int(times * SHORTEST_ROUND_S / max(took, 1e-9)))
    rates = [each * times / _timed(do, times) for _ in range(ROUNDS)]
    middle = statistics.median(rates)
    return Measure(name, middle, (max(rates) - min(rates)) / middle, note)


def _timed(do: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        do()
    return time.perf_counter() - began
