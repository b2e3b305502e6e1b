"""Within ten seconds: why did she not get a text? And a wrong address becomes somebody's task."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.test import Client
from django.urls import reverse

from audit import trail
from audit.models import Event
from clinic import message_next, message_words
from clinic.views import messages as views
from messaging import dispatch, holds, settling
from messaging.actions import inbound, reaching
from messaging.models import Message, PurposeOptOut
from messaging.queries import one
from monitoring.actions import addresses
from monitoring.attention import Attention
from monitoring.models import DueItem, DueItemStep, WorkItem
from people.models import Clinic, ContactPoint
from people.permissions import Role
from tests import world
from tests.clinic.test_message_pages import written
from tests.messaging import world as letters

pytestmark = pytest.mark.django_db
MESSAGES = "/clinic/messages/"


def test_a_name_leads_to_the_answer_and_stands_in_no_address(desk: Client, here: Clinic) -> None:
    person = world.patient(here, given_name="Zora", family_name="Quillfeather")
    written(person, "suppressed", "opted-out")
    answer = desk.post(MESSAGES, {"q": "quillfeather"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{MESSAGES}?patient={person.public_id}"
    shown = desk.get(answer.headers["Location"]).content.decode()
    assert "In short" in shown
    assert "on 22-Nov-2026 10:00 EST: the person asked for no messages" in shown


def test_two_of_one_name_are_offered_and_nobody_of_another_clinic(
    desk: Client, here: Clinic
) -> None:
    for given in ("Ana", "Bea"):
        world.patient(here, given_name=given, family_name="Quillfeather")
    world.patient(world.clinic(), given_name="Zoe", family_name="Quillfeather")
    shown = desk.post(MESSAGES, {"q": "Quillfeather"}).content.decode()
    assert "Ana" in shown and "Bea" in shown and "Zoe" not in shown
    assert "Nobody found" in desk.post(MESSAGES, {"q": "Nemo"}).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"opted_out_at": world.NOW}, "switched off by the patient"),
        ({"bad_at": world.NOW}, "does not work"),
    ],
)
def test_the_answer_names_what_stands_in_the_way(
    desk: Client, here: Clinic, change: dict[str, object], words: str
) -> None:
    person = world.patient(here)
    ContactPoint.objects.filter(patient=person).update(**change)
    PurposeOptOut.objects.create(patient=person, purpose="check-in", since=world.NOW)
    shown = desk.get(f"{MESSAGES}?patient={person.public_id}").content.decode()
    assert "Nothing can be sent now" in shown
    assert words in shown
    assert "Kinds the patient does not want: Monthly check-in" in shown
    assert "No message was ever planned" in shown


def test_the_answer_tells_what_comes_next_and_what_was_read(desk: Client, here: Clinic) -> None:
    person = world.patient(here)
    old = written(person, "withdrawn", "read-in-inbox")
    Message.objects.filter(pk=old.pk).update(read_at=world.NOW)
    later = world.NOW + timedelta(days=2)
    letters.message(person, letters.TASK, send_after=later, now=world.NOW)
    shown = desk.get(f"{MESSAGES}?patient={person.public_id}").content.decode()
    assert "the person has read it on their own page" in shown
    assert "Read on their own page on 22-Nov-2026" in shown
    assert "It goes out on 24-Nov-2026" in shown


# --- A wrong address is a task -----------------------------------------------------------------


def wrong(here: Clinic) -> ContactPoint:
    point = world.patient(here).contact_points.get()
    point.bad_at = world.NOW
    point.save()
    return point


def test_wrong_address_stands_on_the_first_page_until_it_is_corrected(
    desk: Client, here: Clinic
) -> None:
    point = wrong(here)
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    assert "1 address does not work" in " ".join(desk.get("/clinic/").content.decode().split())
    assert ways in desk.get(MESSAGES).content.decode()
    sent = {"pk": point.pk, "address": "Right@Mail.test"}
    assert desk.post(ways, sent).status_code == 302
    point.refresh_from_db()
    assert (point.address, point.bad_at) == ("right@mail.test", None)
    assert "does not work" not in desk.get("/clinic/").content.decode()
    assert Event.objects.get(kind="contact.changed").detail["change"] == "corrected"


def test_wrong_address_is_the_nurses_task_until_it_is_corrected(desk: Client, here: Clinic) -> None:
    """Sending finds it out, the next tick lists it, and the correction takes it off at once."""
    course = world.course(world.patient(here))
    point = course.patient.contact_points.get()
    settling.spoil(point, why="no such mailbox", now=world.NOW)
    assert addresses.notice(now=world.NOW) == 1
    assert addresses.notice(now=world.NOW) == 0, "it is listed"
    item = course.work_items.get(reason="bad-address")
    assert (item.owner, item.attention) == ("nurse", Attention.STAFF)
    ways = reverse("clinic:ways", args=[course.patient.public_id])
    shown = desk.get("/clinic/worklist/").content.decode()
    assert "Address does not work" in shown
    assert shown.count(f'href="{ways}"') == shown.count("Correct it") > 0

    desk.post(ways, {"pk": point.pk, "address": "right@mail.test"})
    assert "Address does not work" not in desk.get("/clinic/worklist/").content.decode()
    assert addresses.notice(now=world.NOW) == 0


def test_an_address_that_works_again_or_is_not_wanted_is_nobodys_task(here: Clinic) -> None:
    """Neither a text from the number itself nor the patient's own wish goes through the clinic."""
    courses = [world.course(world.patient(here)) for _ in range(3)]
    points = [each.patient.contact_points.get() for each in courses]
    for point in points:
        settling.spoil(point, why="no such mailbox", now=world.NOW)
    assert addresses.notice(now=world.NOW) == 3
    ContactPoint.objects.filter(pk=points[0].pk).update(bad_at=None)
    ContactPoint.objects.filter(pk=points[1].pk).update(opted_out_at=world.NOW)
    assert addresses.notice(now=world.NOW) == 2
    listed = WorkItem.objects.filter(reason="bad-address").values_list("course", flat=True)
    assert list(listed) == [courses[2].pk]


def test_a_way_is_added_at_the_desk_with_the_patients_agreement(desk: Client, here: Clinic) -> None:
    person = world.patient(here)
    old = person.contact_points.get()
    ways = reverse("clinic:ways", args=[person.public_id])
    new = {"do": "add", "address": "(212) 555-0142", "agreed": "on"}
    assert "Ask the patient first" in desk.post(ways, new | {"agreed": ""}).content.decode()
    for wrong_one, why in (("12", "too short"), ("a@", "not an e-mail"), (old.address, "already")):
        refused = desk.post(ways, new | {"address": wrong_one})
        assert refused.status_code == 422 and why in refused.content.decode()
    assert desk.post(ways, new).status_code == 302
    first, added = person.contact_points.order_by("rank")
    assert (first.pk, added.channel, added.address) == (old.pk, "sms", "+12125550142")
    assert added.verified_at is None
    shown = desk.get(ways).content.decode()
    assert "Text message: agreed to and added" in shown
    assert shown.count("given for messages") == 1, "the old one only"


def test_a_number_that_said_stop_stays_silent_for_whoever_gets_it(
    desk: Client, here: Clinic
) -> None:
    """A mother's number, given for her second child: STOP is about the number, not the child."""
    number = "+12125550142"
    first = world.patient(here, phone=number)
    inbound.receive_text(sender=number, body="STOP", fingerprint="a", now=world.NOW)
    second = world.patient(here)
    ways = reverse("clinic:ways", args=[second.public_id])
    answer = desk.post(ways, {"do": "add", "address": number, "agreed": "on"}, follow=True)
    shown = answer.content.decode()
    assert "only START from it" in shown and "off because STOP came from it" in shown
    third = world.patient(here, phone=number)
    shown = desk.get(reverse("clinic:ways", args=[third.public_id])).content.decode()
    assert "because STOP came" in shown and "Text message: given for" not in shown
    third.contact_points.filter(channel="email").delete()
    letters.message(third, letters.QUICK, send_after=world.NOW, now=world.NOW)
    assert dispatch.run(now=world.NOW) == 1
    shown = desk.get(f"{MESSAGES}?patient={third.public_id}").content.decode()
    assert "asked for no messages" in shown and "by texting START" in shown
    texts = ContactPoint.objects.filter(patient__in=[first, second, third], channel="sms")
    assert texts.filter(opted_out_at=world.NOW).count() == 3
    inbound.receive_text(sender=number, body="START", fingerprint="b", now=world.NOW)
    assert texts.filter(opted_out_at=None).count() == 3


def test_an_address_that_nobody_has_any_more_is_removed(desk: Client, here: Clinic) -> None:
    """Its task ends with it; the agreement stays on record, and so does what was switched off."""
    course = world.course(world.patient(here))
    point = course.patient.contact_points.get()
    settling.spoil(point, why="no such mailbox", now=world.NOW)
    addresses.notice(now=world.NOW)
    ways = reverse("clinic:ways", args=[course.patient.public_id])
    ContactPoint.objects.filter(pk=point.pk).update(opted_out_at=world.NOW)
    refused = desk.post(ways, {"do": "remove", "pk": point.pk})
    assert (refused.status_code, "stays on record" in refused.content.decode()) == (422, True)
    ContactPoint.objects.filter(pk=point.pk).update(opted_out_at=None)
    assert desk.post(ways, {"do": "remove", "pk": point.pk}).status_code == 302
    assert not course.work_items.filter(reason="bad-address").exists()
    shown = desk.get(ways).content.decode()
    assert "address removed" in shown and "given for messages" in shown
    assert desk.post(ways, {"do": "remove", "pk": point.pk}).status_code == 404


def test_the_same_address_is_given_another_try(desk: Client, here: Clinic) -> None:
    point = wrong(here)
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    assert desk.post(ways, {"pk": point.pk, "address": point.address}).status_code == 302
    point.refresh_from_db()
    assert point.bad_at is None
    assert Event.objects.get(kind="contact.changed").detail["change"] == "tried-again"


@pytest.mark.parametrize("address", ["not an address", "", "a@b@c"])
def test_what_is_no_address_is_refused_and_kept_on_the_page(
    desk: Client, here: Clinic, address: str
) -> None:
    point = wrong(here)
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    assert desk.post(ways, {"pk": point.pk, "address": address}).status_code == 422
    point.refresh_from_db()
    assert point.bad_at is not None


def test_correcting_never_opts_a_patient_in_and_never_reaches_another(
    desk: Client, here: Clinic
) -> None:
    point = wrong(here)
    point.opted_out_at = world.NOW
    point.save()
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    desk.post(ways, {"pk": point.pk, "address": "right@mail.test"})
    point.refresh_from_db()
    assert point.opted_out_at == world.NOW
    foreign = world.patient(here).contact_points.get()
    assert desk.post(ways, {"pk": foreign.pk, "address": "x@mail.test"}).status_code == 404


def test_who_may_only_read_messages_sees_no_whole_address(client: Client, here: Clinic) -> None:
    """Everybody who reads messages may also correct addresses; an administrator may neither."""
    point = wrong(here)
    client.force_login(world.staff(here, Role.ADMINISTRATOR))
    ways = reverse("clinic:ways", args=[point.patient.public_id])
    assert client.get(ways).status_code == 403


def test_what_was_agreed_to_stands_with_when_and_how_it_was_taken_back(
    desk: Client, here: Clinic
) -> None:
    """Asked by an auditor: who agreed to texts, since when, and who ended it."""
    person = world.patient(here, phone="+12025550177")
    text = ContactPoint.objects.get(patient=person, channel="sms")
    for number, word in enumerate(("STOP", "START")):
        at = world.NOW + timedelta(hours=number)
        inbound.receive_text(sender=text.address, body=word, fingerprint=word, now=at)
    reaching.switch(person, text.pk, on=False, now=world.NOW + timedelta(days=1))
    reaching.choose_purposes(person, {"check-in"}, now=world.NOW + timedelta(days=2))
    shown = desk.get(reverse("clinic:ways", args=[person.public_id])).content.decode()
    told = shown[shown.index("Agreements") :]
    for what, how in (
        ("No longer wanted: Monthly check-in", "on the patient’s own page"),
        ("Text message: taken back", "on the patient’s own page"),
        ("Text message: agreed to again", "by text from the number itself"),
        ("Text message: taken back", "by text from the number itself"),
        ("Text message: given for messages", "at the clinic"),
    ):
        told = told[told.index(what) :]
        assert how in told[: told.index("</tr>")]


def test_escalated_shows_what_went_to_staff_or_by_another_way(desk: Client, here: Clinic) -> None:
    person = world.patient(here)
    plain, other = (written(person, "accepted") for _ in range(2))
    Message.objects.filter(pk=other.pk).update(other_way=True)
    shown = desk.get(f"{MESSAGES}?show=escalated").content.decode()
    assert str(other.public_id) in shown
    assert str(plain.public_id) not in shown


# --- Why, since when, and what comes next --------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "reason", "why", "then"),
    [
        ("planned", "quiet-hours", "waiting for the morning", "It leaves by itself"),
        ("planned", "provider-unreachable", "the provider cannot be reached", "tried again"),
        ("claimed", "", "goes out", "leaving at this moment"),
        ("accepted", "", "Sent on", "a day without one"),
        (
            "unknown",
            "no-answer",
            "the provider gave no clear answer",
            "It may have arrived",
        ),
        (
            "suppressed",
            "opted-out",
            "the person asked for no messages",
            "Only the patient can",
        ),
        (
            "suppressed",
            "locked",
            "the account is locked",
            "Open the account again",
        ),
        ("suppressed", "no-channel", "no channel is set up", "Ask for an e-mail address"),
        ("superseded", "together", "told in one message", "Nothing to do"),
        (
            "withdrawn",
            "due item met",
            "what it was about is done",
            "Nothing to do",
        ),
        ("expired", "too-late", "its time had passed", "Call the patient, then settle it"),
    ],
)
def test_each_state_says_why_since_when_and_what_comes_next(
    desk: Client, here: Clinic, state: str, reason: str, why: str, then: str
) -> None:
    person = world.patient(here)
    later = world.NOW + timedelta(hours=9)
    message = letters.message(person, send_after=later, now=world.NOW)
    claimed = {"claim": message.public_id, "claimed_at": world.NOW, "lease_until": later}
    Message.objects.filter(pk=message.pk).update(
        state=state, state_reason=reason, **(claimed if state == "claimed" else {})
    )
    row = one(clinic=here.slug, public_id=message.public_id)
    assert row is not None
    line = message_words.story(row, zone="America/New_York", now=world.NOW)
    assert why in line.text
    assert then.lower() in line.then.lower()
    if state != "claimed":
        assert f"{'since' if state == 'planned' else 'on'} 22-Nov-2026 10:00 EST" in line.text


def test_nothing_that_can_become_of_a_message_is_without_a_next_step(here: Clinic) -> None:
    """A new reason or state must say who acts; what merely ends says that nothing is to be done."""
    message = letters.message(world.patient(here), send_after=world.NOW, now=world.NOW)
    row = one(clinic=here.slug, public_id=message.public_id)
    assert row is not None
    for state, reason in product(Message.State.values, ["", *Message.Why.values]):
        waiting = state in {"planned", "claimed"}
        asked = replace(row, state=state, reason=reason, waiting=waiting)
        assert message_next.onward(asked).endswith(".")
    worded = message_next.WAITS.keys() | message_next.ENDED.keys() | set(IN_THE_STATE)
    assert worded == set(Message.Why.values)


# What the state says whatever the reason was.
IN_THE_STATE = (
    "not-needed", "too-late", "no-answer", "address-refused", "not-delivered", "no-receipt",
    "poison",
)  # fmt: skip


def test_what_waits_says_that_it_is_held_or_that_sending_has_stopped(
    desk: Client, here: Clinic
) -> None:
    person = world.patient(here)
    letters.message(person, send_after=world.NOW - timedelta(hours=1), now=world.NOW)
    page = f"{MESSAGES}?patient={person.public_id}"
    assert "Sending has stopped" in desk.get(page).content.decode()
    holds.hold(here, reason="a drill", by=trail.System("test"), now=world.NOW)
    shown = desk.get(page).content.decode()
    assert "Held with all messages of the clinic since 22-Nov-2026" in shown
    assert "Somebody has to look at what is held" in shown


def test_what_was_not_answered_says_with_whom_it_is(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    today = world.NOW.date()
    item = DueItem.objects.create(
        course=course, key="check-in:9", requirement="check-in", cycle=9,
        opens_on=today, due_on=today,
    )  # fmt: skip
    DueItemStep.objects.create(due_item=item, told="nurse", on=today, at=world.NOW)
    shown = desk.get(f"{MESSAGES}?patient={course.patient.public_id}").content.decode()
    assert "Escalated" in shown
    assert "With the nurse since 22-Nov-2026" in shown


def test_the_ledger_goes_page_by_page_and_forgets_nobody(
    desk: Client, here: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_ROWS", 2)
    person = world.patient(here)
    written_ones = {str(written(person, "accepted").public_id) for _ in range(5)}
    seen: set[str] = set()
    for number in (1, 2, 3):
        shown = desk.get(f"{MESSAGES}?show=sent&page={number}").content.decode()
        seen |= {each for each in written_ones if each in shown}
        assert ("show=sent&amp;page=" in shown) and (f"page={number + 1}" in shown) == (number < 3)
    assert seen == written_ones
    assert "Nothing earlier" in desk.get(f"{MESSAGES}?page=4").content.decode()
    assert desk.get(f"{MESSAGES}?page=nonsense").status_code == 200
