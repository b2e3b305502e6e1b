"""The forecast of a patient's own course, by the same rules as the clinic's page."""

from dataclasses import dataclass
from datetime import date, datetime

from courses.queries import open_course_of
from monitoring import dossier
from people.models import Patient
from protocol.calendar import date_in
from protocol.facts import CourseFacts
from protocol.what_if import Outlook, Step, course_outlook, held_now


@dataclass(frozen=True, slots=True)
class OwnOutlook:
    """A course as it is planned; ``with_change`` answers the same for another dose."""

    facts: CourseFacts
    today: date
    planned: Outlook
    held: bool

    def with_change(self, change: Step) -> Outlook | None:
        """As planned until the day of the change, and the dose of the change from then on."""
        return course_outlook(self.facts, as_of=self.today, change=change)


def own_outlook(patient: Patient, *, now: datetime) -> OwnOutlook | None:
    """None without an open course, a weight or a dose."""
    course = open_course_of(patient)
    if course is None:
        return None
    today = date_in(now, course.clinic.timezone)
    facts = dossier.load_one(course)
    planned = course_outlook(facts, as_of=today)
    if planned is None:
        return None
    return OwnOutlook(facts, today, planned, held_now(facts, as_of=today))
