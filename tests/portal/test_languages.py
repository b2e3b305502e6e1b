"""The patient's pages in the patient's language, from the door to the last page."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import get_language

from audit.models import Event
from isotrack.middleware import language
from people.models import Patient

pytestmark = pytest.mark.django_db


def words(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_pages_are_written_in_the_language_of_the_patients_messages(
    signed_in: Client, patient: Patient
) -> None:
    Patient.objects.filter(pk=patient.pk).update(language="es-MX")
    page = words(signed_in, "/home/", accept_language="en")
    assert '<html lang="es"' in page
    assert "Tu próximo paso" in page and "Your next step" not in page


def test_language_that_we_do_not_have_is_read_as_english(
    signed_in: Client, patient: Patient
) -> None:
    Patient.objects.filter(pk=patient.pk).update(language="fr")
    assert "Your next step" in words(signed_in, "/home/")


def test_door_speaks_the_language_of_the_browser(client: Client) -> None:
    page = words(client, "/account/login/", accept_language="es-US,es;q=0.9")
    assert '<html lang="es"' in page and "Entrar" in page


def test_choice_at_the_door_is_kept_and_leads_back(client: Client) -> None:
    answer = client.post("/language/", {"language": "es", "next": "/account/login/"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    assert "Entrar" in words(client, "/account/login/", accept_language="en")


def test_choice_of_a_patient_goes_for_messages_too(signed_in: Client, patient: Patient) -> None:
    signed_in.post("/language/", {"language": "es", "next": "/results/"})
    patient.refresh_from_db()
    assert patient.language == "es"
    event = Event.objects.get(kind="language.chosen")
    assert event.detail == {"was": "en", "language": "es"}
    assert "Tus resultados" in words(signed_in, "/results/")


def test_same_choice_twice_changes_nothing(signed_in: Client) -> None:
    for _ in range(2):
        signed_in.post("/language/", {"language": "es", "next": "/home/"})
    assert Event.objects.filter(kind="language.chosen").count() == 1


@pytest.mark.parametrize("language", ["", "xx", "en-GB", "../es"])
def test_unknown_language_is_refused(client: Client, language: str) -> None:
    assert client.post("/language/", {"language": language}).status_code == 400


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test", r"\\evil.test"])
def test_choice_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    answer = client.post("/language/", {"language": "es", "next": elsewhere})
    assert "evil" not in answer.get("Location", "")


def test_choice_stands_on_each_page_in_its_own_language(signed_in: Client) -> None:
    page = words(signed_in, "/home/")
    assert re.search(r'<li lang="es"><button[^>]*value="es">Español</button>', page)
    assert '<span aria-current="true">English</span>' in page
    signed_in.post("/language/", {"language": "es", "next": "/home/"})
    assert 'value="en">English</button>' in words(signed_in, "/home/")


@pytest.mark.parametrize(
    ("path", "spoken"), [("/clinic/worklist/", "en"), ("/console/", "en"), ("/t/abc/", "es")]
)
def test_staff_read_english_whatever_their_browser_says(path: str, spoken: str) -> None:
    asked = RequestFactory().get(path, headers={"accept-language": "es"})
    answer = language(lambda _: HttpResponse(get_language()))(asked)
    assert answer.content.decode() == spoken
