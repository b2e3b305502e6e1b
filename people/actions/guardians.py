"""Guardians: a clinic's rule, who may see some of a record, and the patient's own word."""

import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.conf import settings

from audit import trail
from audit.kinds import Kind
from people.actions.patients import Unusable, address_index, readable_address
from people.actions.subject import record
from people.guardian_queries import rule_of
from people.guardianship import Area, Decider, Relation, Rule, decider
from people.models import Clinic, ContactPoint, Guardian, GuardianRule, Guardianship, Patient, User
from protocol.calendar import date_in


class NotAllowed(Exception):
    """No guardians in this clinic, the patient is of age, or it is not for this person to say."""


class NoSuchGuardianship(LookupError):
    """It is not one of this patient's, or it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGuardian:
    """Who is to see some of a patient's record; ``until_on`` is the last day, if one is known."""

    name: str
    email: str
    relation: Relation
    from_on: date
    until_on: date | None
    areas: frozenset[Area]
    language: str = "en"


@trail.action
def choose_rule(clinic: Clinic, rule: Rule, *, reason: str, by: trail.Actor, now: datetime) -> bool:
    """What holds for guardians in a clinic from now on; False where nothing is different.

    Args:
        reason: why, such as the law that asks for it; it stays in the trail.
    """
    before = rule_of(clinic)
    if rule == before:
        trail.unchanged()
        return False
    GuardianRule.objects.update_or_create(
        clinic=clinic,
        defaults={
            "allowed": rule.allowed,
            "alone_from": rule.alone_from,
            "areas": sorted(rule.areas),
        },
    )
    trail.record(
        Kind.GUARDIAN_RULE_CHANGED,
        by=by,
        subject=f"clinic:{clinic.public_id}",
        now=now,
        clinic=clinic.slug,
        was=_plain(before),
        rule=_plain(rule),
        reason=reason,
    )
    return True


@trail.action
def add(patient: Patient, new: NewGuardian, *, by: trail.Actor, now: datetime) -> Guardianship:
    """Let a guardian see some of a patient's record; they sign in with their own address.

    From the age at which the patient decides alone it shows nothing until the patient agrees.

    Raises:
        NotAllowed: there are no guardians for this patient.
        Unusable: the address is the patient's own or somebody else's, or the days are reversed.
    """
    rule = rule_of(patient.clinic)
    today = date_in(now, patient.clinic.timezone)
    if decider(patient.born, today=today, rule=rule) is Decider.NOBODY:
        raise NotAllowed
    if new.until_on is not None and new.until_on < new.from_on:
        raise Unusable("until_on", "The last day is before the first.")
    areas = new.areas & rule.areas
    if not areas:
        raise Unusable("areas", "Choose at least one thing that this clinic lets guardians see.")
    guardian = _person(patient, new, now=now)
    if Guardianship.objects.filter(
        guardian=guardian, patient=patient, ended_at__isnull=True
    ).exists():
        raise Unusable("email", "This person can see it already. End that first to change it.")
    row = Guardianship.objects.create(
        guardian=guardian,
        patient=patient,
        relation=new.relation,
        from_on=new.from_on,
        until_on=new.until_on,
        areas=sorted(areas),
        created_at=now,
    )
    _say(Kind.GUARDIAN_ADDED, row, by=by, now=now, areas=sorted(areas), relation=new.relation)
    return row


@trail.action
def end(patient: Patient, public_id: uuid.UUID, *, by: trail.Actor, now: datetime) -> None:
    """From now on this guardian sees nothing of this patient any more.

    Raises:
        NoSuchGuardianship: it is not one of this patient's, or it has ended.
    """
    row = _open(patient, public_id)
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    _say(Kind.GUARDIAN_ENDED, row, by=by, now=now)


@trail.action
def agree(patient: Patient, public_id: uuid.UUID, *, yes: bool, now: datetime) -> None:
    """A patient who decides alone lets a guardian see, or takes it back.

    Raises:
        NotAllowed: it is not yet, or no longer, for the patient to say.
        NoSuchGuardianship: it is not one of theirs, or it has ended.
    """
    row = _open(patient, public_id)
    today = date_in(now, patient.clinic.timezone)
    if decider(patient.born, today=today, rule=rule_of(patient.clinic)) is not Decider.PATIENT:
        raise NotAllowed
    if yes is (row.agreed_at is not None):
        trail.unchanged()
        return
    row.agreed_at = now if yes else None
    row.save(update_fields=["agreed_at"])
    _say(Kind.GUARDIAN_AGREED, row, by=patient, now=now, yes=yes)


@trail.action
def speak_to(guardian: Guardian, *, language: str, now: datetime) -> None:
    """The guardian reads their page in another language from now on."""
    if language not in dict(settings.LANGUAGES) or guardian.language == language:
        trail.unchanged()
        return
    was, guardian.language = guardian.language, language
    guardian.save(update_fields=["language"])
    record(Kind.LANGUAGE_CHOSEN, guardian, by=guardian, now=now, was=was, language=language)


def _person(patient: Patient, new: NewGuardian, *, now: datetime) -> Guardian:
    """The guardian with this address: known in the clinic already, or new."""
    email = readable_address(ContactPoint.Channel.EMAIL, new.email, country="")
    own = ContactPoint.objects.filter(patient=patient, address_index=address_index(email))
    if own.exists() or (patient.user is not None and patient.user.email == email):
        raise Unusable("email", "This is the patient's own address. Each needs one of their own.")
    known = Guardian.objects.filter(clinic=patient.clinic, user__email=email).first()
    if known is not None:
        return known
    if User.objects.filter(email=email).exists():
        raise Unusable("email", "Somebody else signs in with this address. Ask for another one.")
    return Guardian.objects.create(
        clinic=patient.clinic,
        user=User.objects.create_user(email, None, display_name=new.name),
        name=new.name,
        language=new.language,
        created_at=now,
    )


def _open(patient: Patient, public_id: uuid.UUID) -> Guardianship:
    row = (
        Guardianship.objects.select_for_update(of=("self",))
        .select_related("guardian", "patient__clinic")
        .filter(patient=patient, public_id=public_id, ended_at__isnull=True)
        .first()
    )
    if row is None:
        raise NoSuchGuardianship
    return row


def _plain(rule: Rule) -> dict[str, object]:
    return {**asdict(rule), "areas": sorted(_names(rule.areas))}


def _names(areas: Collection[str]) -> list[str]:
    return [str(area) for area in areas]


def _say(
    kind: Kind, row: Guardianship, *, by: trail.Actor, now: datetime, **detail: object
) -> None:
    record(kind, row.patient, by=by, now=now, guardian=str(row.guardian.public_id), **detail)
