"""What was worked out about the same facts, on the same day and by the same rules, once for all.

Planner, gate, lists and alerts read the same course within one transaction and ask the same things
of it. Facts and policy never change, so an answer can only be the same again. Facts that were told
to remember carry their newest answers with them; those are no part of what is compared.
"""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from protocol.facts import CourseFacts
from protocol.policy import ClinicPolicy

Answer = TypeVar("Answer")

_PLACE = "_answers"


def remember(facts: CourseFacts) -> CourseFacts:
    """The same facts, which from now on keep what ``once_for`` works out about them."""
    facts.__dict__.setdefault(_PLACE, {})
    return facts


def remembers(facts: CourseFacts) -> bool:
    """Whether these facts keep answers."""
    return _PLACE in facts.__dict__


def once_for(
    facts: CourseFacts, as_of: date, policy: ClinicPolicy, work_out: Callable[[], Answer], name: str
) -> Answer:
    """The answer that goes by ``name`` on that day and by that policy; of each only the newest."""
    kept = facts.__dict__.get(_PLACE)
    if kept is None:
        return work_out()
    day, rules, answer = kept.get(name, (None, None, None))
    if day != as_of or rules is not policy:
        answer = work_out()
        kept[name] = as_of, policy, answer
    found: Answer = answer
    return found
