"""A test photographed at home: a code, a picture, a blind reading, and only then a result (US-13).

Which safeguards a programme wants is the prescriber's choice; these are evidence D.
"""

import secrets
from datetime import date, datetime, timedelta

from audit import trail
from audit.kinds import Kind
from courses.actions import statements
from courses.actions.subject import locked, record
from courses.models import Course, Statement
from messaging import outbox
from monitoring import dossier, policies, purposes
from monitoring.actions import alerting, planning, pregnancy_tests
from monitoring.actions.pictures import fingerprint_of, store
from monitoring.models import HomeTest, HomeTestReading, Picture
from monitoring.pictures import Clean, alike, cleaned
from people.models import Patient, User
from protocol import home_tests
from protocol.vocabulary import TestResult, TestSetting

# Long enough for a test that takes ten minutes, too short to borrow one.
CODE_LASTS = timedelta(minutes=30)
# Nothing that can be read as something else, written by hand.
_LETTERS = "ACDEFHJKLMNPRTVWXY34679"
_LENGTH = 5
WORDING = "home-test-2026-11"
POSITIVE = "positive"
# What a reader may say, with the words of the button.
READ = HomeTestReading.Read.choices
SAID = (TestResult.NEGATIVE.value, POSITIVE, "unsure")


class NotAllowed(Exception):
    """The programme or the prescriber does not allow it for this patient today."""


class WaitsToBeRead(Exception):
    """A picture has been sent and nobody has read it yet."""


class Expired(Exception):
    """The code is no longer good, or there is none."""


class AlreadyRead(Exception):
    """This reader has read it, or it is settled."""


@trail.action
def give_code(course: Course, *, by: Patient, today: date, now: datetime) -> HomeTest:
    """The code to write beside the test; a code that is still good is given again.

    Raises:
        NotAllowed: see ``protocol.home_tests.may_be_photographed``.
        WaitsToBeRead: one picture at a time.
    """
    course = locked(course)
    _may(course, today=today)
    open_one = HomeTest.objects.filter(course=course, outcome="").first()
    if open_one is not None:
        if open_one.picture_id is not None:
            raise WaitsToBeRead
        if open_one.expires_at > now:
            trail.unchanged()
            return open_one
        _settle(open_one, HomeTest.Outcome.REPLACED, now=now)
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    row = HomeTest.objects.create(
        course=course, code=code, issued_at=now, expires_at=now + CODE_LASTS
    )
    record(Kind.HOME_TEST_CODE_GIVEN, course, by=by, now=now)
    return row


def send(
    course: Course, *, sent: bytes, said: str, by: Patient, today: date, now: datetime
) -> HomeTest:
    """Send the picture for the open code.

    A file that this clinic has had before is not read by anybody: another test is asked for. Who
    sees a positive test themselves has said so in the record at once, whatever the picture shows.

    Args:
        said: what the patient sees, one of ``SAID``.

    Raises:
        Expired: no code is open, or it is too old.
        NotAllowed: it is no longer allowed.
        monitoring.pictures.NotAPicture, TooLarge: it cannot be used; the code stays good.
    """
    if said not in SAID:
        raise ValueError(said)
    return _send(
        course, cleaned(sent), fingerprint_of(sent), said=said, by=by, today=today, now=now
    )


@trail.action
def _send(
    course: Course,
    clean: Clean,
    fingerprint: str,
    *,
    said: str,
    by: Patient,
    today: date,
    now: datetime,
) -> HomeTest:
    course = locked(course)
    row = HomeTest.objects.select_related("picture").filter(course=course, outcome="").first()
    if row is not None and row.picture is not None and row.picture.fingerprint == fingerprint:
        trail.unchanged()  # the button was pressed twice
        return row
    if row is None or row.picture is not None or row.expires_at <= now:
        raise Expired
    _may(course, today=today)
    row.doubt = _doubt(course, clean, fingerprint)
    row.picture = store(course, Picture.View.TEST, clean, fingerprint, today=today, now=now)
    row.said = said
    row.save(update_fields=["doubt", "picture", "said"])
    record(Kind.HOME_TEST_SENT, course, by=by, now=now, doubt=row.doubt)
    if said == POSITIVE:
        _state_positive(course, by=by, today=today, now=now)
    if row.doubt == HomeTest.Doubt.SAME_FILE:
        _ask_again(row, by=by, now=now)
    planning.replan(course, now=now)
    return row


@trail.action
def read(
    home_test: HomeTest, *, read: str, code_matches: bool, by: User, now: datetime
) -> HomeTest:
    """What one reader sees. The result counts when everybody whom the clinic asks has agreed.

    A negative test beside another code is no test; a positive or unclear one alarms all the same.

    Raises:
        AlreadyRead: by this reader, or settled meanwhile.
    """
    course = locked(home_test.course)
    row = (
        HomeTest.objects.select_for_update(of=("self",))
        .select_related("picture", "course__clinic", "course__patient__clinic")
        .get(pk=home_test.pk)
    )
    known = list(row.readings.order_by("pk"))
    if row.outcome or row.picture is None or any(each.by_id == by.pk for each in known):
        raise AlreadyRead
    reading = HomeTestReading.objects.create(
        home_test=row, read=read, code_matches=code_matches, by=by, at=now
    )
    record(Kind.HOME_TEST_READ, course, by=by, now=now)
    policy = policies.policy_for(course, on=row.picture.taken_on)
    readers = 2 if policy.home_test_second_reader else 1
    result = home_tests.agreed([_word(each) for each in (*known, reading)], readers=readers)
    if isinstance(result, TestResult):
        row.test = pregnancy_tests.record_test(
            course,
            collected_on=row.picture.taken_on,
            result=result.value,
            setting=TestSetting.HOME.value,
            specimen="urine",
            verified=True,
            cycle_day=None,
            by=by,
            now=now,
            reader="staff",
        )
        _settle(row, HomeTest.Outcome.COUNTED, now=now)
    elif result is not None:
        _ask_again(row, by=by, now=now)
    planning.replan(course, now=now)
    return row


def _word(reading: HomeTestReading) -> str:
    """A negative test counts beside its own code only."""
    if reading.read == HomeTestReading.Read.NEGATIVE and not reading.code_matches:
        return home_tests.UNREADABLE
    return reading.read


def _may(course: Course, *, today: date) -> None:
    facts = dossier.load_one(course)
    policy = policies.policy_for(course, on=today)
    if not home_tests.may_be_photographed(facts, as_of=today, policy=policy):
        raise NotAllowed


def _doubt(course: Course, clean: Clean, fingerprint: str) -> str:
    """Whether the picture was sent before: the same file by anybody, one like it by the patient."""
    tests = Picture.objects.filter(view=Picture.View.TEST)
    if tests.filter(course__clinic=course.clinic_id, fingerprint=fingerprint).exists():
        return HomeTest.Doubt.SAME_FILE
    own = tests.filter(course__patient=course.patient_id).values_list("likeness", flat=True)
    return HomeTest.Doubt.LIKE if any(alike(clean.likeness, each) for each in own) else ""


def _state_positive(course: Course, *, by: Patient, today: date, now: datetime) -> None:
    features = ["positive-test"]
    row = statements.state(
        course,
        kind=Statement.Kind.SYMPTOM,
        speaker=Statement.Speaker.PATIENT,
        content={"code": "late-period", "features": features},
        stated_on=today,
        wording=WORDING,
        by=by,
        now=now,
    )
    alerting.alert(course, features, row, by=by, now=now)


def _ask_again(row: HomeTest, *, by: trail.Actor, now: datetime) -> None:
    """The patient finds on their page that another test is needed; the message says no more."""
    _settle(row, HomeTest.Outcome.REPEAT, now=now)
    record(Kind.HOME_TEST_TO_REPEAT, row.course, by=by, now=now)
    outbox.enqueue(
        purpose=purposes.CLINIC_MESSAGE,
        key=f"home-test:{row.public_id}",
        about=f"home-test:{row.public_id}",
        clinic=row.course.clinic,
        patient=row.course.patient,
        send_after=now,
        now=now,
    )


def _settle(row: HomeTest, outcome: str, *, now: datetime) -> None:
    row.outcome, row.settled_at = outcome, now
    row.save(update_fields=["outcome", "settled_at", "test"])
