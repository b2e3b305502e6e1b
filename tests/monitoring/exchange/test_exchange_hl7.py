"""HL7 over HTTP: what is kept, and how it is acknowledged."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from monitoring.actions import results
from monitoring.exchange import http, taking
from monitoring.intake.hl7v2_frames import MESSAGE_LIMIT
from monitoring.intake.report import Format
from monitoring.management.commands import mllp
from monitoring.models import LabMessage, LabReport, Observation
from people.models import Clinic
from tests.monitoring.exchange.laboratory_system import (
    codes,
    message,
    now,
    post,
    segments,
)
from tests.monitoring.intake import messages

pytestmark = pytest.mark.django_db


def test_acknowledgement_mirrors_the_header(token: str) -> None:
    header, said = segments(post(message("A-77"), token).content)
    # Who sent receives now, and the other way round.
    assert header[:6] == ["MSH", "^~\\&", "CLINIC", "DERM", "LAB", "NORTH"]
    assert header[8] == "ACK^R01^ACK"
    assert header[9] not in ("", "A-77")
    assert header[10:12] == ["P", "2.5.1"]
    assert said[:3] == ["MSA", "AA", "A-77"]


def test_own_separators_and_old_versions_are_answered_in_kind(token: str) -> None:
    body = message().replace(b"|", b"*").replace(b"2.5.1", b"2.2").replace(b"^~\\&", b"^~\\@")
    answer = post(body, token).content.decode()
    assert answer.startswith("MSH*^~\\@*CLINIC*DERM*LAB*NORTH*")
    assert "*ACK*" in answer
    assert "*2.2\r" in answer
    assert "ERR*" not in answer


def test_resend_is_acknowledged_and_changes_nothing(token: str) -> None:
    first, again = post(message(), token), post(message(), token)
    assert codes(first.content) == codes(again.content) == [("AA", "182")]
    assert b"received before" in again.content
    assert (LabMessage.objects.count(), Observation.objects.count()) == (1, 1)


def test_unmatched_is_kept_and_the_sender_learns_no_more(token: str) -> None:
    response = post(message(mrn="NOBODY-1"), token)
    assert response.status_code == 200
    assert codes(response.content) == [("AA", "182")]
    assert b"kept: waits until the clinic finds the patient" in response.content
    assert LabReport.objects.get().status == "unmatched"


@pytest.mark.parametrize(
    ("body", "status", "control_id"),
    [
        (messages.message(messages.PID, header=messages.msh("9", kind="ADT^A01")), 422, "9"),
        (messages.message(messages.PID, messages.OBR, header=messages.msh("9")), 422, "9"),
        (b"MSH|^~\\&|LAB", 422, ""),
        (b"%PDF-1.7 not a message", 400, ""),
        (b"\x00" * 10 + b"x", 400, ""),
    ],
)
def test_unusable_is_kept_and_rejected_with_a_reason(
    token: str, body: bytes, status: int, control_id: str
) -> None:
    response = post(body, token)
    assert response.status_code == status
    assert codes(response.content) == [("AR", control_id)]
    (said,) = [each for each in segments(response.content) if each[0] == "MSA"]
    assert len(said[3]) > 10
    assert [each[0] for each in segments(response.content)][-1] == "ERR"
    assert LabReport.objects.get().status == "rejected"


def test_reason_is_escaped(token: str) -> None:
    body = messages.message(messages.PID, header=messages.msh("9", kind="ADT^A01"))
    answer = post(body, token).content.decode()
    assert "ORU\\S\\R01" in answer


def test_empty_body_is_refused(token: str) -> None:
    assert post(b" \r\n\x00", token).status_code == 400
    assert LabMessage.objects.count() == 0


def test_several_messages_are_answered_one_by_one_in_order(token: str) -> None:
    bad = messages.message(messages.PID, header=messages.msh("2", kind="ADT^A01"))
    response = post(message("1") + bad + message("3", value="90"), token)
    assert codes(response.content) == [("AA", "1"), ("AR", "2"), ("AA", "3")]
    assert response.status_code == 422
    assert Observation.objects.count() == 2


def test_patients_of_whom_one_is_unusable_make_an_error(token: str) -> None:
    second = messages.PID.replace("PID|1", "PID|2")
    body = messages.message(messages.PID, messages.OBR, messages.obx(), second)
    response = post(body, token)
    assert codes(response.content) == [("AE", "182")]
    assert response.status_code == 422
    assert Observation.objects.count() == 1


def test_piece_that_is_no_message_does_not_borrow_another_ones_control_id(token: str) -> None:
    response = post(b"\x0b" + message("1") + b"\x1c\r\x0bgarbage\x1c\r", token)
    assert codes(response.content) == [("AA", "1"), ("AR", "")]


def test_body_of_too_many_messages_is_refused_whole(token: str) -> None:
    response = post(b"MSH|^~\\&|\r" * 1_001, token)
    assert response.status_code == 413
    assert LabMessage.objects.count() == 0


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "utf-8"])
def test_named_character_set_is_honoured(token: str, charset: str) -> None:
    text = message().decode().replace("Ada", "Renée").replace("2106-3", "")
    response = post(
        text.replace("MRN-7001", "NOBODY").encode(charset),
        token,
        content_type=f"text/plain; charset={charset}",
    )
    assert codes(response.content) == [("AA", "182")]
    assert json.loads(LabReport.objects.get().hints)["given"] == "Renée"


@pytest.mark.parametrize(
    ("name", "encoding", "said", "charset"),
    [
        ("Zoë", "iso-8859-1", "", ""),
        ("Zoë", "iso-8859-1", "8859/1", ""),
        ("Zoë", "iso-8859-1", "", "; charset=utf-8"),
        ("Zoë", "iso-8859-1", "", "; charset=us-ascii"),
        ("Zoë", "utf-8", "", "; charset=iso-8859-1"),
        ("Łucja", "iso-8859-2", "8859/2", ""),
        ("Łucja", "iso-8859-2", "", "; charset=iso-8859-2"),
    ],
)
def test_letters_are_read_alike_over_both_ways(
    clinic: Clinic, token: str, name: str, encoding: str, said: str, charset: str
) -> None:
    """B-cases: ISO-8859-1 unsaid or named, and clients that add a character set by themselves."""
    text = messages.message(
        messages.PID.replace("MRN-7001", "NOBODY").replace("Ada", name),
        messages.OBR,
        messages.obx(),
        header=messages.msh(charset=said),
    ).decode()
    body = text.encode(encoding)
    response = post(body, token, content_type=f"application/hl7-v2{charset}")
    assert codes(response.content) == [("AA", "182")]
    if "8859-2" not in charset:  # over MLLP nobody but the message names a character set
        (taken,) = taking.take(
            body.replace(b"|182|", b"|183|"), wire=Format.HL7V2, clinic=clinic, source="mllp",
            by=mllp.LISTENER, now=now(),
        )  # fmt: skip
        assert taken.answer == "AA"
    assert {json.loads(each.hints)["given"] for each in LabReport.objects.all()} == {name}


def test_nul_bytes_and_control_characters_are_survived(token: str) -> None:
    body = message("18\x002").replace(b"LAB|", b"L\x00\x07B|").replace(b"Ada", b"A\x00da")
    response = post(body, token)
    assert response.status_code in (200, 422)
    assert LabMessage.objects.count() == 1
    assert b"\x00" not in response.content


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(OperationalError("server closed"), 503, "207"), (RuntimeError("MRN-7001"), 500, "207")],
)
def test_failure_of_ours_asks_for_the_message_again(
    token: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(results, "receive", fail)
    monkeypatch.setattr(http.connection, "close", lambda: None)
    response = post(message(), token)
    assert response.status_code == status
    assert codes(response.content) == [("AE", "182")]
    assert f"ERR|||{code}^" in response.content.decode()
    assert "MRN-7001" not in caplog.text + response.content.decode()


def test_a_message_that_is_too_long_is_answered_by_its_own_number_and_seen(token: str) -> None:
    """It is authentic and cannot be read: its beginning is kept, the one behind it is filed."""
    long = message("long").rstrip(b"\r") + b"\rNTE|1||" + b"x" * MESSAGE_LIMIT + b"\r"

    response = post(long + message("next"), token)

    assert codes(response.content) == [("AR", "long"), ("AA", "next")]
    report = LabReport.objects.get(status="rejected")
    assert "longer than 2,097,152 bytes" in report.reason
    kept = report.message.raw.encode("latin-1")
    assert len(kept) <= 65_536
    assert kept.startswith(b"MSH|")
    assert b"|long|" in kept
