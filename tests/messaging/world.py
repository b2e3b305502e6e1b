"""People to write to and reasons to write, for the tests of messaging."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from messaging import outbox, purposes
from messaging.clock import database_now
from messaging.models import Message, Urgency
from people.actions.patients import add_contact_point
from people.models import Clinic, Patient, User

# Monday noon in New York.
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
BORN = date(2004, 2, 29)

# What ``still_wanted`` answers for a subject; wanted where nothing is said.
ANSWERS: dict[str, bool | str] = {}


def _wanted(about: str, now: datetime) -> bool | str:
    answer = ANSWERS.get(about, True)
    if answer == "raise":
        raise RuntimeError("the question itself fails")
    return answer


SAFETY = purposes.declare(
    "test-safety",
    urgency=Urgency.SAFETY,
    expires_after=timedelta(days=3),
    still_wanted=_wanted,
    template="check-in",
    variants=("before", "on", "after"),
    task_link=True,
)
TASK = purposes.declare(
    "test-task",
    urgency=Urgency.SAFETY,
    expires_after=timedelta(days=3),
    still_wanted=_wanted,
    template="check-in",
    variants=("before", "on", "after"),
    task_link=True,
    joins=True,
    spared_at_limit=("before",),
)
CAN_WAIT = purposes.declare(
    "test-can-wait",
    urgency=Urgency.COURTESY,
    expires_after=timedelta(days=7),
    still_wanted=_wanted,
    template="look-back",
    variants=("told",),
    task_link=True,
    yields=True,
)
QUICK = purposes.declare(
    "test-quick",
    urgency=Urgency.SAFETY,
    expires_after=timedelta(days=3),
    still_wanted=_wanted,
    wanted_where="%(about)s <> ''",
    template="check-in",
    variants=("before", "on", "after"),
    task_link=True,
)
COURTESY = purposes.declare(
    "test-courtesy",
    urgency=Urgency.COURTESY,
    expires_after=timedelta(days=3),
    still_wanted=_wanted,
    template="clinic-message",
)
CONCERN = purposes.declare(
    "test-concern",
    urgency=Urgency.ESCALATION,
    expires_after=timedelta(days=2),
    still_wanted=_wanted,
    template="escalation",
    quiet_hours=False,
    one_a_day=False,
    audience=purposes.Audience.STAFF,
)
POISON = purposes.declare(
    "test-poison",
    urgency=Urgency.SAFETY,
    expires_after=timedelta(days=3),
    still_wanted=_wanted,
    template="nobody-wrote-this",
)


def clinic(**fields: Any) -> Clinic:
    """A clinic in New York."""
    slug = f"clinic-{uuid.uuid4().hex[:8]}"
    return Clinic.objects.create(
        **{"slug": slug, "name": "Elm Street Clinic", "timezone": "America/New_York", **fields}
    )


def patient(
    at: Clinic | None = None,
    *,
    phone: str | None = "+12025550143",
    email: str | None = "ana@example.org",
    **fields: Any,
) -> Patient:
    """Somebody with a telephone (tried first) and an e-mail address."""
    person = Patient.objects.create(
        **{
            "clinic": at or clinic(),
            "mrn": uuid.uuid4().hex[:8],
            "given_name": "Canaryname",
            "family_name": "Rivera",
            "born": BORN,
            **fields,
        }
    )
    if phone:
        add_contact_point(person, channel="sms", address=phone, rank=0, now=database_now())
    if email:
        add_contact_point(person, channel="email", address=email, rank=1, now=database_now())
    return person


def member(email: str = "doctor@example.org") -> User:
    """Somebody who can be told about a concern."""
    return User.objects.create_user(email)


def message(to: Patient | User, purpose: purposes.Purpose = SAFETY, **fields: Any) -> Message:
    """A planned message, due at noon."""
    staff = isinstance(to, User)
    about = fields.pop("about", f"due-item:{uuid.uuid4()}")
    defaults: dict[str, Any] = {
        "key": f"{about}:{uuid.uuid4().hex[:6]}",
        "variant": purpose.variants[-1],
        "clinic": fields.pop("clinic", None) or (clinic() if staff else to.clinic),
        "send_after": NOON,
        "now": NOON,
    }
    return outbox.enqueue(
        purpose=purpose,
        about=about,
        **{"user" if staff else "patient": to},
        **{**defaults, **fields},
    )
