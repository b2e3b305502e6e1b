"""Every pregnancy test of a course, also those that were taken back."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from courses.models import Course
from monitoring.models import PregnancyTest
from people.queries import NotFound


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test as it was entered; ``result`` is empty where it was left out with a reason."""

    __test__ = False

    public_id: uuid.UUID
    collected_on: date
    result: str
    setting: str
    specimen: str
    reader: str
    omitted_reason: str
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_reason: str


def tests_of(course: Course) -> tuple[TestRow, ...]:
    """The tests that staff entered, by the day of the sample, newest first."""
    rows = PregnancyTest.objects.filter(course=course).select_related("recorded_by", "withdrawn_by")
    return tuple(row_of(test) for test in rows.order_by("-collected_on", "-pk"))


def test_of(course: Course, public_id: uuid.UUID) -> PregnancyTest:
    """One test of this course.

    Raises:
        NotFound: the course has none of this id.
    """
    found = (
        PregnancyTest.objects.filter(course=course, public_id=public_id)
        .select_related("recorded_by", "withdrawn_by")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def row_of(test: PregnancyTest) -> TestRow:
    """The test as screens show it."""
    return TestRow(
        public_id=test.public_id,
        collected_on=test.collected_on,
        result=test.result,
        setting=test.setting,
        specimen=test.specimen,
        reader=test.reader,
        omitted_reason=test.omitted_reason,
        recorded_at=test.recorded_at,
        recorded_by=str(test.recorded_by or ""),
        withdrawn_at=test.withdrawn_at,
        withdrawn_by=str(test.withdrawn_by or ""),
        withdrawn_reason=test.withdrawn_reason,
    )
