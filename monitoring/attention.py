"""Who needs whom today: one reason per course, safety first, then the soonest deadline.

Pure: decided from the standing, the results and what is open, so that the order of the worklist
can be tested without a database. It sorts lists; it never opens or shuts the gate.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from protocol.findings import Decision, Finding
from protocol.plan import PlannedItem
from protocol.vocabulary import ItemStatus, Level, Owner, Phase, Reason, Requirement, Said

# A window or a supply that ends this soon needs somebody today.
SOON = timedelta(hours=48)
# A prescription is worth signing from this many days before the supply in hand ends.
SIGN_AHEAD_DAYS = 7

ALARMS = (
    Reason.TEST_POSITIVE,
    Reason.TEST_INDETERMINATE,
    Reason.SYMPTOM_RED,
    Reason.MH_ITEM9,
    Reason.LAB_T4,
    Reason.LAB_T3,
    Reason.CONDITION_PREGNANCY,
)
_TO_READ = (
    Reason.LAB_UNIT_CONFIRM,
    Reason.LAB_T2,
    Reason.MH_REVIEW,
    Reason.MH_ITEM9_UNANSWERED,
    Reason.SEXUAL_FN_REVIEW,
    Reason.SYMPTOM_URGENT,
)


class Attention(IntEnum):
    """Which group of the worklist a course belongs to."""

    ACT = 0
    STAFF = 1
    PATIENT = 2
    READY = 3
    NOTHING = 4


@dataclass(frozen=True, slots=True)
class Situation:
    """What the worklist order is decided from."""

    phase: Phase
    decision: Decision
    items: tuple[PlannedItem, ...]
    concern: str
    signed_unfilled: bool
    supply_ends_on: date | None
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The group, the reason in one code, who must act, and until when."""

    attention: Attention
    reason: str
    owner: Owner
    due_on: date | None
    ready_to_sign: bool


def stand_of(situation: Situation) -> Standpoint:
    """The one reason for which a course is on the list, or nothing to do.

    1. an open concern; 2. a finding that alarms; 3. a window about to close; 4. results and
    answers to read; 5. ready to sign; 6. what the patient owes; 7. what is coming.
    """
    ready = _ready(situation)
    findings = _by_reason(situation.decision)
    soonest = _soonest(situation.items)
    due_on = soonest.due_on if soonest else None

    def point(attention: Attention, reason: str, owner: Owner) -> Standpoint:
        return Standpoint(attention, reason, owner, due_on, ready)

    if situation.concern:
        return point(Attention.ACT, f"concern:{situation.concern}", Owner.PRESCRIBER)
    alarm = _first(findings, ALARMS)
    if alarm is not None:
        return point(Attention.ACT, alarm.reason.value, alarm.owner)
    if situation.phase is Phase.CLOSED:
        return point(Attention.NOTHING, "closed", Owner.NOBODY)
    closing = _closing_window(situation)
    if closing is not None:
        owner = Owner.PHARMACY if situation.signed_unfilled else _waiting_on(situation.decision)
        return point(Attention.ACT, "window-closing", owner)
    to_read = _first(findings, _TO_READ)
    if to_read is not None:
        return point(Attention.STAFF, to_read.reason.value, to_read.owner)
    asked = _first_who_said(situation, Said.HELP)
    if asked is not None:
        return point(Attention.STAFF, f"help:{asked.requirement.value}", Owner.NURSE)
    if situation.signed_unfilled:
        return point(Attention.STAFF, "signed-not-collected", Owner.PATIENT)
    if ready:
        return point(Attention.READY, "ready-to-sign", Owner.PRESCRIBER)
    claimed = _first_who_said(situation, Said.DONE)
    if claimed is not None and _reached(claimed.nurse_on, situation.today):
        return point(Attention.STAFF, f"said-done:{claimed.requirement.value}", Owner.NURSE)
    if soonest is not None and soonest.status in _PRESSING:
        requirement = soonest.requirement
        if _reached(soonest.prescriber_on, situation.today):
            return point(Attention.STAFF, f"unanswered:{requirement.value}", Owner.PRESCRIBER)
        owed_by = Owner.LABORATORY if requirement is Requirement.LABS else Owner.PATIENT
        if soonest.status is ItemStatus.OVERDUE or _reached(soonest.nurse_on, situation.today):
            return point(Attention.STAFF, f"overdue:{requirement.value}", owed_by)
        return point(Attention.PATIENT, f"due:{requirement.value}", owed_by)
    if situation.phase is Phase.PLANNED:
        return point(Attention.STAFF, "not-started", _waiting_on(situation.decision))
    return point(Attention.NOTHING, "nothing-due", Owner.NOBODY)


_PRESSING = {ItemStatus.DUE_SOON, ItemStatus.DUE, ItemStatus.OVERDUE}


def _ready(situation: Situation) -> bool:
    if situation.phase not in {Phase.PLANNED, Phase.ACTIVE} or situation.signed_unfilled:
        return False
    if situation.decision.level > Level.WARN:
        return False
    ends = situation.supply_ends_on
    return ends is None or ends - situation.today <= timedelta(days=SIGN_AHEAD_DAYS)


def _closing_window(situation: Situation) -> datetime | None:
    window = situation.decision.window
    if window is None or situation.phase not in {Phase.PLANNED, Phase.ACTIVE}:
        return None
    # Supply in hand reaches beyond the window: nothing is lost when it closes.
    supplied_until = None if situation.signed_unfilled else situation.supply_ends_on
    if supplied_until is not None and supplied_until > window.last_day:
        return None
    left = window.closes_at - situation.now
    return window.closes_at if timedelta(0) <= left <= SOON else None


def _reached(day: date | None, today: date) -> bool:
    """The clinic's ladder has come so far (REM-17)."""
    return day is not None and day <= today


def _first_who_said(situation: Situation, said: Said) -> PlannedItem | None:
    return next((each for each in situation.items if each.said is said and not each.is_met), None)


def _soonest(items: tuple[PlannedItem, ...]) -> PlannedItem | None:
    # A supply to collect has its own place on the list: the window that closes.
    waiting = [
        item
        for item in items
        if item.met_by is None and item.requirement is not Requirement.COLLECT
    ]
    return min(waiting, key=lambda item: item.due_on, default=None)


def _by_reason(decision: Decision) -> dict[Reason, Finding]:
    found: dict[Reason, Finding] = {}
    for finding in decision.findings:
        found.setdefault(finding.reason, finding)
    return found


def _first(found: dict[Reason, Finding], wanted: tuple[Reason, ...]) -> Finding | None:
    return next((found[reason] for reason in wanted if reason in found), None)


def _waiting_on(decision: Decision) -> Owner:
    stopping = [finding for finding in decision.findings if finding.level >= Level.OVERRIDE]
    return stopping[0].owner if stopping else Owner.PRESCRIBER
