"""The quick way to begin: one statement a text, which writes nothing if anything has changed.

A batch is decided about at once (``dispatch``). Before each text leaves, the statement that writes
its attempt asks again whatever may have changed since. If something has, it writes no attempt, and
the message goes the careful way, which decides anew while it holds the message and its patient.

Two workers that hold two messages for one person never both come through here: each sees the
other's message under way, or ended since the facts were read.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging.attempts import Attempt, Draft
from messaging.channels.base import Accepted, Channel
from messaging.claims import Held
from people.kept import run

# Longer than a call to a provider may take; with less of the lease left it is renewed, carefully.
_CALL_LASTS = timedelta(seconds=60)
# By which two workers may be apart that both carry the database's clock on.
_CLOCKS_DIFFER = timedelta(seconds=1)

# An acceptance, where nothing else has happened to its two rows; the message first, as everywhere.
_TAKEN = """
    ours AS (
        SELECT id FROM messaging_message
         WHERE id = %(taken_message)s AND claim = %(taken_claim)s FOR UPDATE
    ), noted AS (
        UPDATE messaging_delivery d
           SET outcome = 'accepted', outcome_at = %(taken_at)s, provider_id = %(taken_provider_id)s
          FROM ours
         WHERE d.id = %(taken_delivery)s AND d.message_id = ours.id
           AND d.outcome = 'attempting' AND d.receipt = '' AND d.provider_id = ''
     RETURNING d.message_id
    ), settled AS (
        UPDATE messaging_message m
           SET state = 'accepted', state_reason = '', state_at = %(taken_at)s, claim = NULL,
               lease_until = NULL, attempts = 0
          FROM noted WHERE m.id = noted.message_id
     RETURNING m.id
    )
"""
# A SELECT around each EXISTS spares the planner the search for an order of joins.
_BEGIN = """
    mine AS (
        SELECT id FROM messaging_message
         WHERE id = %(message)s AND claim = %(claim)s AND lease_until > %(lasts_until)s
           AND read_at IS NULL AND expires_at > %(now)s
           FOR NO KEY UPDATE
    ), begun AS (
        INSERT INTO messaging_delivery (message_id, key, channel, attempt, contact_point_id,
                                        language, subject, body, started_at, outcome, detail,
                                        provider_id, receipt)
        SELECT id, %(key)s, %(channel)s::text, 1, %(contact)s,
               %(language)s, %(subject)s, %(body)s, %(now)s, 'attempting', '',
               '', ''
          FROM mine
         WHERE (SELECT EXISTS (
                SELECT 1 FROM people_contactpoint
                 WHERE id = %(contact)s AND opted_out_at IS NULL AND bad_at IS NULL))
           AND NOT (SELECT EXISTS (
                SELECT 1 FROM people_patient WHERE id = %(patient)s AND locked_at IS NOT NULL))
           AND NOT (SELECT EXISTS (
                SELECT 1 FROM messaging_purposeoptout
                 WHERE patient_id = %(patient)s AND purpose = %(purpose)s))
           AND NOT (SELECT EXISTS (
                SELECT 1 FROM messaging_channelpause WHERE channel = %(channel)s::text))
           AND NOT (SELECT EXISTS (
                SELECT 1 FROM messaging_delivery WHERE message_id = %(message)s))
           AND NOT (SELECT EXISTS (
                SELECT 1 FROM messaging_message
                 WHERE patient_id = %(patient)s AND id <> %(message)s
                   AND (state = 'claimed' OR state_at >= %(known_at)s)))
           AND (SELECT {wanted})
     RETURNING id
    )
"""
_SETTLE = " ".join(["WITH", _TAKEN, "SELECT id, NULL FROM settled"])
_BEGIN_ONE = " ".join(["WITH", _BEGIN, "SELECT NULL, id FROM begun"])
_SETTLE_AND_BEGIN = " ".join(["WITH", _TAKEN, ",", _BEGIN, "SELECT (TABLE settled), (TABLE begun)"])


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that a provider has accepted, and when."""

    held: Held
    attempt: Attempt
    answer: Accepted
    at: datetime


def begin_unless_changed(
    held: Held,
    draft: Draft,
    channel: Channel,
    *,
    known_at: datetime,
    now: datetime,
    after: Taken | None = None,
) -> tuple[Attempt | None, bool]:
    """Write a first attempt down in a transaction of its own, and the acceptance before it.

    Compared are the claim, the account, the address, the wish not to get this purpose, whether the
    message is still wanted and unread, whether the provider rests, and whether anything else for
    the patient is under way or has come to an end since the facts were read.

    Args:
        known_at: when the facts were read on which the draft rests.
        after: what a provider has just taken; in the same statement, so that each text costs one.

    Returns:
        the attempt, or ``None`` if something has changed; and whether ``after`` is written down,
        which it is not where anything else has happened to it.
    """
    contact = draft.go.contact
    values: dict[str, object] = {
        "message": draft.message.pk,
        "claim": held.claim,
        "patient": draft.message.patient_id,
        "contact": contact and contact.pk,
        "key": draft.outgoing.key,
        "channel": draft.go.channel,
        "language": draft.language,
        "subject": draft.subject,
        "body": draft.body,
        "about": draft.message.about,
        "purpose": draft.go.purpose.name,
        "known_at": known_at - _CLOCKS_DIFFER,
        "now": now,
        "lasts_until": now + _CALL_LASTS,
    }
    if after is not None:
        values |= _of_taken(after)
    statement = _asking(draft.go.purpose.wanted_where, after=after is not None)
    settled, begun = _said(statement, values) or (None, None)
    if begun is None:
        return None, settled is not None
    attempt = Attempt(begun, channel=channel, outgoing=draft.outgoing, quick=True)
    return attempt, settled is not None


def settle_if_plain(taken: Taken) -> bool:
    """Write an acceptance down where nothing has happened meanwhile; false if something has."""
    return _said(_SETTLE, _of_taken(taken)) is not None


def _of_taken(taken: Taken) -> dict[str, object]:
    return {
        "taken_message": taken.held.message_id,
        "taken_claim": taken.held.claim,
        "taken_delivery": taken.attempt.delivery_id,
        "taken_provider_id": taken.answer.provider_id[:120],
        "taken_at": taken.at,
    }


@functools.cache
def _asking(wanted: str, *, after: bool) -> str:
    statement = _SETTLE_AND_BEGIN if after else _BEGIN_ONE
    return statement.format(wanted=wanted or "true")


def _said(statement: str, values: Mapping[str, object]) -> tuple[int | None, int | None] | None:
    """Run a statement that PostgreSQL keeps planned: planning it would be half of what it costs."""
    return next(iter(run(statement, values)), None)
