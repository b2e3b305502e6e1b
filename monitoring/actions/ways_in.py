"""Sending somebody a way in: an invitation by the clinic, or recovery over their other way."""

import uuid
from datetime import date, datetime

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from messaging import bell, outbox
from monitoring.actions import locking
from monitoring.purposes import GUARDIAN_LINK, SIGN_IN_CHANGED, SIGN_IN_LINK
from people import links, sign_in
from people.actions.patients import Unusable, address_index, readable_address
from people.actions.subject import record
from people.models import Clinic, ContactPoint, Guardian, Patient, SignInLink

_DOOR = trail.System("recovery")
_OTHER = {
    ContactPoint.Channel.EMAIL: ContactPoint.Channel.SMS,
    ContactPoint.Channel.SMS: ContactPoint.Channel.EMAIL,
}


class NoWay(Exception):
    """There is no such way of reaching the patient, or it is switched off or does not work."""


@trail.action
def ask(named: str, *, born: date, origin_hash: str, now: datetime) -> bool:
    """Somebody cannot sign in. They name one way of reaching them; a link goes to the *other* one.

    Nothing tells whether anybody was found. False only where this origin has asked too often.

    Args:
        named: an e-mail address or a telephone number as typed.
        born: the birth date given.
        origin_hash: from ``links.origin_of``.
    """
    trail.unchanged()
    if not links.begin_try(origin_hash, now=now):
        return False
    # Every asking counts, found or not: so the limit does not tell either.
    links.note_failure(origin_hash, now=now)
    for point in _points(named, born=born):
        other = _way_of(point.patient, _OTHER[ContactPoint.Channel(point.channel)])
        if other is not None and not sign_in.too_many(point.patient, now=now):
            _send(point.patient, other, kind=SignInLink.Kind.RECOVERY, by=_DOOR, now=now)
    return True


@trail.action
def invite(patient: Patient, *, way: str, by: trail.Actor, now: datetime) -> None:
    """Staff send the patient a link to choose a password; using it proves that the way is theirs.

    Raises:
        NoWay: nothing can be sent there.
    """
    point = _way_of(patient, way)
    if point is None:
        raise NoWay
    _send(patient, point, kind=SignInLink.Kind.INVITATION, by=by, now=now)


@trail.action
def invite_guardian(guardian: Guardian, *, by: trail.Actor, now: datetime) -> None:
    """A guardian gets a link to choose a password, at the address they sign in with."""
    key = f"guardian-link:{uuid.uuid4()}"
    sign_in.make(
        guardian, kind=SignInLink.Kind.INVITATION, way="email", contact_point=None, key=key, now=now
    )
    outbox.enqueue(
        purpose=GUARDIAN_LINK,
        key=key,
        about=guardian.audit_id,
        clinic=guardian.clinic,
        user=guardian.user,
        send_after=now,
        now=now,
    )
    link = SignInLink.Kind.INVITATION.value
    record(Kind.SIGN_IN_LINK_ASKED, guardian, by=by, now=now, link=link)


@trail.action
def choose_password(person: Patient | Guardian, *, password: str, now: datetime) -> None:
    """After a sign-in link: a new password. Who was signed in elsewhere is out; a lock is opened.

    Raises:
        NoAddress: the person has no e-mail address to sign in with.
    """
    user = sign_in.account_of(person)
    user.set_password(password)
    user.session_epoch += 1
    user.save(update_fields=["password", "session_epoch"])
    if isinstance(person, Guardian):
        record(Kind.PASSWORD_CHOSEN, person, by=person, now=now)
        return
    locking.unlock(person, checked="link over the other way, and birth date", by=person, now=now)
    record(Kind.PASSWORD_CHOSEN, person, by=person, now=now)
    outbox.enqueue(
        purpose=SIGN_IN_CHANGED,
        key=f"sign-in-changed:{uuid.uuid4()}",
        about=person.audit_id,
        clinic=person.clinic,
        patient=person,
        send_after=now,
        now=now,
    )


def _send(
    patient: Patient,
    point: ContactPoint,
    *,
    kind: SignInLink.Kind,
    by: trail.Actor,
    now: datetime,
) -> None:
    key = f"sign-in-link:{uuid.uuid4()}"
    link = sign_in.make(
        patient, kind=kind, way=point.channel, contact_point=point, key=key, now=now
    )
    outbox.enqueue(
        purpose=SIGN_IN_LINK,
        key=key,
        about=f"sign-in-link:{link.pk}",
        clinic=patient.clinic,
        patient=patient,
        send_after=now,
        expires_at=link.expires_at,
        only_way=point.channel,
        now=now,
    )
    transaction.on_commit(bell.ring, robust=True)
    record(
        Kind.SIGN_IN_LINK_ASKED, patient, by=by, now=now, link=kind.value, way=str(point.channel)
    )


def _points(named: str, *, born: date) -> list[ContactPoint]:
    """The ways of this address whose patient was born on that day, one for each patient."""
    indexes = {address_index(text) for text in _readings(named)}
    found = (
        ContactPoint.objects.filter(
            address_index__in=indexes, channel__in=list(_OTHER), patient__born=born
        )
        .select_related("patient__clinic")
        .order_by("pk")
    )
    return list({point.patient_id: point for point in found}.values())


def _readings(named: str) -> set[str]:
    """What was typed as an address: an e-mail, or a number in each country that we have."""
    if "@" in named:
        tries = [("email", "")]
    else:
        tries = [
            ("sms", country) for country in {"", *Clinic.objects.values_list("country", flat=True)}
        ]
    found = set()
    for channel, country in tries:
        try:
            found.add(readable_address(channel, named, country=country))
        except Unusable:
            continue
    return found


def _way_of(patient: Patient, channel: str) -> ContactPoint | None:
    """The first address of this kind that may be written to."""
    if channel not in _OTHER:
        return None
    return (
        ContactPoint.objects.filter(
            patient=patient, channel=channel, opted_out_at=None, bad_at=None
        )
        .order_by("rank", "pk")
        .first()
    )
