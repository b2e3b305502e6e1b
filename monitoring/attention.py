"""Who needs whom today: every reason for which a course is on a list, safety first.

Pure: decided from the standing, the results and what is open, so that the order of the worklist
can be tested without a database. It sorts lists; it never opens or shuts the gate. What one reason
says, no second one repeats (R6).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from protocol.findings import Decision, Finding
from protocol.gap import SupplyForecast
from protocol.plan import PlannedItem
from protocol.vocabulary import ItemStatus, Level, Owner, Phase, Reason, Requirement, Said

# A window or a supply that ends this soon needs somebody today.
SOON = timedelta(hours=48)
# A prescription is worth signing from this many days before the supply in hand ends.
SIGN_AHEAD_DAYS = 7

# Capsules for fewer days than this, and the gate shut: somebody chases it today.
RUNS_OUT_DAYS = 3
# A number or mailbox of the patient's does not work: somebody corrects it (REM-16).
BAD_ADDRESS = "bad-address"
# What is later than this goes to the list of those lost to follow-up, never out of sight (R10).
LOST_AFTER_DAYS = 60

ALARMS = (
    Reason.TEST_POSITIVE,
    Reason.TEST_INDETERMINATE,
    Reason.SYMPTOM_RED,
    Reason.MH_ITEM9,
    Reason.LAB_T4,
    Reason.LAB_T3,
    Reason.CONDITION_PREGNANCY,
)
# An open concern of a kind says all that these findings say, and an alarm what the next one says.
_SAID_BY_CONCERN: dict[str, tuple[Reason, ...]] = {
    "pregnancy-test": (
        Reason.TEST_POSITIVE,
        Reason.TEST_INDETERMINATE,
        Reason.CONDITION_PREGNANCY,
    ),
    "symptom": (Reason.SYMPTOM_RED,),
    "mood": (Reason.MH_ITEM9, Reason.MH_REVIEW, Reason.MH_ITEM9_UNANSWERED),
    "result": (Reason.LAB_T4, Reason.LAB_T3, Reason.LAB_T2),
    "corrected-result": (Reason.LAB_T4, Reason.LAB_T3, Reason.LAB_T2),
    "unread-result": (Reason.LAB_T4, Reason.LAB_T3, Reason.LAB_T2),
}
_SAID_BY_ALARM: dict[Reason, tuple[Reason, ...]] = {
    Reason.TEST_POSITIVE: (Reason.TEST_INDETERMINATE, Reason.CONDITION_PREGNANCY),
    Reason.LAB_T4: (Reason.LAB_T3, Reason.LAB_T2),
    Reason.LAB_T3: (Reason.LAB_T2,),
    Reason.MH_ITEM9: (Reason.MH_REVIEW,),
}
_WINDOW_MISSED = (Reason.LOCKOUT_19, Reason.WINDOW_EXPIRED)
_TO_READ = (
    Reason.LAB_UNIT_CONFIRM,
    Reason.LAB_T2,
    Reason.MH_REVIEW,
    Reason.MH_ITEM9_UNANSWERED,
    Reason.SEXUAL_FN_REVIEW,
    Reason.SYMPTOM_URGENT,
)


class Attention(IntEnum):
    """Which group of the worklist a reason belongs to."""

    ACT = 0
    STAFF = 1
    PATIENT = 2
    READY = 3
    NOTHING = 4
    LOST = 5


class Rank(IntEnum):
    """Within a group: what endangers somebody comes before what merely ends soon."""

    CONCERN = 0
    ALARM = 1
    PLAIN = 2


@dataclass(frozen=True, slots=True)
class Situation:
    """What the worklist is decided from.

    ``concerns`` are the kinds of the open concerns, oldest first; ``pharmacy`` is what a pharmacy
    has reported and nobody has settled; ``letter``: the patient waits for an answer; ``home_test``:
    a picture waits to be read; ``bad_address``: a number or mailbox of the patient's does not work.
    """

    phase: Phase
    decision: Decision
    items: tuple[PlannedItem, ...]
    concerns: tuple[str, ...]
    signed_unfilled: bool
    supply_ends_on: date | None
    today: date
    now: datetime
    pharmacy: str = ""
    letter: bool = False
    home_test: bool = False
    bad_address: bool = False
    gap: SupplyForecast | None = None


@dataclass(frozen=True, slots=True)
class Standpoint:
    """One reason: its group and rank, its code, who must act, and until when."""

    attention: Attention
    reason: str
    owner: Owner
    rank: Rank = Rank.PLAIN
    due_on: date | None = None
    closes_at: datetime | None = None


def point(
    attention: Attention,
    reason: str,
    owner: Owner,
    *,
    rank: Rank = Rank.PLAIN,
    due_on: date | None = None,
    closes_at: datetime | None = None,
) -> Standpoint:
    """One reason; short, because the functions below are lists of them."""
    return Standpoint(attention, reason, owner, rank, due_on, closes_at)


def points_of(situation: Situation) -> tuple[Standpoint, ...]:
    """Every reason for which a course is on a list, gravest first; never empty.

    1. open concerns; 2. findings that alarm; 3. a window about to close, capsules that run out;
    4. results and answers to read, what the patient has written, calls for help, what the pharmacy
    says, a missed window; 5. ready to sign; 6. what is late or owed; 7. nothing.
    """
    found = [*_dangers(situation)]
    if situation.home_test:
        found.append(point(Attention.STAFF, "home-test", Owner.NURSE))
    if situation.letter:
        # After the course as well: the patient still waits.
        found.append(point(Attention.STAFF, "letter", Owner.NURSE))
    if situation.phase is not Phase.CLOSED:
        found += [*_deadlines(situation), *_for_staff(situation), *_owed(situation)]
    else:
        # A closed course owes nothing but the word on how the skin is.
        found += [
            point(
                Attention.STAFF,
                f"overdue:{item.requirement.value}",
                Owner.PATIENT,
                due_on=item.due_on,
            )
            for item in _waiting(situation)
            if item.requirement is Requirement.LOOK_BACK
        ]
    if not any(each.attention < Attention.NOTHING for each in found):
        found.append(_otherwise(situation))
    reasons: dict[str, Standpoint] = {}
    for each in sorted(found, key=lambda each: (each.attention, each.rank)):
        reasons.setdefault(each.reason, each)
    return tuple(reasons.values())


def is_ready(situation: Situation) -> bool:
    """Every check is met and the next supply is due: the prescription can be signed."""
    if situation.phase not in {Phase.PLANNED, Phase.ACTIVE} or situation.signed_unfilled:
        return False
    if situation.decision.level > Level.WARN:
        return False
    ends = situation.supply_ends_on
    return ends is None or ends - situation.today <= timedelta(days=SIGN_AHEAD_DAYS)


def next_due_on(situation: Situation) -> date | None:
    """The day of the soonest thing that is owed."""
    soonest = min(_waiting(situation), key=lambda item: item.due_on, default=None)
    return soonest.due_on if soonest else None


def _dangers(situation: Situation) -> Iterator[Standpoint]:
    said: set[Reason] = set()
    for kind in situation.concerns:
        said.update(_SAID_BY_CONCERN.get(kind, ()))
        yield point(Attention.ACT, f"concern:{kind}", Owner.PRESCRIBER, rank=Rank.CONCERN)
    findings = _by_reason(situation.decision)
    for reason in ALARMS:
        if reason in findings and reason not in said:
            said.update(_SAID_BY_ALARM.get(reason, ()))
            yield point(Attention.ACT, reason.value, findings[reason].owner, rank=Rank.ALARM)
    if situation.phase is Phase.CLOSED:
        return
    for reason in _TO_READ:
        if reason in findings and reason not in said:
            yield point(Attention.STAFF, reason.value, findings[reason].owner)


def _deadlines(situation: Situation) -> Iterator[Standpoint]:
    closes_at = _closing_window(situation)
    if closes_at is not None:
        owner = Owner.PHARMACY if situation.signed_unfilled else _waiting_on(situation.decision)
        yield point(Attention.ACT, "window-closing", owner, closes_at=closes_at)
    gap = situation.gap
    if gap is None or situation.signed_unfilled:
        return
    owner = _waiting_on(situation.decision)
    shut = situation.decision.level > Level.WARN
    if shut and gap.left_days < RUNS_OUT_DAYS:
        # A patient who has a day left to be in time is reminded; on the last one somebody calls.
        asked = any(step.owner is Owner.PATIENT for step in gap.steps)
        in_time = asked and gap.gap_days == 0 and gap.left_days > 0
        group = Attention.PATIENT if in_time else Attention.ACT
        yield point(group, "runs-out", owner, due_on=gap.runs_out_on)
    elif gap.gap_days > 0:
        yield point(Attention.STAFF, "gap-ahead", owner, due_on=gap.runs_out_on)


def _for_staff(situation: Situation) -> Iterator[Standpoint]:
    for item in _waiting(situation):
        if item.said is Said.HELP:
            yield point(
                Attention.STAFF,
                f"help:{item.requirement.value}",
                Owner.NURSE,
                due_on=item.due_on,
            )
    if situation.bad_address:
        yield point(Attention.STAFF, BAD_ADDRESS, Owner.NURSE)
    if situation.pharmacy:
        yield point(Attention.STAFF, f"pharmacy:{situation.pharmacy}", Owner.NURSE)
    if situation.signed_unfilled:
        window = situation.decision.window
        yield point(
            Attention.STAFF,
            "signed-not-collected",
            Owner.PATIENT,
            closes_at=window.closes_at if window else None,
        )
    elif _needs_supply(situation):
        missed = _first(_by_reason(situation.decision), _WINDOW_MISSED)
        if missed is not None:
            yield point(Attention.STAFF, missed.reason.value, missed.owner, due_on=missed.remedy_on)
    if is_ready(situation):
        yield point(
            Attention.READY,
            "ready-to-sign",
            Owner.PRESCRIBER,
            due_on=situation.supply_ends_on,
        )


def _owed(situation: Situation) -> Iterator[Standpoint]:
    """What is late, each by itself; of what is only due, the soonest."""
    only_due: list[PlannedItem] = []
    for item in _waiting(situation):
        requirement = item.requirement.value
        owed_by = Owner.LABORATORY if item.requirement is Requirement.LABS else Owner.PATIENT
        if item.due_on + timedelta(days=LOST_AFTER_DAYS) < situation.today:
            yield point(Attention.LOST, f"lost:{requirement}", owed_by, due_on=item.due_on)
        elif item.said is Said.HELP:
            continue
        elif item.said is Said.DONE:
            if _reached(item.nurse_on, situation.today):
                yield point(
                    Attention.STAFF, f"said-done:{requirement}", Owner.NURSE, due_on=item.due_on
                )
        elif item.status not in _PRESSING:
            continue
        elif _reached(item.prescriber_on, situation.today):
            yield point(
                Attention.STAFF,
                f"unanswered:{requirement}",
                Owner.PRESCRIBER,
                due_on=item.due_on,
            )
        elif item.status is ItemStatus.OVERDUE or _reached(item.nurse_on, situation.today):
            yield point(Attention.STAFF, f"overdue:{requirement}", owed_by, due_on=item.due_on)
        else:
            only_due.append(item)
    if only_due and not situation.signed_unfilled and not is_ready(situation):
        soonest = min(only_due, key=lambda item: item.due_on)
        labs = soonest.requirement is Requirement.LABS
        yield point(
            Attention.PATIENT,
            f"due:{soonest.requirement.value}",
            Owner.LABORATORY if labs else Owner.PATIENT,
            due_on=soonest.due_on,
        )


def _otherwise(situation: Situation) -> Standpoint:
    if situation.phase is Phase.CLOSED:
        return point(Attention.NOTHING, "closed", Owner.NOBODY)
    if situation.phase is Phase.PLANNED:
        return point(Attention.STAFF, "not-started", _waiting_on(situation.decision))
    return point(Attention.NOTHING, "nothing-due", Owner.NOBODY)


_PRESSING = {ItemStatus.DUE_SOON, ItemStatus.DUE, ItemStatus.OVERDUE}


def _waiting(situation: Situation) -> list[PlannedItem]:
    return [
        item
        for item in situation.items
        if item.met_by is None and not _apart(item, situation.today)
    ]


def _apart(item: PlannedItem, today: date) -> bool:
    """A supply to collect has its own place on the list, and what is only told is not waited for.

    A word about results that was not read, and a look back without an answer, are somebody's from
    the nurse's day on.
    """
    if item.requirement in {Requirement.NOTE, Requirement.LOOK_BACK}:
        return not _reached(item.nurse_on, today)
    return item.requirement is Requirement.COLLECT


def _needs_supply(situation: Situation) -> bool:
    if situation.phase not in {Phase.PLANNED, Phase.ACTIVE}:
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
