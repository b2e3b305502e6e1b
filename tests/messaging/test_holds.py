"""F-25: after a restore nothing leaves to patients until a person has looked at what would go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from messaging import dispatch, holds
from messaging.models import Message, SendingHold, SentFrom
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON

pytestmark = pytest.mark.django_db


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


def restore() -> None:
    """As if what stands here had been sent from by another server, before."""
    SentFrom.objects.update(database="another server/00000001/5")


def test_first_database_of_an_installation_sends_at_once(sms: Sink) -> None:
    planned = world.message(world.patient())
    dispatch.run(now=NOON)
    assert state(planned) == ("accepted", "")
    assert not SendingHold.objects.exists()


def test_in_a_restored_database_only_concerns_leave_until_a_person_lets_them_go(
    sms: Sink, mail: Sink
) -> None:
    dispatch.run(now=NOON)
    restore()
    planned = world.message(world.patient())
    concern = world.message(world.member(), world.CONCERN)
    for minute in range(3):
        dispatch.run(now=NOON + timedelta(minutes=minute))
    assert state(planned) == ("planned", "")
    assert state(concern) == ("accepted", "")
    assert sms.requests == 0
    (shown,) = holds.held(planned.clinic_id, now=NOON).rows  # type: ignore[union-attr]
    assert (shown.name, shown.doubtful) == ("Canaryname Rivera", True)

    assert holds.banner_shows(planned.clinic_id)
    holds.release(planned.clinic_id, leave_out=False, by=world.member("b@example.org"), now=NOON)
    assert not holds.banner_shows(planned.clinic_id), "who has let them go is not told otherwise"
    dispatch.run(now=NOON + timedelta(minutes=5))
    assert state(planned) == ("accepted", "")
    assert set(sms.by_key.values()) == {1}
    with pytest.raises(holds.NothingHeld):
        holds.release(planned.clinic_id, leave_out=True, by=world.member("c@example.org"), now=NOON)


def test_what_may_have_been_sent_can_be_left_out(sms: Sink) -> None:
    """The backup ends with the last attempt on record: what fell due later is in doubt."""
    at = world.clinic()
    world.message(world.patient(at), send_after=NOON - timedelta(hours=1), now=NOON)
    dispatch.run(now=NOON)
    restore()
    hour, tick = timedelta(hours=1), timedelta(minutes=11)
    certain = world.message(world.patient(at), send_after=NOON - tick)
    doubtful = world.message(world.patient(at), send_after=NOON + hour)
    later = world.message(world.patient(at), send_after=NOON + 3 * hour)
    dispatch.run(now=NOON + 2 * hour)
    left_out = holds.release(at.pk, leave_out=True, by=world.member(), now=NOON + 2 * hour + tick)
    dispatch.run(now=NOON + 3 * hour)
    assert left_out == 1
    assert state(doubtful) == ("withdrawn", holds.LEFT_OUT)
    assert {state(each)[0] for each in (certain, later)} == {"accepted"}
