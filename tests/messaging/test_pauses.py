"""After a pause: one message goes ahead, the others follow when it has been answered (REM-15)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from messaging import dispatch
from messaging.models import ChannelPause, Message
from tests.messaging import world
from tests.messaging.sinks import Sink
from tests.messaging.world import NOON


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.state_reason


@pytest.mark.django_db(transaction=True)
def test_after_a_pause_one_of_many_workers_goes_ahead(sms: Sink) -> None:
    """F-21: else each process would knock at the provider that still wants to be left alone."""
    sms.fault = "429 60"
    planned = [world.message(world.patient()) for _ in range(12)]
    dispatch.run(now=NOON)
    later = NOON + timedelta(seconds=61)
    together = threading.Barrier(4)

    def work(_: int) -> None:
        together.wait()
        try:
            dispatch.run(now=later)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sms.requests == 2, "one at noon, one a minute later"
    sms.fault = "accept"
    dispatch.run(now=later + timedelta(seconds=61))
    dispatch.run(now=later + timedelta(seconds=121))
    assert {state(each)[0] for each in planned} == {"accepted"}
    assert not ChannelPause.objects.exists()
