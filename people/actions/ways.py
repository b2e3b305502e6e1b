"""A patient's addresses as staff keep them: given at the desk, corrected, and removed.

Whether the patient wants messages is not touched: an opt-out is theirs alone to take back.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from audit import trail
from people.actions.patients import (
    Unusable,
    add_contact_point,
    address_index,
    readable_address,
    say_changed,
    stopped,
)
from people.actions.subject import locked
from people.guardian_queries import is_of_a_guardian
from people.models import ContactPoint, Patient

# A person has a few; more are a mistake, and every one of them would be tried.
MOST_ADDRESSES = 6


class UnknownAddress(LookupError):
    """It is not the patient's, or not one that is typed in."""


@trail.action
def add_address(patient: Patient, *, address: str, by: trail.Actor, now: datetime) -> ContactPoint:
    """One more number or mailbox that the patient agreed to be reached at, tried after the others.

    What holds an ``@`` is a mailbox. Nobody has proven that it is theirs until a sign-in link
    sent to it is opened with the birth date. A number from which somebody has texted STOP is added
    switched off: STOP holds for the number, and START from it ends that.

    Raises:
        Unusable: it is no address, the patient has it already, a guardian signs in with it, or
            there are too many.
    """
    locked(patient)
    channel = ContactPoint.Channel.EMAIL if "@" in address else ContactPoint.Channel.SMS
    ways = list(_typed_in(patient).order_by("rank"))
    text = _free(patient, channel, address, ways)
    if len(ways) >= MOST_ADDRESSES:
        raise Unusable("address", "There are many addresses already. Correct or remove one.")
    last = ContactPoint.objects.filter(patient=patient).order_by("rank").last()
    rank = last.rank + 1 if last is not None else 0
    point = add_contact_point(patient, channel=channel, address=text, rank=rank, now=now)
    say_changed(point, "added" if point.opted_out_at is None else "added-off", by=by, now=now)
    return point


@trail.action
def correct_address(
    patient: Patient, pk: int, *, address: str, by: trail.Actor, now: datetime
) -> ContactPoint:
    """Put the right address in the place of one that failed; the same one again gives it a new try.

    Raises:
        Unusable: it is no address of its kind, the patient has it already, or a guardian signs in
            with it.
        UnknownAddress: it is not the patient's, or it is a device.
    """
    ways = list(_typed_in(patient))
    point = next((each for each in ways if each.pk == pk), None)
    if point is None:
        raise UnknownAddress
    text = _free(patient, point.channel, address, [each for each in ways if each.pk != pk])
    same = address_index(text) == point.address_index
    if same and point.bad_at is None:
        trail.unchanged()
        return point
    point.address, point.address_index = text, address_index(text)
    point.verified_at = point.bad_at = None
    stopped_at = None
    if point.opted_out_at is None:
        stopped_at = stopped(point.channel, point.address_index)
    point.opted_out_at = point.opted_out_at or stopped_at
    point.save(update_fields=["address", "address_index", "verified_at", "bad_at", "opted_out_at"])
    change = "tried-again" if same else "corrected"
    say_changed(point, "corrected-off" if stopped_at is not None else change, by=by, now=now)
    return point


@trail.action
def remove_address(patient: Patient, pk: int, *, by: trail.Actor, now: datetime) -> None:
    """Forget a number or mailbox that is not the patient's any more; what was sent there stays.

    Raises:
        UnknownAddress: it is not the patient's, or it is a device.
        Unusable: the patient has switched it off, which has to stay on record.
    """
    point = _typed_in(patient).filter(pk=pk).first()
    if point is None:
        raise UnknownAddress
    if point.opted_out_at is not None:
        raise Unusable("address", "The patient switched it off; that stays on record.")
    # The agreement outlives the address.
    say_changed(point, "removed", by=by, now=now, given_at=point.created_at.isoformat())
    point.delete()


def _typed_in(patient: Patient) -> QuerySet[ContactPoint]:
    """Locked, so that two people at two desks do not give the same address twice."""
    found = ContactPoint.objects.select_for_update(of=("self",)).filter(patient=patient)
    return found.exclude(channel=ContactPoint.Channel.PUSH)


def _free(patient: Patient, channel: str, address: str, others: Iterable[ContactPoint]) -> str:
    """The address as it is stored, if the patient may have it beside those others."""
    country = patient.country or patient.clinic.country
    text = readable_address(channel, address, country=country)
    if is_of_a_guardian(patient, text):
        raise Unusable("address", "A guardian signs in with it. The patient needs their own.")
    index = address_index(text)
    if any(each.channel == channel and each.address_index == index for each in others):
        raise Unusable("address", "The patient has this address already.")
    return text
