"""Editions of the risk-management programmes: dated data, chosen by the day of what is judged.

``edition_for`` is the only way to an edition (GEN-8). Files live in ``editions/``; see
``editionfile.py`` for how they are read and refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from protocol.editionfile import EditionFile, EditionFileError, read_edition
from protocol.parameters import Parameters
from protocol.policy import ClinicPolicy

EDITIONS = Path(__file__).with_name("editions")
CLINIC_CLOCK = "clinic"


class EditionUnknown(LookupError):
    """No edition of the programme was in force on that day, or there is no such programme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A programme's rules between two days; ``effective_to`` is the first day they no longer hold.

    ``hash`` is of the file's bytes and is kept in every decision. ``clock`` is a zone name, or
    ``clinic`` for the clinic's own (GEN-1). ``status`` is ``draft`` until it has been signed off.
    ``based_on`` names what was read; ``unconfirmed`` says what must still be confirmed, and where.
    """

    id: str
    programme: str
    title: str
    hash: str
    effective_from: date
    effective_to: date | None
    clock: str
    status: str
    based_on: tuple[str, ...]
    unconfirmed: str
    params: Parameters

    @property
    def wire(self) -> str:
        """The name that scenario files and the API use."""
        return self.id.lower()

    def zone(self, clinic_zone: str) -> str:
        """The zone whose calendar decides (GEN-1)."""
        return clinic_zone if self.clock == CLINIC_CLOCK else self.clock

    def covers(self, on: date) -> bool:
        """The day lies in the half-open span of the edition."""
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)


def edition_for(programme: str, on: date, *, policy: ClinicPolicy) -> Edition:
    """The edition in force on the day of the event judged (GEN-8).

    That is the specimen date for a rule about a test, the day of the attempt for a fill, the first
    prescription's day for a rule about starting. Raises ``EditionUnknown``.
    """
    for edition in reversed(editions_of(programme, policy=policy)):
        if edition.covers(on):
            return edition
    raise EditionUnknown(f"no edition of {programme} on {on.isoformat()}")


def editions_of(programme: str, *, policy: ClinicPolicy) -> tuple[Edition, ...]:
    """Every edition that is ever in force under this policy, oldest first, without gap or overlap.

    A policy can move the day an edition begins; its predecessor then ends on that day. An edition
    that a later one pushes out entirely is left out.
    """
    moved = dict(policy.go_live)
    if policy.us_2026_effective_from is not None:
        moved["US-2026"] = policy.us_2026_effective_from
    return _spans(programme, tuple(sorted(moved.items())))


def programme_names() -> tuple[str, ...]:
    """Every programme that has an edition."""
    return tuple(sorted({edition.programme for edition in _in_book_order()}))


def clock_zone(programme: str, clinic_zone: str) -> str:
    """The programme's zone (GEN-1), which no edition changes: loading checks that they agree."""
    return _clock(programme).replace(CLINIC_CLOCK, clinic_zone)


@cache
def _clock(programme: str) -> str:
    clocks = {edition.clock for edition in _in_book_order() if edition.programme == programme}
    if not clocks:
        raise EditionUnknown(f"no programme {programme}")
    return clocks.pop()


@lru_cache(maxsize=256)
def _spans(programme: str, moved: tuple[tuple[str, date], ...]) -> tuple[Edition, ...]:
    starts = dict(moved)
    known = {edition.id for edition in _in_book_order()}
    if unknown := sorted(starts.keys() - known):
        raise EditionUnknown(f"no edition {', '.join(unknown)} to move")
    spans: list[Edition] = []
    for edition in _in_book_order():
        if edition.programme != programme:
            continue
        begins = starts.get(edition.id, edition.effective_from)
        spans = [span for span in spans if span.effective_from < begins]
        if spans:
            spans[-1] = replace(spans[-1], effective_to=begins)
        spans.append(replace(edition, effective_from=begins, effective_to=None))
    return tuple(spans)


@cache
def _in_book_order() -> tuple[Edition, ...]:
    """Every edition file, read once, oldest first within each programme and checked together."""
    files = sorted(
        (read_edition(path) for path in sorted(EDITIONS.glob("*.toml"))),
        key=lambda file: (file.programme, file.effective_from),
    )
    check_together(files)
    return tuple(_edition(file) for file in files)


def check_together(files: list[EditionFile]) -> None:
    """Editions of one programme follow each other without gap or overlap, on one clock."""
    for earlier, later in zip(files, files[1:], strict=False):
        if earlier.programme != later.programme:
            continue
        if earlier.effective_to != later.effective_from:
            raise EditionFileError(
                f"{earlier.name}: effective_to is {earlier.effective_to}, but {later.name} "
                f"begins on {later.effective_from}"
            )
        if earlier.clock != later.clock:
            raise EditionFileError(f"{later.name}: clock differs from {earlier.name}")


def _edition(file: EditionFile) -> Edition:
    if file.clock != CLINIC_CLOCK:
        ZoneInfo(file.clock)
    return Edition(
        id=file.edition,
        programme=file.programme,
        title=file.title,
        hash=file.hash,
        effective_from=file.effective_from,
        effective_to=file.effective_to,
        clock=file.clock,
        status=file.status,
        based_on=file.based_on,
        unconfirmed=file.unconfirmed,
        params=file.params,
    )
