"""A hand inside the product: one process that does by the product's own actions what it is told.

One line of JSON each way, ``{"do": name, ...}``, so that Django is loaded once for all rows.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from messaging import dispatch, outbox, queries  # noqa: E402
from messaging.clock import database_now  # noqa: E402
from messaging.models import ClinicLimits, Delivery, Message  # noqa: E402
from messaging.signatures import sign, timestamp_of  # noqa: E402
from monitoring import purposes  # noqa: E402
from monitoring.actions import lab_tokens, planning  # noqa: E402
from people.actions.patients import add_contact_point  # noqa: E402
from people.models import Clinic, Patient, User  # noqa: E402
from people.permissions import Role  # noqa: E402
from tests import ready, world  # noqa: E402
from tests.faults.people import phone  # noqa: E402

SECRET = "shared-with-the-sms-provider"
NAMED = {purpose.name: purpose for purpose in (purposes.RESULT_NOTE, purposes.CLINIC_MESSAGE)}


def people(*, many: int) -> None:
    """One clinic in New York with so many patients, each with a telephone."""
    at = Clinic.objects.create(slug="rig", name="Elm Street Clinic", timezone="America/New_York")
    with transaction.atomic():
        for number in range(many):
            patient = Patient.objects.create(
                clinic=at,
                mrn=f"R{number}",
                given_name="Ana",
                family_name="Rivera",
                born=date(2004, 2, 29),
            )
            add_contact_point(
                patient, channel="sms", address=phone(number), rank=0, now=database_now()
            )


def plan(
    *, many: int, first: int = 0, purpose: str = "result-note", after_s: float = 0, step: int = 0
) -> list[str]:
    """One message for each of so many patients, due after so many seconds; their telephones."""
    now = database_now()
    at = Clinic.objects.get(slug="rig")
    rows = {row.mrn: row for row in Patient.objects.filter(clinic=at).select_related("clinic")}
    with transaction.atomic():
        for number in range(first, first + many):
            outbox.enqueue(
                purpose=NAMED[purpose],
                key=f"{purpose}:{number}:{step}",
                about=f"rig:{number}",
                patient=rows[f"R{number}"],
                clinic=at,
                send_after=now + timedelta(seconds=after_s),
                now=now,
            )
    return [phone(number) for number in range(first, first + many)]


def states() -> dict[str, list[str]]:
    """The telephones behind the messages of each state."""
    found: dict[str, list[str]] = {}
    for message in Message.objects.filter(patient__isnull=False):
        number = int(message.about.split(":")[1]) if message.about.startswith("rig:") else -1
        found.setdefault(message.state, []).append(phone(number))
    return found


def for_a_person() -> list[str]:
    """The telephones behind the rows on the clinic's list of messages that need a person."""
    rows = queries.needs_a_person(clinic="rig", limit=100_000)
    keys = Message.objects.filter(public_id__in=[row.public_id for row in rows])
    return [phone(int(about.split(":")[1])) for about in keys.values_list("about", flat=True)]


def spoil(*, number: int) -> None:
    """A row whose text no template can make."""
    Message.objects.filter(about=f"rig:{number}").update(variant="nobody-wrote-this")


def zone(*, name: str, opens: str, closes: str) -> None:
    """Move the clinic, and say when its day begins and ends."""
    at = Clinic.objects.get(slug="rig")
    Clinic.objects.filter(pk=at.pk).update(timezone=name)
    ClinicLimits.objects.update_or_create(
        clinic=at, defaults={"day_begins": opens, "day_ends": closes}
    )


def laboratory(*, many: int) -> dict[str, Any]:
    """A clinic with so many courses, two prescribers to be told, and a laboratory's token."""
    now = database_now()
    at = world.clinic(now=now)
    world.staff(at, now=now)
    administrator = world.staff(at, Role.ADMINISTRATOR, now=now)
    token = lab_tokens.issue(
        at, label="Rig", by=administrator, expires_at=now + timedelta(days=90), now=now
    )
    bodies = []
    today = now.date()
    for number in range(many):
        patient = world.patient(at, now=now)
        world.course(patient, now=now)
        raw = ready.message(patient, on=today - timedelta(days=1), control=f"C{number}", alt="900")
        bodies.append(raw.decode())
    return {"token": token.text, "bodies": bodies}


def courses(*, many: int) -> list[str]:
    """So many running courses of patients with a telephone each; the planner has never ticked."""
    now = database_now()
    at = world.clinic(now=now)
    for number in range(many):
        patient = world.patient(at, now=now, email="", phone=phone(8000 + number))
        world.course(patient, days=20, now=now)
    return [phone(8000 + number) for number in range(many)]


def replan_all() -> list[int]:
    """Plan and sort everything anew: (courses looked at, courses that had drifted)."""
    return list(planning.rebuild(now=database_now()))


def planned_keys() -> list[str]:
    """The key of every message about a due item."""
    return list(Message.objects.filter(about__startswith="due-item:").values_list("key", flat=True))


def deliveries() -> list[dict[str, Any]]:
    """Every attempt: its message's subject, outcome, receipt and key."""
    rows = Delivery.objects.select_related("message").order_by("pk")
    return [
        {
            "about": row.message.about,
            "state": row.message.state,
            "outcome": row.outcome,
            "receipt": row.receipt,
            "key": str(row.key),
        }
        for row in rows
    ]


def escalation_messages() -> list[str]:
    """The state of every message about a concern."""
    found = Message.objects.filter(about__startswith="escalation:").order_by("pk")
    return list(found.values_list("state", flat=True))


def signed(*, body: str) -> dict[str, str]:
    """The headers with which the gateway signs a call now."""
    timestamp = timestamp_of(database_now())
    return {
        "X-IsoTrack-Timestamp": timestamp,
        "X-IsoTrack-Signature": sign(SECRET, timestamp=timestamp, body=body.encode()),
    }


def send() -> int:
    """One dispatch in this process."""
    return dispatch.run()


def users() -> int:
    """How many people can sign in."""
    return User.objects.count()


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def main() -> None:
    """Do what stands on each line until there is none."""
    for line in sys.stdin:
        asked = json.loads(line)
        connection.close()  # the database may have been another one a moment ago
        try:
            answer = {"said": globals()[asked.pop("do")](**asked)}
        except Exception as error:  # noqa: BLE001 - the rig shall read what went wrong
            answer = {"failed": f"{type(error).__name__}: {error}"}
        connection.close()
        sys.stdout.write(json.dumps(answer, default=_as_text) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
