"""A link to get in again leaves by the other way only: the one its person did not name."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from messaging import dispatch
from messaging.models import Delivery, Message
from monitoring.actions import locking, ways_in
from people import links
from people.models import SignInLink
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db
ORIGIN = links.origin_of("192.0.2.7")


def ask(named: str, born: date) -> None:
    assert ways_in.ask(named, born=born, origin_hash=ORIGIN, now=NOON)
    dispatch.run(now=NOON + timedelta(seconds=1))


@pytest.mark.parametrize("named", ["email", "sms"])
def test_link_goes_to_the_way_that_was_not_named(named: str, sms: Sink, mail: Sink) -> None:
    person = world.patient()
    point = person.contact_points.get(channel=named)
    ask(point.address, person.born)
    here, there = (sms, mail) if named == "email" else (mail, sms)
    assert there.accepted == []
    (accept,) = here.accepted
    assert re.search(r"http://localhost:8000/in/[\w-]{22}/", accept.body)
    # Whoever reads the ledger cannot use it.
    assert "/in/" not in Delivery.objects.get().body
    link = SignInLink.objects.get()
    assert (link.expires_at - link.created_at) == timedelta(minutes=10)


def test_nobody_is_written_to_for_a_wrong_date_or_a_way_that_is_shut(sms: Sink, mail: Sink) -> None:
    person = world.patient()
    email = person.contact_points.get(channel="email").address
    ask(email, person.born + timedelta(days=1))
    ask("nobody@example.org", person.born)
    person.contact_points.filter(channel="sms").update(opted_out_at=NOON)
    ask(email, person.born)
    assert (sms.accepted, mail.accepted) == ([], [])
    assert not Message.objects.exists()


def test_a_lost_phone_gets_nothing_and_the_locked_account_is_written_to(
    sms: Sink, mail: Sink
) -> None:
    person = world.patient()
    number, email = (
        person.contact_points.get(channel=channel).address for channel in ("sms", "email")
    )
    locking.lock(person, lost=locking.Lost.PHONE, by=person, now=NOON)
    ask(email, person.born)
    assert (sms.accepted, mail.accepted) == ([], [])
    ask(number, person.born)
    assert (sms.accepted, len(mail.accepted)) == ([], 1)


def test_three_a_day_and_twenty_an_hour_for_one_place(sms: Sink) -> None:
    person = world.patient()
    email = person.contact_points.get(channel="email").address
    for _ in range(links.FAILURES_PER_ORIGIN):
        ask(email, person.born)
    assert SignInLink.objects.count() == 3
    assert not ways_in.ask("x@example.org", born=person.born, origin_hash=ORIGIN, now=NOON)
