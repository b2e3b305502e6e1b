"""What a course is judged and planned on at one moment: its row, its facts and its policy.

Read under the course's lock, for many courses in a fixed number of queries. A ground is good within
its transaction until anything about the course is written; then it has to be read again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from courses.models import Course
from monitoring import dossier, policies
from protocol.calendar import date_in
from protocol.facts import CourseFacts
from protocol.memory import remember
from protocol.policy import ClinicPolicy


@dataclass(frozen=True, slots=True)
class Ground:
    """One locked course; ``today`` is the clinic's calendar day."""

    course: Course
    facts: CourseFacts
    policy: ClinicPolicy
    today: date


def lock(course_ids: Iterable[int], *, now: datetime) -> dict[int, Ground]:
    """Lock courses in one order and read what they stand on. The caller holds the transaction."""
    courses = list(
        Course.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic", "patient__clinic")
        .filter(pk__in=list(course_ids))
        .order_by("pk")
    )
    facts = dossier.load([course.pk for course in courses])
    days = {course.clinic_id: date_in(now, course.clinic.timezone) for course in courses}
    rules = {
        day: policies.policies_for([pk for pk, its in days.items() if its == day], on=day)
        for day in set(days.values())
    }
    return {
        course.pk: Ground(
            course=course,
            facts=remember(facts[course.pk]),
            policy=policies.of_course(course, rules[days[course.clinic_id]]),
            today=days[course.clinic_id],
        )
        for course in courses
    }
