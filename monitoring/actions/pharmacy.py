"""Links for pharmacists, and what pharmacies report: each under the course's lock, with a trace."""

import hmac
import uuid
from datetime import date, datetime, timedelta

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions import dispensing
from courses.actions.subject import locked, record
from courses.models import Course, Dispense, Prescription
from messaging import outbox
from monitoring import purposes
from monitoring.actions import planning
from monitoring.models import PharmacyLink, PharmacyReport
from monitoring.pharmacy import (
    FAILURES_PER_LINK,
    Pharmacy,
    Verdict,
    hash_of,
    token_of,
    usable,
    verdict,
)
from people import links
from people.models import User
from protocol.calendar import date_in

# A supply that was not collected is taken back after its window: the link still has to open then.
LASTS_AFTER_WINDOW = timedelta(days=14)
LASTS_WITHOUT_WINDOW = timedelta(days=45)
_Kind = PharmacyReport.Kind


class LinkRefused(Exception):
    """The link cannot be opened. Why is never told: wrong, expired and withdrawn look the same."""


class MayNotDispense(Exception):
    """The gate shuts at the moment of handing out; ``verdict`` says why."""

    def __init__(self, found: Verdict) -> None:
        super().__init__("the gate is shut")
        self.verdict = found


class NothingToReturn(Exception):
    """No supply of this prescription is handed out."""


@trail.action
def issue(prescription: Prescription, *, by: trail.Actor, now: datetime) -> PharmacyLink:
    """The link of a prescription; the one there is, while it is not withdrawn."""
    course = locked(prescription.course)
    there = _live(prescription)
    if there is not None:
        trail.unchanged()
        return there
    return _make(course, prescription, by=by, now=now)


@trail.action
def replace(prescription: Prescription, *, by: User, now: datetime) -> PharmacyLink:
    """Withdraw the link and make another: whoever has the old one sees nothing more."""
    course = locked(prescription.course)
    _withdraw(course, prescription, by=by, now=now)
    return _make(course, prescription, by=by, now=now)


@trail.action
def revoke(prescription: Prescription, *, by: User, now: datetime) -> bool:
    """Withdraw the link; whether there was one."""
    course = locked(prescription.course)
    if not _withdraw(course, prescription, by=by, now=now):
        trail.unchanged()
        return False
    return True


def open_link(
    token: str, *, born: date, pharmacy: str, origin_hash: str, now: datetime
) -> PharmacyLink:
    """Open a link with the patient's birth date; who opened it is written down.

    Five wrong dates close a link, twenty failures in an hour the door for their origin.

    Raises:
        LinkRefused: for every cause alike.
    """
    found = _try(token, born=born, pharmacy=pharmacy, origin_hash=origin_hash, now=now)
    if found is None:
        raise LinkRefused
    return found


@trail.action
def _try(
    token: str, *, born: date, pharmacy: str, origin_hash: str, now: datetime
) -> PharmacyLink | None:
    if not links.begin_try(origin_hash, now=now):
        trail.unchanged()
        return None
    link = (
        PharmacyLink.objects.select_for_update(of=("self",))
        .select_related("prescription__course__patient", "prescription__course__clinic")
        .filter(token_hash=hash_of(token))
        .first()
    )
    # Compared in every case, so that a wrong link takes as long as a wrong date.
    known = link.prescription.course.patient.born if link else date.min
    right_date = hmac.compare_digest(known.isoformat(), born.isoformat())
    if link is not None and right_date and usable(link, now=now):
        record(
            Kind.PHARMACY_LINK_OPENED,
            link.prescription.course,
            by=Pharmacy(link, pharmacy),
            now=now,
        )
        return link
    links.note_failure(origin_hash, now=now)
    if link is None:
        trail.unchanged()
        return None
    if not right_date and link.failures < FAILURES_PER_LINK:
        link.failures += 1
        link.save(update_fields=["failures"])
    record(
        Kind.PHARMACY_LINK_REFUSED, link.prescription.course, by=Pharmacy(link, pharmacy), now=now
    )
    return None


def dispense(by: Pharmacy, *, rma: str, brand: str, now: datetime) -> Dispense:
    """The supply is handed out now, if the gate allows it under the course's lock (US-21).

    Pressed twice it hands out once.

    Raises:
        MayNotDispense: the gate is shut, the prescription is filled or was replaced.
    """
    prescription = by.link.prescription
    refused: Verdict | None = None
    with transaction.atomic():
        course = locked(prescription.course)
        found = verdict(prescription, now=now, rma=rma)
        if found.may_dispense:
            row = _hand_out(course, by, rma=rma, brand=brand, now=now)
        else:
            refused = found
            _stopped(course, by, found, now=now)
    # Outside the transaction, so that the refusal itself is kept.
    if refused is not None:
        raise MayNotDispense(refused)
    return row


@trail.action
def _hand_out(course: Course, by: Pharmacy, *, rma: str, brand: str, now: datetime) -> Dispense:
    row = dispensing.dispense(
        course,
        prescription=by.link.prescription,
        dispensed_on=_today(course, now),
        rma=rma,
        pharmacy=by.name,
        by=by,
        now=now,
    )
    _settle(by.link.prescription, why="dispensed", now=now)
    _report(course, by, kind=_Kind.DISPENSED, brand=brand, now=now)
    planning.replan(course, now=now)
    return row


@trail.action
def _stopped(course: Course, by: Pharmacy, found: Verdict, *, now: datetime) -> None:
    record(
        Kind.PHARMACY_STOPPED,
        course,
        by=by,
        now=now,
        reasons=[reason.value for reason in found.reasons],
        filled=found.filled_on is not None,
        replaced=found.replaced,
        rest=found.rest.value if found.rest else "",
    )


@trail.action
def out_of_stock(by: Pharmacy, *, note: str, now: datetime) -> PharmacyReport:
    """The pharmacy cannot fill it: clinic and patient are told at once, in neutral words."""
    prescription = by.link.prescription
    course = locked(prescription.course)
    again = _open_report(prescription, _Kind.OUT_OF_STOCK, by.name)
    if again is not None:
        trail.unchanged()
        return again
    row = _report(course, by, kind=_Kind.OUT_OF_STOCK, note=note, now=now)
    outbox.enqueue(
        purpose=purposes.PHARMACY_NOTE,
        key=f"pharmacy-report:{row.pk}",
        about=f"pharmacy-report:{row.pk}",
        patient=course.patient,
        clinic=course.clinic,
        send_after=now,
        now=now,
    )
    planning.replan(course, now=now)
    return row


@trail.action
def returned(by: Pharmacy, *, note: str, now: datetime) -> PharmacyReport:
    """The supply was not collected and is back in stock (US-21); the clinic is told.

    Raises:
        NothingToReturn: it was not handed out, or is back already.
    """
    prescription = by.link.prescription
    course = locked(prescription.course)
    filled = Dispense.objects.filter(prescription=prescription, reversed_at__isnull=True).first()
    if filled is None:
        raise NothingToReturn
    dispensing.reverse(course, dispense=filled, by=by, now=now)
    row = _report(course, by, kind=_Kind.RETURNED, note=note, now=now)
    planning.replan(course, now=now)
    return row


@trail.action
def problem(by: Pharmacy, *, note: str, now: datetime) -> PharmacyReport:
    """Something else is in the way; the clinic calls. ``note`` says what."""
    prescription = by.link.prescription
    course = locked(prescription.course)
    again = _open_report(prescription, _Kind.PROBLEM, by.name, note=note)
    if again is not None:
        trail.unchanged()
        return again
    row = _report(course, by, kind=_Kind.PROBLEM, note=note, now=now)
    planning.replan(course, now=now)
    return row


def _live(prescription: Prescription) -> PharmacyLink | None:
    return PharmacyLink.objects.filter(prescription=prescription, revoked_at__isnull=True).first()


def _make(
    course: Course, prescription: Prescription, *, by: trail.Actor, now: datetime
) -> PharmacyLink:
    closes_at = prescription.window_closes_at
    link = PharmacyLink(
        public_id=uuid.uuid4(),
        prescription=prescription,
        created_at=now,
        expires_at=closes_at + LASTS_AFTER_WINDOW
        if closes_at
        else prescription.signed_at + LASTS_WITHOUT_WINDOW,
    )
    link.token_hash = hash_of(token_of(link))
    link.save(force_insert=True)
    record(Kind.PHARMACY_LINK_ISSUED, course, by=by, now=now, link=str(link.public_id))
    return link


def _withdraw(course: Course, prescription: Prescription, *, by: User, now: datetime) -> bool:
    ended = PharmacyLink.objects.filter(prescription=prescription, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by=by
    )
    if ended:
        record(Kind.PHARMACY_LINK_REVOKED, course, by=by, now=now)
    return bool(ended)


def _report(
    course: Course,
    by: Pharmacy,
    *,
    kind: str,
    now: datetime,
    brand: str = "",
    note: str = "",
) -> PharmacyReport:
    row = PharmacyReport.objects.create(
        link=by.link,
        prescription=by.link.prescription,
        kind=kind,
        pharmacy=by.name,
        brand=brand,
        note=note,
        at=now,
    )
    record(Kind.PHARMACY_REPORTED, course, by=by, now=now, report=kind)
    return row


def _open_report(
    prescription: Prescription, kind: str, pharmacy: str, note: str | None = None
) -> PharmacyReport | None:
    found = PharmacyReport.objects.filter(
        prescription=prescription, kind=kind, pharmacy=pharmacy, settled_at__isnull=True
    )
    return (found if note is None else found.filter(note=note)).first()


def _settle(prescription: Prescription, *, why: str, now: datetime) -> None:
    PharmacyReport.objects.filter(prescription=prescription, settled_at__isnull=True).update(
        settled_at=now, settled_why=why
    )


def _today(course: Course, now: datetime) -> date:
    return date_in(now, course.clinic.timezone)
