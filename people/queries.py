"""Reads about people: where a user works, which patients a user may see."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from audit import trail
from people.folding import Folded
from people.kept import Given, Kept, ask
from people.models import Clinic, Membership, Patient, User
from people.permissions import GRANTS, Permission, Role, grants

_SEXES = {each.value: str(each.label) for each in Patient.Sex}
_BY_NAME = ("family_name", "given_name")


def _held(*, by_clinic: bool = False) -> QuerySet[Membership]:
    """The clinics in which a user works."""
    rows = Membership.objects.filter(user_id=Given("user"), active=True)
    return rows.order_by("clinic__name") if by_clinic else rows


_PLACES = Kept(
    lambda: _held(by_clinic=True),
    *("clinic_id", "clinic__slug", "clinic__name", "clinic__timezone", "clinic__country"),
    *("role", "lead_prescriber"),
)
# Asked together with the record itself by every door.
ROLES = Kept(_held, "clinic_id", "role")
_COLLEAGUES = Kept(
    lambda: User.objects.filter(
        memberships__clinic_id=Given("clinic"),
        memberships__active=True,
        memberships__role__among=Given("roles"),
        is_active=True,
    ).order_by("pk")
)
_PATIENT = Kept(
    lambda: Patient.objects.select_related("clinic").filter(
        public_id=Given("patient"),
        clinic__memberships__user_id=Given("user"),
        clinic__memberships__active=True,
    )
)


class NotFound(Exception):
    """There is no such record, or the user may not know that there is (answers 404)."""


class NotPermitted(Exception):
    """The record is the user's clinic's, but the user's role does not allow the act (403)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A clinic as one member of its staff stands in it."""

    clinic_id: int
    slug: str
    name: str
    timezone: str
    country: str
    role: Role
    lead_prescriber: bool

    def may(self, permission: Permission) -> bool:
        """Whether this member's role holds the permission."""
        return permission in GRANTS[self.role]


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient as search results and banners show one."""

    public_id: uuid.UUID
    mrn: str
    given_name: str
    family_name: str
    title: str
    born: date
    sex: str


def places_of(user: User) -> list[Place]:
    """Every clinic in which the user works, by name."""
    return [
        Place(
            clinic_id=row.clinic_id,
            slug=row.clinic__slug,
            name=row.clinic__name,
            timezone=row.clinic__timezone,
            country=row.clinic__country,
            role=Role(row.role),
            lead_prescriber=row.lead_prescriber,
        )
        for row in _PLACES.ask(user=user.pk)
    ]


def clinics_where(user: User, permission: Permission) -> QuerySet[Clinic]:
    """The clinics in which the user holds the permission: the scope of every staff query."""
    roles = [role for role in Role.values if grants(role, permission)]
    return Clinic.objects.filter(
        memberships__user=user, memberships__active=True, memberships__role__in=roles
    )


def patient_for(
    user: User, public_id: uuid.UUID, *, need: Permission, page: str, now: datetime
) -> Patient:
    """The one door to a patient for staff: finds, scopes by clinic and role, logs the look.

    Raises:
        NotFound: no such patient in any clinic of the user.
        NotPermitted: in the user's clinic, but the role lacks ``need``.
    """
    found, roles = ask(
        {_PATIENT: {"patient": public_id, "user": user.pk}, ROLES: {"user": user.pk}}
    )
    if not found:
        trail.saw(user, page=page, now=now, refused=True)
        raise NotFound
    (patient,) = found
    permitted = permits(roles, patient.clinic_id, need)
    trail.saw(
        user,
        page=page,
        now=now,
        patient=patient.public_id,
        clinic=patient.clinic.slug,
        refused=not permitted,
    )
    if not permitted:
        raise NotPermitted(need)
    return patient


def permits(roles: Iterable[Any], clinic_id: int, need: Permission) -> bool:
    """Whether one of a user's ``ROLES`` holds the permission in a clinic."""
    return any(row.clinic_id == clinic_id and grants(Role(row.role), need) for row in roles)


def search(place: Place, text: str, *, limit: int = 25) -> list[PatientRow]:
    """Patients of the clinic by name, number or birth date (``2004-02-10`` or ``10-Feb-2004``).

    Every word must begin a word of the name or the number, or be the birth date; at most ``limit``
    rows, by name.
    """
    found = matching(place, text)
    # In an order that no index has: else PostgreSQL walks all names instead of finding the words.
    order = ("searched",) if text.split() else _BY_NAME
    return [patient_row(patient) for patient in found.order_by(*order)[:limit]]


def matching(place: Place, text: str) -> QuerySet[Patient]:
    """The clinic's patients of whom every word begins one of the name or number, or is the day.

    Capitals and the marks of letters make no difference: ``duc`` finds ``Đức``.
    """
    found = Patient.objects.filter(clinic_id=place.clinic_id)
    for word in text.split():
        match = Q(searched__contains=Folded(Value(f" {word}")))
        born = _as_date(word)
        if born is not None:
            match |= Q(born=born)
        found = found.filter(match)
    return found


def patient_row(patient: Patient) -> PatientRow:
    """The row of one patient."""
    return PatientRow(
        public_id=patient.public_id,
        mrn=patient.mrn,
        given_name=patient.given_name,
        family_name=patient.family_name,
        title=patient.title,
        born=patient.born,
        sex=sex_words(patient.sex),
    )


def sex_words(code: str) -> str:
    """A patient's sex in the words of the pages."""
    return _SEXES.get(code, code)


def patient_of(user: User) -> Patient | None:
    """The patient who signs in as this user, unless locked."""
    return (
        Patient.objects.select_related("clinic").filter(user=user, locked_at__isnull=True).first()
    )


def patient_by_public_id(public_id: uuid.UUID) -> Patient | None:
    """An unlocked patient by id: for the portal, after a link and a birth date were checked."""
    return (
        Patient.objects.select_related("clinic")
        .filter(public_id=public_id, locked_at__isnull=True)
        .first()
    )


def clinic_by_slug(slug: str) -> Clinic | None:
    """A clinic by its slug, for commands."""
    return Clinic.objects.filter(slug=slug).first()


def clinic_of(place: Place) -> Clinic:
    """The clinic in which a member of staff stands."""
    return Clinic.objects.get(pk=place.clinic_id)


def on_call(clinic_id: int, rung: int) -> list[User]:
    """Who is told at a rung of an escalation: prescribers first, then everyone clinical."""
    roles = [Role.DERMATOLOGIST] if rung == 0 else [Role.DERMATOLOGIST, Role.NURSE]
    return colleagues(clinic_id, roles)


def colleagues(clinic_id: int, roles: Iterable[Role]) -> list[User]:
    """Everyone who works in the clinic in one of the roles and can sign in."""
    return _COLLEAGUES.ask(clinic=clinic_id, roles=[Role(role).value for role in roles])


def colleagues_in(place: Place, permission: Permission) -> list[User]:
    """Everyone who can sign in and holds the permission in a clinic, by name."""
    roles = [role for role in Role if permission in GRANTS[role]]
    return sorted(colleagues(place.clinic_id, roles), key=lambda user: str(user).casefold())


def _as_date(word: str) -> date | None:
    for pattern in ("%Y-%m-%d", "%d-%b-%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(word, pattern).date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            continue
    return None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a clinic's staff."""

    name: str
    email: str
    role: str
    active: bool
    second_factor: bool


def members_of(place: Place) -> list[MemberRow]:
    """Everyone who works in the clinic, by role and name."""
    rows = (
        Membership.objects.filter(clinic_id=place.clinic_id)
        .select_related("user")
        .annotate(factors=Count("user__authenticator"))
        .order_by("role", "user__display_name")
    )
    return [
        MemberRow(
            name=str(row.user),
            email=row.user.email,
            role=row.get_role_display(),
            active=row.active and row.user.is_active,
            second_factor=row.factors > 0,
        )
        for row in rows
    ]


def staff_of(place: Place) -> list[tuple[str, str]]:
    """Everyone who works or worked in the clinic: the id the trail knows them by, and the name."""
    users = User.objects.filter(memberships__clinic_id=place.clinic_id).distinct()
    return sorted(((user.audit_id, str(user)) for user in users), key=lambda row: row[1].casefold())


def known_by_number(place: Place, number: str) -> uuid.UUID | None:
    """The clinic's patient of exactly this number, in whatever case it is written."""
    found = Patient.objects.filter(clinic_id=place.clinic_id, mrn__iexact=number.strip())
    return found.values_list("public_id", flat=True).first()


def roles_of(user_ids: Iterable[uuid.UUID], clinic_id: int) -> dict[uuid.UUID, Role]:
    """What users are or were in a clinic, by their public ids; left out: who never worked there."""
    rows = Membership.objects.filter(clinic_id=clinic_id, user__public_id__in=set(user_ids))
    return {
        public_id: Role(role) for public_id, role in rows.values_list("user__public_id", "role")
    }
