"""Hold after a restore: what was sent since the backup looks unsent (F-25).

A database that is not the one which was sent from last, because a backup was restored or a replica
took over, may be older than what patients have been told. Then nothing leaves to patients until a
person of each clinic has looked. Concerns go to staff all the same: one more e-mail does no harm, a
missing one may.
"""

import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Max, QuerySet

from audit import trail
from audit.kinds import Kind
from messaging.models import Delivery, Message, SendingHold, SentFrom
from people.models import Clinic, User

log = structlog.get_logger(__name__)

MOST_SHOWN = 200
# Said of a message that is left out because it may have been sent already.
LEFT_OUT = "may have been sent before the restore"

_SYSTEM = trail.System("sending")
_ELSEWHERE = "this database is not the one that was sent from last"
# A backup ends somewhere between two attempts.
_UNSURE = timedelta(minutes=10)
# A banner may be so late; what is sent is not.
_BANNER_LASTS_S = 15.0

# The server's files, the timeline it writes, the database in it.
_STATE = """
    WITH here AS (
        SELECT s.system_identifier::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
               || '/' || d.oid AS name
          FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()
    )
    SELECT here.name,
           EXISTS (SELECT 1 FROM messaging_sentfrom WHERE database = here.name),
           ARRAY(SELECT clinic_id FROM messaging_sendinghold WHERE released_at IS NULL)
      FROM here
"""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One message that waits for the release; ``doubtful``: it may have been sent already."""

    patient: uuid.UUID
    name: str
    purpose: str
    due: datetime
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as the clinic sees it: the first rows, and how many there are."""

    since: datetime
    known_until: datetime
    reason: str
    total: int
    doubtful: int
    rows: tuple[HeldRow, ...]


class NothingHeld(Exception):
    """The clinic's messages are not held, or not any more."""


def held_clinics(*, now: datetime) -> list[int]:
    """Clinics whose patients nothing may be sent to; begins a hold in a strange database."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        here, known, held = cursor.fetchone()
    if known:
        return list(held)
    _arrive(here, now=now)
    return list(SendingHold.objects.filter(released_at=None).values_list("clinic_id", flat=True))


@transaction.atomic
def _arrive(here: str, *, now: datetime) -> None:
    """Write the database down, once among all workers; hold, unless nothing was sent before."""
    first = not SentFrom.objects.exists()
    _, new = SentFrom.objects.get_or_create(database=here, defaults={"since": now})
    if first or not new:
        return
    log.error("sending_held", reason=_ELSEWHERE)
    for clinic in Clinic.objects.order_by("pk"):
        _hold(clinic, reason=_ELSEWHERE, by=_SYSTEM, now=now)


@trail.action
def hold(clinic: Clinic, *, reason: str, by: trail.Actor, now: datetime) -> None:
    """Hold a clinic's messages to patients from now on; twice changes nothing."""
    _hold(clinic, reason=reason, by=by, now=now)


def _hold(clinic: Clinic, *, reason: str, by: trail.Actor, now: datetime) -> None:
    last = Delivery.objects.filter(message__clinic=clinic).aggregate(at=Max("started_at"))["at"]
    _, new = SendingHold.objects.get_or_create(
        clinic=clinic,
        released_at=None,
        defaults={"since": now, "known_until": min(last or now, now), "reason": reason[:200]},
    )
    if not new:
        trail.unchanged()
        return
    trail.record(
        Kind.SENDING_HELD,
        by=by,
        subject=f"clinic:{clinic.slug}",
        now=now,
        clinic=clinic.slug,
        reason=reason[:200],
    )


@trail.action
def release(clinic_id: int, *, leave_out: bool, by: User, now: datetime) -> int:
    """Let a clinic's messages go; returns how many of them were left out.

    Args:
        leave_out: what may have been sent already is taken back; otherwise it goes, too.

    Raises:
        NothingHeld: somebody was quicker.
    """
    row = (
        SendingHold.objects.select_for_update(of=("self",))
        .select_related("clinic")
        .filter(clinic_id=clinic_id, released_at=None)
        .first()
    )
    if row is None:
        raise NothingHeld
    left_out = 0
    if leave_out:
        left_out = (
            _waiting(row, now=now)
            .filter(**_doubtful(row))
            .update(state=Message.State.WITHDRAWN, state_reason=LEFT_OUT, state_at=now)
        )
    row.released_at, row.released_by = now, by
    row.save(update_fields=["released_at", "released_by"])
    trail.record(
        Kind.SENDING_RELEASED,
        by=by,
        subject=f"clinic:{row.clinic.slug}",
        now=now,
        clinic=row.clinic.slug,
        left_out=left_out,
    )
    return left_out


def held(clinic_id: int, *, now: datetime) -> Held | None:
    """What would go at once if the hold ended; ``None`` while nothing is held."""
    row = SendingHold.objects.filter(clinic_id=clinic_id, released_at=None).first()
    if row is None:
        return None
    waiting = _waiting(row, now=now)
    doubt = _doubtful(row)
    first, last = doubt.values()
    shown = waiting.select_related("patient").order_by("send_after", "pk")[:MOST_SHOWN]
    return Held(
        since=row.since,
        known_until=row.known_until,
        reason=row.reason,
        total=waiting.count(),
        doubtful=waiting.filter(**doubt).count(),
        rows=tuple(
            HeldRow(
                patient=message.patient.public_id,
                name=message.patient.full_name,
                purpose=message.purpose,
                due=message.send_after,
                doubtful=first < message.send_after <= last,
            )
            for message in shown
            if message.patient is not None
        ),
    )


def _waiting(row: SendingHold, *, now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(
        clinic_id=row.clinic_id,
        patient__isnull=False,
        state=Message.State.PLANNED,
        send_after__lte=now,
    )


def _doubtful(row: SendingHold) -> dict[str, datetime]:
    """It fell due after the last attempt on record, and before the hold began."""
    return {"send_after__gt": row.known_until - _UNSURE, "send_after__lte": row.since}


def held_since(clinic_id: int) -> datetime | None:
    """Since when nothing leaves to the clinic's patients; ``None`` while it does."""
    row = SendingHold.objects.filter(clinic_id=clinic_id, released_at=None).first()
    return row.since if row is not None else None


class _Banner:
    """Asked for every page of staff, so remembered for a moment."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, bool]] = {}

    def shows(self, clinic_id: int) -> bool:
        asked, said = self._known.get(clinic_id, (0.0, False))
        # While it shows it is asked each time, so that it is gone for whoever has let them go.
        if said or time.monotonic() - asked > _BANNER_LASTS_S:
            said = SendingHold.objects.filter(clinic_id=clinic_id, released_at=None).exists()
            self._known[clinic_id] = time.monotonic(), said
        return said


_banner = _Banner()


def banner_shows(clinic_id: int) -> bool:
    """Whether a clinic's pages say that its messages are held; 15 seconds late at most."""
    return _banner.shows(clinic_id)
