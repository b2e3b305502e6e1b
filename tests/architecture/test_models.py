"""What the database itself promises, found in the models rather than listed by hand."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

OURS = ("audit", "people", "messaging", "courses", "monitoring")
MODELS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in OURS and not model.__name__.endswith("Event")
]


def _pairs() -> list[tuple[type[models.Model], str]]:
    found = []
    for model in MODELS:
        names = {field.name for field in model._meta.get_fields()}
        found += [
            (model, name.removesuffix("_at"))
            for name in sorted(names)
            if name.endswith("_at") and f"{name.removesuffix('_at')}_by" in names
        ]
    return found


@pytest.mark.parametrize(
    ("model", "stem"), _pairs(), ids=lambda each: getattr(each, "__name__", each)
)
def test_who_and_when_stand_together(model: type[models.Model], stem: str) -> None:
    at, by = (model._meta.get_field(f"{stem}_{end}") for end in ("at", "by"))
    if not at.null and not by.null:
        return
    if not at.null:
        # Always dated; the author is empty where the system did it, which the trail names.
        assert isinstance(by, models.ForeignKey)
        return
    named = {constraint.name for constraint in model._meta.constraints}
    assert any(name.endswith(f"{stem}_at_and_by_together") for name in named)


def test_there_are_pairs_to_check() -> None:
    assert len(_pairs()) > 10


@pytest.mark.django_db
def test_declared_triggers_are_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        )
        there: dict[str, list[str]] = {}
        for table, trigger in cursor.fetchall():
            there.setdefault(table, []).append(trigger)
    missing = [
        f"{model._meta.label}: {trigger.name}"
        for model in MODELS
        for trigger in getattr(model._meta, "triggers", [])
        if not any(trigger.name in each for each in there.get(model._meta.db_table, []))
    ]
    assert missing == []


@pytest.mark.parametrize(
    "label",
    [
        "audit.Event",
        "audit.Access",
        "courses.Statement",
        "courses.DoseStep",
        "courses.MissedDose",
        "courses.Prescription",
        "monitoring.LabMessage",
        "monitoring.GateDecision",
        "monitoring.Acknowledgement",
    ],
)
def test_what_happened_can_be_neither_changed_nor_deleted(label: str) -> None:
    triggers = {trigger.name for trigger in apps.get_model(label)._meta.triggers}
    assert "append_only" in triggers


@pytest.mark.django_db
def test_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
