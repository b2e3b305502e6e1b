"""Capsules in hand against the next pick-up, and what a missed window asks for."""

from dataclasses import dataclass
from datetime import date, datetime

from courses.models import Course
from monitoring import dossier, policies
from protocol import gap, standing
from protocol.calendar import date_in
from protocol.facts import CourseFacts
from protocol.findings import Decision


@dataclass(frozen=True, slots=True)
class SupplyPage:
    """The forecast, the way back after a missed window, and the gate's decision behind both."""

    forecast: gap.SupplyForecast | None
    requalification: gap.Requalification | None
    decision: Decision
    steps: tuple[gap.Step, ...]
    today: date
    facts: CourseFacts


def supply_page(course: Course, *, now: datetime) -> SupplyPage:
    """Read live, as the gate is."""
    today = date_in(now, course.clinic.timezone)
    policy = policies.policy_for(course, on=today)
    facts = dossier.load_one(course)
    decision = standing.stand(facts, at=now, policy=policy).decision
    return SupplyPage(
        forecast=gap.forecast(facts, at=now, policy=policy, decision=decision),
        requalification=gap.requalification(facts, decision, policy=policy),
        decision=decision,
        steps=gap.steps_of(decision),
        today=today,
        facts=facts,
    )
