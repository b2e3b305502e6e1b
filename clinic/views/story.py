"""The whole story of a course: everything that happened and is to come, page by page."""

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from clinic.course_panels import story
from clinic.views.guarded import CourseFormPage
from courses.queries import course_for
from monitoring.queries.course_page import course_page
from people.permissions import Permission

_A_PAGE = 50


class Story(CourseFormPage):
    """Fifty lines a page, newest first."""

    need = Permission.READ_SENSITIVE
    current = "patients"
    template_name = "clinic/story.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Read once, show one page."""
        course = course_for(self.user, public_id, need=self.need, page="story", now=self.now)
        found = course_page(course, now=self.now)
        rows = Paginator(story(found), _A_PAGE).get_page(request.GET.get("page"))
        return self.page(rows=rows, **self.top_of(course, found))
