"""Pictures of the skin as the patient and the clinic see them, and the days of the diary."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courses.models import Course
from monitoring import diary_choices, dossier
from monitoring.models import DiaryDay, Picture
from monitoring.portal_queries import local_today, newest_course
from people.kept import Given, Kept
from people.models import Patient
from people.queries import NotFound
from protocol import symptoms, timeline
from protocol.facts import Symptom
from protocol.vocabulary import Urgency

VIEWS = (Picture.View.FRONT, Picture.View.LEFT, Picture.View.RIGHT)
_DAYS_SHOWN = 14
PICTURES = Kept(
    lambda: Picture.objects.filter(
        course_id=Given("course"), taken_back_at__isnull=True, view__in=VIEWS
    ).order_by("taken_on", "sent_at"),
    *("public_id", "view", "taken_on", "width", "height"),
)


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One picture; ``week`` of the course, None before its first dose."""

    public_id: uuid.UUID
    view: str
    taken_on: date
    week: int | None
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Pair:
    """The first and the newest picture of one view; ``now`` None while there is only one."""

    view: str
    before: PictureRow | None
    now: PictureRow | None

    @property
    def last(self) -> PictureRow | None:
        """The newest there is: what the next one is lined up with."""
        return self.now or self.before


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the diary; ``felt`` are keys of ``diary_choices.ALL``."""

    on: date
    taken: bool | None
    felt: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryPage:
    """A day of the diary to fill in, what it asks for at once, and the days before.

    ``asks_dose``: there were capsules to take. ``urgency`` None: nothing was ticked. ``lines`` are
    numbers to call; ``thoughts``: of self-harm.
    """

    on: date
    asks_dose: bool
    noted: Day | None
    earlier: tuple[Day, ...]
    urgency: Urgency | None
    hold: bool
    thoughts: bool
    tips: tuple[str, ...]
    lines: tuple[str, ...]


def pairs_of(course: Course) -> tuple[Pair, ...]:
    """Before and now, by view; an empty pair where nothing was taken yet."""
    found = _by_view(course)
    return tuple(
        Pair(view.value, rows[0] if rows else None, rows[-1] if len(rows) > 1 else None)
        for view in VIEWS
        for rows in [found.get(view.value, [])]
    )


def days_of(course: Course) -> tuple[tuple[date, tuple[PictureRow, ...]], ...]:
    """All pictures by the day on which they were taken, newest day first."""
    by_day: dict[date, list[PictureRow]] = {}
    for rows in _by_view(course).values():
        for row in rows:
            by_day.setdefault(row.taken_on, []).append(row)
    return tuple((on, tuple(by_day[on])) for on in sorted(by_day, reverse=True))


def picture_of(course: Course, public_id: uuid.UUID) -> Picture:
    """A picture of the skin, to be shown to who may see the course.

    Raises:
        NotFound: of another course, of a test, taken back, or none.
    """
    row = Picture.objects.filter(
        course=course, public_id=public_id, taken_back_at__isnull=True, view__in=VIEWS
    ).first()
    if row is None:
        raise NotFound
    return row


def own_picture(patient: Patient, public_id: uuid.UUID) -> Picture:
    """The same for its patient, of any of their courses.

    Raises:
        NotFound: see :func:`picture_of`.
    """
    row = (
        Picture.objects.select_related("course__patient", "course__clinic")
        .filter(
            course__patient=patient,
            public_id=public_id,
            taken_back_at__isnull=True,
            view__in=VIEWS,
        )
        .first()
    )
    if row is None:
        raise NotFound
    return row


def diary_page(patient: Patient, *, back: int, now: datetime) -> DiaryPage | None:
    """The diary ``back`` days ago; None where there is no course."""
    course = newest_course(patient)
    if course is None:
        return None
    on = local_today(patient, now=now) - timedelta(days=back)
    rows = DiaryDay.objects.filter(course=course, on__lte=on, on__gt=on - timedelta(_DAYS_SHOWN))
    days = [
        Day(row.on, row.taken, tuple(json.loads(row.felt or "[]"))) for row in rows.order_by("-on")
    ]
    noted = next((day for day in days if day.on == on), None)
    facts = dossier.load_one(course)
    known = timeline.known_by(facts, on)
    reported = symptoms_of(noted) if noted is not None else ()
    judged = symptoms.triage(
        reported,
        country=facts.person.country,
        history=[each for each in facts.symptoms if each.on < on],
        medications=[each for each in facts.medications if each.on <= on],
    )
    return DiaryPage(
        on=on,
        asks_dose=timeline.started_on(known) is not None and course.stopped_at is None,
        noted=noted,
        earlier=tuple(day for day in days if day is not noted),
        urgency=judged.level if reported else None,
        hold=judged.hold,
        thoughts=any("suicidal-thoughts" in each.features for each in reported),
        tips=judged.tips,
        lines=judged.crisis_lines,
    )


def symptoms_of(day: Day) -> tuple[Symptom, ...]:
    """What a day of the diary reports."""
    return diary_choices.symptoms_of(day.felt, on=day.on, ref="diary")


def _by_view(course: Course) -> Mapping[str, list[PictureRow]]:
    found: dict[str, list[PictureRow]] = {}
    for row in PICTURES.ask(course=course.pk):
        week = None
        if course.started_on is not None and course.started_on <= row.taken_on:
            week = (row.taken_on - course.started_on).days // 7 + 1
        found.setdefault(row.view, []).append(
            PictureRow(row.public_id, row.view, row.taken_on, week, row.width, row.height)
        )
    return found
