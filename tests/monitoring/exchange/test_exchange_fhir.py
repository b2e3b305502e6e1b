"""FHIR over HTTP: what is kept, and the outcome that is answered."""

from __future__ import annotations

import json

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from monitoring.models import LabMessage, LabReport, Observation
from tests.monitoring.exchange.laboratory_system import (
    FHIR,
    post,
    post_fhir,
)
from tests.monitoring.intake import fhir_files

pytestmark = pytest.mark.django_db


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
