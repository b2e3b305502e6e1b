"""When somebody is told about what is due: a clinic's ladder, one for each kind of thing (REM-17).

A ladder says on which days the patient is reminded, from which day by another way, and when the
nurse and then the prescriber take over. Its days count from the due date: -7 is a week before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY, LAST_DAY = -60, 60
MOST_REMINDERS = 8


class BadLadder(ValueError):
    """A ladder that cannot be used; the words say what is wrong with which step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderLadder:
    """Days from the due date, ascending; None where nobody is to be told.

    ``first_month`` replaces ``remind`` in the first cycle, when habits are made. A reminder on or
    after ``other_way`` goes by another channel than the ones before it. ``nurse`` and
    ``prescriber`` are the days from which a task still open is on their list.
    """

    remind: tuple[int, ...]
    first_month: tuple[int, ...] | None = None
    other_way: int | None = None
    nurse: int | None = None
    prescriber: int | None = None

    def __post_init__(self) -> None:
        """Refuse a ladder on which somebody would be told in the wrong order, or too often."""
        _check_days("remind", self.remind)
        if self.first_month is not None:
            _check_days("first_month", self.first_month)
        for name in ("other_way", "nurse", "prescriber"):
            day = getattr(self, name)
            if day is not None:
                _check_day(name, day)
        if self.prescriber is not None and self.nurse is None:
            raise BadLadder("prescriber: the nurse is told first; give a day for the nurse")
        if self.nurse is not None and self.prescriber is not None and self.prescriber < self.nurse:
            raise BadLadder("prescriber: the nurse is told first; this day lies before hers")

    def days(self, *, first_month: bool) -> tuple[int, ...]:
        """The days on which the patient is reminded."""
        chosen = self.first_month if first_month and self.first_month is not None else self.remind
        if self.other_way is None or any(day >= self.other_way for day in chosen):
            return chosen
        return (*chosen, self.other_way)


def _check_days(name: str, days: tuple[int, ...]) -> None:
    for day in days:
        _check_day(name, day)
    if list(days) != sorted(set(days)):
        raise BadLadder(f"{name}: days must rise, each once")
    if len(days) > MOST_REMINDERS:
        raise BadLadder(f"{name}: at most {MOST_REMINDERS} reminders")


def _check_day(name: str, day: object) -> None:
    if not isinstance(day, int) or isinstance(day, bool):
        raise BadLadder(f"{name}: {day!r} is not a number of days")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadLadder(f"{name}: {day} does not lie between {FIRST_DAY} and {LAST_DAY}")


@dataclass(frozen=True, slots=True, order=True)
class Nudge:
    """One reminder: its day, the step of the ladder it stands for, and by which way it goes."""

    on: date
    step: int
    other_way: bool = False


def nudges(
    ladder: ReminderLadder | None,
    *,
    cycle: int,
    opens_on: date,
    due_on: date,
    closes_on: date | None,
) -> tuple[Nudge, ...]:
    """The reminders of one due item, in order of day; one a day.

    Never before the item opens: steps of earlier days fall together on that day, of which the
    latest is kept. Never after it closes.
    """
    if ladder is None:
        return ()
    by_day: dict[date, Nudge] = {}
    for step in ladder.days(first_month=cycle <= 1):
        on = max(opens_on, due_on + timedelta(days=step))
        if closes_on is None or on <= closes_on:
            other = ladder.other_way is not None and step >= ladder.other_way
            by_day[on] = Nudge(on, step, other)
    return tuple(by_day[on] for on in sorted(by_day))


def taken_over_on(ladder: ReminderLadder | None, due_on: date) -> tuple[date | None, date | None]:
    """The days from which a task still open is the nurse's, and the prescriber's."""
    if ladder is None:
        return None, None
    return _on(due_on, ladder.nurse), _on(due_on, ladder.prescriber)


def _on(due_on: date, step: int | None) -> date | None:
    return None if step is None else due_on + timedelta(days=step)


def ladder_from(settings: Mapping[str, object]) -> ReminderLadder:
    """A ladder from a clinic's stored settings. Raises :class:`BadLadder`."""
    known = set(ReminderLadder.__dataclass_fields__)
    unknown = sorted(set(settings) - known)
    if unknown:
        raise BadLadder(f"{unknown[0]}: there is no such step")
    if "remind" not in settings:
        raise BadLadder("remind: is missing")
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()
    }
    return ReminderLadder(**values)  # type: ignore[arg-type]


def as_settings(ladder: ReminderLadder) -> dict[str, object]:
    """The same ladder as it is stored; the reverse of :func:`ladder_from`."""
    return dict(_stored(ladder))


def _stored(ladder: ReminderLadder) -> Iterator[tuple[str, object]]:
    for name in ReminderLadder.__dataclass_fields__:
        value = getattr(ladder, name)
        if value is not None:
            yield name, list(value) if isinstance(value, tuple) else value


# Before, on and after the day (field study 3); another way, the nurse and the prescriber after two,
# four and seven days without an answer (REM-17). Blood tests are overdue after a week (LAB-3), so
# that theirs lie later. All of it is the clinic's to change: evidence D.
DEFAULT_LADDERS: Mapping[str, ReminderLadder] = {
    "labs": ReminderLadder(
        remind=(-7, 0, 3), first_month=(-7, -1, 0, 3), other_way=5, nurse=8, prescriber=14
    ),
    "pregnancy-test": ReminderLadder(
        remind=(-7, -2, 0), first_month=(-7, -2, -1, 0), other_way=2, nurse=4, prescriber=7
    ),
    "check-in": ReminderLadder(
        remind=(-7, -2, 0), first_month=(-7, -2, -1, 0), other_way=2, nurse=4, prescriber=7
    ),
    "final-test": ReminderLadder(remind=(-7, 0, 3), other_way=5, nurse=7, prescriber=14),
    # Days 1, 4, 6 and 7 of a window of seven days, counted from its last (US-09).
    "collect": ReminderLadder(remind=(-6, -3, -1, 0), nurse=-2, prescriber=-1),
    # A word about results leaves at once; who has not read it is written to again.
    "note": ReminderLadder(remind=(2,), other_way=2, nurse=4, prescriber=7),
    # Acne that comes back is no emergency: asked before, on and after the day, then a call.
    "look-back": ReminderLadder(remind=(-3, 0, 7), other_way=7, nurse=14),
}
# What needs no answer, such as the day from which blood may be given again.
TOLD_ONCE = ReminderLadder(remind=(0,))
