"""The outbox: intentions are written in the transaction of the act that causes them (REM-01)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from messaging import bell
from messaging.models import Message, Urgency
from messaging.purposes import Audience, Purpose
from people.models import Clinic, Patient, User


def enqueue(
    *,
    purpose: Purpose,
    key: str,
    about: str,
    clinic: Clinic,
    send_after: datetime,
    now: datetime,
    patient: Patient | None = None,
    user: User | None = None,
    variant: str = "",
    kind: str = "",
    expires_at: datetime | None = None,
    other_way: bool = False,
    only_way: str = "",
) -> Message:
    """Plan one message, exactly once per key (G1); part of the caller's transaction.

    Calling it again with a known key returns the message that exists and changes nothing, from any
    number of planners at once.

    Args:
        purpose: as declared.
        key: unique for ever, such as ``due-item:<uuid>:<rung>``.
        about: ``<noun>:<id>``; given to ``still_wanted`` and used by :func:`withdraw`.
        clinic: the clinic on whose behalf it is sent.
        send_after: not before this instant.
        patient: the recipient, unless ``user`` is.
        user: a member of staff.
        variant: which of the purpose's texts.
        kind: what supersedes what, where finer than the purpose (a requirement).
        expires_at: not after this instant; otherwise ``send_after + purpose.expires_after``.
        other_way: by a channel that earlier messages about this did not use, if there is one.
        only_way: by this channel or not at all.

    Raises:
        ValueError: the recipient does not fit the purpose, or there is no such text.
    """
    if (patient is None) == (user is None):
        raise ValueError("a message has exactly one recipient")
    if (patient is None) != (purpose.audience is not Audience.PATIENT):
        raise ValueError(f"{purpose.name} is for {purpose.audience.value}")
    if variant not in purpose.variants:
        raise ValueError(f"{purpose.name} has no text {variant!r}")
    planned = Message(
        key=key,
        purpose=purpose.name,
        kind=kind or purpose.default_kind,
        urgency=purpose.urgency,
        about=about,
        variant=variant,
        patient=patient,
        user=user,
        clinic=clinic,
        created_at=now,
        send_after=send_after,
        expires_at=expires_at or send_after + purpose.expires_after,
        other_way=other_way,
        only_way=only_way,
        inbox_from=send_after if patient is not None else None,
        state_at=now,
    )
    Message.objects.bulk_create([planned], ignore_conflicts=True)
    if purpose.urgency == Urgency.ESCALATION:
        # The rest waits for the next minute's ring; a concern does not.
        transaction.on_commit(bell.ring, robust=True)
    return Message.objects.get(key=key)


def known(keys: Collection[str]) -> set[str]:
    """Those of the keys for which a message has been planned, in whatever state it is now."""
    return set(Message.objects.filter(key__in=keys).values_list("key", flat=True))


def withdraw(*, about: str, reason: str, now: datetime) -> int:
    """Take back every message about this that has not left; part of the caller's transaction.

    A message whose sending is under way cannot be called back; it asks ``still_wanted`` itself.

    Args:
        about: as given to :func:`enqueue`.
        reason: words for the ledger; nothing private.

    Returns:
        how many were withdrawn.
    """
    return withdraw_all(about=[about], reason=reason, now=now)


def withdraw_all(*, about: Collection[str], reason: str, now: datetime) -> int:
    """Take back every message about any of these, as :func:`withdraw` does for one."""
    return Message.objects.filter(about__in=about, state=Message.State.PLANNED).update(
        state=Message.State.WITHDRAWN,
        state_reason=(reason or Message.Why.NOT_NEEDED)[:200],
        state_at=now,
    )
