"""A patient's photos beside the course: before and now, and all days."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from look.files import picture
from monitoring.queries import pictures
from monitoring.queries.course_page import course_page
from people.permissions import Permission

_NAMES = {"front": "Front", "left": "Left side", "right": "Right side"}


def front_photos(course: Any) -> list[tuple[pictures.PictureRow, str]]:
    """For the course page: the first and the newest that show most; empty where there are none."""
    found = [pair for pair in pictures.pairs_of(course) if pair.before is not None]
    if not found:
        return []
    rows = [(found[0].before, "Before" if found[0].now else "First photo"), (found[0].now, "Now")]
    return [(row, words) for row, words in rows if row is not None]


class CoursePhotos(CourseFormPage):
    """Before and now by view, then every day."""

    need = Permission.READ_SENSITIVE
    current = "patients"
    template_name = "clinic/photos.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """What the patient has sent and not taken back."""
        course = course_for(self.user, public_id, need=self.need, page="photos", now=self.now)
        found = course_page(course, now=self.now)
        return self.page(
            pairs=[(pair, _NAMES[pair.view]) for pair in pictures.pairs_of(course)],
            days=[
                (on, [(row, _NAMES[row.view]) for row in rows])
                for on, rows in pictures.days_of(course)
            ],
            course_id=public_id,
            **self.top_of(course, found),
        )


class CoursePhoto(CourseFormPage):
    """One photo."""

    need = Permission.READ_SENSITIVE
    current = "patients"

    def get(self, request: HttpRequest, public_id: uuid.UUID, photo: uuid.UUID) -> HttpResponse:
        """A JPEG, kept by no cache."""
        course = course_for(self.user, public_id, need=self.need, page="photos", now=self.now)
        return picture(pictures.picture_of(course, photo).body, name="photo.jpg")
