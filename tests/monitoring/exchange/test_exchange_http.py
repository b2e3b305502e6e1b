"""Results over HTTP: who may hand them in, what is refused unread, and what is answered."""

from __future__ import annotations

import io
import json
import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client, RequestFactory
from fhir.resources.R4B.operationoutcome import OperationOutcome

from monitoring.actions import lab_tokens, results
from monitoring.exchange import door, http
from monitoring.models import LabMessage, LabReport, Observation
from people.models import Clinic, LinkFailure
from tests import world
from tests.monitoring.exchange.laboratory_system import (
    FHIR,
    HL7,
    administrator,
    codes,
    issued,
    message,
    now,
    patient_of,
    post,
    post_fhir,
    segments,
)
from tests.monitoring.intake import fhir_files, messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    clinic = world.clinic()
    patient_of(clinic)
    return clinic


@pytest.fixture
def token(clinic: Clinic) -> str:
    return issued(clinic).text


# --- Who -----------------------------------------------------------------------------------------


def test_result_is_filed_for_the_tokens_clinic(clinic: Clinic, token: str) -> None:
    elsewhere = world.clinic()
    patient_of(elsewhere)

    response = post(message(), token)

    assert response.status_code == 200
    assert codes(response.content) == [("AA", "182")]
    observation = Observation.objects.get()
    assert observation.specimen.patient.clinic == clinic
    kept = LabMessage.objects.get()
    assert (kept.clinic, kept.source) == (clinic, "api")
    assert kept.received_by.startswith("lab-token:")


@pytest.mark.parametrize("to", [HL7, FHIR])
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer ", "Bearer itl_" + "A" * 43, "Basic dXNlcjpwYXNz", "Bearer \x00", "Bearer é"],
)
def test_nobody_comes_in_without_a_valid_token(to: str, authorization: str) -> None:
    kind = "application/fhir+json" if to == FHIR else "text/plain"
    response = Client().post(
        to, message(), content_type=kind, headers={"Authorization": authorization}
    )
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert not response.cookies
    assert LabMessage.objects.count() == 0


@pytest.mark.parametrize("ended", ["expired", "revoked", "replaced", "altered"])
def test_ended_token_is_refused_like_a_wrong_one(clinic: Clinic, ended: str) -> None:
    made = issued(clinic, expires_at=now() if ended == "expired" else None)
    text = made.text
    by = administrator(clinic)
    if ended == "revoked":
        lab_tokens.revoke(made.token, by=by, now=now())
    if ended == "replaced":
        lab_tokens.rotate(made.token, overlap=timedelta(0), by=by, now=now())
    if ended == "altered":
        text = text[:-1] + ("A" if text[-1] != "A" else "B")

    wrong = post(message(), "itl_" + "A" * 43)
    response = post(message(), text)

    assert response.status_code == wrong.status_code == 401
    assert response.content == wrong.content
    assert LabMessage.objects.count() == 0


def test_both_tokens_are_taken_during_a_replacement(clinic: Clinic) -> None:
    old = issued(clinic)
    by = administrator(clinic)
    new = lab_tokens.rotate(old.token, overlap=timedelta(days=7), by=by, now=now())
    assert post(message("1"), old.text).status_code == 200
    assert post(message("2", value="90"), new.text).status_code == 200
    with time_machine.travel(now() + timedelta(days=8)):
        assert new.token.valid(now=now())


def test_use_is_noted(clinic: Clinic) -> None:
    made = issued(clinic)
    assert made.token.last_used_at is None
    post(message(), made.text)
    made.token.refresh_from_db()
    assert now() - made.token.last_used_at < timedelta(minutes=1)


def test_too_many_calls_with_a_token_must_wait(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "CALLS_A_MINUTE", 2)
    token = issued(clinic).text
    # The minute may turn once between the calls, so three of six are within one minute.
    answers = [post(message(), token) for _ in range(6)]
    refused = [each for each in answers if each.status_code == 429]
    assert refused
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60


def test_wrong_tokens_close_the_door_for_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "FAILURES_A_MINUTE", 2)
    answers = [post(message(), "itl_" + "A" * 43).status_code for _ in range(4)]
    assert answers == [401, 401, 429, 429]
    assert "127.0.0.1" not in str(list(LinkFailure.objects.values()))


def test_token_is_in_no_log(
    clinic: Clinic, token: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    post(message(), token)
    post(message(), token[:-2] + "xx")
    post(b"nonsense", token)
    spoken = "".join(capsys.readouterr()) + caplog.text
    assert token[4:30] not in spoken


# --- What is refused unread ----------------------------------------------------------------------


@pytest.mark.parametrize("to", [HL7, FHIR])
@pytest.mark.parametrize("verb", ["get", "put", "delete", "head", "options"])
def test_only_post_is_answered(to: str, verb: str) -> None:
    response = getattr(Client(), verb)(to)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    ("to", "content_type"),
    [
        (HL7, "application/json"),
        (HL7, "application/fhir+json"),
        (HL7, "multipart/form-data; boundary=x"),
        (HL7, "text/plain; charset=x-unheard-of"),
        (HL7, "text/plain; charset=rot13"),
        (HL7, ""),
        (FHIR, "application/json"),
        (FHIR, "application/fhir+xml"),
        (FHIR, "application/fhir+json; charset=utf-16"),
    ],
)
def test_other_types_are_refused(token: str, to: str, content_type: str) -> None:
    response = post(message(), token, to=to, content_type=content_type)
    assert response.status_code == 415
    assert LabMessage.objects.count() == 0


def test_compressed_body_is_refused(token: str) -> None:
    assert post(message(), token, Content_Encoding="gzip").status_code == 415


class _Untouchable(io.RawIOBase):
    """A body that must not be read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")


def _call(token: str, body: io.IOBase, length: str) -> int:
    request = RequestFactory().post(
        HL7, content_type="text/plain", headers={"Authorization": f"Bearer {token}"}
    )
    request._stream = body
    request.META["CONTENT_LENGTH"] = length
    return int(http.hl7v2(request).status_code)


def test_nine_megabytes_are_refused_without_reading_them(token: str) -> None:
    assert _call(token, _Untouchable(), str(9 * 1024 * 1024)) == 413
    assert _call(token, _Untouchable(), "9" * 5_000) == 413


@pytest.mark.parametrize("length", ["", "-1", "many", "٣"])
def test_body_without_a_length_is_refused(token: str, length: str) -> None:
    assert _call(token, _Untouchable(), length) == 411


class _Slow(io.BytesIO):
    """A body of which each read gives one byte, as a slow line does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1)


def test_slow_body_is_read_to_its_end(token: str) -> None:
    body = message()
    assert _call(token, _Slow(body), str(len(body))) == 200
    assert Observation.objects.count() == 1


def test_body_that_ends_early_is_not_kept(token: str) -> None:
    body = message()
    assert _call(token, _Slow(body[:-40]), str(len(body))) == 400
    assert LabMessage.objects.count() == 0


# --- What is answered: HL7 -----------------------------------------------------------------------


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


# --- What is answered: FHIR ----------------------------------------------------------------------


def bundle(mrn: str = "MRN-7001") -> dict[str, object]:
    return fhir_files.bundle(fhir_files.patient(mrn=mrn), fhir_files.observation())


def issues(content: bytes) -> list[tuple[str, str]]:
    outcome = OperationOutcome.model_validate_json(content)
    return [(each.severity, each.code) for each in outcome.issue]


def test_bundle_is_filed_and_known_the_second_time(token: str) -> None:
    first, again = post_fhir(bundle(), token), post_fhir(bundle(), token)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Content-Type"] == "application/fhir+json"
    assert issues(first.content) == [("information", "informational")]
    assert issues(again.content) == [("information", "duplicate")]
    assert Observation.objects.count() == 1


def test_bundle_of_an_unknown_patient_is_kept_with_a_warning(token: str) -> None:
    response = post_fhir(bundle("NOBODY-1"), token)
    assert response.status_code == 201
    assert issues(response.content) == [("warning", "incomplete")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe\x00", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
        (b"[]", 422),
        (b'{"resourceType": "Patient"}', 422),
    ],
)
def test_unusable_resource_is_kept_and_rejected(token: str, body: bytes, status: int) -> None:
    response = post_fhir(body, token)
    assert response.status_code == status
    assert issues(response.content) == [("error", "processing")]
    assert LabReport.objects.get().status == "rejected"


@pytest.mark.parametrize("text", ["A\x00B", "\ud800"])
def test_text_that_no_database_holds_is_survived(token: str, text: str) -> None:
    sent = json.dumps(bundle()).replace("MRN-7001", json.dumps(text)[1:-1])
    assert post_fhir(sent.encode(), token).status_code in (201, 422)
    assert LabMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "content_type", "token_text", "status"),
    [
        (b"{}", "application/fhir+json", "wrong", 401),
        (b"{}", "text/plain", None, 415),
        (b" ", "application/fhir+json", None, 400),
    ],
)
def test_every_refusal_is_an_outcome(
    token: str, body: bytes, content_type: str, token_text: str | None, status: int
) -> None:
    response = post(body, token_text or token, to=FHIR, content_type=content_type)
    assert response.status_code == status
    assert [severity for severity, _ in issues(response.content)] == ["error"]
