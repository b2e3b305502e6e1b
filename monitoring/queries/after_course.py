"""What a patient reads after the course, and what they have said of their skin since."""

from dataclasses import dataclass
from datetime import date, datetime

from courses.models import Course
from monitoring import dossier, policies
from monitoring.models import DueItem, SkinReport
from monitoring.portal_queries import local_today, newest_course
from people.models import Patient
from protocol import after_course
from protocol.after_course import AfterCourse
from protocol.pregnancy_signs import pregnancy_met_the_end
from protocol.schedule import question_on

SKIN = tuple(SkinReport.Skin.values)
GLAD = tuple(SkinReport.Glad.values)


@dataclass(frozen=True, slots=True)
class SkinRow:
    """One look back as it was answered."""

    month: int
    skin: int
    words: str
    glad: str
    wants_call: bool
    on: date


@dataclass(frozen=True, slots=True)
class AfterPage:
    """The dates after the course; ``asks`` is the look back that is open, in months."""

    today: date
    after: AfterCourse
    asks: int | None
    reports: tuple[SkinRow, ...]
    # Pregnant: nobody asks for a test, for birth control or about the skin.
    pregnancy: bool = False


def after_page(patient: Patient, *, now: datetime) -> AfterPage | None:
    """None while no course has ended."""
    course = newest_course(patient)
    if course is None or course.stopped_at is None:
        return None
    today = local_today(patient, now=now)
    policy = policies.policy_for(course, on=today)
    facts = dossier.load_one(course)
    after = after_course.follow_up(facts, as_of=today, policy=policy)
    pregnancy = pregnancy_met_the_end(question_on(facts, as_of=today, policy=policy))
    asks = None if pregnancy else _asks(course, today)
    return AfterPage(today, after, asks, reports_of(course), pregnancy)


def reports_of(course: Course) -> tuple[SkinRow, ...]:
    """What the patient has said, oldest first."""
    return tuple(
        SkinRow(
            row.month,
            row.skin,
            row.get_skin_display(),
            row.get_glad_display(),
            row.wants_call,
            row.on,
        )
        for row in SkinReport.objects.filter(course=course).order_by("month")
    )


def _asks(course: Course, today: date) -> int | None:
    item = (
        DueItem.objects.filter(
            course=course,
            key__startswith="look-back/month-",
            ended="",
            opens_on__lte=today,
        )
        .order_by("-opens_on")
        .first()
    )
    return int(item.key[-2:]) if item is not None else None
