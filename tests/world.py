"""Clinical situations, built by the product's own actions.

``NOW`` is a Sunday morning in New York. Everything takes ``now`` from here unless it is told
another moment, so a test can say "25 days into the course" and mean it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from audit import trail
from courses.actions import dispensing, statements, stopping
from courses.actions.starting import CoursePlan
from courses.models import Course, Prescription, Statement
from monitoring.actions import care, planning, prescribing
from people.actions import clinics, guardians, patients
from people.actions.patients import Identity
from people.guardianship import Area, Relation, Rule
from people.models import Clinic, Guardian, Patient, User
from people.permissions import Role
from protocol.facts import Supply
from protocol.supplies import one_strength

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
PASSWORD = "a long pass phrase for tests"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BY = trail.System("tests")

_numbers = count(1)

PLACES = {
    "us-ipledge": ("US", "America/New_York"),
    "uk-mhra": ("GB", "Europe/London"),
    "eu-ppp": ("DE", "Europe/Berlin"),
}


def clinic(programme: str = "us-ipledge", *, now: datetime = NOW) -> Clinic:
    """A clinic where the programme holds."""
    country, zone = PLACES[programme]
    number = next(_numbers)
    return clinics.open_clinic(
        slug=f"clinic-{number}",
        name=f"Northgate Clinic {number}",
        timezone=zone,
        country=country,
        by=BY,
        now=now,
    )


def staff(
    at: Clinic,
    role: Role = Role.DERMATOLOGIST,
    *,
    second_factor: bool = True,
    now: datetime = NOW,
) -> User:
    """A member of the clinic's staff who can sign in with ``PASSWORD`` and a code."""
    user = User.objects.create_user(f"staff-{next(_numbers)}@clinic.test", PASSWORD)
    clinics.add_member(at, user=user, role=role, lead_prescriber=True, by=BY, now=now)
    if second_factor:
        TOTP.activate(user, TOTP_SECRET)
        assert Authenticator.objects.filter(user=user).exists()
    return user


def patient(at: Clinic, *, login: bool = False, now: datetime = NOW, **identity: Any) -> Patient:
    """A patient of the clinic: Ana Rivera, born 12 March 1999, unless told otherwise."""
    number = next(_numbers)
    known: dict[str, Any] = {
        "mrn": f"P{number:05d}",
        "given_name": "Ana",
        "family_name": "Rivera",
        "born": date(1999, 3, 12),
        "sex": "female",
        "email": f"patient-{number}@mail.test",
    }
    row = patients.add_patient(at, Identity(**{**known, **identity}), by=BY, now=now)
    if login:
        row.user = User.objects.create_user(f"patient-{number}@mail.test", PASSWORD)
        row.save(update_fields=["user"])
    return row


def guardian(
    of: Patient,
    *,
    areas: Sequence[str] = Area.values,
    alone_from: int = 16,
    until_on: date | None = None,
    now: datetime = NOW,
) -> Guardian:
    """Somebody who may see these areas of the patient, in a clinic whose rule opens all of them.

    They were put on record while the patient was fourteen, and can sign in with ``PASSWORD``.
    """
    rule = Rule(allowed=True, alone_from=alone_from, areas=frozenset(Area.values))
    guardians.choose_rule(of.clinic, rule, reason="local law", by=BY, now=now)
    then = datetime(of.born.year + 14, 6, 15, 12, tzinfo=UTC)
    new = guardians.NewGuardian(
        name="Marta Rivera",
        email=f"guardian-{next(_numbers)}@mail.test",
        relation=Relation.MOTHER,
        from_on=then.date(),
        until_on=until_on,
        areas=frozenset(Area(area) for area in areas),
    )
    found = guardians.add(of, new, by=BY, now=min(then, now)).guardian
    found.user.set_password(PASSWORD)
    found.user.save(update_fields=["password"])
    return found


def course(
    of: Patient,
    *,
    programme: str = "us-ipledge",
    category: str | None = "fcp",
    days: int | None = 25,
    daily_mg: Sequence[int] = (40,),
    now: datetime = NOW,
    **plan: Any,
) -> Course:
    """A course that has run for ``days`` days, or with None one that is only planned.

    After 25 days the first supply ends in five, so the month's check-in is open.
    """
    today = now.date()
    decided = CoursePlan(
        programme=programme,
        category=category,
        weight_kg=Decimal(60),
        daily_mg=tuple(Decimal(mg) for mg in daily_mg),
        starts_on=today,
        running_since=today - timedelta(days=days) if days is not None else None,
        indication="severe nodular acne",
        registry_id="REG-1",
        **plan,
    )
    return care.start_course(
        of.clinic,
        patient=of,
        identity=None,
        plan=decided,
        prescriber=None,
        by=BY,
        today=today,
        now=now,
    )


def stated(
    of: Course,
    kind: str,
    content: dict[str, Any],
    *,
    on: date = TODAY,
    speaker: str = Statement.Speaker.PRESCRIBER,
    now: datetime = NOW,
) -> Statement:
    """A statement on record, with the plan made anew."""
    row = statements.state(
        of, kind=kind, speaker=speaker, content=content, stated_on=on, by=BY, now=now
    )
    planning.replan(of, now=now)
    return row


def picked_up(of: Course, prescription: Prescription, *, now: datetime = NOW) -> None:
    """The supply of a prescription was handed out today."""
    care.perform(
        dispensing.dispense,
        of,
        prescription=prescription,
        dispensed_on=now.date(),
        rma="RMA-1",
        pharmacy="Town pharmacy",
        by=BY,
        now=now,
    )


def signed(
    of: Course, doctor: User, *, supply: Supply | None = None, now: datetime = NOW
) -> Prescription:
    """A prescription of thirty days of 40 mg, or of ``supply``, signed now."""
    usual = Supply(lines=one_strength(30, Decimal(40)), pattern=(Decimal(40),), refills=0)
    return prescribing.authorise(
        of, supply or usual, override_reason="", form_nonce=uuid.uuid4(), by=doctor, now=now
    ).prescription


def stopped(of: Course, doctor: User, *, now: datetime = NOW) -> None:
    """The course has ended with today's dose."""
    care.perform(stopping.stop, of, last_dose_on=now.date(), reason="completed", by=doctor, now=now)
