"""Opening the demo clinics: staff, patients with their histories, and what waits today.

Everything happens in one transaction, so a clinic that could not be told to its end is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from audit import chains, trail
from monitoring.actions import planning
from monitoring.demo import accounts, copies, ledger, queue, stories
from monitoring.demo.accounts import Login
from monitoring.demo.laboratory import Constitution
from monitoring.demo.roster import SUPPORT, Name, Place, phone, places
from monitoring.demo.stories import Story
from monitoring.demo.treatment import Treatment
from monitoring.demo.ward import Ward
from people.actions import clinics, patients
from people.actions.patients import Identity
from people.models import Clinic, Patient, User
from people.permissions import Role

SEEDER = trail.System("demo")

# The clinics were opened long before the oldest course.
_OPENED = timedelta(days=900)
# Beyond so many, and so many a clinic, patients are copies of those who were told.
TOLD, TOLD_IN_EACH = 160, 6
# The stories show what is rare; among the copies it is rarer.
_RARELY = 0.15
# Of the patients beyond the stories, this many in five go to the first clinic of each pair.
_PATTERN = (0, 1, 0, 1, 0)


class AlreadyOpen(Exception):
    """A clinic with one of the demo's slugs exists; ``slug`` names it."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@dataclass(frozen=True, slots=True)
class Opened:
    """What there is now."""

    clinics: int
    patients: int
    logins: tuple[Login, ...]
    password: str


def open_clinics(
    *,
    clinic_count: int,
    patient_count: int,
    seed: int,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
    told: int | None = None,
) -> Opened:
    """Open the demo clinics with their patients as they stand at ``now``.

    The same seed and ``now`` give the same people, dates and values.

    Args:
        told: how many patients are told before the others are copied from them; as many as make a
            large clinic believable if left out.

    Raises:
        AlreadyOpen: nothing was done.
    """
    wanted = places(clinic_count)
    taken = Clinic.objects.filter(slug__in=[place.slug for place in wanted]).first()
    if taken is not None:
        raise AlreadyOpen(taken.slug)
    hashed = accounts.hashed_password()
    with transaction.atomic():
        logins: list[Login] = []
        wards = [_open(place, hashed=hashed, now=now, logins=logins) for place in wanted]
        told = min(patient_count, told or max(TOLD, TOLD_IN_EACH * len(wanted)))
        cast = list(_cast(wanted, told, seed))
        for done, (number, index, story) in enumerate(cast, start=1):
            _tell(wards[index], wanted[index], story, number, seed, hashed=hashed, logins=logins)
            progress(done, patient_count)
        # What came due of itself since the last thing that was told.
        planning.tick(now=now)
        ledger.enter_as_sent([ward.clinic for ward in wards], now=now)
        ledger.let_wait_from(now)
        copies.print_copies(
            wards,
            told=told,
            weights=how_often,
            numbers=range(told + 1, patient_count + 1),
            seed=seed,
            progress=lambda done, total: progress(told + done, patient_count),
        )
        for ward in wards:
            queue.fill(ward)
        logins.append(_support(hashed=hashed))
    while chains.seal():
        pass
    return Opened(len(wards), patient_count, tuple(logins), accounts.password())


def how_often(patient: Patient) -> float:
    """How often a told patient is copied, beside one without a story of their own."""
    told = {story.name for script in stories.SCRIPTED.values() for story in script}
    scripted = Name(patient.given_name, patient.family_name, patient.sex) in told
    return _RARELY if scripted else 1.0


def _cast(
    wanted: tuple[Place, ...], patient_count: int, seed: int
) -> Iterator[tuple[int, int, Story]]:
    """Each patient's number, clinic and story: the scripted ones in turn, then the others."""
    scripts = [iter(stories.SCRIPTED.get(place.slug, ())) for place in wanted]
    number = 0
    while number < patient_count and scripts:
        before = number
        for index, script in enumerate(scripts):
            story = next(script, None)
            if story is not None and number < patient_count:
                number += 1
                yield number, index, story
        if number == before:
            break
    while number < patient_count:
        number += 1
        pair = number // len(_PATTERN) * 2 + _PATTERN[number % len(_PATTERN)]
        rng = Random(f"{seed}/story/{number}")  # noqa: S311 - make-believe, not secrecy
        yield number, pair % len(wanted), stories.common(rng)


def _open(place: Place, *, hashed: str, now: datetime, logins: list[Login]) -> Ward:
    opened = now - _OPENED
    clinic = clinics.open_clinic(
        slug=place.slug,
        name=place.name,
        timezone=place.timezone,
        country=place.country,
        by=SEEDER,
        now=opened,
    )
    clinic.phone = place.phone
    clinic.save(update_fields=["phone"])
    staff: dict[Role, User] = {}
    for role, name, address in place.staff:
        user = accounts.open_account(f"{address}@example.org", name, hashed=hashed)
        accounts.add_second_factor(user)
        clinics.add_member(
            clinic,
            user=user,
            role=role,
            lead_prescriber=role is Role.DERMATOLOGIST,
            by=SEEDER,
            now=opened,
        )
        staff[role] = user
        logins.append(Login(place.name, role.label, user.email))
    return Ward(clinic, place.programme, staff[Role.DERMATOLOGIST], staff[Role.NURSE], now)


def _tell(
    ward: Ward,
    place: Place,
    story: Story,
    number: int,
    seed: int,
    *,
    hashed: str,
    logins: list[Login],
) -> None:
    rng = Random(f"{seed}/{place.slug}/{number}")  # noqa: S311 - make-believe, not secrecy
    email = f"patient.{number:04}@example.org"
    patient = patients.add_patient(
        ward.clinic,
        Identity(
            mrn=f"{place.slug[:2].upper()}-{10_000 + number}",
            given_name=story.name.given,
            family_name=story.name.family,
            born=_born(story.age, ward.today, rng),
            sex=story.name.sex,
            email=email,
            phone=phone(place.country, number),
            timezone=story.zone,
            country="",
            language=story.language,
        ),
        by=ward.nurse,
        now=ward.now - _OPENED / 2,
    )
    if story.login:
        patient.user = accounts.open_account(email, patient.full_name, hashed=hashed)
        patient.save(update_fields=["user"])
        logins.append(Login(place.name, "Patient", email))
    treatment = Treatment(
        ward=ward,
        patient=Patient.objects.select_related("clinic").get(pk=patient.pk),
        regimen=story.regimen,
        rng=rng,
        body=Constitution.drawn(rng),
    )
    story.tell(treatment)


def _born(age: int, today: date, rng: Random) -> date:
    """A birth date that makes the person this old today."""
    return today - timedelta(days=age * 365 + age // 4 + rng.randrange(20, 340))


def _support(*, hashed: str) -> Login:
    name, email = SUPPORT
    found = User.objects.filter(email=email).first()
    if found is None:
        found = accounts.open_account(email, name, hashed=hashed, support=True)
        accounts.add_second_factor(found)
    return Login("All clinics", "Support (console)", email)


def noon(day: date) -> datetime:
    """The instant that stands for a day: noon in UTC, the same date in every demo clinic."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("UTC"))
