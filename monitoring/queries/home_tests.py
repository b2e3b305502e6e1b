"""Home tests: what the patient is shown, and what waits for a reader who must not know whose."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from monitoring import dossier, policies
from monitoring.home_test_state import OwnTest, state_of
from monitoring.models import HomeTest, HomeTestReading
from monitoring.portal_queries import local_today, newest_course
from people.models import Patient, User
from people.queries import NotFound, Place


@dataclass(frozen=True, slots=True)
class ToRead:
    """A picture for a reader: nothing on it says whose it is."""

    public_id: uuid.UUID
    code: str
    issued_at: datetime
    sent_at: datetime
    doubt: str
    # Another person has read it as well, and nobody is told what.
    second: bool


def own_test(patient: Patient, *, now: datetime) -> OwnTest:
    """Where it stands; nothing may be taken where there is no course."""
    course = newest_course(patient)
    if course is None:
        return OwnTest(may=False, state="none")
    today = local_today(patient, now=now)
    policy = policies.policy_for(course, on=today)
    return state_of(course, dossier.load_one(course), policy=policy, today=today, now=now)


def waiting_for(place: Place, reader: User) -> int:
    """How many pictures this reader can read."""
    return _waiting(place, reader).count()


def next_for(place: Place, reader: User) -> uuid.UUID | None:
    """The picture that has waited longest and that this reader has not read."""
    row = _waiting(place, reader).order_by("picture__sent_at").first()
    return row.public_id if row is not None else None


def whose(place: Place, public_id: uuid.UUID) -> HomeTest:
    """A home test of this clinic with a picture, settled or not.

    Raises:
        NotFound: another clinic's, without a picture, or none.
    """
    row = (
        HomeTest.objects.select_related(
            "picture", "test", "course__patient__clinic", "course__clinic"
        )
        .filter(public_id=public_id, course__clinic_id=place.clinic_id, picture__isnull=False)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def to_read(row: HomeTest) -> ToRead:
    """What the reader is shown."""
    if row.picture is None:
        raise ValueError("no picture was sent")
    return ToRead(
        public_id=row.public_id,
        code=row.code,
        issued_at=row.issued_at,
        sent_at=row.picture.sent_at,
        doubt=row.doubt,
        second=row.readings.exists(),
    )


def body_of(row: HomeTest) -> bytes:
    """The picture, a JPEG."""
    if row.picture is None:
        raise NotFound
    return bytes(row.picture.body)


def has_read(row: HomeTest, reader: User) -> bool:
    """Whether this reader is through with it."""
    return HomeTestReading.objects.filter(home_test=row, by=reader).exists()


def _waiting(place: Place, reader: User) -> QuerySet[HomeTest]:
    return HomeTest.objects.filter(
        course__clinic_id=place.clinic_id, picture__isnull=False, outcome=""
    ).exclude(readings__by=reader)
