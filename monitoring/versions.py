"""What part of a course looked like, as a short text that a form carries and hands back.

A form that was filled in on an old page must not overwrite what has been decided since. Each kind
of form watches the facts it is about, so that a weight recorded meanwhile spoils no visit.
"""

import hashlib
from dataclasses import dataclass, fields

from protocol.facts import CourseFacts

TREATMENT = ("doses", "planned_doses", "weights", "holds", "resumes", "stopped")
SIGNING = (*TREATMENT, "prescribed", "dispensed")
# What a missed window, and the day from which a new test counts, are read from.
REQUALIFYING = ("pregnancy_tests", "prescribed", "dispensed", "holds", "resumes", "stopped")
ENROLMENT = ("person", "enrolled")
EVERYTHING = tuple(each.name for each in fields(CourseFacts))


@dataclass(frozen=True, slots=True)
class Seen:
    """The version of certain facts that somebody had before them when they pressed the button."""

    watched: tuple[str, ...]
    version: str

    def still(self, facts: CourseFacts) -> bool:
        """Nothing of it has changed since."""
        return version_of(facts, self.watched) == self.version


def version_of(facts: CourseFacts, watched: tuple[str, ...]) -> str:
    """The version of the facts of these names; empty where nothing is watched."""
    if not watched:
        return ""
    said = repr([getattr(facts, name) for name in watched])
    return hashlib.sha256(said.encode()).hexdigest()[:16]
