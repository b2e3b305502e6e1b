"""Whose results these are: for the reports of a whole batch, in two statements (B1, B2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitoring.intake import matching
from monitoring.intake.report import Entry
from monitoring.queries import remembered
from people.models import Clinic, Patient


@dataclass(frozen=True, slots=True)
class Found:
    """What the numbers and the birth date of one report lead to.

    ``patient`` is who is meant, if that is certain; ``suggested`` who shares a number.
    """

    match: matching.Matched | matching.Unmatched
    patient: Patient | None = None
    suggested: tuple[Patient, ...] = ()


def find_all(entries: Sequence[Entry], clinic: Clinic) -> list[Found]:
    """Whom each entry means, among the clinic's patients who share an identifier.

    A number of the sender's own that staff have linked to a patient counts as the patient's (B2);
    the birth date must agree all the same.
    """
    numbers = [_numbers(entry) for entry in entries]
    every = {number for its in numbers for number in its}
    by_mrn: dict[str, Patient] = {}
    for patient in Patient.objects.filter(clinic=clinic, mrn__in=every) if every else ():
        patient.clinic = clinic
        by_mrn[patient.mrn] = patient
    linked = remembered.remembered_numbers(
        clinic.pk,
        {
            (entry.sender, number)
            for entry, its in zip(entries, numbers, strict=True)
            for number in its
        },
    )
    return [_found(entry, its, by_mrn, linked) for entry, its in zip(entries, numbers, strict=True)]


def _numbers(entry: Entry) -> list[str]:
    return [text for each in entry.patient.identifiers if (text := each.value.strip())]


def _found(
    entry: Entry,
    numbers: Iterable[str],
    by_mrn: Mapping[str, Patient],
    linked: Mapping[tuple[str, str], Sequence[Patient]],
) -> Found:
    theirs: dict[Patient, list[str]] = defaultdict(list)
    for number in numbers:
        if number in by_mrn:
            theirs[by_mrn[number]].append(number)
    for number in numbers:
        for patient in linked.get((entry.sender, number), ()):
            theirs[patient].append(number)
    patients = {patient.pk: patient for patient in theirs}
    match = matching.match(
        entry.patient,
        [
            matching.Candidate(patient.pk, tuple(known), patient.born)
            for patient, known in theirs.items()
        ],
    )
    if isinstance(match, matching.Matched):
        return Found(match, patients[int(str(match.candidate.key))])
    suggested = [patients[int(str(each.key))] for each in match.suggestions]
    return Found(match, None, tuple(suggested))
