"""Everything that is kept about one patient, as plain values (SEC-28).

A table says where each model belongs and how it leads to its patient; a test walks the models and
fails for one that leads to a patient and is neither here nor left out with a reason.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, Field, Model

from audit.queries import looks
from people.models import Patient, User


class Group(StrEnum):
    """Under which heading the readable copy shows a table, in this order."""

    PERSON = "person"
    COURSES = "courses"
    SAID = "said"
    CAPSULES = "capsules"
    RESULTS = "results"
    DUE = "due"
    ALERTS = "alerts"
    MESSAGES = "messages"
    LOOKS = "looks"


# Model: its heading, and the way from it to the patient.
TABLES: Mapping[str, tuple[Group, str]] = {
    "people.Patient": (Group.PERSON, "pk"),
    "people.ContactPoint": (Group.PERSON, "patient"),
    "people.Guardianship": (Group.PERSON, "patient"),
    "courses.HistoryItem": (Group.PERSON, "patient"),
    "courses.Course": (Group.COURSES, "patient"),
    "courses.Enrolment": (Group.COURSES, "course__patient"),
    "courses.Visit": (Group.COURSES, "course__patient"),
    "courses.Weight": (Group.COURSES, "course__patient"),
    "courses.Hold": (Group.COURSES, "course__patient"),
    "monitoring.Assignment": (Group.COURSES, "course__patient"),
    "courses.Statement": (Group.SAID, "course__patient"),
    "monitoring.CheckIn": (Group.SAID, "course__patient"),
    "monitoring.TaskAnswer": (Group.SAID, "due_item__course__patient"),
    "monitoring.DiaryDay": (Group.SAID, "course__patient"),
    "monitoring.Picture": (Group.SAID, "course__patient"),
    "monitoring.SkinReport": (Group.SAID, "course__patient"),
    "courses.DoseStep": (Group.CAPSULES, "course__patient"),
    "courses.MissedDose": (Group.CAPSULES, "course__patient"),
    "courses.Prescription": (Group.CAPSULES, "course__patient"),
    "courses.Dispense": (Group.CAPSULES, "prescription__course__patient"),
    "courses.EarlierSupply": (Group.CAPSULES, "course__patient"),
    "monitoring.GateDecision": (Group.CAPSULES, "course__patient"),
    "monitoring.PharmacyLink": (Group.CAPSULES, "prescription__course__patient"),
    "monitoring.PharmacyReport": (Group.CAPSULES, "prescription__course__patient"),
    "monitoring.LabReport": (Group.RESULTS, "patient"),
    "monitoring.Specimen": (Group.RESULTS, "patient"),
    "monitoring.Observation": (Group.RESULTS, "specimen__patient"),
    "monitoring.PregnancyTest": (Group.RESULTS, "course__patient"),
    "monitoring.HomeTest": (Group.RESULTS, "course__patient"),
    "monitoring.HomeTestReading": (Group.RESULTS, "home_test__course__patient"),
    "monitoring.Acknowledgement": (Group.RESULTS, "course__patient"),
    "monitoring.ResultReview": (Group.RESULTS, "course__patient"),
    "monitoring.RememberedLink": (Group.RESULTS, "patient"),
    "monitoring.DueItem": (Group.DUE, "course__patient"),
    "monitoring.DueItemStep": (Group.DUE, "due_item__course__patient"),
    "monitoring.Contact": (Group.DUE, "course__patient"),
    "monitoring.Escalation": (Group.ALERTS, "course__patient"),
    "monitoring.EscalationStep": (Group.ALERTS, "escalation__course__patient"),
    "monitoring.PathwayStep": (Group.ALERTS, "escalation__course__patient"),
    "monitoring.Letter": (Group.MESSAGES, "patient"),
    "monitoring.Document": (Group.MESSAGES, "patient"),
    "monitoring.DocumentOpening": (Group.MESSAGES, "patient"),
    "messaging.Message": (Group.MESSAGES, "patient"),
    "messaging.Delivery": (Group.MESSAGES, "message__patient"),
    "messaging.AddressReport": (Group.MESSAGES, "contact_point__patient"),
    "messaging.PatientHours": (Group.MESSAGES, "patient"),
    "messaging.PurposeOptOut": (Group.MESSAGES, "patient"),
    "people.TaskLink": (Group.MESSAGES, "patient"),
    "people.SignInLink": (Group.MESSAGES, "patient"),
    "monitoring.CalendarFeed": (Group.MESSAGES, "patient"),
}
LEFT_OUT: Mapping[str, str] = {
    "monitoring.CourseStanding": "a throw-away copy, worked out from what is here",
    "monitoring.WorkItem": "worked out from what is here, for the clinic's lists",
    "monitoring.SentForm": "the numbers of forms of staff, so that one pressed twice counts once",
    "monitoring.ReportMove": "it names two patients; what was moved is with whom it belongs to",
}
# Of no meaning outside, secrets of a door, or about somebody else.
_KEPT_BACK = frozenset(
    {
        "id", "user", "key", "token_hash", "address_index", "lookup", "form_key", "form_nonce",
        "claim", "claimed_at", "lease_until", "fingerprint", "hints", "suggestions", "message",
        "guardian",
        "likeness",
    }
)  # fmt: skip
# Text that is JSON within.
_JSON_TEXT = frozenset({"answers", "felt"})


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one kind: names of fields and plain values, oldest first."""

    group: Group
    name: str
    title: str
    rows: tuple[dict[str, Any], ...]


def tables(patient: Patient) -> tuple[Table, ...]:
    """All that is kept about the patient, in the order of the headings; empty tables as well."""
    found = [_table(label, *place, patient=patient) for label, place in TABLES.items()]
    order = list(Group)
    found.sort(key=lambda each: order.index(each.group))
    return (*found, _looks(patient))


def fields_of(label: str) -> tuple[str, ...]:
    """The fields of a table as they are exported."""
    return tuple(field.name for field in _fields(apps.get_model(label)))


def _fields(model: type[Model]) -> "Iterator[Field[Any, Any]]":
    for field in model._meta.concrete_fields:
        # Pictures are saved from their own page; what the database works out says nothing new.
        kept_back = field.name in _KEPT_BACK or field.generated
        if not kept_back and not isinstance(field, BinaryField):
            yield field


def _table(label: str, group: Group, path: str, *, patient: Patient) -> Table:
    model = apps.get_model(label)
    rows = model._default_manager.filter(**{path: patient.pk}).order_by("pk").distinct()
    title = str(model._meta.verbose_name_plural)
    return Table(group, label, title, tuple(dict(_values(row)) for row in rows))


def _looks(patient: Patient) -> Table:
    rows = [
        {
            "on": each.on.isoformat(),
            "last_at": each.at.isoformat(),
            "by": each.actor.partition(":")[0],
            "own": own,
            "page": each.page,
            "refused": each.refused,
            "times": each.times,
        }
        for own in (False, True)
        for each in looks(patient.public_id, own=own, zone=patient.zone).rows
    ]
    return Table(Group.LOOKS, "audit.Access", "looks", tuple(rows))


def _values(row: Model) -> Iterator[tuple[str, Any]]:
    for field in _fields(type(row)):
        yield field.name, _value(row, field)


def _value(row: Model, field: "Field[Any, Any]") -> Any:
    value = getattr(row, field.name)
    if isinstance(value, User):
        # Who did it, never their address.
        return value.display_name or "a member of the clinic"
    if isinstance(value, Model):
        return str(getattr(value, "public_id", value.pk))
    if field.name in _JSON_TEXT and value:
        return json.loads(value)
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return {"from": _plain(value.lower), "before": _plain(value.upper)}
    return value
