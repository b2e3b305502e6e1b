"""What the pharmacist's page shows, and what staff see of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from courses.models import Prescription
from monitoring.models import PharmacyLink, PharmacyReport
from monitoring.pharmacy import Pharmacy, Verdict, token_of, usable, verdict
from people.queries import PatientRow, patient_row
from protocol.programmes import clock_zone


@dataclass(frozen=True, slots=True)
class Slip:
    """One prescription for a pharmacist: nothing of results, mood or answers is in it (SEC-04)."""

    verdict: Verdict
    patient: PatientRow
    prescription: Prescription
    signed_by: str
    clinic: str
    clinic_phone: str
    zone: str
    rma: str
    reported: tuple[PharmacyReport, ...]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """The link of a prescription as staff see it; ``path`` is what the code holds."""

    path: str
    expires_at: datetime
    closed: bool


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What a pharmacy did."""

    kind: str
    pharmacy: str
    brand: str
    note: str
    at: datetime
    settled: bool


def pharmacy_behind(public_id: uuid.UUID, name: str, *, now: datetime) -> Pharmacy | None:
    """The pharmacy of a session, while its link opens."""
    link = (
        PharmacyLink.objects.select_related(
            "prescription__course__patient__clinic",
            "prescription__course__clinic",
            "prescription__signed_by",
        )
        .filter(public_id=public_id)
        .first()
    )
    return Pharmacy(link, name) if link is not None and usable(link, now=now) else None


def slip(by: Pharmacy, *, now: datetime, found: Verdict | None = None) -> Slip:
    """The page of one prescription; ``found`` is a verdict that was reached just now."""
    prescription = by.link.prescription
    course = prescription.course
    filled = prescription.dispenses.filter(reversed_at__isnull=True).first()
    return Slip(
        verdict=found or verdict(prescription, now=now),
        patient=patient_row(course.patient),
        prescription=prescription,
        signed_by=str(prescription.signed_by),
        clinic=course.clinic.name,
        clinic_phone=course.clinic.phone,
        zone=clock_zone(course.programme, course.clinic.timezone),
        rma=filled.rma if filled else "",
        reported=tuple(prescription.pharmacy_reports.order_by("-at")[:5]),
    )


def link_of(prescription: Prescription, *, now: datetime) -> LinkRow | None:
    """The link that staff print or show; None while there is none."""
    link = PharmacyLink.objects.filter(prescription=prescription, revoked_at__isnull=True).first()
    if link is None:
        return None
    return LinkRow(f"/p/{token_of(link)}/", link.expires_at, closed=not usable(link, now=now))


def reports_of(prescription: Prescription) -> tuple[ReportRow, ...]:
    """What pharmacies reported about a prescription, newest first."""
    rows = PharmacyReport.objects.filter(prescription=prescription).order_by("-at")[:20]
    return tuple(
        ReportRow(
            PharmacyReport.Kind(row.kind).label,
            row.pharmacy,
            row.brand,
            row.note,
            row.at,
            row.settled_at is not None,
        )
        for row in rows
    )
