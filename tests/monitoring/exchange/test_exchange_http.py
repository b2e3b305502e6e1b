"""Results over HTTP: who may hand them in, and what is refused before it is read."""

from __future__ import annotations

import io
import logging
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from monitoring.actions import lab_tokens
from monitoring.exchange import door, http
from monitoring.models import LabMessage, Observation
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
)

pytestmark = pytest.mark.django_db


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
    lab_tokens.rotate(new.token, overlap=timedelta(0), by=by, now=now())
    assert post(message("3", value="91"), old.text).status_code == 401
    assert post(message("3", value="91"), new.text).status_code == 401


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
