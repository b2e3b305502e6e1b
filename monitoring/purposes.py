"""The messages this app owns: why they are sent, and whether they are still wanted."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from messaging import purposes
from messaging.purposes import Audience, Purpose, Urgency
from monitoring.models import CourseStanding, Document, DueItem, Escalation, PharmacyReport
from people.kept import Given, Kept
from people.models import SignInLink
from protocol.vocabulary import Owner, Requirement

# What ``_still_due`` asks.
_STILL_DUE = """EXISTS (SELECT 1 FROM monitoring_dueitem i
    WHERE i.public_id = split_part(%(about)s, ':', 2)::uuid AND i.ended = '')"""

_OPEN_ITEMS = Kept(
    lambda: DueItem.objects.filter(public_id__among=Given("ids"), ended=""), "public_id"
)


def _still_due(about: str, now: datetime) -> bool | str:
    """The due item is open and has not been answered meanwhile (R3)."""
    return _all_still_due([about], now)[about]


def _all_still_due(abouts: Collection[str], now: datetime) -> dict[str, bool | str]:
    items = _OPEN_ITEMS.ask(ids=[UUID(_id(each)) for each in abouts])
    there = {str(each.public_id) for each in items}
    return {each: _id(each) in there or "done or not needed" for each in abouts}


def _still_collectable(about: str, now: datetime) -> bool | str:
    """The window is open, and the next step is the patient's: else a reminder only worries."""
    if (still := _still_due(about, now)) is not True:
        return still
    theirs = CourseStanding.objects.filter(
        Q(owner=Owner.PATIENT.value) | Q(reason__in=["signed-not-collected", "window-closing"]),
        course__due_items__public_id=_id(about),
    ).exclude(owner__in=[Owner.PRESCRIBER.value, Owner.NURSE.value])
    return theirs.exists() or "the clinic has to act first"


def _still_unread(about: str, now: datetime) -> bool | str:
    """The first word is always worth saying; the one after it only if the first was not read."""
    return _still_due(about, now) if about.startswith("due-item:") else True


def _still_unacknowledged(about: str, now: datetime) -> bool:
    """Nobody has acknowledged the concern yet."""
    return Escalation.objects.filter(
        public_id=_id(about), acknowledged_at__isnull=True, closed_at__isnull=True
    ).exists()


def _still_reported(about: str, now: datetime) -> bool | str:
    """Nobody has settled what the pharmacy reported."""
    open_ones = PharmacyReport.objects.filter(pk=_id(about), settled_at__isnull=True)
    return open_ones.exists() or "settled meanwhile"


def _still_there(about: str, now: datetime) -> bool | str:
    """An answer stays; a document may have been taken back before anybody was told of it."""
    kind, _, which = about.partition(":")
    gone = kind == "document" and Document.objects.filter(
        public_id=which, withdrawn_at__isnull=False
    )
    return "withdrawn meanwhile" if gone and gone.exists() else True


def _always(about: str, now: datetime) -> bool:
    """What was said then is still worth saying until it expires."""
    return True


def _still_open(about: str, now: datetime) -> bool | str:
    """The link has neither been used nor been replaced by a newer one."""
    waiting = SignInLink.objects.filter(pk=_id(about), used_at=None, revoked_at=None)
    return waiting.exists() or "used, or a newer one was asked for"


def _id(about: str) -> str:
    return about.split(":")[1]


DUE_ITEM_REMINDER = purposes.declare(
    "due-item-reminder",
    urgency=Urgency.SAFETY,
    quiet_hours=True,
    expires_after=timedelta(days=3),
    still_wanted=_still_due,
    all_wanted=_all_still_due,
    wanted_where=_STILL_DUE,
    template="due-item-reminder",
    task_link=True,
    joins=True,
    variants=("before", "on", "after"),
    spared_at_limit=("before",),
)
CHECK_IN = purposes.declare(
    "check-in",
    urgency=Urgency.SAFETY,
    quiet_hours=True,
    expires_after=timedelta(days=3),
    still_wanted=_still_due,
    all_wanted=_all_still_due,
    wanted_where=_STILL_DUE,
    template="check-in",
    task_link=True,
    joins=True,
    variants=("before", "on", "after"),
    spared_at_limit=("before",),
)
COLLECT = purposes.declare(
    "collect-reminder",
    urgency=Urgency.SAFETY,
    quiet_hours=True,
    expires_after=timedelta(days=1),
    still_wanted=_still_collectable,
    template="collect-reminder",
    task_link=True,
    joins=True,
    variants=("before", "on"),
)
PRESCRIPTION_READY = purposes.declare(
    "prescription-ready",
    urgency=Urgency.COURTESY,
    quiet_hours=True,
    expires_after=timedelta(days=3),
    still_wanted=_always,
    template="prescription-ready",
    task_link=True,
)
CLINIC_MESSAGE = purposes.declare(
    "clinic-message",
    urgency=Urgency.COURTESY,
    quiet_hours=True,
    expires_after=timedelta(days=7),
    still_wanted=_still_there,
    template="clinic-message",
)
RESULT_NOTE = purposes.declare(
    "result-note",
    urgency=Urgency.SAFETY,
    quiet_hours=True,
    expires_after=timedelta(days=7),
    still_wanted=_still_unread,
    template="clinic-message",
    variants=("", "after"),
)
LOOK_BACK = purposes.declare(
    "look-back",
    urgency=Urgency.COURTESY,
    quiet_hours=True,
    expires_after=timedelta(days=7),
    still_wanted=_still_due,
    all_wanted=_all_still_due,
    wanted_where=_STILL_DUE,
    template="look-back",
    task_link=True,
    yields=True,
    variants=("before", "on", "after", "told"),
    spared_at_limit=("before", "on", "told"),
)
PHARMACY_NOTE = purposes.declare(
    "pharmacy-note",
    urgency=Urgency.SAFETY,
    quiet_hours=True,
    expires_after=timedelta(days=2),
    still_wanted=_still_reported,
    template="pharmacy-note",
)
ESCALATION = purposes.declare(
    "escalation",
    urgency=Urgency.ESCALATION,
    quiet_hours=False,
    expires_after=timedelta(days=2),
    still_wanted=_still_unacknowledged,
    template="escalation",
    audience=Audience.STAFF,
    one_a_day=False,
)

# Asked for by somebody who waits for it: at any hour, to a locked account too, and soon worthless.
SIGN_IN_LINK = purposes.declare(
    "sign-in-link",
    urgency=Urgency.ESCALATION,
    quiet_hours=False,
    expires_after=timedelta(days=3),
    still_wanted=_still_open,
    template="sign-in-link",
    sign_in_link=True,
    one_a_day=False,
)
SIGN_IN_CHANGED = purposes.declare(
    "sign-in-changed",
    urgency=Urgency.SAFETY,
    quiet_hours=False,
    expires_after=timedelta(days=2),
    still_wanted=_always,
    template="sign-in-changed",
    one_a_day=False,
)
GUARDIAN_LINK = purposes.declare(
    "guardian-link",
    urgency=Urgency.SAFETY,
    quiet_hours=False,
    expires_after=timedelta(days=3),
    still_wanted=_always,
    template="guardian-link",
    sign_in_link=True,
    audience=Audience.GUARDIAN,
    one_a_day=False,
)

# Which message reminds of what.
OF_REQUIREMENT: Mapping[Requirement, Purpose] = {
    Requirement.LABS: DUE_ITEM_REMINDER,
    Requirement.PREGNANCY_TEST: DUE_ITEM_REMINDER,
    Requirement.FINAL_TEST: DUE_ITEM_REMINDER,
    Requirement.CHECK_IN: CHECK_IN,
    Requirement.COLLECT: COLLECT,
    Requirement.NOTE: RESULT_NOTE,
    Requirement.LOOK_BACK: LOOK_BACK,
}
