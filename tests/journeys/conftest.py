"""Real servers for the journeys: the site, an SMS provider, a mail server; and a clock of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.journeys.pages import Somebody
from tests.messaging.sinks import Sink, mail_sink, sms_sink
from tests.world import NOW

Arrival = Callable[..., Any]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """The clock starts at ``world.NOW`` and runs; a journey may move it."""
    with time_machine.travel(NOW, tick=True) as coordinates:
        yield coordinates


@pytest.fixture
def sms(settings: Settings, live_server: LiveServer) -> Iterator[Sink]:
    """An SMS provider; the links in its texts lead to the live server."""
    with sms_sink() as sink:
        settings.SMS_PROVIDER = "webhook"
        settings.SMS_WEBHOOK_URL = sink.address
        settings.SMS_WEBHOOK_SECRET = "shared-with-the-sms-provider"
        settings.SITE_URL = live_server.url
        yield sink


@pytest.fixture
def mail(settings: Settings) -> Iterator[Sink]:
    """A mail server."""
    with mail_sink() as sink:
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = sink.port
        yield sink


@pytest.fixture
def arrive(browser: Browser, live_server: LiveServer) -> Iterator[Arrival]:
    """Somebody arrives with a browser of their own; nobody's pages may have a fault."""
    there: list[Somebody] = []

    def arrive(who: type[Somebody], width: int, **options: Any) -> Somebody:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        scripted = options.get("java_script_enabled", True)
        there.append(who(context.new_page(), live_server.url, scripted))
        return there[-1]

    yield arrive
    for somebody in there:
        somebody.page.context.close()
    assert [fault for somebody in there for fault in somebody.faults] == []
