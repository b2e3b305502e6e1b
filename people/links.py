"""Task links: a link in a message plus the birth date lets a patient do one task (L1–L3).

Opening the page spends nothing, so a mail scanner can do no harm. Five wrong birth dates close a
link; twenty failures in an hour close the door for where they came from. Both limits are counted in
PostgreSQL, so they hold while Redis is away (SEC-09).
"""

import functools
import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from audit import trail
from audit.kinds import Kind
from people.kept import run
from people.models import LinkFailure, Patient, TaskLink

FAILURES_PER_LINK = 5
FAILURES_PER_ORIGIN = 20
ORIGIN_WINDOW = timedelta(hours=1)

_TOKEN_BYTES = 16
_DOOR = trail.System("task-link")
_ISSUE = """
    INSERT INTO people_tasklink (patient_id, token_hash, about, created_at, expires_at, failures)
    SELECT patient, hash, about, %(now)s, ends, 0
      FROM unnest(%(patients)s::bigint[], %(hashes)s::text[], %(abouts)s::text[],
                  %(ends)s::timestamptz[]) AS asked (patient, hash, about, ends)
        ON CONFLICT (token_hash) DO UPDATE SET about = EXCLUDED.about
"""


class LinkRefused(Exception):
    """The link cannot be opened. Why is never told: wrong, expired and locked look the same."""


@dataclass(frozen=True, slots=True)
class Door:
    """One link to make: whose, about what, until when, and the key of the message it stands in."""

    patient_id: int
    about: str
    expires_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class _Try:
    """What one try at a link came to; ``link`` is ``None`` when it is refused."""

    link: TaskLink | None


def token_for(key: str) -> str:
    """The token of a message key: 22 characters, the same whenever it is asked for.

    So a retry of a message carries the very text of the first try, although only the token's hash
    is stored.
    """
    digest = hmac.digest(_token_key(settings.SECRET_KEY), key.encode(), "sha256")
    return urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode().rstrip("=")


def path_for(key: str) -> str:
    """The path of a message's link, ``/t/<22 characters>/``; it opens once it has been issued."""
    return f"/t/{token_for(key)}/"


def issue(patient: Patient, *, about: str, expires_at: datetime, key: str, now: datetime) -> str:
    """Make the link of a message, once per key; returns its path.

    Args:
        patient: who may open it.
        about: what the task is about, such as ``due-item:<uuid>``.
        expires_at: from then on it is refused.
        key: the message's key.
    """
    issue_all([Door(patient.pk, about=about, expires_at=expires_at, key=key)], now=now)
    return path_for(key)


def issue_all(doors: Iterable[Door], *, now: datetime) -> None:
    """Make several links in one statement; one that is there already keeps all but its subject.

    The subject follows the text: one that stood for a single task may stand for several when it is
    tried again.
    """
    made = list(doors)
    if not made:
        return
    run(
        _ISSUE,
        {
            "patients": [door.patient_id for door in made],
            "hashes": [_hash(token_for(door.key)) for door in made],
            "abouts": [door.about for door in made],
            "ends": [door.expires_at for door in made],
            "now": now,
        },
    )


def open_link(token: str, *, born: date, origin_hash: str, now: datetime) -> TaskLink:
    """Open a link with the birth date. It is not used up: the task itself can be done only once.

    Must not run inside a transaction of the caller: a failure has to be counted even though it
    raises.

    Args:
        token: as in the address.
        born: the birth date given.
        origin_hash: from :func:`origin_of`.
        now: the instant of the try.

    Raises:
        LinkRefused: for every cause alike.
    """
    outcome = _try(token, born=born, origin_hash=origin_hash, now=now)
    if outcome.link is None:
        raise LinkRefused
    return outcome.link


@trail.action
def _try(token: str, *, born: date, origin_hash: str, now: datetime) -> _Try:
    _one_at_a_time(origin_hash)
    if _failures_of(origin_hash, now=now) >= FAILURES_PER_ORIGIN:
        trail.unchanged()
        return _Try(link=None)
    link = (
        TaskLink.objects.select_for_update(of=("self",))
        .select_related("patient__clinic")
        .filter(token_hash=_hash(token))
        .first()
    )
    # Compared in every case, so that a wrong link takes as long as a wrong date.
    known = link.patient.born if link else date.min
    right_date = hmac.compare_digest(known.isoformat(), born.isoformat())
    if link is not None and right_date and _usable(link, now=now):
        _record(Kind.LINK_OPENED, link, now=now)
        return _Try(link=link)
    LinkFailure.objects.create(origin=origin_hash, at=now)
    if link is None:
        trail.unchanged()
        return _Try(link=None)
    if not right_date and link.failures < FAILURES_PER_LINK:
        link.failures += 1
        link.save(update_fields=["failures"])
    _record(Kind.LINK_REFUSED, link, now=now)
    return _Try(link=None)


def is_limited(origin_hash: str, *, now: datetime) -> bool:
    """Whether this origin has failed so often that nothing is tried for it any more this hour."""
    return _failures_of(origin_hash, now=now) >= FAILURES_PER_ORIGIN


def revoke(*, about: str, now: datetime) -> int:
    """Close every link about this, because the task is done; part of the caller's transaction."""
    return TaskLink.objects.filter(about=about, revoked_at__isnull=True).update(revoked_at=now)


def revoke_all(patient: Patient, *, now: datetime) -> int:
    """Close every link of a patient whose account is locked (L3); part of the caller's act."""
    return TaskLink.objects.filter(patient=patient, revoked_at__isnull=True).update(revoked_at=now)


def begin_try(origin_hash: str, *, now: datetime) -> bool:
    """Queue up with other tries from this origin; whether it may try at all.

    Part of the caller's transaction, which holds the place in the queue until it ends.
    """
    _one_at_a_time(origin_hash)
    return not is_limited(origin_hash, now=now)


def note_failure(origin_hash: str, *, now: datetime) -> None:
    """A try from this origin failed; part of the caller's act."""
    LinkFailure.objects.create(origin=origin_hash, at=now)


def forget_failures(*, now: datetime) -> int:
    """Drop failures that no longer count; returns how many."""
    return LinkFailure.objects.filter(at__lte=now - ORIGIN_WINDOW).delete()[0]


def origin_of(address: str) -> str:
    """A keyed hash of where a request came from, so that no address is stored."""
    return hmac.new(
        settings.SECRET_KEY.encode(), b"people.links.origin\0" + address.encode(), hashlib.sha256
    ).hexdigest()


@functools.lru_cache(maxsize=2)
def _token_key(secret: str) -> bytes:
    """As ``django.utils.crypto.salted_hmac`` derives it, which does so for every link anew."""
    return hashlib.sha256(b"people.links.token" + secret.encode()).digest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _usable(link: TaskLink, *, now: datetime) -> bool:
    return (
        link.revoked_at is None
        and now < link.expires_at
        and link.failures < FAILURES_PER_LINK
        and link.patient.locked_at is None
    )


def _failures_of(origin_hash: str, *, now: datetime) -> int:
    return LinkFailure.objects.filter(origin=origin_hash, at__gt=now - ORIGIN_WINDOW).count()


def _one_at_a_time(origin_hash: str) -> None:
    """Tries from one place queue up, so that the limit is exact; it ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [origin_hash])


def _record(kind: Kind, link: TaskLink, *, now: datetime) -> None:
    trail.record(
        kind,
        by=link.patient if kind is Kind.LINK_OPENED else _DOOR,
        subject=f"task-link:{link.pk}",
        now=now,
        clinic=link.patient.clinic.slug,
        patient=link.patient.public_id,
        about=link.about,
    )
