"""Held after a restore: staff see what would go, and let it go with one press."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from audit.models import Event
from people.models import Clinic
from tests import world
from tests.messaging import world as letters

pytestmark = pytest.mark.django_db
HELD = "/clinic/messages/held/"


def test_page_shows_what_would_go_and_lets_it_go(desk: Client, here: Clinic) -> None:
    person = world.patient(here, given_name="Zora")
    waits = letters.message(person, send_after=world.NOW, now=world.NOW)
    call_command("hold_messages", reason="the disk broke")
    call_command("hold_messages", reason="the disk broke")
    front = desk.get("/clinic/messages/").content.decode()
    assert "Messages to patients are held" in front
    shown = desk.get(HELD).content.decode()
    assert "the disk broke" in shown and "Zora" in shown
    assert desk.post(HELD, {}).status_code == 422
    assert desk.post(HELD, {"release": "all"}).status_code == 302
    assert "Nothing is held" in desk.get(HELD).content.decode()
    waits.refresh_from_db()
    assert waits.state == "planned"
    told = Event.objects.filter(clinic=here.slug, kind__startswith="sending.").order_by("pk")
    assert [event.kind for event in told] == ["sending.held", "sending.released"]
