"""Pregnancy tests entered by staff: the result counts at once, an alarming one alerts at once."""

from datetime import date, datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course
from monitoring.actions import pathway, planning
from monitoring.models import PregnancyTest
from protocol.vocabulary import TestResult


@trail.action
def record_test(
    course: Course,
    *,
    collected_on: date,
    result: str,
    setting: str,
    specimen: str,
    verified: bool,
    cycle_day: int | None,
    by: trail.Actor,
    now: datetime,
    reader: str = "",
) -> PregnancyTest:
    """A test by its specimen date (US-05 to US-13, UK-11 to UK-13).

    ``reader`` is ``staff``, ``device``, ``patient`` or empty where it is not known. A positive or
    unclear one begins the pathway in the same transaction (US-23).
    """
    test = PregnancyTest.objects.create(
        course=course,
        collected_on=collected_on,
        result=TestResult(result).value,
        setting=setting,
        specimen=specimen,
        verified=verified,
        reader=reader,
        cycle_day=cycle_day,
        recorded_at=now,
        recorded_by=author(by),
    )
    record(Kind.PREGNANCY_TEST_RECORDED, course, by=by, now=now, test=str(test.public_id))
    if result != TestResult.NEGATIVE:
        pathway.begin_pathway(
            course,
            result=TestResult(result),
            evidence=f"pregnancy-test:{test.public_id}",
            by=by,
            now=now,
        )
    planning.replan(course, now=now)
    return test


@trail.action
def withdraw_test(
    test: PregnancyTest, *, reason: str, by: trail.Actor, now: datetime
) -> PregnancyTest:
    """Entered in error: it no longer counts, and stays visible with the reason."""
    test.withdrawn_at, test.withdrawn_by, test.withdrawn_reason = now, author(by), reason
    test.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record(
        Kind.PREGNANCY_TEST_RECORDED,
        test.course,
        by=by,
        now=now,
        test=str(test.public_id),
        withdrawn=True,
    )
    planning.replan(test.course, now=now)
    return test
