"""Requests nobody should send: other verbs, other people's ids, hostile text (AT-02 to 21)."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Access
from courses.models import Course
from monitoring.models import Acknowledgement, Escalation, LabReport, Observation
from people.models import Patient
from tests.forms import guard
from tests.monitoring.intake import messages
from tests.trust import matrix
from tests.trust.cast import ELSEWHERE, Cast, upload
from tests.trust.headers import missing_headers
from tests.trust.matrix import Address

ADDRESSES = [each for each in matrix.addresses() if not each.name.startswith("account_logout")]
# What a page may write while it is only looked at: that it was, the session, the sign-in limits.
MAY_WRITE = {"audit_access", "django_session", "django_cache"}
HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def _written(queries: CaptureQueriesContext) -> set[str]:
    found = set()
    for query in queries.captured_queries:
        if hit := re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"', query["sql"]):
            found.add(hit[1])
    return found


@pytest.mark.parametrize("actor", ["dermatologist", "patient"])
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda each: each.label)
def test_looking_changes_nothing(cast: Cast, address: Address, actor: str) -> None:
    browser = cast.client(actor)
    for verb in ("get", "head"):
        with CaptureQueriesContext(connection) as queries:
            getattr(browser, verb)(address.path(cast.things))
        assert _written(queries) <= MAY_WRITE


@pytest.mark.parametrize("verb", ["put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda each: each.label)
def test_other_verbs_change_nothing(cast: Cast, address: Address, verb: str) -> None:
    browser = cast.client("dermatologist")
    with CaptureQueriesContext(connection) as queries:
        response = getattr(browser, verb)(
            address.path(cast.things), headers={"X-HTTP-Method-Override": "POST"}
        )
    assert _written(queries) <= MAY_WRITE
    assert response.status_code in {200, 302, 400, 403, 404, 405, 422}


def test_a_header_does_not_turn_looking_into_acting(cast: Cast) -> None:
    path = f"/clinic/courses/{cast.course.public_id}/record/weight/"
    browser = cast.client("nurse")
    weights = cast.course.weights.count()
    browser.get(
        path,
        {"kg": "70", "measured_on": "22-Nov-2026", "_method": "POST"},
        headers={"X-HTTP-Method-Override": "POST"},
    )
    assert cast.course.weights.count() == weights


def test_a_report_cannot_be_filed_for_a_foreign_patient(cast: Cast) -> None:
    path = f"/clinic/results/{cast.things['report']}/"
    response = cast.client("nurse").post(path, {"patient": str(cast.foreigner.public_id)})
    assert response.status_code == 404
    assert LabReport.objects.get(public_id=cast.things["report"]).status == "unmatched"
    assert not Observation.objects.filter(specimen__patient=cast.foreigner).exists()


def test_a_foreign_report_does_not_exist(cast: Cast) -> None:
    foreign = upload(
        cast.abroad,
        messages.PID,
        messages.OBR,
        messages.obx(),
        control_id="F-1",
        by=cast.users["foreign"],
    )
    path = f"/clinic/results/{foreign.public_id}/"
    for sent in ({"patient": str(cast.patient.public_id)}, {"reject": "1", "why": "not ours"}):
        assert cast.client("dermatologist").post(path, sent).status_code == 404
    foreign.refresh_from_db()
    assert (foreign.status, foreign.settled_at) == ("unmatched", None)


@pytest.mark.parametrize("what", ["specimen", "concern"])
def test_a_thing_of_one_course_is_not_reached_through_another(cast: Cast, what: str) -> None:
    """A dermatologist who works in both clinics still cannot mix two patients up (AT-40)."""
    other = Course.objects.get(pk=cast.foreign_course.pk)
    place = "results" if what == "specimen" else "concerns"
    path = f"/clinic/courses/{other.public_id}/{place}/{cast.things[what]}/"
    sent = {"action": "no-action", "plan": "nothing to do", "outcome": "nothing", "take": "1"}
    assert cast.client("foreign").get(path).status_code == 404
    assert cast.client("foreign").post(path, sent).status_code == 404
    assert not Acknowledgement.objects.exists()
    assert Escalation.objects.get(course=cast.course).acknowledged_at is None


def test_fields_that_no_form_has_are_not_bound(cast: Cast) -> None:
    path = f"/clinic/courses/{cast.course.public_id}/record/weight/"
    cast.client("nurse").post(
        path,
        {
            **guard(cast.course),
            "kg": "71.5",
            "measured_on": "22-Nov-2026",
            "course": cast.foreign_course.pk,
            "course_id": cast.foreign_course.pk,
            "recorded_by": cast.users["dermatologist"].pk,
            "recorded_at": "2020-01-01",
        },
    )
    row = cast.course.weights.latest("pk")
    assert (str(row.kg), row.recorded_by) == ("71.50", cast.users["nurse"])
    assert cast.foreign_course.weights.count() == 1


def test_lists_and_searches_end_at_the_clinics_wall(cast: Cast) -> None:
    upload(
        cast.abroad,
        messages.PID.replace("Example^Ada", "^".join(ELSEWHERE[1::-1])),
        messages.OBR,
        messages.obx(),
        control_id="F-2",
        by=cast.users["foreign"],
    )
    browser = cast.client("dermatologist")
    bodies = [
        browser.get(path).content.decode()
        for path in (
            "/clinic/",
            "/clinic/worklist/",
            "/clinic/patients/",
            "/clinic/results/",
            "/clinic/messages/",
        )
    ]
    found = "/clinic/patients/"
    bodies += [
        browser.post(found, {"q": word}).content.decode().replace(f'value="{word}"', "")
        for word in ELSEWHERE
    ]
    assert not [word for word in ELSEWHERE for body in bodies if word in body]


def test_a_foreign_clinic_cannot_be_chosen(cast: Cast) -> None:
    browser = cast.client("nurse")
    browser.post("/clinic/choose/", {"clinic": cast.abroad.slug})
    assert cast.abroad.name not in browser.get("/clinic/").content.decode()
    assert browser.get(f"/clinic/courses/{cast.foreign_course.public_id}/").status_code == 404


def test_a_refusal_is_written_down(cast: Cast) -> None:
    before = Access.objects.filter(refused=True).count()
    cast.client("foreign").get(f"/clinic/courses/{cast.course.public_id}/")
    cast.client("auditor").get(f"/clinic/courses/{cast.course.public_id}/")
    assert Access.objects.filter(refused=True).count() == before + 2


@pytest.mark.parametrize(
    "path", ["/clinic/", "/clinic/worklist/", "/clinic/patients/", "/clinic/messages/", "course"]
)
def test_hostile_names_are_shown_as_text(cast: Cast, path: str) -> None:
    Patient.objects.filter(pk=cast.patient.pk).update(given_name=HOSTILE, family_name=HOSTILE)
    if path == "course":
        path = f"/clinic/courses/{cast.course.public_id}/"
    body = cast.client("dermatologist").get(path).content.decode()
    assert "&lt;script&gt;" in body
    assert "<script>alert" not in body
    assert "<img src=x" not in body


def test_what_is_typed_comes_back_as_text(cast: Cast) -> None:
    browser = cast.client("dermatologist")
    typed = [
        browser.post("/clinic/patients/", {"q": HOSTILE}),
        browser.post("/clinic/start/", {"given_name": HOSTILE, "mrn": HOSTILE, "pattern": HOSTILE}),
        browser.get("/clinic/%3Cscript%3Ealert(1)%3C/script%3E/"),
        browser.get("/clinic/worklist/", {"show": HOSTILE, "page": HOSTILE}),
    ]
    assert [page.status_code for page in typed] == [200, 422, 404, 200]
    for page in typed:
        assert b"<script>alert" not in page.content
        assert b"<img src=x" not in page.content


def test_pages_of_refusal_carry_the_headers_too(cast: Cast) -> None:
    strict = cast.client("nurse", enforce_csrf_checks=True)
    pages = [
        cast.client("nurse").get("/no/such/page/"),
        cast.client("nurse").get(f"/clinic/courses/{uuid.uuid4()}/"),
        cast.client("coordinator").get("/clinic/start/"),
        strict.post("/clinic/choose/", {"clinic": "x"}),
        cast.client("nurse").get("/clinic/", headers={"host": "evil.test"}),
        cast.client("anonymous").get("/clinic/"),
    ]
    assert [page.status_code for page in pages] == [404, 404, 403, 403, 400, 302]
    assert [missing_headers(page) for page in pages] == [[]] * len(pages)


def test_each_page_has_a_nonce_of_its_own(cast: Cast) -> None:
    browser: Client = cast.client("nurse")
    nonces = {
        re.search(r"'nonce-([^']+)'", browser.get("/clinic/").headers["Content-Security-Policy"])[1]  # type: ignore[index]
        for _ in range(3)
    }
    assert len(nonces) == 3


def test_files_of_the_look_may_be_kept_and_are_not_guessed_at(cast: Cast) -> None:
    response = cast.client("anonymous").get("/static/css/isotrack.css")
    assert response.status_code == 200
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" not in response.headers.get("Cache-Control", "")
