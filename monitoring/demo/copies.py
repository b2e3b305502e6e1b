"""Large demo clinics: a number of patients is told, and the others are printed from them.

A copy is what the actions wrote for the patient who was told, with an identity of its own. It goes
in by COPY with every constraint and trigger on.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from random import Random

from django.db import connection

from courses.models import Course, Dispense, Enrolment
from monitoring import dossier, policies, to_read
from monitoring.demo import laboratory, pattern
from monitoring.demo.newcomers import Newcomer, newcomer
from monitoring.demo.pattern import Cell, Pattern
from monitoring.demo.ward import Ward
from monitoring.models import LabMessage, LabReport, ResultReview
from people.actions.patients import address_index, readable_phone
from people.encryption import encrypt
from people.models import Clinic, ContactPoint, Patient, User

_AT_ONCE = 500
Progress = Callable[[int, int], None]


def print_copies(
    wards: Sequence[Ward],
    *,
    told: int,
    weights: Callable[[Patient], float],
    numbers: range,
    seed: int,
    progress: Progress,
) -> None:
    """Add the patients with these numbers, each one treated as one of the told patients was.

    Runs in the caller's transaction.

    Args:
        told: how many of the clinics' first patients were told; the others are copies themselves.
        weights: how often a told patient is taken, beside the others.
        progress: told how many of ``numbers`` are done.
    """
    if not numbers:
        return
    patterns = _patterns(wards, told)
    rng = Random(f"{seed}/copies")  # noqa: S311 - make-believe, not secrecy
    drawn = rng.choices(patterns, weights=[weights(each.like) for each in patterns], k=len(numbers))
    free = _reserve(drawn)
    todays = {ward.clinic.pk: ward.today for ward in wards}
    with connection.cursor() as cursor:
        # At the end of each COPY, and not all of them at the very end.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    wanted = list(zip(numbers, drawn, strict=True))
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        _print(batch, free=free, todays=todays, seed=seed)
        progress(start + len(batch), len(numbers))


def _patterns(wards: Sequence[Ward], told: int) -> list[Pattern]:
    fixed = frozenset(
        str(one)
        for model in (User, Clinic)
        for one in model.objects.values_list("public_id", flat=True)
    )
    patients = Patient.objects.filter(clinic__in=[ward.clinic for ward in wards])
    days = {ward.clinic.pk: ward.today for ward in wards}
    return [
        pattern.read(
            like,
            tokens=_tokens(like),
            cells=_cells(like),
            marks=_marks(like, days[like.clinic_id]),
            fixed=fixed,
        )
        for like in patients.select_related("clinic").order_by("pk")[:told]
    ]


def _reserve(drawn: Sequence[Pattern]) -> dict[str, int]:
    """Take as many keys from each table's sequence as will be needed; the first one by table."""
    wanted: dict[str, int] = defaultdict(int)
    for each in drawn:
        for name, count in each.counts.items():
            wanted[name] += count
    free: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table in pattern.tables():
            if wanted[table.name]:
                cursor.execute("SELECT nextval(%s)", [table.sequence])
                free[table.name] = cursor.fetchone()[0]
                last = free[table.name] + wanted[table.name]
                cursor.execute("SELECT setval(%s, %s)", [table.sequence, last])
    return free


def _print(
    batch: Sequence[tuple[int, Pattern]],
    *,
    free: dict[str, int],
    todays: dict[int, date],
    seed: int,
) -> None:
    texts: dict[str, io.StringIO] = defaultdict(io.StringIO)
    for number, each in batch:
        one = newcomer(
            each.like,
            number=number,
            tokens=each.tokens,
            uuids=len(each.uuids),
            today=todays[each.like.clinic_id],
            seed=seed,
        )
        for name, text in each.rows_for(one, free):
            texts[name].write(text)
        for name, count in each.counts.items():
            free[name] += count
    with connection.cursor() as cursor:
        for table in pattern.tables():
            if table.name in texts:
                columns = ", ".join(f'"{column}"' for column in table.columns)
                with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
                    copy.write(texts[table.name].getvalue())


def _tokens(like: Patient) -> tuple[str, ...]:
    """The numbers that registries gave to the patient and to the patient's supplies."""
    registry = Enrolment.objects.filter(course__patient=like).values_list("registry_id", flat=True)
    supplies = Dispense.objects.filter(prescription__course__patient=like)
    return tuple(dict.fromkeys(filter(None, [*registry, *supplies.values_list("rma", flat=True)])))


def _cells(like: Patient) -> dict[tuple[str, int, str], Cell]:
    patient = Patient._meta.db_table
    cells: dict[tuple[str, int, str], Cell] = {
        (patient, like.pk, "given_name"): lambda one: one.given,
        (patient, like.pk, "family_name"): lambda one: one.family,
        (patient, like.pk, "born"): lambda one: one.born.isoformat(),
        # The accounts of those who can sign in are their own.
        (patient, like.pk, "user_id"): lambda one: r"\N",
    }
    for place, cell in [*_addresses(like), *_messages(like)]:
        cells[place] = cell
    return cells


def _addresses(like: Patient) -> Iterator[tuple[tuple[str, int, str], Cell]]:
    table = ContactPoint._meta.db_table
    country = like.country or like.clinic.country

    def of(channel: str) -> Cell:
        if channel == ContactPoint.Channel.EMAIL:
            return lambda one: one.email
        return lambda one: readable_phone(one.phone, country=country)

    for point in like.contact_points.all():
        address = of(point.channel)
        yield (table, point.pk, "address"), _sealed(address, place="people.contactpoint.address")
        yield (table, point.pk, "address_index"), _indexed(address)


def _messages(like: Patient) -> Iterator[tuple[tuple[str, int, str], Cell]]:
    """What laboratories sent, as it would have been sent about the newcomer."""
    reports = LabReport.objects.filter(patient=like).select_related("message")
    for report in reports:
        message = report.message
        sent = message.raw.encode("latin-1").decode()
        if hash_of(sent) != message.content_hash:
            raise ValueError(f"message {message.public_id} is not read as it was taken in")
        raw = _rewritten(sent, like)
        table = LabMessage._meta.db_table
        yield (table, message.pk, "raw"), _sealed(_as_kept(raw), place="monitoring.labmessage.raw")
        yield (table, message.pk, "content_hash"), _hashed(raw)
        yield (
            (LabReport._meta.db_table, report.pk, "hints"),
            _sealed(_hints, place="monitoring.labreport.hints"),
        )


def hash_of(raw: str) -> str:
    """The content hash of an HL7 message as taking it in works it out: all but its envelope."""
    content = "\r".join(line for line in raw.split("\r")[1:] if line)
    own = hashlib.sha256(content.encode()).hexdigest()
    return hashlib.sha256(own.encode()).hexdigest()


def _rewritten(raw: str, like: Patient) -> Cell:
    named = laboratory.named(like.family_name, like.given_name, like.born)

    def written(one: Newcomer) -> str:
        new = laboratory.named(one.family, one.given, one.born)
        return raw.replace(named, new, 1).replace(like.mrn, one.mrn)

    return written


def _hints(one: Newcomer) -> str:
    return json.dumps(
        {
            "identifiers": [one.mrn],
            "born": one.born.isoformat(),
            "family": one.family,
            "given": one.given,
        }
    )


def _marks(like: Patient, today: date) -> dict[int, Sequence[str]]:
    """What is said of each result to read, whose mark names the results and is made anew."""
    marks: dict[int, Sequence[str]] = {}
    for course in Course.objects.filter(patient=like).select_related("clinic"):
        rows = ResultReview.objects.filter(course=course).select_related("specimen")
        found = to_read.findings(
            dossier.load_one(course),
            policy=policies.policy_for(course, on=today),
            as_of=today,
            waiting={f"specimen:{row.specimen.public_id}" for row in rows},
        )
        for row in rows:
            finding = found.get(f"specimen:{row.specimen.public_id}")
            if finding is not None and finding.version == row.version:
                marks[row.pk] = finding.said
    return marks


def _sealed(text: Cell, *, place: str) -> Cell:
    return lambda one: encrypt(text(one), place=place)


def _indexed(address: Cell) -> Cell:
    return lambda one: address_index(address(one))


def _hashed(raw: Cell) -> Cell:
    return lambda one: hash_of(raw(one))


def _as_kept(raw: Cell) -> Cell:
    return lambda one: raw(one).encode().decode("latin-1")
