"""What another ladder of laboratory tiers would change for the clinic's running courses.

Read by the same function as the gate and the list (``protocol.labs.read``), so that the preview
cannot differ from what is then done. Counts only: whoever may change the ladder need not be
somebody who may read results.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from courses.models import Course
from monitoring import dossier, policies
from people.queries import Place
from protocol import labs
from protocol.calendar import date_in
from protocol.ladders import LabLadder
from protocol.vocabulary import Analyte, Tier

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class TierMove:
    """Results in force of one test that would stand in another tier."""

    analyte: Analyte
    before: Tier
    after: Tier
    patients: int


@dataclass(frozen=True, slots=True)
class LadderEffect:
    """``to_decide``: patients with results that would newly ask for a decision (LAB-8).

    ``released``: patients with results that wait for a decision and would not ask for one any more;
    what waits stays on the list all the same until somebody decides.
    """

    courses: int
    patients: int
    moves: tuple[TierMove, ...]
    to_decide: int
    released: int


def ladder_of(place: Place, *, now: datetime) -> LabLadder | None:
    """The clinic's own ladder today; None is the rule book's."""
    today = date_in(now, place.timezone)
    return policies.policies_for([place.clinic_id], on=today)[place.clinic_id].ladder


def effect_of(place: Place, ladder: LabLadder, *, now: datetime) -> LadderEffect:
    """What would change for every course that has not been stopped, by its newest results."""
    today = date_in(now, place.timezone)
    before = policies.policies_for([place.clinic_id], on=today)[place.clinic_id]
    after = replace(before, ladder=ladder)
    running = Course.objects.filter(clinic_id=place.clinic_id, stopped_at__isnull=True)
    moves: Counter[tuple[Analyte, Tier, Tier]] = Counter()
    touched = to_decide = released = courses = 0
    ids = list(running.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), _AT_ONCE):
        for facts in dossier.load(ids[first : first + _AT_ONCE]).values():
            courses += 1
            old = labs.read(facts, as_of=today, policy=before, with_ctcae=False)
            new = labs.read(facts, as_of=today, policy=after, with_ctcae=False)
            moved = _moves(old, new)
            moves.update(moved)
            touched += bool(moved)
            was, will = _asked(old), _asked(new)
            to_decide += bool(will - was)
            released += bool(was - will)
    return LadderEffect(
        courses=courses,
        patients=touched,
        moves=tuple(TierMove(*key, patients) for key, patients in sorted(moves.items())),
        to_decide=to_decide,
        released=released,
    )


def _moves(old: labs.LabReading, new: labs.LabReading) -> list[tuple[Analyte, Tier, Tier]]:
    return [
        (analyte, graded.tier, then)
        for analyte, graded in old.in_force.items()
        if graded.tier is not None
        and (then := new.in_force[analyte].tier) is not None
        and then is not graded.tier
    ]


def _asked(reading: labs.LabReading) -> set[str]:
    return {graded.result.ref for graded in reading.awaiting}
