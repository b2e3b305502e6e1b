"""Due items by what a message says it is about."""

import uuid

from courses.models import Course
from monitoring.models import DueItem
from people.queries import NotFound
from protocol.vocabulary import Requirement


def asks_for_check_in(about: str) -> bool:
    """Whether ``due-item:<uuid>`` is a check-in; False for anything else, known or not."""
    noun, _, identifier = about.partition(":")
    if noun != "due-item":
        return False
    try:
        public_id = uuid.UUID(identifier)
    except ValueError:
        return False
    return DueItem.objects.filter(public_id=public_id, requirement=Requirement.CHECK_IN).exists()


def item_of(course: Course, public_id: uuid.UUID) -> DueItem:
    """A due item of this course, open or ended.

    Raises:
        NotFound: the course has none of this id.
    """
    found = DueItem.objects.filter(course=course, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
