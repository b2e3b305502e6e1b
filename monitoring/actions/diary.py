"""A day of the diary: kept for the patient, and stated in the record where the rules must know."""

import json
from collections.abc import Collection
from datetime import date, datetime, timedelta

from audit import trail
from audit.kinds import Kind
from courses.actions import dosing, statements
from courses.actions.subject import locked, record
from courses.models import Course, Statement
from monitoring import diary_choices, dossier
from monitoring.actions import alerting, planning
from monitoring.models import DiaryDay
from people.models import Patient
from protocol import symptoms
from protocol.facts import Symptom
from protocol.vocabulary import Urgency

# Today, and yesterday for what was forgotten in the evening.
DAYS_BACK = 1


class NotThatDay(ValueError):
    """Neither today nor yesterday."""


class NothingSaid(ValueError):
    """Neither the capsules nor anything felt, and nothing was noted before."""


@trail.action
def note(
    course: Course,
    *,
    on: date,
    taken: bool | None,
    felt: Collection[str],
    by: Patient,
    today: date,
    now: datetime,
) -> DiaryDay:
    """Note a day, or note it anew.

    A dose once said to be missed stays missed (DOSE-10): the forecast counts on it, so a mistake
    is the clinic's to put right. Symptoms are stated once for each day; a red one raises its
    concern at once, like in the check-in.

    Args:
        taken: whether the capsules of that day were taken; None: not said, or none to take.
        felt: keys of ``diary_choices.ALL``.

    Raises:
        NotThatDay, NothingSaid: nothing was kept.
        KeyError: a choice that there is not.
    """
    if not today - timedelta(days=DAYS_BACK) <= on <= today:
        raise NotThatDay
    course = locked(course)
    running = course.started_on is not None and course.started_on <= on and not course.stopped_at
    before = DiaryDay.objects.filter(course=course, on=on).first()
    if before is not None and before.taken is False:
        taken = False
    if not running:
        taken = None
    if taken is None and not felt and before is None:
        raise NothingSaid
    found = json.dumps(sorted(felt))
    if before is not None and (before.taken, before.felt) == (taken, found):
        trail.unchanged()
        return before
    row, _ = DiaryDay.objects.update_or_create(
        course=course, on=on, defaults={"taken": taken, "felt": found, "saved_at": now}
    )
    if taken is False:
        dosing.record_missed(course, days=[on], reported_on=today, by=by, now=now)
    _state(course, diary_choices.symptoms_of(felt, on=on, ref="diary"), by=by, now=now)
    record(Kind.DIARY_NOTED, course, by=by, now=now, on=on.isoformat())
    planning.replan(course, now=now)
    return row


def _state(course: Course, reported: tuple[Symptom, ...], *, by: Patient, now: datetime) -> None:
    facts = dossier.load_one(course)
    for symptom in reported:
        content = {"code": symptom.code, "features": list(symptom.features)}
        said = Statement.objects.filter(
            course=course,
            kind=Statement.Kind.SYMPTOM,
            wording=diary_choices.WORDING,
            stated_on=symptom.on,
            content=content,
        )
        if said.exists():
            continue
        row = statements.state(
            course,
            kind=Statement.Kind.SYMPTOM,
            speaker=Statement.Speaker.PATIENT,
            content=content,
            stated_on=symptom.on,
            wording=diary_choices.WORDING,
            by=by,
            now=now,
        )
        urgency = symptoms.urgency_of(
            symptom,
            others=(*facts.symptoms, *reported),
            medications=[each for each in facts.medications if each.on <= symptom.on],
        )
        if urgency is Urgency.RED:
            alerting.alert(course, symptom.features, row, by=by, now=now)
