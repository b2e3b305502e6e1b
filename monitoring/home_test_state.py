"""Where a patient's home test stands, from facts that are loaded already."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courses.models import Course
from monitoring.models import HomeTest
from protocol import home_tests
from protocol.facts import CourseFacts
from protocol.policy import ClinicPolicy
from protocol.vocabulary import TestResult

# How long the patient's page speaks of a test that was read, or is to be done again.
_SPOKEN_OF = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OwnTest:
    """Where the patient's home test stands.

    ``state``: ``none``, ``code`` (a code is good until ``expires_at``), ``waiting`` to be read,
    ``repeat``, or ``read``. ``may``: another one may be taken. ``clinic_calls``: it was read, and
    the clinic talks with the patient before anything else.
    """

    may: bool
    state: str
    code: str = ""
    expires_at: datetime | None = None
    on: date | None = None
    said: str = ""
    clinic_calls: bool = False


def state_of(
    course: Course, facts: CourseFacts, *, policy: ClinicPolicy, today: date, now: datetime
) -> OwnTest:
    """The newest code or picture, and whether another may be taken."""
    may = home_tests.may_be_photographed(facts, as_of=today, policy=policy)
    row = (
        HomeTest.objects.select_related("picture", "test")
        .defer("picture__body")
        .filter(course=course)
        .exclude(outcome=HomeTest.Outcome.REPLACED)
        .order_by("-issued_at")
        .first()
    )
    if row is None:
        return OwnTest(may=may, state="none")
    on = row.picture.taken_on if row.picture is not None else None
    if not row.outcome and row.picture is not None:
        return OwnTest(may=False, state="waiting", on=on, said=row.said)
    if not row.outcome and row.expires_at > now:
        return OwnTest(may=may, state="code", code=row.code, expires_at=row.expires_at)
    if row.settled_at is None or row.settled_at < now - _SPOKEN_OF:
        return OwnTest(may=may, state="none")
    state = "read" if row.outcome == HomeTest.Outcome.COUNTED else "repeat"
    test = row.test
    calls = (
        test is not None and test.withdrawn_at is None and test.result != TestResult.NEGATIVE.value
    )
    return OwnTest(may=may, state=state, on=on, said=row.said, clinic_calls=calls)
