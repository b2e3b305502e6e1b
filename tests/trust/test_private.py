"""Nothing private leaves by a side door: logs, tasks, addresses, texts (SEC-13; AT-20, AT-21).

One line is lived from the arrival of a result to the signature, with a patient whose every datum
is a canary; then every sink is searched.
"""

from __future__ import annotations

import io
import logging
import re
import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import structlog
import time_machine
from celery import current_app
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from isotrack import logs
from messaging import dispatch
from messaging.models import Delivery
from monitoring.actions import prescribing
from protocol.facts import Supply
from protocol.supplies import one_strength
from tests import world
from tests.forms import guard
from tests.messaging.sinks import mail_sink, sms_sink
from tests.monitoring.intake import messages
from tests.trust.cast import pid
from tests.world import NOW

BORN = date(1991, 7, 23)
PRIVATE = (
    "zephyrine",
    "quillfeather",
    "canary-mrn",
    "1991-07-23",
    "19910723",
    "23-jul-1991",
    "4155550188",
    "canary@mail.test",
    "487",
    "why-canary",
)
# Words that tell what somebody is treated for, in texts that lie on a locked screen.
DRUG = ("isotretinoin", "accutane", "acne", "pregnan", "contracept", "birth control", "dermatolog")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Every line that any logger writes, as production would write it."""
    caught = io.StringIO()
    handler = logging.StreamHandler(caught)
    handler.addFilter(logs.Redacted())
    # The mail server of the test speaks in this process, too.
    handler.addFilter(lambda record: record.name != "mail.log")
    root = logging.getLogger()
    root.addHandler(handler)
    before, level = structlog.get_config(), root.level
    root.setLevel(logging.INFO)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(caught))
    yield caught
    structlog.configure(**before)
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.django_db(transaction=True)
def test_a_month_of_treatment_leaves_no_trace_in_any_sink(
    lines: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[str] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda *args, **kwargs: tasks.append(f"{args} {kwargs}")
    )
    with (
        time_machine.travel(NOW, tick=False),
        sms_sink() as sms,
        mail_sink() as mail,
    ):
        settings.SMS_PROVIDER = "webhook"
        settings.SMS_WEBHOOK_URL, settings.SMS_WEBHOOK_SECRET = sms.address, "s" * 32
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail.port
        visited = _live(sms)
        texts = [f"{each.body} {each.headers.get('Subject', '')}" for each in sms.accepted]
        texts += [f"{each.body} {each.headers}" for each in mail.accepted]

    written = lines.getvalue()
    assert "request_started" in written and "/check-in/" in written
    assert texts and visited
    _none_of(PRIVATE, written)
    _none_of(PRIVATE, "\n".join(tasks))
    _none_of(PRIVATE, "\n".join(visited))
    # A text goes to a number or an address; what it says is neutral, and names nobody.
    bodies = "\n".join(text.replace("canary@mail.test", "") for text in texts)
    _none_of((*PRIVATE, *DRUG), bodies)
    # Staff pages name what is recorded, alike for everybody; a patient's history says less.
    _none_of(DRUG, "\n".join(path for path in visited if not path.startswith("/clinic/")))
    for link in re.findall(r"/t/([\w-]{10,})/", "\n".join(texts)):
        assert link not in written
        assert not Delivery.objects.filter(body__contains=link).exists()


def _live(sms: Any) -> list[str]:
    """A result arrives, a reminder leaves, the patient answers, a signature is tried."""
    clinic = world.clinic()
    doctor = world.staff(clinic)
    patient = world.patient(
        clinic,
        mrn="CANARY-MRN",
        given_name="Zephyrine",
        family_name="Quillfeather",
        born=BORN,
        phone="+14155550188",
        email="canary@mail.test",
    )
    course = world.course(patient, days=25)
    staff = Client()
    staff.force_login(doctor)
    raw = messages.message(pid(patient), messages.OBR, messages.obx(value="487"))
    file = SimpleUploadedFile("results.hl7", raw)
    staff.post("/clinic/results/", {"file": file})
    visited = []
    for path in (
        "/clinic/",
        "/clinic/worklist/?show=act",
        f"/clinic/courses/{course.public_id}/",
        f"/clinic/courses/{course.public_id}/sign/",
    ):
        page = staff.get(path).content.decode()
        visited += re.findall(r'(?:href|action)="([^"]+)"', page)
    staff.post("/clinic/patients/", {"q": "Quillfeather"})
    staff.post(
        f"/clinic/courses/{course.public_id}/record/weight/",
        {"kg": "why-canary", "measured_on": "", **guard(course)},
    )
    with pytest.raises(prescribing.NotAuthorised):
        prescribing.authorise(
            course,
            Supply(lines=one_strength(30, Decimal(40)), pattern=(Decimal(40),), refills=0),
            override_reason="why-canary, and much more of it",
            form_nonce=uuid.uuid4(),
            by=doctor,
            now=NOW,
        )
    dispatch.run(now=NOW)
    link = next(found[0] for each in sms.accepted if (found := re.search(r"/t/[\w-]+/", each.body)))
    phone = Client()
    phone.get(link)
    phone.post(link, {"born_0": "1", "born_1": "1", "born_2": "1990"})
    phone.post(link, {"born_0": "23", "born_1": "7", "born_2": "1991"})
    page = phone.post("/check-in/", follow=True)
    visited += [path for path, _ in page.redirect_chain]
    phone.post("/check-in/1/", {"answer": "none"})
    return visited


def _none_of(words: tuple[str, ...], text: str) -> None:
    # UUIDs and nonces are random: a short number may occur in one by chance.
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", text.casefold())
    found = [word for word in words if re.search(rf"(?<![0-9a-z]){re.escape(word)}", plain)]
    assert found == []


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("GET /t/AbC-12_x/ from a phone", "GET /t/[link]/ from a phone"),
        ("next=/t/AbC", "next=/t/[link]"),
        ("GET /in/AbC-12_x/ twice", "GET /in/[link]/ twice"),
        ("/account/password/reset/key/3-cx1-ab/", "/account/password/reset/key/[link]/"),
        ("Bearer itl_AbCdEf-12345_678901234567 no", "Bearer [token] no"),
        ("two\nlines\r\x1b[31mred", "two\\x0alines\\x0d\\x1b[31mred"),
        ("/clinic/patients/", "/clinic/patients/"),
    ],
)
def test_a_log_line_holds_no_opener_and_is_one_line(line: str, written: str) -> None:
    assert logs.told(line) == written
    assert logs.redact(None, "info", {"request": line})["request"] == written
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s", (line,), None)
    assert logs.Redacted().filter(record)
    assert record.getMessage() == written


def test_the_logs_of_the_product_go_through_the_filter() -> None:
    handlers = configured.LOGGING["handlers"]
    assert all("redacted" in handler["filters"] for handler in handlers.values())
    assert logs.redact in structlog.get_config()["processors"]
