"""The clinician scores the acne at the start and later; the page says whether it was a success."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from courses.actions.statements import Malformed
from courses.models import Course
from people.permissions import Role
from protocol.outcomes import DLQI_COPYRIGHT
from tests import world
from tests.forms import guard
from tests.world import TODAY


@pytest.fixture
def course(db: None) -> Course:
    """A course of 25 days."""
    return world.course(world.patient(world.clinic()))


def score(client: Client, course: Course, back: int, **said: str) -> int:
    on = TODAY - timedelta(days=back)
    given = {"stated_on": on.strftime("%d-%b-%Y"), **guard(course), **said}
    return client.post(f"/clinic/courses/{course.public_id}/record/outcome/", given).status_code


def test_score_of_the_end_is_compared_with_the_first(client: Client, course: Course) -> None:
    client.force_login(world.staff(course.clinic, Role.NURSE))
    page = f"/clinic/courses/{course.public_id}/"
    assert 'id="scores"' not in client.get(page).content.decode()
    assert score(client, course, 25, iga="4") == 302
    assert score(client, course, 0, iga="1", dlqi="7") == 302
    assert score(client, course, 0, iga="5") == 422
    assert score(client, course, 0, iga="1", dlqi="31") == 422
    html = client.get(page).content.decode().partition('id="scores"')[2].partition("</section>")[0]
    assert html.index("IGA 1, almost clear") < html.index("IGA 4, severe")
    assert html.count("Success") == 1
    assert "DLQI 7, moderate effect" in html and DLQI_COPYRIGHT in html


def test_no_other_score_is_kept(course: Course) -> None:
    for content in ({"iga": 5}, {"iga": 1, "dlqi": 31}, {}):
        with pytest.raises(Malformed):
            world.stated(course, "outcome", content)
