"""Normal results are closed together: in one transaction, each in the version that was shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.kinds import Kind
from audit.models import Event
from monitoring.actions import acknowledging, planning
from monitoring.models import Acknowledgement, ResultReview
from people.models import Clinic
from tests import ready, world

pytestmark = pytest.mark.django_db
LATER = world.NOW + timedelta(hours=1)


def normal_rows(doctor_at: Clinic, count: int) -> list[tuple[ResultReview, str]]:
    """Rows of different patients that may be closed together, in the versions on the page."""
    for number in range(count):
        course = world.course(world.patient(doctor_at))
        ready.receive(
            course.patient, ready.message(course.patient, on=world.TODAY, control=f"n{number}")
        )
    return [(row, row.version) for row in ResultReview.objects.filter(ended="").order_by("pk")]


def test_rows_are_closed_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be closed is named and the others are; what breaks undoes all of them."""
    at = world.clinic()
    doctor = world.staff(at)
    rows = normal_rows(at, 3)

    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(planning, "replan_all", breaks)
        acknowledging.read_together(rows, by=doctor, now=LATER)
    assert not Acknowledgement.objects.exists()
    assert ResultReview.objects.filter(ended="").count() == 3

    rows[1] = (rows[1][0], "an older version")
    refused = acknowledging.read_together(rows, by=doctor, now=LATER)
    assert [(pk, type(why)) for pk, why in refused.items()] == [
        (rows[1][0].pk, acknowledging.Changed)
    ]
    assert Acknowledgement.objects.filter(by=doctor, at=LATER).count() == 2
    events = Event.objects.filter(kind=Kind.RESULT_ACKNOWLEDGED, actor=doctor.audit_id, at=LATER)
    assert {each.patient for each in events} == {
        row.course.patient.public_id for row, _ in (rows[0], rows[2])
    }
    assert [row.pk for row in ResultReview.objects.filter(ended="")] == [rows[1][0].pk]


def test_closing_many_rows_costs_the_statements_of_one() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    rows = normal_rows(at, 5)

    def statements(picked: list[tuple[ResultReview, str]]) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert not acknowledging.read_together(picked, by=doctor, now=LATER)
        return len(seen)

    assert statements(rows[:1]) == statements(rows[1:])
