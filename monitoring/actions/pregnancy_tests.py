"""Pregnancy tests entered by staff: the result counts at once, an alarming one alerts at once."""

from datetime import date, datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import author, record
from courses.models import Course
from monitoring.actions import pathway, planning, rereading
from monitoring.models import PregnancyTest
from protocol.vocabulary import TestResult


class AlreadyWithdrawn(Exception):
    """The test was taken back before."""


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
    """Entered in error: it no longer counts, and stays visible with the reason.

    A prescription that was signed after it is put before the prescriber anew (B5). The steps that a
    positive or unclear one began stay open: only a person closes them (US-23).

    Raises:
        AlreadyWithdrawn: somebody took it back meanwhile.
    """
    locked = (
        PregnancyTest.objects.select_for_update(of=("self",))
        .select_related("course__patient", "course__clinic")
        .get(pk=test.pk)
    )
    if locked.withdrawn_at is not None:
        raise AlreadyWithdrawn
    locked.withdrawn_at, locked.withdrawn_by, locked.withdrawn_reason = now, author(by), reason
    locked.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    course = locked.course
    record(
        Kind.PREGNANCY_TEST_RECORDED,
        course,
        by=by,
        now=now,
        test=str(locked.public_id),
        withdrawn=True,
    )
    ground = locked.recorded_at, f"pregnancy-test:{locked.public_id}"
    rereading.doubt_signature(course, [ground], reason="TEST_WITHDRAWN", by=by, now=now)
    planning.replan(course, now=now)
    return locked
