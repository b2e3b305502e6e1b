"""Normal results are closed together: in one transaction, each in the version that was shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.actions import acknowledging
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
    read_normal = acknowledging.read_normal

    def breaks_at_the_last(row: ResultReview, **said: Any) -> Acknowledgement:
        if row == rows[-1][0]:
            raise RuntimeError
        return read_normal(row, **said)

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(acknowledging, "read_normal", breaks_at_the_last)
        acknowledging.read_together(rows, by=doctor, now=LATER)
    assert not Acknowledgement.objects.exists()
    assert ResultReview.objects.filter(ended="").count() == 3

    rows[1] = (rows[1][0], "an older version")
    refused = acknowledging.read_together(rows, by=doctor, now=LATER)
    assert [(pk, type(why)) for pk, why in refused.items()] == [
        (rows[1][0].pk, acknowledging.Changed)
    ]
    assert Acknowledgement.objects.filter(by=doctor, at=LATER).count() == 2
    assert [row.pk for row in ResultReview.objects.filter(ended="")] == [rows[1][0].pk]


def test_closing_many_rows_plans_their_courses_in_shared_statements() -> None:
    at = world.clinic()
    doctor = world.staff(at)
    rows = normal_rows(at, 4)

    def statements(picked: list[tuple[ResultReview, str]]) -> int:
        with CaptureQueriesContext(connection) as seen:
            acknowledging.read_together(picked, by=doctor, now=LATER)
        return sum('"monitoring_coursestanding"' in each["sql"] for each in seen)

    assert statements(rows[:1]) == statements(rows[1:])
