"""Links that let somebody choose a new password: invitations, and recovery over the other way.

Looking at one spends nothing, so a mail scanner can do no harm; the birth date and a press of the
button use it up, once. Limits are counted in PostgreSQL, together with those of task links.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from audit import trail
from audit.kinds import Kind
from people import links
from people.models import ContactPoint, Guardian, Patient, SignInLink, User

# ASVS 6.5.5 for what is asked for by anybody; an invitation may wait for the weekend.
RECOVERY_LASTS = timedelta(minutes=10)
INVITATION_LASTS = timedelta(hours=72)
RECOVERIES_A_DAY = 3
_FAILURES_PER_LINK = 5
_DOOR = trail.System("sign-in-link")


Person = Patient | Guardian


class Refused(Exception):
    """The link cannot be opened. Why is never told: wrong, used, expired look the same."""


class NoAddress(Exception):
    """There is no e-mail address to sign in with, or somebody else signs in with it."""


@dataclass(frozen=True, slots=True)
class _Try:
    link: SignInLink | None


def make(
    person: Person,
    *,
    kind: SignInLink.Kind,
    way: str,
    contact_point: ContactPoint | None,
    key: str,
    now: datetime,
) -> SignInLink:
    """The link of a message with this key; earlier ones of the person end. Part of an action."""
    mine = {"patient": person} if isinstance(person, Patient) else {"guardian": person}
    SignInLink.objects.filter(**mine, used_at=None, revoked_at=None).update(revoked_at=now)
    lasts = RECOVERY_LASTS if kind == SignInLink.Kind.RECOVERY else INVITATION_LASTS
    return SignInLink.objects.create(
        **mine,
        kind=kind,
        way=way,
        contact_point=contact_point,
        token_hash=_hash(links.token_for(key)),
        created_at=now,
        expires_at=now + lasts,
    )


def path_of(key: str) -> str:
    """The path of the link of a message: ``/in/<22 characters>/``."""
    return f"/in/{links.token_for(key)}/"


def too_many(patient: Patient, *, now: datetime) -> bool:
    """Whether enough recoveries have been asked for today; else a stranger could send for ever."""
    lately = SignInLink.objects.filter(
        patient=patient, kind=SignInLink.Kind.RECOVERY, created_at__gt=now - timedelta(days=1)
    )
    return lately.count() >= RECOVERIES_A_DAY


def open_link(token: str, *, born: date, origin_hash: str, now: datetime) -> SignInLink:
    """Use a link up with the birth date of the patient it is about; once, of any number at once.

    Must not run inside a transaction of the caller: a failure has to be counted though it raises.

    Raises:
        Refused: for every cause alike.
    """
    found = _try(token, born=born, origin_hash=origin_hash, now=now).link
    if found is None:
        raise Refused
    return found


@trail.action
def _try(token: str, *, born: date, origin_hash: str, now: datetime) -> _Try:
    if not links.begin_try(origin_hash, now=now):
        trail.unchanged()
        return _Try(None)
    link = (
        SignInLink.objects.select_for_update(of=("self",))
        .select_related("patient__clinic", "guardian__clinic", "contact_point")
        .filter(token_hash=_hash(token))
        .first()
    )
    right = any(hmac.compare_digest(d.isoformat(), born.isoformat()) for d in _births(link))
    if link is not None and right and _usable(link, now=now):
        link.used_at = now
        link.save(update_fields=["used_at"])
        point = link.contact_point
        if point is not None and point.verified_at is None:
            point.verified_at = now
            point.save(update_fields=["verified_at"])
        _say(Kind.SIGN_IN_LINK_OPENED, link, now=now)
        return _Try(link)
    links.note_failure(origin_hash, now=now)
    if link is None:
        trail.unchanged()
        return _Try(None)
    if not right:
        link.failures = min(link.failures + 1, _FAILURES_PER_LINK)
        link.save(update_fields=["failures"])
    _say(Kind.SIGN_IN_LINK_REFUSED, link, now=now)
    return _Try(None)


def revoke_all(patient: Patient, *, now: datetime) -> None:
    """Close every link of a patient whose account is locked (L3); part of the caller's act."""
    SignInLink.objects.filter(patient=patient, used_at=None, revoked_at=None).update(revoked_at=now)


def account_of(person: Person) -> User:
    """The account the person signs in with, made now where there is none. Part of an action.

    Raises:
        NoAddress: none can be made.
    """
    if person.user is not None:
        return person.user
    if isinstance(person, Guardian):
        raise NoAddress
    point = (
        ContactPoint.objects.filter(patient=person, channel=ContactPoint.Channel.EMAIL)
        .order_by("rank", "pk")
        .first()
    )
    if point is None or User.objects.filter(email=point.address).exists():
        raise NoAddress
    person.user = User.objects.create_user(point.address, None)
    person.save(update_fields=["user"])
    return person.user


def name_of(link: SignInLink) -> str:
    """Whose link it is, as a session keeps it."""
    person = link.patient or link.guardian
    return person.audit_id if person is not None else ""


def person_named(name: str) -> Person | None:
    """The patient, locked or not, or the guardian whom a session keeps."""
    kind, _, public_id = name.partition(":")
    if kind == "patient":
        return Patient.objects.select_related("clinic", "user").filter(public_id=public_id).first()
    if kind == "guardian":
        return Guardian.objects.select_related("clinic", "user").filter(public_id=public_id).first()
    return None


def user_of(person: Person) -> User:
    """The account the person signs in with, as it is now.

    Raises:
        NoAddress: there is none.
    """
    if person.user_id is None:
        raise NoAddress
    return User.objects.get(pk=person.user_id)


def _births(link: SignInLink | None) -> list[date]:
    """Compared in every case, so that a wrong link takes as long as a wrong date."""
    if link is None:
        return [date.min]
    if link.patient is not None:
        return [link.patient.born]
    wards = link.guardian.wards.filter(ended_at=None) if link.guardian else ()
    return [ward.patient.born for ward in wards] or [date.min]


def _usable(link: SignInLink, *, now: datetime) -> bool:
    return (
        link.used_at is None
        and link.revoked_at is None
        and now < link.expires_at
        and link.failures < _FAILURES_PER_LINK
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _say(kind: Kind, link: SignInLink, *, now: datetime) -> None:
    person = link.patient or link.guardian
    opened = kind is Kind.SIGN_IN_LINK_OPENED
    trail.record(
        kind,
        by=person if opened and person is not None else _DOOR,
        subject=f"sign-in-link:{link.pk}",
        now=now,
        clinic=person.clinic.slug if person is not None else "",
        patient=link.patient.public_id if link.patient is not None else None,
        way=link.way,
    )
