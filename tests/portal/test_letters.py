"""What a patient writes reaches somebody, is answered, and is private on the way."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from audit.models import Event
from courses.models import Course
from messaging.models import Message
from monitoring.actions import letters
from monitoring.models import CourseStanding, Letter
from people.models import Patient, User
from people.permissions import Role
from tests import world
from tests.world import NOW

WRITE = "/messages/write/"
WORDS = "May I go swimming in the sea?"


def sends(client: Client, text: str = WORDS, nonce: uuid.UUID | None = None) -> int:
    return client.post(WRITE, {"text": text, "nonce": str(nonce or uuid.uuid4())}).status_code


@pytest.fixture
def nurse(course: Course) -> User:
    return world.staff(course.clinic, Role.NURSE)


@pytest.fixture
def desk(nurse: User) -> Client:
    browser = Client()
    browser.force_login(nurse)
    return browser


def test_emergency_number_stands_above_the_box(signed_in: Client) -> None:
    page = signed_in.get(WRITE).content.decode()
    assert page.index('href="tel:911"') < page.index("<textarea")


def test_from_sent_to_read_to_answered(
    signed_in: Client, desk: Client, course: Course, nurse: User
) -> None:
    assert sends(signed_in) == 302
    shown = signed_in.get("/messages/").content.decode()
    assert WORDS in shown and "Sent" in shown
    standing = CourseStanding.objects.get(course=course)
    assert (standing.reason, standing.owner) == ("letter", "nurse")
    assert "Message from patient" in desk.get("/clinic/").content.decode()

    letter = Letter.objects.get()
    path = f"/clinic/messages/from-patients/{letter.public_id}/"
    assert "Nobody yet" in desk.get("/clinic/messages/from-patients/").content.decode()
    assert WORDS in desk.get(path).content.decode()
    assert "Read by your clinic" not in signed_in.get("/messages/").content.decode()

    assert desk.post(path, {"take": "1"}).status_code == 302
    assert "Read by your clinic" in signed_in.get("/messages/").content.decode()
    assert str(nurse) in desk.get("/clinic/messages/from-patients/").content.decode()

    assert desk.post(path, {"answer": "Yes, with sunscreen."}).status_code == 302
    assert "Yes, with sunscreen." in signed_in.get("/messages/").content.decode()
    assert CourseStanding.objects.get(course=course).reason != "letter"
    notice = Message.objects.get(about=f"letter:{letter.public_id}")
    assert (notice.purpose, notice.patient) == ("clinic-message", course.patient)
    kinds = Event.objects.filter(kind__startswith="letter.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "letter.written", "letter.taken", "letter.answered",
    ]  # fmt: skip
    assert WORDS not in str(list(Event.objects.values()))


def test_double_press_sends_once_and_other_words_from_the_same_page_are_another(
    signed_in: Client,
) -> None:
    nonce = uuid.uuid4()
    for _ in range(2):
        assert sends(signed_in, nonce=nonce) == 302
    assert Letter.objects.count() == 1
    assert sends(signed_in, "And in a pool?", nonce=nonce) == 302
    assert Letter.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   \n ", "x" * (letters.LONGEST + 1)])
def test_nothing_and_too_much_are_refused(signed_in: Client, text: str) -> None:
    assert sends(signed_in, text) == 422
    assert not Letter.objects.exists()


def test_longest_text_is_taken(signed_in: Client) -> None:
    assert sends(signed_in, "x" * letters.LONGEST) == 302


def test_after_five_without_an_answer_the_page_says_to_call(signed_in: Client) -> None:
    for number in range(letters.MOST_WAITING):
        assert sends(signed_in, f"Question {number}") == 302
    page = signed_in.post(WRITE, {"text": WORDS, "nonce": str(uuid.uuid4())})
    assert page.status_code == 422 and "Please call." in page.content.decode()


def test_words_are_shown_as_words(signed_in: Client, desk: Client) -> None:
    sends(signed_in, "<script>alert(1)</script>")
    path = f"/clinic/messages/from-patients/{Letter.objects.get().public_id}/"
    for page in (signed_in.get("/messages/"), desk.get(path)):
        assert "<script>alert" not in page.content.decode()


def test_text_and_answer_are_encrypted(patient: Patient, nurse: User) -> None:
    letter = letters.write(patient, text=WORDS, nonce=uuid.uuid4(), now=NOW)
    letters.answer(letter, text="Yes.", by=nurse, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, answer FROM monitoring_letter")
        (text, answer), *_ = cursor.fetchall()
    assert text.startswith("1:") and answer.startswith("1:")
    assert "swimming" not in text and "Yes" not in answer


def test_second_answer_is_refused_and_a_colleague_may_take_over(
    patient: Patient, nurse: User
) -> None:
    letter = letters.write(patient, text=WORDS, nonce=uuid.uuid4(), now=NOW)
    letters.take(letter, by=nurse, now=NOW)
    doctor = world.staff(patient.clinic)
    later = NOW + timedelta(hours=1)
    taken = letters.take(letter, by=doctor, now=later)
    assert (taken.taken_by, taken.taken_at) == (doctor, NOW)
    letters.answer(letter, text="Yes.", by=nurse, now=later)
    with pytest.raises(letters.AlreadyAnswered):
        letters.answer(letter, text="No.", by=doctor, now=later)
    assert Message.objects.filter(about=f"letter:{letter.public_id}").count() == 1


def test_database_keeps_what_was_written_and_answered(patient: Patient, nurse: User) -> None:
    letter = letters.write(patient, text=WORDS, nonce=uuid.uuid4(), now=NOW)
    rows = Letter.objects.filter(pk=letter.pk)
    for change in ({"text": "Other"}, {"answer": "Yes"}, {"taken_at": NOW}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    letters.answer(letter, text="Yes.", by=nurse, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(answer="No.")
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


@pytest.mark.django_db
def test_patient_without_a_course_is_heard_too(client: Client) -> None:
    clinic = world.clinic()
    client.force_login(world.patient(clinic, login=True).user)
    assert sends(client) == 302
    browser = Client()
    browser.force_login(world.staff(clinic))
    assert "1 message from patients" in browser.get("/clinic/").content.decode()


def test_letter_of_another_clinic_does_not_exist(signed_in: Client) -> None:
    sends(signed_in)
    browser = Client()
    browser.force_login(world.staff(world.clinic()))
    path = f"/clinic/messages/from-patients/{Letter.objects.get().public_id}/"
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"answer": "Yes."}).status_code == 404
