"""Patients and the ways to reach them."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from audit import trail
from audit.kinds import Kind
from people.actions.subject import record
from people.encryption import blind_index
from people.models import Clinic, ContactPoint, Patient, StoppedNumber

_ADDRESS_PLACE = "people.contactpoint.address"


class Unusable(ValueError):
    """A value cannot be used; ``field`` names it, the text says why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a patient is, as entered or imported."""

    mrn: str
    given_name: str
    family_name: str
    born: date
    sex: str = "unknown"
    title: str = ""
    email: str = ""
    phone: str = ""
    timezone: str = ""
    country: str = ""
    language: str = "en"


@trail.action
def add_patient(clinic: Clinic, identity: Identity, *, by: trail.Actor, now: datetime) -> Patient:
    """Add a patient with the ways to reach them.

    A number from which somebody has texted STOP is added switched off, which is recorded.

    Raises:
        Unusable: the time zone, the telephone number or the name cannot be used.
        IntegrityError: the clinic number is taken.
    """
    if identity.timezone:
        check_zone(identity.timezone)
    patient = Patient.objects.create(
        clinic=clinic,
        mrn=identity.mrn,
        given_name=identity.given_name,
        family_name=identity.family_name,
        title=identity.title,
        born=identity.born,
        sex=identity.sex,
        timezone=identity.timezone,
        country=identity.country,
        language=identity.language,
    )
    phone = None
    if identity.phone:
        phone = add_contact_point(
            patient,
            channel=ContactPoint.Channel.SMS,
            address=readable_phone(identity.phone, country=identity.country or clinic.country),
            rank=0,
            now=now,
        )
    if identity.email:
        add_contact_point(
            patient,
            channel=ContactPoint.Channel.EMAIL,
            address=identity.email.lower(),
            rank=1,
            now=now,
        )
    record(
        Kind.PATIENT_ADDED,
        patient,
        by=by,
        now=now,
    )
    if phone is not None and phone.opted_out_at is not None:
        say_changed(phone, "added-off", by=by, now=now)
    return patient


@trail.action
def choose_language(patient: Patient, *, language: str, by: trail.Actor, now: datetime) -> None:
    """The patient reads pages and messages in another language from now on.

    Args:
        language: a code of ``settings.LANGUAGES``.

    Raises:
        Unusable: there are no texts in that language.
    """
    if language not in dict(settings.LANGUAGES):
        raise Unusable("language", "There are no texts in this language.")
    if patient.language == language:
        trail.unchanged()
        return
    was, patient.language = patient.language, language
    patient.save(update_fields=["language"])
    record(
        Kind.LANGUAGE_CHOSEN,
        patient,
        by=by,
        now=now,
        was=was,
        language=language,
    )


def add_contact_point(
    patient: Patient, *, channel: str, address: str, rank: int, now: datetime
) -> ContactPoint:
    """One more way to reach a patient, found again by its blind index. Part of an action.

    STOP holds for the number, whoever has it: one that is switched off for somebody else is added
    switched off, and START from it ends that.
    """
    index = address_index(address)
    return ContactPoint.objects.create(
        patient=patient,
        channel=channel,
        address=address,
        address_index=index,
        rank=rank,
        opted_out_at=stopped(channel, index),
        created_at=now,
    )


def stopped(channel: str, index: str) -> datetime | None:
    """Since when a number is switched off for anybody who has it; a mailbox is asked nothing.

    Args:
        index: the blind index of the address.
    """
    if channel != ContactPoint.Channel.SMS:
        return None
    # STOP may have come before anybody here had the number.
    told = StoppedNumber.objects.filter(number_index=index).first()
    if told is not None:
        return told.since
    same = ContactPoint.objects.filter(
        channel=channel, address_index=index, opted_out_at__isnull=False
    )
    found = same.order_by("-opted_out_at").first()
    return found.opted_out_at if found is not None else None


def remember_stop(index: str, *, now: datetime) -> None:
    """STOP came from a number: it holds for whoever has it or is given it later."""
    StoppedNumber.objects.get_or_create(number_index=index, defaults={"since": now})


def forget_stop(index: str) -> None:
    """START came from a number, or somebody who has it wants it used again."""
    StoppedNumber.objects.filter(number_index=index).delete()


def say_changed(
    point: ContactPoint, change: str, *, by: trail.Actor, now: datetime, **detail: object
) -> None:
    """Record what became of one way to reach a patient; part of an action."""
    patient = point.patient
    trail.record(
        Kind.CONTACT_CHANGED,
        by=by,
        subject=f"contact-point:{point.pk}",
        now=now,
        clinic=patient.clinic.slug,
        patient=patient.public_id,
        channel=point.channel,
        change=change,
        **detail,
    )


def readable_address(channel: str, text: str, *, country: str) -> str:
    """A telephone number or an e-mail address in the one form in which it is stored.

    Raises:
        Unusable: it is none.
    """
    if channel == ContactPoint.Channel.SMS:
        return readable_phone(text, country=country)
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Unusable("address", "This is not an e-mail address.") from None
    return address


def address_index(address: str) -> str:
    """The blind index of a canonical address."""
    return blind_index(address, place=_ADDRESS_PLACE)


def readable_phone(text: str, *, country: str) -> str:
    """A telephone number in any format as E.164 (UX-16).

    Raises:
        Unusable: it cannot be a telephone number there.
    """
    region = country if len(country) == 2 else None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Unusable("phone", f"{text!r} is not a telephone number.") from None
    if not phonenumbers.is_possible_number(number):
        raise Unusable("phone", f"{text!r} is too short or too long for a telephone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_zone(name: str) -> None:
    """Refuse what is not an IANA time zone (R16).

    Raises:
        Unusable: there is no such zone.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Unusable("timezone", f"{name!r} is not a time zone such as Europe/London.") from None
