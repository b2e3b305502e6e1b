"""Large demo clinics: a copy is what the actions would have written, under another name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.forms.models import model_to_dict

from audit import chains
from courses.models import Course, Dispense, Enrolment
from messaging.models import Message
from monitoring.actions import planning
from monitoring.demo import copies, opening, pattern
from monitoring.intake import hl7v2
from monitoring.intake.report import IncomingReport
from monitoring.models import CourseStanding, DueItem, LabReport, ResultReview
from people.models import ContactPoint, Patient
from tests.monitoring.test_seed_demo import NOW

TOLD, ALL = 5, 17


class _RollBack(Exception):
    pass


@pytest.fixture(scope="module")
def clinics(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Two clinics in which five patients were told and twelve are copies of them."""
    patch = pytest.MonkeyPatch()
    patch.setattr(opening, "TOLD", TOLD)
    patch.setattr(opening, "TOLD_IN_EACH", 1)
    with patch.context(), django_db_blocker.unblock():
        try:
            with transaction.atomic():
                opening.open_clinics(clinic_count=2, patient_count=ALL, seed=3, now=NOW)
                yield
                raise _RollBack
        except _RollBack:
            pass
    patch.undo()


def _copied() -> list[Patient]:
    return list(Patient.objects.order_by("pk")[TOLD:])


def test_planning_everything_anew_finds_nothing_to_change(clinics: None) -> None:
    """What is due, to read and on the lists is what planning makes of the same record."""
    derived = {"id", "refreshed_at"}
    before = {
        model: [
            {name: value for name, value in row.items() if name not in derived}
            for row in model.objects.order_by("pk").values()
        ]
        for model in (CourseStanding, DueItem, ResultReview, Message)
    }

    assert planning.rebuild(now=NOW) == (Course.objects.count(), 0)
    for model, rows in before.items():
        after = [
            {name: value for name, value in row.items() if name not in derived}
            for row in model.objects.order_by("pk").values()
        ]
        assert after == rows, model


def test_copies_have_as_many_rows_in_every_table_as_those_who_were_told(clinics: None) -> None:
    shapes = {_shape(one) for one in Patient.objects.order_by("pk")[:TOLD]}

    assert len(_copied()) == ALL - TOLD
    for one in _copied():
        assert _shape(one) in shapes


def _shape(one: Patient) -> tuple[tuple[str, int], ...]:
    rows = pattern.rows_of(one)
    return tuple((name, len(its)) for name, its in rows.items())


def test_copies_are_people_of_their_own(clinics: None) -> None:
    everybody = Patient.objects.all()

    assert len({one.mrn for one in everybody}) == ALL
    assert len({one.public_id for one in everybody}) == ALL
    emails = {p.address for p in ContactPoint.objects.filter(channel="email")}
    assert len(emails) == ALL
    registry = Enrolment.objects.exclude(registry_id="").values_list("registry_id", flat=True)
    assert len(set(registry)) == len(registry) > 0
    rmas = Dispense.objects.exclude(rma="").values_list("rma", flat=True)
    assert len(set(rmas)) == len(rmas) > 0
    told = Patient.objects.order_by("pk")[:TOLD]
    names = {one.family_name for one in told} - {one.family_name for one in _copied()}
    raw = [r.message.raw for r in LabReport.objects.filter(patient__in=_copied())]
    assert names and raw
    assert not any(name.encode().decode("latin-1") in text for name in names for text in raw)


def test_messages_of_laboratories_read_as_they_are_filed(clinics: None) -> None:
    reports = LabReport.objects.filter(patient__in=_copied()).select_related("message", "patient")

    assert reports.exists()
    for report in reports[:8]:
        (entry,) = hl7v2.read(
            report.message.raw.encode("latin-1"),
            file=report.message.file_name,
            zone=ZoneInfo(report.clinic.timezone),
            as_of=NOW.date(),
        )
        assert isinstance(entry, IncomingReport)
        assert [each.value for each in entry.patient.identifiers] == [report.patient.mrn]
        assert entry.patient.born == report.patient.born
        assert copies.hash_of(report.message.raw.encode("latin-1").decode()) == (
            report.message.content_hash
        )


def test_chains_hold_and_every_event_is_in_them(clinics: None) -> None:
    checked, breaks = chains.verify()

    assert breaks == []
    assert checked > 500
    assert chains.seal(everything=True) == 0


def test_new_rows_follow_the_copies(clinics: None) -> None:
    """The sequences stand behind them."""
    with transaction.atomic():
        one = _copied()[0]
        values = model_to_dict(one, exclude=["id", "user", "clinic"]) | {"mrn": "next"}
        new = Patient.objects.create(**values, clinic=one.clinic)
        assert new.pk > one.pk
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_every_table_of_a_patient_comes_along() -> None:
    """A table that is added later is copied as well, or this names it."""
    names = {table.name for table in pattern.tables()}

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint "
            "WHERE contype = 'f' AND confrelid::regclass::text = ANY(%s)",
            [[name for name in names if name != "audit_event"]],
        )
        pointing = {row[0] for row in cursor.fetchall()}
    assert {name for name in pointing if not name.endswith("event")} <= names
