"""A US course on which every check is met, built step by step by the product's own actions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from courses.actions import recording
from courses.models import Course, Statement
from monitoring.actions import care, filing, pregnancy_tests, results
from monitoring.intake import hl7v2
from monitoring.models import LabMessage
from people.models import Patient
from protocol.facts import Supply
from protocol.supplies import one_strength
from tests import world

NORMAL = {"1742-6": ("ALT", "22", "U/L", "7-55"), "2571-8": ("TG", "90", "mg/dL", "<150")}


def supply(**changes: Any) -> Supply:
    """Thirty days of 40 mg in whole packs."""
    plain: dict[str, Any] = {
        "lines": one_strength(30, Decimal(40)),
        "pattern": (Decimal(40),),
        "refills": 0,
    }
    return Supply(**{**plain, **changes})


def message(patient: Patient, *, on: date, control: str, status: str = "F", **values: str) -> bytes:
    """An ORU message about the patient; ``values`` replace ALT (``alt``) or TG (``tg``)."""
    lines = [
        f"MSH|^~\\&|LAB|TOWN|ISO|CLINIC|{on:%Y%m%d}120000||ORU^R01|{control}|P|2.5.1",
        f"PID|1||{patient.mrn}^^^CLINIC^MR||{patient.family_name}^{patient.given_name}"
        f"||{patient.born:%Y%m%d}|F",
        f"OBR|1||F-{on:%m%d}|24325-3^Panel^LN|||{on:%Y%m%d}083000|||||||||||||||||{status}",
    ]
    for number, (code, (name, value, unit, limits)) in enumerate(NORMAL.items(), start=1):
        said = values.get(name.lower(), value)
        lines.append(f"OBX|{number}|NM|{code}^{name}^LN||{said}|{unit}|{limits}||||{status}")
    return "\r".join(lines).encode()


def receive(patient: Patient, raw: bytes, *, now: Any = world.NOW) -> list[results.Receipt]:
    """The message as the laboratory's file brings it."""
    zone = ZoneInfo(patient.clinic.timezone)
    entries = hl7v2.read(raw, file="lab.hl7", zone=zone, as_of=now.astimezone(zone).date())
    origin = results.Origin(clinic=patient.clinic, source=LabMessage.Source.FILE)
    return results.receive(raw, entries, origin=origin, by=world.BY, now=now)


def lines_of(receipts: list[results.Receipt]) -> list[filing.FiledLine]:
    """Every line of every entry."""
    return [line for receipt in receipts for line in receipt.lines]


def course(at: Any, *, today: date = world.TODAY) -> Course:
    """Month two of a course in which nothing is open: the dermatologist may sign today."""
    person = world.patient(at)
    found = world.course(person, days=25)
    began = today - timedelta(days=25)
    for form in ("patient-information", "birth-defects"):
        world.stated(found, "consent", {"form": form}, on=began, speaker=Statement.Speaker.BOTH)
    methods = {
        "methods": ["implant", "male-condom"],
        "since": (began - timedelta(days=60)).isoformat(),
    }
    world.stated(found, "contraception", methods, on=today, speaker=Statement.Speaker.BOTH)
    world.stated(
        found, "comprehension", {"passed": True}, on=today, speaker=Statement.Speaker.PATIENT
    )
    world.stated(found, "counselling", {}, on=today)
    answers = {"instrument": "phq9", "answers": [0] * 9}
    world.stated(found, "questionnaire", answers, on=today, speaker=Statement.Speaker.PATIENT)
    world.stated(
        found,
        "sexual-function",
        {"answer": "none"},
        on=today,
        speaker=Statement.Speaker.PATIENT,
    )
    care.perform(
        recording.record_visit,
        found,
        visited_on=today,
        remote=False,
        lead_prescriber=True,
        by=world.BY,
        now=world.NOW,
    )
    pregnancy_tests.record_test(
        found,
        collected_on=today - timedelta(days=1),
        result="negative",
        setting="clinic",
        specimen="urine",
        verified=True,
        cycle_day=None,
        by=world.BY,
        now=world.NOW,
    )
    receive(person, message(person, on=today - timedelta(days=2), control="baseline"))
    return found


def british_course(at: Any, *, today: date = world.TODAY) -> Course:
    """A UK course of a patient who cannot become pregnant, with nothing open."""
    person = world.patient(at, sex="male")
    found = world.course(person, programme="uk-mhra", category="ncp", days=25)
    began = today - timedelta(days=25)
    world.stated(found, "consent", {"form": "arf-2026"}, on=began, speaker=Statement.Speaker.BOTH)
    world.stated(found, "counselling", {}, on=today)
    answers = {"instrument": "phq9", "answers": [0] * 9}
    world.stated(found, "questionnaire", answers, on=today, speaker=Statement.Speaker.PATIENT)
    world.stated(
        found,
        "sexual-function",
        {"answer": "none"},
        on=today,
        speaker=Statement.Speaker.PATIENT,
    )
    care.perform(
        recording.record_visit,
        found,
        visited_on=today,
        remote=False,
        lead_prescriber=True,
        by=world.BY,
        now=world.NOW,
    )
    receive(person, message(person, on=today - timedelta(days=2), control="baseline"))
    return found
