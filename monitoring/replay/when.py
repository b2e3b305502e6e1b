"""When an event of a story happened, and what its facts are called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitoring.replay.reading import Value
from protocol.facts import Fact


@dataclass(frozen=True, slots=True)
class When:
    """The day of an event, its instant if one is written, and the id its facts carry."""

    ref: str
    on: date
    at: datetime | None

    @property
    def stamp(self) -> dict[str, Any]:
        """The fields that every fact of the event shares."""
        return {"ref": self.ref, "on": self.on, "at": self.at}


EventReader = Callable[[Value, When], tuple[Fact, ...]]
