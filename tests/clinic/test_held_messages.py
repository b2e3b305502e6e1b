"""Held after a restore: staff see what would go, and let it go with one press."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from audit.models import Event
from clinic.work_words import REMINDED, reminded
from messaging import holds
from monitoring.actions import planning
from monitoring.queries.background import Late
from people.models import Clinic
from tests import world
from tests.messaging import world as letters

pytestmark = pytest.mark.django_db
HELD = "/clinic/messages/held/"


def test_page_shows_what_would_go_and_lets_it_go(
    desk: Client, here: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = world.patient(here, given_name="Zora")
    course = world.course(person)
    planning.replan(course, now=world.NOW)
    before = desk.get("/clinic/worklist/").content.decode()
    assert "Reminders go out by themselves" in before
    waits = letters.message(person, send_after=world.NOW, now=world.NOW)
    call_command("hold_messages", reason="the disk broke")
    call_command("hold_messages", reason="the disk broke")
    monkeypatch.setattr(holds, "_banner", holds._Banner())
    front = desk.get("/clinic/messages/").content.decode()
    assert "Messages to patients are held" in front
    shown = desk.get(HELD).content.decode()
    assert "the disk broke" in shown and "Zora" in shown
    for page in ("/clinic/", "/clinic/worklist/", f"/clinic/courses/{course.public_id}/call/"):
        told = desk.get(page).content.decode()
        assert "Reminders are held; call, or let them go" in told, page
        assert "by themselves" not in told, page
    assert desk.post(HELD, {}).status_code == 422
    assert desk.post(HELD, {"release": "all"}).status_code == 302
    assert "Nothing is held" in desk.get(HELD).content.decode()
    waits.refresh_from_db()
    assert waits.state == "planned"
    told = Event.objects.filter(clinic=here.slug, kind__startswith="sending.").order_by("pk")
    assert [event.kind for event in told] == ["sending.held", "sending.released"]


@pytest.mark.parametrize(
    ("held", "late", "said"),
    [
        (False, None, REMINDED),
        (False, Late(world.NOW, swept=True), "Reminders go out a little late"),
        (False, Late(world.NOW, swept=False), "Reminders wait; call meanwhile"),
        (True, Late(world.NOW, swept=True), "Reminders are held; call, or let them go"),
    ],
)
def test_lists_tell_the_truth_about_reminders(held: bool, late: Late | None, said: str) -> None:
    assert reminded(held=held, late=late) == said
