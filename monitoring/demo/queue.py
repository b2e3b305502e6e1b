"""Laboratory reports that nobody could file: some may be linked, one cannot be used at all."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from monitoring.demo import laboratory
from monitoring.demo.laboratory import Sample, Whose
from monitoring.demo.ward import Ward
from people.models import Patient

_MILD = {"alt": Decimal(31), "ast": Decimal(27), "triglycerides": Decimal(118)}


def fill(ward: Ward) -> None:
    """Put four reports into the clinic's queue.

    One without a birth date, so that only a person may say that it is the patient with this
    number; one with a birth date that is not the patient's; one for a stranger; one cut short.
    """
    known = list(Patient.objects.filter(clinic=ward.clinic).order_by("pk")[:2])
    sample = Sample(_MILD, ward.day(2))
    if known:
        whose = Whose.of(known[0])
        nameless = Whose(whose.mrn, whose.family, whose.given, None, whose.sex)
        _deliver(ward, nameless, sample, "Q-1001", minutes=190)
    if len(known) > 1:
        whose = Whose.of(known[1])
        born = known[1].born + timedelta(days=31)
        mistyped = Whose(whose.mrn, whose.family, whose.given, born, whose.sex)
        _deliver(ward, mistyped, sample, "Q-1002", minutes=95)
    stranger = Whose("77-40912", "Lindgren", "Astrid", ward.day(9_000), "F")
    _deliver(ward, stranger, sample, "Q-1003", minutes=60)
    cut = laboratory.message(ward.clinic, stranger, sample, accession="Q-1004")
    laboratory.deliver(
        cut[: cut.index(b"OBX")], clinic=ward.clinic, name="Q-1004.hl7", now=ward.ago(45)
    )


def _deliver(ward: Ward, whose: Whose, sample: Sample, accession: str, *, minutes: int) -> None:
    raw = laboratory.message(ward.clinic, whose, sample, accession=accession)
    laboratory.deliver(raw, clinic=ward.clinic, name=f"{accession}.hl7", now=ward.ago(minutes))
