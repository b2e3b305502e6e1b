"""The rows of the matrix: what is broken, what may be lost and repeated, and what was."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from tests.faults.rig import Rig


class Skipped(Exception):
    """The fault cannot be made on this machine; the text says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one run of a row has shown.

    Attributes:
        occurrences: messages that were due.
        loss: of these, without an accept and on nobody's list.
        dup_key: texts that a provider which honours keys sent beyond the first.
        dup_plain: texts that a provider which ignores keys sent beyond the first.
        most_plain: as many of these as the fault allows.
        recovery_s: by the database's clock, from the end of the fault until nothing waited.
        note: what else was seen, in a few words.
    """

    occurrences: int
    loss: int
    dup_key: int
    dup_plain: int
    most_plain: int = 0
    recovery_s: float | None = None
    note: str = ""


Play = Callable[[Rig, int], Seen]


@dataclass(frozen=True, slots=True)
class Row:
    """One fault.

    Attributes:
        allowed: words for ``Seen.most_plain``.
        within_s: the longest recovery, by the database's clock; ``None`` where it has none.
        fast: small enough for every test run.
        own_server: it restarts or fills the database server.
    """

    id: str
    fault: str
    play: Play
    allowed: str
    within_s: float | None
    fast: bool
    own_server: bool


ROWS: list[Row] = []


def row(
    id: str,
    fault: str,
    *,
    allowed: str = "0",
    within_s: float | None = None,
    fast: bool = False,
    own_server: bool = False,
) -> Callable[[Play], Play]:
    """Enter a function into the matrix. It is given the rig and the number of occurrences."""

    def enter(play: Play) -> Play:
        ROWS.append(Row(id, fault, play, allowed, within_s, fast, own_server))
        return play

    return enter


def hold_to(entered: Row, seen: Seen) -> None:
    """Assert the row's columns.

    Raises:
        AssertionError: it lost, repeated or lasted more than it may.
    """
    assert seen.loss == 0, f"{entered.id}: {seen.loss} of {seen.occurrences} lost"
    assert seen.dup_key == 0, f"{entered.id}: {seen.dup_key} sent twice in spite of keys"
    assert seen.dup_plain <= seen.most_plain, (
        f"{entered.id}: {seen.dup_plain} repeated by a plain provider, at most {seen.most_plain}"
    )
    if entered.within_s is not None and seen.recovery_s is not None:
        assert seen.recovery_s <= entered.within_s, (
            f"{entered.id}: recovered after {seen.recovery_s:.0f} s, at most {entered.within_s:.0f}"
        )


def count(
    rig: Rig,
    meant: Collection[str],
    *,
    most_plain: int = 0,
    recovery_s: float | None = None,
    note: str = "",
    apart: Collection[str] = (),
) -> Seen:
    """Losses and duplicates, from the providers' logs and the clinic's own list.

    Args:
        meant: the telephones of those who should have had one text each.
        apart: the telephones of others, to whom several texts were due; the row counts them.
    """
    times = {who: number for who, number in rig.sms.times().items() if who not in apart}
    keys = {who: found for who, found in rig.sms.keys().items() if who not in apart}
    listed = set(rig.hand.for_a_person())
    lost = [who for who in meant if who not in times and who not in listed]
    most = max(times.values(), default=0)
    assert most <= 2, f"somebody was sent {most} texts: at most two, ever (G3)"
    return Seen(
        occurrences=len(meant),
        loss=len(lost),
        dup_key=sum(len(found) - 1 for found in keys.values()),
        dup_plain=sum(number - 1 for number in times.values()),
        most_plain=most_plain,
        recovery_s=recovery_s,
        note=note,
    )
