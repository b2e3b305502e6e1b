"""The inbox on the patient's own page: there exactly once, whatever becomes of the sending (G6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from messaging import dispatch, outbox, own_queries
from messaging.actions import reaching
from messaging.models import Message, PurposeOptOut
from people.models import ContactPoint
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = NOON + timedelta(hours=12)


class Undone(Exception):
    """The act that a message tells of has failed."""


def test_message_lies_there_with_the_act_or_not_at_all() -> None:
    patient = world.patient()
    with pytest.raises(Undone), transaction.atomic():
        world.message(patient)
        raise Undone
    assert own_queries.inbox(patient, now=NOON) == ()
    message = world.message(patient, key="once")
    world.message(patient, key="once")
    assert [row.purpose for row in own_queries.inbox(patient, now=NOON)] == [message.purpose]


def test_message_is_seen_from_its_time_on_even_if_nothing_can_be_sent() -> None:
    patient = world.patient(phone=None, email=None)
    world.message(patient, send_after=NOON)
    assert own_queries.unread(patient, now=NOON - timedelta(minutes=1)) == 0
    dispatch.run(now=NOON)
    assert Message.objects.get().state == Message.State.SUPPRESSED
    assert own_queries.unread(patient, now=NOON) == 1


def test_wish_for_silence_keeps_it_from_being_sent_not_from_lying_there() -> None:
    patient = world.patient()
    PurposeOptOut.objects.create(patient=patient, purpose=world.SAFETY.name, since=NOON)
    world.message(patient)
    dispatch.run(now=NOON)
    assert own_queries.unread(patient, now=NOON) == 1


def test_what_was_read_there_is_not_sent_in_the_morning(sms: Sink) -> None:
    patient = world.patient()
    message = world.message(patient, send_after=NIGHT)
    dispatch.run(now=NIGHT)
    reaching.read(patient, now=NIGHT + timedelta(hours=1))
    dispatch.run(now=NIGHT + timedelta(hours=11))
    message.refresh_from_db()
    assert (message.state, message.state_reason) == ("withdrawn", "read-in-inbox")
    assert sms.accepted == []
    (row,) = own_queries.inbox(patient, now=NIGHT + timedelta(hours=12))
    assert not row.new and not row.over


def test_unread_message_of_the_night_is_sent_in_the_morning(sms: Sink) -> None:
    """The counterpart: without the look, the text leaves."""
    patient = world.patient()
    world.message(patient, send_after=NIGHT)
    dispatch.run(now=NIGHT)
    dispatch.run(now=NIGHT + timedelta(hours=11))
    assert len(sms.accepted) == 1


def test_open_link_reads_only_what_it_is_about() -> None:
    patient = world.patient()
    one, two = world.message(patient), world.message(patient, purpose=world.TASK)
    assert reaching.read(patient, about=one.about, now=NOON) == 1
    assert reaching.read(patient, about=f"message:{two.public_id}", now=NOON) == 1
    assert own_queries.unread(patient, now=NOON) == 0


def test_taken_back_before_its_time_is_never_seen_and_later_is_seen_as_done() -> None:
    patient = world.patient()
    early = world.message(patient, send_after=NOON + timedelta(days=1))
    outbox.withdraw(about=early.about, reason="done", now=NOON)
    late = world.message(patient, purpose=world.TASK)
    outbox.withdraw(about=late.about, reason="done", now=NOON + timedelta(hours=1))
    (row,) = own_queries.inbox(patient, now=NOON + timedelta(days=2))
    assert row.over and not row.new
    assert own_queries.unread(patient, now=NOON + timedelta(days=2)) == 0


def test_nobody_else_reads_it_and_staff_have_none() -> None:
    patient, other = world.patient(), world.patient()
    world.message(patient)
    world.message(world.member(), purpose=world.CONCERN)
    assert own_queries.inbox(other, now=NOON) == ()
    assert reaching.read(other, now=NOON) == 0
    assert Message.objects.filter(inbox_from__isnull=True).count() == 1


def test_ways_are_tried_in_the_order_the_patient_chose(sms: Sink, mail: Sink) -> None:
    patient = world.patient()
    mailbox = patient.contact_points.get(channel="email")
    reaching.try_first(patient, mailbox.pk, now=NOON)
    world.message(patient)
    dispatch.run(now=NOON)
    assert (len(mail.accepted), len(sms.accepted)) == (1, 0)


def test_way_that_was_switched_off_is_not_used_until_it_is_on_again(sms: Sink) -> None:
    patient = world.patient(email=None)
    phone = patient.contact_points.get()
    reaching.switch(patient, phone.pk, on=False, now=NOON)
    world.message(patient)
    dispatch.run(now=NOON)
    assert sms.accepted == []
    reaching.switch(patient, phone.pk, on=True, now=NOON)
    world.message(patient, purpose=world.TASK)
    dispatch.run(now=NOON)
    assert len(sms.accepted) == 1


def test_ways_of_others_cannot_be_touched() -> None:
    patient, other = world.patient(), world.patient()
    foreign = other.contact_points.first()
    assert isinstance(foreign, ContactPoint)
    for act in (reaching.try_first, reaching.drop_device):
        with pytest.raises(reaching.NotThisWay):
            act(patient, foreign.pk, now=NOON)
    with pytest.raises(reaching.NotThisWay):
        reaching.switch(patient, foreign.pk, on=False, now=NOON)
