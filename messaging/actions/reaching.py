"""A patient decides how to be reached: which way first, at what hours, about what, on which device.

Everything here is the patient's own act; staff change addresses in the console.
"""

from datetime import datetime, time

from audit import trail
from audit.kinds import Kind
from messaging import purposes
from messaging.channels.push import subscription
from messaging.models import Message, PatientHours, PurposeOptOut
from people.actions.patients import address_index, forget_stop
from people.actions.subject import record
from people.models import ContactPoint, Patient

MOST_DEVICES = 5


class NotThisWay(ValueError):
    """It is not one of the patient's ways, or nothing that may be chosen."""


@trail.action
def add_device(
    patient: Patient, *, endpoint: str, p256dh: str, auth: str, label: str, now: datetime
) -> ContactPoint:
    """Send notifications to a device from now on, before the other ways; once per subscription.

    Raises:
        BadSubscription: no browser made it.
        NotThisWay: there are too many devices already.
    """
    address = subscription(endpoint, p256dh=p256dh, auth=auth)
    index = address_index(endpoint)
    ways = _ways(patient)
    known = next((way for way in ways if way.address_index == index), None)
    if known is not None and known.address == address and known.bad_at is None:
        trail.unchanged()
        return known
    if known is None:
        if sum(way.channel == ContactPoint.Channel.PUSH for way in ways) >= MOST_DEVICES:
            raise NotThisWay("devices")
        known = ContactPoint(
            patient=patient,
            channel=ContactPoint.Channel.PUSH,
            address_index=index,
            label=label,
            created_at=now,
        )
    known.address, known.bad_at, known.opted_out_at, known.verified_at = address, None, None, now
    known.save()
    _rank([known, *(way for way in ways if way.pk != known.pk)])
    _say(Kind.CONTACT_CHANGED, known, now=now, change="device-added")
    return known


@trail.action
def drop_device(patient: Patient, pk: int, *, now: datetime) -> None:
    """Forget a device; what was sent to it stays in the ledger.

    Raises:
        NotThisWay: it is not a device of the patient.
    """
    way = _way(patient, pk)
    if way.channel != ContactPoint.Channel.PUSH:
        raise NotThisWay("not a device")
    _say(Kind.CONTACT_CHANGED, way, now=now, change="device-removed")
    way.delete()


@trail.action
def try_first(patient: Patient, pk: int, *, now: datetime) -> None:
    """Put one way before all others; the others keep their order.

    Raises:
        NotThisWay: it is not one of the patient's ways.
    """
    way = _way(patient, pk)
    ways = _ways(patient)
    if ways[0].pk == way.pk:
        trail.unchanged()
        return
    _rank([way, *(other for other in ways if other.pk != way.pk)])
    _say(Kind.CONTACT_CHANGED, way, now=now, change="first")


@trail.action
def switch(patient: Patient, pk: int, *, on: bool, now: datetime) -> None:
    """Use one way, or use it no longer; opting in again is a consent, on record with its time.

    Raises:
        NotThisWay: it is not one of the patient's ways.
    """
    way = _way(patient, pk)
    if on is (way.opted_out_at is None):
        trail.unchanged()
        return
    way.opted_out_at = None if on else now
    way.save(update_fields=["opted_out_at"])
    if on:
        forget_stop(way.address_index)
        _say(Kind.CONTACT_CHANGED, way, now=now, change="opted-in")
    else:
        _say(Kind.CONTACT_OPTED_OUT, way, now=now)


@trail.action
def choose_hours(
    patient: Patient, *, begins: time | None, ends: time | None, now: datetime
) -> None:
    """Between which hours messages may come, by the patient's clock; None: the clinic's hours.

    They may narrow the clinic's hours, never widen them (``kindness``).

    Raises:
        NotThisWay: less than two hours lie between.
    """
    before = PatientHours.objects.select_for_update().filter(patient=patient).first()
    if begins is None or ends is None:
        if before is None:
            trail.unchanged()
            return
        before.delete()
    else:
        if ends.hour * 60 + ends.minute - begins.hour * 60 - begins.minute < 120:
            raise NotThisWay("hours")
        if before is not None and (before.day_begins, before.day_ends) == (begins, ends):
            trail.unchanged()
            return
        PatientHours.objects.update_or_create(
            patient=patient,
            defaults={"day_begins": begins, "day_ends": ends, "chosen_at": now},
        )
    record(
        Kind.CONTACT_CHANGED,
        patient,
        by=patient,
        now=now,
        change="hours",
    )


@trail.action
def choose_purposes(patient: Patient, unwanted: set[str], *, now: datetime) -> None:
    """Which kinds of message the patient does not want; the rest is wanted (again).

    Raises:
        NotThisWay: one of them is no kind that a patient gets.
    """
    theirs = {
        each.name for each in purposes.all_purposes() if each.audience is purposes.Audience.PATIENT
    }
    if not unwanted <= theirs:
        raise NotThisWay("purpose")
    rows = PurposeOptOut.objects.select_for_update().filter(patient=patient)
    before = {row.purpose for row in rows}
    if before == unwanted:
        trail.unchanged()
        return
    PurposeOptOut.objects.filter(patient=patient, purpose__in=before - unwanted).delete()
    PurposeOptOut.objects.bulk_create(
        PurposeOptOut(patient=patient, purpose=name, since=now)
        for name in sorted(unwanted - before)
    )
    record(
        Kind.CONTACT_CHANGED,
        patient,
        by=patient,
        now=now,
        change="purposes",
        off=sorted(unwanted - before),
        on=sorted(before - unwanted),
    )


@trail.action
def read(patient: Patient, *, now: datetime, about: str = "") -> int:
    """The patient has seen their inbox, or with ``about`` what a link was about; returns how many.

    What has been read there is not sent by another way afterwards.
    """
    trail.unchanged()  # the look itself stands in the access log
    unread = Message.objects.filter(patient=patient, inbox_from__lte=now, read_at__isnull=True)
    noun, _, name = about.partition(":")
    if noun == "message":
        unread = unread.filter(public_id=name)
    elif about:
        unread = unread.filter(about=about)
    return unread.update(read_at=now)


def _ways(patient: Patient) -> list[ContactPoint]:
    found = ContactPoint.objects.select_for_update(of=("self",)).filter(patient=patient)
    return list(found.order_by("rank", "pk"))


def _way(patient: Patient, pk: int) -> ContactPoint:
    found = (
        ContactPoint.objects.select_for_update(of=("self",))
        .select_related("patient__clinic")
        .filter(patient=patient, pk=pk)
        .first()
    )
    if found is None:
        raise NotThisWay("not theirs")
    return found


def _rank(ways: list[ContactPoint]) -> None:
    for rank, way in enumerate(ways):
        if way.rank != rank:
            way.rank = rank
            way.save(update_fields=["rank"])


def _say(kind: Kind, way: ContactPoint, *, now: datetime, **detail: object) -> None:
    patient = way.patient
    trail.record(
        kind,
        by=patient,
        subject=f"contact-point:{way.pk}",
        now=now,
        clinic=patient.clinic.slug,
        patient=patient.public_id,
        channel=way.channel,
        **detail,
    )
