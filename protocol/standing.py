"""Where a course stands: everything a list or a heading shows about it, derived at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from protocol.after_course import follow_up
from protocol.calendar import add_months
from protocol.cycle_schedule import supply_ends_on
from protocol.facts import CourseFacts
from protocol.findings import Decision, Window
from protocol.gate import decide
from protocol.holds import is_held, pauses
from protocol.plan import PlannedItem
from protocol.policy import ClinicPolicy
from protocol.programmes import EditionUnknown
from protocol.schedule import is_under_way, plan, question_on
from protocol.timeline import course_boundary, known_by, local_date, started_on
from protocol.vocabulary import Action, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A summary for sorting and headings; the gate is always asked anew before anything is done.

    ``week`` and ``month`` count from 1 on the first day of the course; None before it and after it.
    ``capsules_left_days`` is the days of supply still in hand, ``gap_days`` the days without any.
    """

    phase: Phase
    week: int | None
    month: int | None
    edition: str
    decision: Decision
    next_item: PlannedItem | None
    window: Window | None
    capsules_left_days: int | None
    next_pickup_on: date | None
    gap_days: int


def stand(facts: CourseFacts, *, at: datetime, policy: ClinicPolicy) -> Standing:
    """The standing of one course at an instant, with the decision about its next prescription."""
    as_of = local_date(facts, at)
    known = known_by(facts, at)
    started = started_on(known)
    phase = phase_of(known, as_of=as_of, policy=policy)
    under_way = started is not None and phase in (Phase.ACTIVE, Phase.PAUSED)
    action = Action.START if started is None else Action.PRESCRIBE
    decision = decide(known, action=action, at=at, policy=policy)
    open_items = plan(known, as_of=as_of, policy=policy).open_items
    pickup_on = _supply_ends(known, as_of=as_of, policy=policy) if under_way else None
    return Standing(
        phase=phase,
        week=(as_of - started).days // 7 + 1 if under_way and started else None,
        month=_month(started, as_of) if under_way and started else None,
        edition=decision.edition,
        decision=decision,
        next_item=open_items[0] if open_items else None,
        window=decision.window,
        capsules_left_days=max((pickup_on - as_of).days, 0) if pickup_on else None,
        next_pickup_on=pickup_on,
        gap_days=max((as_of - pickup_on).days, 0) if pickup_on else 0,
    )


def phase_of(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> Phase:
    """Where the course stands on a day; ``facts`` hold what is known by then.

    After a stop it is followed up until the last test has been done and the last day of
    contraception and of not donating blood is over.
    """
    boundary = course_boundary(facts)
    if boundary is not None and not is_under_way(facts):
        try:
            after = follow_up(facts, as_of=as_of, policy=policy)
        except EditionUnknown:
            return Phase.FOLLOW_UP
        waiting = after.blood_donation_from is not None and as_of < after.blood_donation_from
        return Phase.FOLLOW_UP if waiting or after.final_test_open else Phase.CLOSED
    started = started_on(facts)
    if started is None or started > as_of:
        return Phase.PLANNED
    held = is_held(pauses(facts, after=boundary), as_of)
    return Phase.PAUSED if held else Phase.ACTIVE


def _month(started: date, as_of: date) -> int:
    months = (as_of.year - started.year) * 12 + as_of.month - started.month
    return months + (add_months(started, months) <= as_of)


def _supply_ends(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> date | None:
    try:
        q = question_on(facts, as_of=as_of, policy=policy)
    except EditionUnknown:
        return None
    return supply_ends_on(q, q.last_fill) if q.last_fill else None
