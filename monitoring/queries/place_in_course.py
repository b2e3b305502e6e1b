"""Where a patient is in the course, as far as words about it need to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitoring import dossier, policies
from monitoring.portal_queries import local_today, newest_course
from people.models import Patient
from protocol import standing
from protocol.category import effective_category
from protocol.vocabulary import Category, Phase


@dataclass(frozen=True, slots=True)
class PlaceInCourse:
    """``week`` counts from 1 and is None before and after the course.

    A patient whose category nobody has recorded may become pregnant: unknown is never safe.
    """

    week: int | None
    ended: bool
    pregnancy_is_possible: bool


def place_in_course(patient: Patient, *, now: datetime) -> PlaceInCourse:
    """The place in the newest course; before the first week when there is none."""
    course = newest_course(patient)
    if course is None:
        return PlaceInCourse(week=None, ended=False, pregnancy_is_possible=True)
    facts = dossier.load_one(course)
    policy = policies.policy_for(course, on=local_today(patient, now=now))
    stand = standing.stand(facts, at=now, policy=policy)
    return PlaceInCourse(
        week=stand.week,
        ended=stand.phase in {Phase.FOLLOW_UP, Phase.CLOSED},
        pregnancy_is_possible=effective_category(facts.person) is not Category.NCP,
    )
