"""Locking a patient's account: whatever was handed out ends at once (L3). And opening it again."""

from datetime import datetime
from enum import StrEnum

from allauth.mfa.models import Authenticator

from audit import trail
from audit.kinds import Kind
from monitoring.models import CalendarFeed
from people import links, sign_in
from people.actions.subject import locked, record
from people.models import ContactPoint, Patient, User


class Lost(StrEnum):
    """What is in other hands now; messages no longer go there."""

    PHONE = "phone"
    EMAIL = "email"
    NOTHING = "nothing"


_WAYS = {Lost.PHONE: ContactPoint.Channel.SMS, Lost.EMAIL: ContactPoint.Channel.EMAIL}


@trail.action
def lock(patient: Patient, *, lost: Lost, by: trail.Actor, now: datetime) -> bool:
    """End task links, sign-in links, sessions, password, passkeys, devices and the calendar.

    The password goes too: else a letter to reset it, in a mailbox that somebody else reads, would
    count once the account is open again. False if it was locked already.
    """
    row = locked(patient)
    if row.locked_at is not None:
        trail.unchanged()
        return False
    row.locked_at = row.sessions_from = now
    row.save(update_fields=["locked_at", "sessions_from"])
    patient.locked_at = patient.sessions_from = now
    ended = links.revoke_all(row, now=now)
    sign_in.revoke_all(row, now=now)
    devices, _ = ContactPoint.objects.filter(
        patient=row, channel=ContactPoint.Channel.PUSH
    ).delete()
    calendars, _ = CalendarFeed.objects.filter(patient=row).delete()
    if (way := _WAYS.get(lost)) is not None:
        ContactPoint.objects.filter(patient=row, channel=way, bad_at=None).update(bad_at=now)
    if row.user_id is not None:
        _shut(row.user_id)
    record(
        Kind.ACCOUNT_LOCKED,
        row,
        by=by,
        now=now,
        lost=lost.value,
        links=ended,
        devices=devices,
        calendars=calendars,
    )
    return True


@trail.action
def unlock(patient: Patient, *, checked: str, by: trail.Actor, now: datetime) -> bool:
    """Open it again; a new password has to be chosen. False if it was not locked.

    Args:
        checked: how it was made sure that it is the patient; words for the trail.
    """
    row = locked(patient)
    if row.locked_at is None:
        trail.unchanged()
        return False
    row.locked_at = patient.locked_at = None
    row.save(update_fields=["locked_at"])
    record(Kind.ACCOUNT_UNLOCKED, row, by=by, now=now, checked=checked)
    return True


def _shut(user_id: int) -> None:
    user = User.objects.select_for_update().get(pk=user_id)
    user.set_unusable_password()
    user.session_epoch += 1
    user.save(update_fields=["password", "session_epoch"])
    Authenticator.objects.filter(user=user).delete()
