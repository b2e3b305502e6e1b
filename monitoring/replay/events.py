"""The events of a story, read into the protocol's facts, one reader per event."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitoring.replay.programme_events import PROGRAMME_EVENTS
from monitoring.replay.reading import Value
from monitoring.replay.report_events import REPORT_EVENTS
from monitoring.replay.treatment_events import TREATMENT_EVENTS
from monitoring.replay.when import EventReader, When
from protocol.facts import Fact

READERS: dict[str, EventReader] = {
    **PROGRAMME_EVENTS,
    **TREATMENT_EVENTS,
    **REPORT_EVENTS,
}
_EVENT_KEYS = frozenset(READERS) | {"on", "at"}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a story with the facts it gives; ``on`` is its day, ``at`` its instant."""

    kind: str
    on: date
    at: datetime | None
    facts: tuple[Fact, ...]


def read_event(value: Value, *, number: int, zone: ZoneInfo) -> Event:
    """One entry of ``events``; ``zone`` is the story's.

    An instant belongs to its calendar day in that zone (GEN-3). Raises StoryError.
    """
    entries = value.as_mapping(_EVENT_KEYS).entries
    kinds = [key for key in entries if key in READERS]
    if len(kinds) != 1:
        raise value.refuse(f"an event holds exactly one thing that happened, here {len(kinds)}")
    if ("on" in entries) == ("at" in entries):
        raise value.refuse("needs either on or at")
    at: datetime | None = None
    day = entries.get("on") or entries["at"]
    if day.is_date or "on" in entries:
        on = day.as_date()
    else:
        at = day.as_instant(zone)
        on = at.astimezone(zone).date()
    kind = kinds[0]
    facts = READERS[kind](entries[kind], When(f"{number}-{kind}", on, at))
    return Event(kind=kind, on=on, at=at, facts=facts)
