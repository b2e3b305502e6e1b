"""Everything about a patient can be taken away, by the patient alone, after the password."""

from __future__ import annotations

import json
import uuid

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, Model
from django.test import Client

from audit.models import Event
from courses.models import Course
from monitoring.actions import letters
from monitoring.queries.export import LEFT_OUT, TABLES, fields_of, tables
from people.models import ContactPoint, Patient, TaskLink
from portal.data_names import NAMES
from tests import world
from tests.world import NOW, PASSWORD

PAGE = "/download/"


@pytest.fixture
def proved(signed_in: Client) -> Client:
    """Signed in, and the password given once more a moment ago."""
    signed_in.post("/account/reauthenticate/", {"password": PASSWORD})
    return signed_in


def _leads(model: type[Model], known: set[type[Model]]) -> bool:
    return any(
        isinstance(field, ForeignKey) and field.related_model in known
        for field in model._meta.concrete_fields
    )


def test_every_model_that_leads_to_a_patient_is_exported_or_left_out_with_a_reason() -> None:
    """Earlier values of a row, which the database keeps by itself, are not rows of their own."""
    models = [m for m in apps.get_models() if not any(f.name == "pgh_id" for f in m._meta.fields)]
    known: set[type[Model]] = {Patient}
    while more := {m for m in models if m not in known and _leads(m, known)}:
        known |= more
    labels = {m._meta.label for m in known}
    assert labels - set(TABLES) - set(LEFT_OUT) == set()
    assert (set(TABLES) | set(LEFT_OUT)) - labels == set()


def test_password_is_asked_for_again(signed_in: Client) -> None:
    answer = signed_in.post(PAGE, {"form": "json"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert not Event.objects.filter(kind="data.exported").exists()
    wrong = signed_in.post(answer.headers["Location"], {"password": "not-this-one"})
    assert "Content-Disposition" not in wrong.headers
    right = signed_in.post(answer.headers["Location"], {"password": PASSWORD}, follow=True)
    assert right.status_code == 200
    assert signed_in.post(PAGE, {"form": "json"}).headers["Content-Type"] == "application/json"


def test_file_for_programs_holds_what_the_patient_wrote_and_no_key(
    proved: Client, course: Course
) -> None:
    letters.write(course.patient, text="May I swim?", nonce=uuid.uuid4(), now=NOW)
    answer = proved.post(PAGE, {"form": "json"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    found = json.loads(answer.content)["tables"]
    assert found["monitoring.Letter"][0]["text"] == "May I swim?"
    assert found["courses.Course"][0]["public_id"] == str(course.public_id)
    assert found["courses.DoseStep"] and found["monitoring.DueItem"]
    assert found["people.ContactPoint"][0]["address"].startswith("patient-")
    assert any(row["page"] == "portal:download" for row in found["audit.Access"])
    text = answer.content.decode()
    for secret in (
        *TaskLink.objects.values_list("token_hash", flat=True),
        *ContactPoint.objects.values_list("address_index", flat=True),
    ):
        assert secret not in text
    event = Event.objects.get(kind="data.exported")
    assert (event.actor, event.detail) == (course.patient.audit_id, {"form": "json"})


def test_page_to_read_stands_by_itself_and_runs_nothing(proved: Client, course: Course) -> None:
    letters.write(course.patient, text="<script>x</script>", nonce=uuid.uuid4(), now=NOW)
    answer = proved.post(PAGE, {"form": "html"})
    page = answer.content.decode()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Doses and capsules" in page and "Rivera" in page
    for outside in ("<script", "src=", "<link", "url("):
        assert outside not in page


def test_each_table_and_field_has_a_name_in_every_language_and_none_is_left_over() -> None:
    languages = {code for code, _name in settings.LANGUAGES}
    looks = {"on", "last_at", "by", "own", "page", "refused", "times"}
    wanted = {
        "tables": {*TABLES, "audit.Access"},
        "fields": {name for label in TABLES for name in fields_of(label)} | looks,
    }
    assert {kind: set(names) for kind, names in NAMES.items()} == wanted
    for names in NAMES.values():
        assert {key: set(said) for key, said in names.items() if set(said) != languages} == {}


def test_names_are_in_the_patients_language_beside_keys_that_stay(
    proved: Client, course: Course
) -> None:
    Patient.objects.filter(pk=course.patient.pk).update(language="es")
    found = json.loads(proved.post(PAGE, {"form": "json"}).content)
    assert found["labels"]["fields"]["born"] == "Fecha de nacimiento"
    assert found["labels"]["tables"]["courses.DoseStep"] == "Dosis"
    assert set(found["labels"]["tables"]) == set(found["tables"])
    assert found["tables"]["people.Patient"][0]["born"] == "1999-03-12"
    assert set(found["tables"]["audit.Access"][0]) <= set(found["labels"]["fields"])
    page = proved.post(PAGE, {"form": "html"}).content.decode()
    assert "Fecha de nacimiento" in page and "Date of birth" not in page


def test_nothing_of_another_patient_is_in_it(patient: Patient) -> None:
    other = world.patient(patient.clinic, given_name="Zephyrine", family_name="Quillfeather")
    course = world.course(other)
    text = json.dumps([table.rows for table in tables(patient)], default=str)
    for private in ("Zephyrine", "Quillfeather", str(course.public_id), str(other.public_id)):
        assert private not in text
