"""How patients say what reaches them: ways, hours, kinds, devices, and a calendar of their own."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from audit.models import Access
from courses.models import Course
from messaging.models import Message, PatientHours, PurposeOptOut
from messaging.neutrality import forbidden_words
from monitoring.models import CalendarFeed, DueItem
from people.models import Patient
from tests import world
from tests.messaging.conftest import use_push
from tests.messaging.sinks import push_sink
from tests.world import NOW


def test_messages_are_new_until_said_to_be_read(signed_in: Client, course: Course) -> None:
    assert Message.objects.filter(patient=course.patient, inbox_from__lte=NOW).exists()
    assert "it-new" in signed_in.get("/home/").content.decode()
    assert "it-new" in signed_in.get("/messages/").content.decode()
    assert "it-new" in signed_in.get("/messages/").content.decode()
    assert signed_in.post("/messages/").status_code == 302
    assert "it-new" not in signed_in.get("/messages/").content.decode()


def test_choosing_hours_and_kinds(signed_in: Client, patient: Patient) -> None:
    assert (
        signed_in.post("/reach/", {"do": "hours", "begins": "9", "ends": "18"}).status_code == 302
    )
    assert PatientHours.objects.get(patient=patient).day_ends.hour == 18
    wanted = ["check-in", "due-item-reminder"]
    assert signed_in.post("/reach/", {"do": "kinds", "wanted": wanted}).status_code == 302
    off = set(PurposeOptOut.objects.values_list("purpose", flat=True))
    assert off == {
        "collect-reminder",
        "prescription-ready",
        "result-note",
        "clinic-message",
        "look-back",
    }
    assert signed_in.post("/reach/", {"do": "hours", "begins": "", "ends": ""}).status_code == 302
    assert not PatientHours.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "hours", "begins": "9", "ends": "10"},
        {"do": "hours", "begins": "9", "ends": ""},
        {"do": "hours", "begins": "99", "ends": "100"},
        {"do": "kinds", "wanted": ["escalation"]},
        {"do": "everything"},
    ],
)
def test_what_cannot_be_chosen_is_refused(signed_in: Client, sent: dict[str, Any]) -> None:
    assert signed_in.post("/reach/", sent).status_code == 422
    assert not PatientHours.objects.exists()


def test_without_any_way_the_page_says_so_and_shows_no_whole_address(
    signed_in: Client, patient: Patient
) -> None:
    way = patient.contact_points.get()
    assert way.address not in signed_in.get("/reach/").content.decode()
    assert signed_in.post("/reach/", {"do": "off", "way": way.pk}).status_code == 302
    assert "Nothing can reach you now" in signed_in.get("/reach/").content.decode()


def test_way_of_another_patient_is_not_found(signed_in: Client, patient: Patient) -> None:
    foreign = world.patient(patient.clinic).contact_points.get()
    for do in ("first", "off"):
        assert signed_in.post("/reach/", {"do": do, "way": foreign.pk}).status_code == 404
    assert signed_in.post("/devices/", {"remove": foreign.pk}).status_code == 404


def test_device_is_added_and_removed(signed_in: Client, patient: Patient, settings: Any) -> None:
    use_push(settings)
    with push_sink() as sink:
        said = json.loads(sink.address)
        agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
        answer = signed_in.post("/devices/", said, headers={"user-agent": agent})
    assert answer.status_code == 302
    page = signed_in.get("/devices/").content.decode()
    assert "Chrome, Linux" in page and said["endpoint"] not in page
    device = patient.contact_points.get(channel="push")
    assert signed_in.post("/devices/", {"remove": device.pk}).status_code == 302
    assert not patient.contact_points.filter(channel="push").exists()


def test_strange_device_is_refused(signed_in: Client, patient: Patient, settings: Any) -> None:
    use_push(settings)
    said = {"endpoint": "https://10.0.0.1/", "p256dh": "x", "auth": "y"}
    assert signed_in.post("/devices/", said).status_code == 422
    settings.VAPID_PUBLIC_KEY = ""
    assert "does not use this yet" in signed_in.get("/devices/").content.decode()


def test_worker_is_a_script_of_ours_and_only_opens_our_pages(client: Client) -> None:
    answer = client.get("/device-worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "url.origin === self.location.origin" in answer.content.decode()
    assert "worker-src 'self'" in client.get("/account/login/").headers["Content-Security-Policy"]


# --- The calendar ------------------------------------------------------------------------------


def address_of(client: Client) -> str:
    page = client.post("/calendar/", {"do": "give"}).content.decode()
    found = re.search(r"<code>\S+?(/calendar/\S+)</code>", page)
    assert found is not None
    return found[1]


def events(raw: bytes) -> dict[str, Any]:
    return {str(each["uid"]): each for each in Calendar.from_ical(raw).walk("VEVENT")}


def test_calendar_shows_the_days_and_says_nothing(
    signed_in: Client, course: Course, client: Client
) -> None:
    answer = Client().get(address_of(signed_in))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    shown = events(answer.content)
    items = DueItem.objects.filter(course=course, ended="")
    assert {uid.partition("@")[0] for uid in shown} == {str(item.public_id) for item in items}
    first = items.order_by("due_on")[0]
    event = shown[f"{first.public_id}@localhost"]
    assert event.decoded("dtstart") == first.due_on
    assert forbidden_words(answer.content.decode()) == []
    assert course.patient.full_name not in answer.content.decode()


def test_calendar_keeps_identifiers_when_a_day_moves_and_says_what_is_unchanged(
    signed_in: Client, course: Course
) -> None:
    path = address_of(signed_in)
    first = Client().get(path)
    again = Client().get(path, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    item = DueItem.objects.filter(course=course, ended="").order_by("-due_on")[0]
    item.due_on += timedelta(days=3)
    item.save()
    moved = Client().get(path, headers={"if-none-match": first.headers["ETag"]})
    assert moved.status_code == 200
    assert set(events(moved.content)) == set(events(first.content))
    uid = f"{item.public_id}@localhost"
    assert events(moved.content)[uid].decoded("dtstart") == item.due_on


def test_renewed_ended_and_locked_addresses_show_nothing(
    signed_in: Client, patient: Patient
) -> None:
    first = address_of(signed_in)
    second = address_of(signed_in)
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]
    patient.locked_at = NOW
    patient.save()
    assert Client().get(second).status_code == 404
    patient.locked_at = None
    patient.save()
    assert signed_in.post("/calendar/", {"do": "end"}).status_code == 302
    assert Client().get(second).status_code == 404
    assert Client().get(second[:-15] + "/dates.ics").status_code == 404


def test_address_is_kept_nowhere_and_each_look_is_logged_once_an_hour(
    signed_in: Client, patient: Patient, clock: time_machine.Coordinates
) -> None:
    path = address_of(signed_in)
    token = path.split("/")[2]
    assert token not in str(CalendarFeed.objects.values())
    assert token not in signed_in.get("/calendar/").content.decode()
    for minutes in (0, 10, 70):
        clock.move_to(NOW + timedelta(minutes=minutes))
        Client().get(path)
    assert Access.objects.filter(page="portal:calendar-file").count() == 2


def test_calendar_speaks_the_patients_language(signed_in: Client, patient: Patient) -> None:
    patient.language = "es"
    patient.save()
    assert "algo por hacer" in Client().get(address_of(signed_in)).content.decode()


def test_link_from_a_message_does_not_open_these_pages(client: Client, course: Course) -> None:
    for name in ("reach", "devices", "calendar"):
        assert client.get(reverse(f"portal:{name}")).status_code == 302
