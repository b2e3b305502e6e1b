"""A clinic shares documents: with whom, what may be shared, and what stays on record."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Access, Event
from courses.models import Course
from messaging.models import Message
from monitoring import purposes
from monitoring.actions import documents
from monitoring.documents import MOST_BYTES, File, NotADocument, Runs, TooLarge, checked
from monitoring.models import Document, DocumentOpening
from monitoring.queries.export import tables
from people.models import Patient, User
from people.permissions import Role
from tests import shots, world
from tests.forms import guard
from tests.trust.headers import missing_headers, policy_of
from tests.world import NOW

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PAGE = "/documents/"


def holding(part: bytes) -> bytes:
    return PDF.replace(b"endobj", part + b"\nendobj")


def packed(part: bytes) -> bytes:
    return holding(b"stream\n" + zlib.compress(part) + b"\nendstream")


@pytest.fixture
def nurse(course: Course) -> User:
    return world.staff(course.clinic, Role.NURSE)


@pytest.fixture
def letter(course: Course, nurse: User) -> Document:
    """Shared with the patient of the course."""
    return documents.share(
        course.clinic,
        File("pdf", PDF),
        patient=course.patient,
        title="Letter to your doctor",
        by=nurse,
        now=NOW,
    )


def opens(client: Client, row: Document) -> int:
    return client.get(f"{PAGE}{row.public_id}/").status_code


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (b"<html><script>1</script>" + PDF, NotADocument),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotADocument),
        (b"GIF89a" + b"0" * 300, NotADocument),
        (b"PK\x03\x04" + PDF, NotADocument),
        (PDF[:40], NotADocument),
        (b"", NotADocument),
        (holding(b"/OpenAction << /S /JavaScript /JS (app.alert) >>"), Runs),
        (holding(b"/A << /S /L#61unch >>"), Runs),
        (packed(b"<< /S /JavaScript >>"), Runs),
        (holding(b"/Encrypt 5 0 R"), Runs),
        (packed(b"/" + bytes(9 * 1024 * 1024)), TooLarge),
        (PDF + bytes(MOST_BYTES), TooLarge),
    ],
    ids=str,
)
def test_what_runs_or_is_no_document_is_refused(sent: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked(sent)


def test_a_pdf_stays_and_a_picture_is_written_anew() -> None:
    assert checked(PDF) == File("pdf", PDF)
    assert checked(packed(b"BT /F1 12 Tf (Hello) Tj ET")).kind == "pdf"
    picture = checked(shots.photo() + b"<script>")
    assert picture.kind == "jpeg" and shots.MAKER.encode() not in picture.body
    assert b"<script>" not in picture.body


@pytest.mark.django_db
def test_staff_share_and_the_patient_gets_a_neutral_notice(
    course: Course, nurse: User, client: Client
) -> None:
    client.force_login(nurse)
    page = reverse("clinic:documents", args=[course.public_id])
    sent = {"title": "Letter", "file": SimpleUploadedFile("Rivera-Ana.pdf", PDF)}
    sent |= guard(course)
    assert client.post(page, sent).status_code == 302
    row = Document.objects.get()
    assert (row.patient, row.kind, bytes(row.body)) == (course.patient, "pdf", PDF)
    message = Message.objects.get(key=f"document:{row.public_id}")
    assert message.purpose == purposes.CLINIC_MESSAGE.name
    assert Event.objects.filter(kind="document.shared", patient=course.patient.public_id).exists()


@pytest.mark.django_db
def test_the_patient_opens_it_and_the_clinic_sees_that(
    signed_in: Client, patient: Patient, letter: Document
) -> None:
    assert "Letter to your doctor" in signed_in.get(PAGE).content.decode()
    answer = signed_in.get(f"{PAGE}{letter.public_id}/")
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert "sandbox" in policy_of(answer) and missing_headers(answer) == []
    opens(signed_in, letter)
    assert DocumentOpening.objects.get().opened_at == NOW
    assert Access.objects.filter(page="portal:document", patient=patient.public_id).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        lambda here: world.patient(here, login=True),
        lambda here: world.patient(world.clinic(), login=True),
    ],
    ids=["of the clinic", "of another"],
)
def test_nobody_else_opens_it(
    client: Client, letter: Document, other: Callable[..., Patient]
) -> None:
    client.force_login(other(letter.clinic).user)
    assert opens(client, letter) == 404
    assert "Letter to your doctor" not in client.get(PAGE).content.decode()


@pytest.mark.django_db
def test_a_guardian_opens_nothing(client: Client, patient: Patient, letter: Document) -> None:
    client.force_login(world.guardian(patient).user)
    assert opens(client, letter) == 404


@pytest.mark.django_db
def test_a_leaflet_is_for_every_patient_of_the_clinic_only(
    client: Client, course: Course, nurse: User
) -> None:
    row = documents.share(
        course.clinic, File("pdf", PDF), patient=None, title="Leaflet", by=nurse, now=NOW
    )
    assert not Message.objects.filter(key__startswith="document:").exists()
    client.force_login(world.patient(course.clinic, login=True).user)
    assert opens(client, row) == 200
    client.force_login(world.patient(world.clinic(), login=True).user)
    assert opens(client, row) == 404


@pytest.mark.django_db
def test_withdrawn_it_is_gone_for_the_patient_and_stays_on_record(
    signed_in: Client, course: Course, nurse: User, letter: Document
) -> None:
    about = f"document:{letter.public_id}"
    assert purposes.CLINIC_MESSAGE.still_wanted(about, NOW) is True
    desk = Client()
    desk.force_login(nurse)
    page = reverse("clinic:documents", args=[course.public_id])
    sent = guard(course) | {"which": str(letter.public_id)}
    assert desk.post(page, {**sent, "reason": ""}).status_code == 422
    assert desk.post(page, {**sent, "reason": "Wrong patient"}).status_code == 302
    assert opens(signed_in, letter) == 404
    assert "No documents yet" in signed_in.get(PAGE).content.decode()
    assert "Wrong patient" in desk.get(page).content.decode()
    assert purposes.CLINIC_MESSAGE.still_wanted(about, NOW) == "withdrawn meanwhile"


@pytest.mark.django_db
def test_the_download_names_what_was_shared(patient: Patient, letter: Document) -> None:
    rows = {table.name: table.rows for table in tables(patient)}
    assert rows["monitoring.Document"][0]["title"] == "Letter to your doctor"
    assert "body" not in rows["monitoring.Document"][0]


@pytest.mark.django_db
def test_the_same_file_twice_is_shared_once(letter: Document, nurse: User) -> None:
    again = documents.share(
        letter.clinic, File("pdf", PDF), patient=letter.patient, title="A", by=nurse, now=NOW
    )
    assert again == letter
    letter.pk, letter.public_id = None, uuid.uuid4()
    with pytest.raises(IntegrityError, match="one_document_per_file_and_reader"):
        letter.save(force_insert=True)


@pytest.mark.django_db
def test_the_database_keeps_what_was_shared(letter: Document, signed_in: Client) -> None:
    opens(signed_in, letter)
    rows = Document.objects.all()
    for change in (lambda: rows.update(title="Another"), DocumentOpening.objects.all().delete):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            change()
