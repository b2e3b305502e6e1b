"""Open concerns by id, for the page that settles one."""

import uuid

from courses.models import Course
from monitoring.models import Escalation
from people.queries import NotFound


def concern_of(course: Course, public_id: uuid.UUID) -> Escalation:
    """A concern of the course.

    Raises:
        NotFound: it is another course's, or there is none.
    """
    found = Escalation.objects.filter(course=course, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
