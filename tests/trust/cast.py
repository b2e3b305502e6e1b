"""Two clinics, everybody who may knock, and one thing of each kind to knock at.

Every name, number and date of the two patients is a canary: it occurs nowhere else, so a body that
holds one has shown that patient.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.test import Client

from courses.models import Course, Prescription
from messaging.models import Message
from monitoring.actions import (
    assigning,
    code_maps,
    documents,
    escalations,
    lab_tokens,
    letters,
    linking,
    pharmacy,
    pictures,
)
from monitoring.actions import results as arriving
from monitoring.documents import File
from monitoring.intake import hl7v2
from monitoring.intake.code_map import LocalCode
from monitoring.models import (
    DueItem,
    Escalation,
    HomeTest,
    LabReport,
    Observation,
    PregnancyTest,
    RememberedLink,
    SavedView,
    Specimen,
)
from monitoring.pharmacy import token_of
from monitoring.pictures import cleaned
from people import links
from people.models import Clinic, Membership, Patient, User
from people.permissions import Role
from people.queries import places_of
from protocol.vocabulary import Analyte
from tests import shots, world
from tests.monitoring.intake import messages
from tests.world import NOW, TODAY

# The columns of isotrack/authorisation.toml, in its order.
ACTORS = (
    "anonymous",
    "patient",
    "task-link",
    "guardian",
    "nurse",
    "coordinator",
    "dermatologist",
    "administrator",
    "auditor",
    "support",
    "foreign",
    "unfactored",
    "deactivated",
)
# Who may know that the clinic's patient exists at all.
OF_THE_CLINIC = {"nurse", "coordinator", "dermatologist"}
HERE = ("Zephyrine", "Quillfeather", "CANARY-A1")
ELSEWHERE = ("Oldrich", "Vanterpool", "CANARY-B1")
TOKEN_KEY = "trust:task-link"
_LATER = timedelta(days=36_500)


@dataclass(frozen=True)
class Cast:
    """The clinic, the foreign clinic, who can knock, and what there is to knock at."""

    clinic: Clinic
    abroad: Clinic
    patient: Patient
    foreigner: Patient
    course: Course
    foreign_course: Course
    users: dict[str, User]
    things: dict[str, object]
    cookies: dict[str, dict[str, str]]

    def client(self, actor: str, **options: object) -> Client:
        """A browser in which the actor is signed in."""
        browser = Client(**options)  # type: ignore[arg-type]
        browser.cookies.load(self.cookies[actor])
        return browser


def gather() -> Cast:
    """Set the scene; everything is written in the caller's transaction."""
    here, abroad = world.clinic(), world.clinic()
    patient = world.patient(here, login=True, **_named(HERE))
    foreigner = world.patient(abroad, **_named(ELSEWHERE))
    course = world.course(patient, days=25)
    foreign_course = world.course(foreigner, days=25)
    users = {
        "patient": patient.user,
        "guardian": world.guardian(patient).user,
        **{role.value: world.staff(here, role) for role in Role},
        "foreign": world.staff(abroad),
        "unfactored": world.staff(here, second_factor=False),
        "deactivated": world.staff(here),
        "support": _support(),
    }
    things = {
        **_things(here, course, patient, users["dermatologist"]),
        "saved-view": _view(here, users["dermatologist"]).public_id,
        "lab-token": lab_tokens.issue(
            here, label="Riverside", by=users["administrator"], now=NOW
        ).token.public_id,
        "foreign-patient": foreigner.public_id,
        "foreign-course": foreign_course.public_id,
    }
    # The database's own clock is ahead of the story's: nothing may have waited since then.
    Message.objects.filter(state=Message.State.PLANNED).update(send_after=NOW + _LATER)
    cookies = {name: _signed_in(user) for name, user in users.items()}
    cookies["anonymous"] = {}
    cookies["task-link"] = _through_the_link(course)
    gone = users["deactivated"]
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    return Cast(here, abroad, patient, foreigner, course, foreign_course, users, things, cookies)


def upload(clinic: Clinic, *segments: str, control_id: str, by: User) -> LabReport:
    """A laboratory's message as it came in through the upload page."""
    raw = messages.message(*segments, header=messages.msh(control_id))
    zone = ZoneInfo(clinic.timezone)
    entries = hl7v2.read_message(raw, file=f"{control_id}.hl7", zone=zone, as_of=TODAY)
    arriving.receive(
        raw, entries, origin=arriving.Origin(clinic, "upload", "a.hl7"), by=by, now=NOW
    )
    return LabReport.objects.get(clinic=clinic, message__control_id=control_id)


def pid(patient: Patient) -> str:
    """The segment that names a patient."""
    born = patient.born.strftime("%Y%m%d")
    name = f"{patient.family_name}^{patient.given_name}"
    return f"PID|1||{patient.mrn}^^^CLINIC^MR||{name}||{born}|F"


def prescription(course: Course, by: User) -> Prescription:
    """A supply that was signed three days ago and not picked up."""
    return Prescription.objects.create(
        course=course,
        signed_at=NOW - timedelta(days=3),
        signed_by=by,
        signed_on=TODAY - timedelta(days=3),
        strengths_mg=[Decimal(40)],
        quantities=[30],
        pattern=[Decimal(40)],
        days=Decimal(30),
        level="allow",
        edition="US-2026",
        edition_hash="0" * 64,
        policy_version="default",
        form_nonce=uuid.uuid4(),
    )


def _things(clinic: Clinic, course: Course, patient: Patient, doctor: User) -> dict[str, object]:
    new = world.patient(clinic, mrn="CANARY-A2", given_name="Zephyrine", family_name="Quillfeather")
    filed = upload(
        clinic, pid(patient), messages.OBR, messages.obx(), control_id="FILED-1", by=doctor
    )
    unknown = messages.PID.replace("MRN-7001", "NOBODY-1")
    queued = upload(clinic, unknown, messages.OBR, messages.obx(), control_id="QUEUED-1", by=doctor)
    concern = escalations.raise_for(
        course,
        kind=Escalation.Kind.SYMPTOM,
        reasons=["SYMPTOM_RED"],
        evidence="check-in:1",
        by=world.BY,
        now=NOW,
    )
    unsent = Message.objects.filter(patient=patient).earliest("pk")
    unsent.state = Message.State.UNDELIVERED
    unsent.state_reason = Message.Why.NOT_DELIVERED
    unsent.save(update_fields=["state", "state_reason"])
    return {
        "message": unsent.public_id,
        "item": course.due_items.filter(ended="").earliest("pk").public_id,
        "task": course.due_items.filter(ended="").earliest("pk").public_id,
        "patient": patient.public_id,
        "new-patient": new.public_id,
        "course": course.public_id,
        **_prescribed(course, doctor),
        "specimen": Specimen.objects.get(report=filed).public_id,
        "report": queued.public_id,
        "filed-report": filed.public_id,
        **_desk(clinic, patient, doctor),
        "concern": concern.public_id,
        **_pictures(course, patient),
        **_documents(clinic, patient, doctor),
        "letter": letters.write(patient, text="May I swim?", nonce=uuid.uuid4(), now=NOW).public_id,
        "token": links.token_for(TOKEN_KEY),
        # Of no delivery: an unproved call is refused before its key is looked up.
        "delivery": uuid.UUID(int=1),
    }


def _documents(clinic: Clinic, patient: Patient, doctor: User) -> dict[str, object]:
    """A letter of the patient, and a leaflet for all."""
    file = File("pdf", b"%PDF-1.4\n%%EOF\n")
    return {
        name: documents.share(clinic, file, patient=who, title=name, by=doctor, now=NOW).public_id
        for name, who in (("document", patient), ("leaflet", None))
    }


def _pictures(course: Course, patient: Patient) -> dict[str, object]:
    """A photo, a home test that waits to be read, and a test that staff entered."""
    photo = pictures.keep(
        course, view="front", sent=shots.photo(), by=patient, today=TODAY, now=NOW
    )
    picture = pictures.store(
        course, "test", cleaned(shots.photo(2)), "0" * 64, today=TODAY, now=NOW
    )
    test = HomeTest.objects.create(
        course=course,
        code="ACE34",
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
        picture=picture,
        said="negative",
    )
    entered = PregnancyTest.objects.create(
        course=course, collected_on=TODAY, result="negative", setting="clinic", recorded_at=NOW
    )
    return {
        "photo": photo.public_id,
        "home-test": test.public_id,
        "pregnancy-test": entered.public_id,
    }


def _desk(clinic: Clinic, patient: Patient, doctor: User) -> dict[str, object]:
    """What waits at the laboratory desk, and what it remembers."""
    strange = messages.obx("4711^Transaminase P^L", "40")
    impossible = messages.obx("2571-8^TG^LN", "1.4", "mg/dL", "", number=2)
    explained = LocalCode.of(sender="LAB", code="1", text="GPT")
    mapped = code_maps.map_code(
        clinic, code=explained, analyte=Analyte.ALT, text="GPT", by=doctor, now=NOW
    )
    order = messages.OBR.replace("ACC-1", "ACC-9").replace("20261102", "20261103")
    report = upload(
        clinic, pid(patient), order, strange, impossible, control_id="HELD-1", by=doctor
    )
    waiting = Observation.objects.filter(specimen__report=report)
    number = messages.PID.replace("MRN-7001", "LAB-7").replace("20040210", f"{patient.born:%Y%m%d}")
    linked = upload(clinic, number, order, messages.obx(), control_id="LINKED-1", by=doctor)
    linking.link(linked, patient=patient, by=doctor, now=NOW)
    return {
        "local-code": waiting.get(analyte="").public_id,
        "held-result": waiting.get(analyte="triglycerides").public_id,
        "code-meaning": mapped.meaning.public_id,
        "remembered-link": RememberedLink.objects.get(clinic=clinic).public_id,
    }


def _prescribed(course: Course, doctor: User) -> dict[str, object]:
    signed = prescription(course, doctor)
    link = pharmacy.issue(signed, by=doctor, now=NOW)
    return {"prescription": signed.public_id, "pharmacy-token": token_of(link)}


def _view(clinic: Clinic, of: User) -> SavedView:
    """A view that the dermatologist keeps; nobody else has it."""
    (place,) = places_of(of)
    return assigning.save_view(place=place, name="Mine", show="act", who="me", by=of, now=NOW)


def _named(canary: tuple[str, str, str]) -> dict[str, str]:
    given, family, mrn = canary
    return {"given_name": given, "family_name": family, "mrn": mrn}


def _support() -> User:
    user = User.objects.create_superuser("support@isotrack.test", world.PASSWORD)
    world.TOTP.activate(user, world.TOTP_SECRET)
    assert not Membership.objects.filter(user=user).exists()
    return user


def _signed_in(user: User) -> dict[str, str]:
    browser = Client()
    browser.force_login(user)
    return {name: morsel.value for name, morsel in browser.cookies.items()}


def _through_the_link(course: Course) -> dict[str, str]:
    item = DueItem.objects.get(course=course, requirement="check-in", ended="")
    path = links.issue(
        course.patient,
        about=f"due-item:{item.public_id}",
        expires_at=NOW + timedelta(days=3),
        key=TOKEN_KEY,
        now=NOW,
    )
    browser = Client()
    born = {"born_0": "12", "born_1": "3", "born_2": "1999"}
    assert browser.post(path, born).status_code == 302
    return {name: morsel.value for name, morsel in browser.cookies.items()}
