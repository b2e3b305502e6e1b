"""How tables show in the console: clinical ones to read, a few to change, every change on record.

A save in Django's admin goes past the actions, so what an action guards is read-only there
(architecture, section 13).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from audit import trail
from audit.kinds import Kind

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Model]
else:
    Base = admin.ModelAdmin


class _WithoutBulkActions(Base):
    """Nothing is deleted in the console, alone or in bulk."""

    actions = None
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: rows are ended or deactivated, not removed."""
        return False


class ReadOnly(_WithoutBulkActions):
    """To look at, whatever permissions a user holds; ``private`` names fields not even shown."""

    private: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: clinical rows are written by actions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never; a POST is answered with 403."""
        return False

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Leave out what support does not need to read."""
        return list(self.private)


class Audited(_WithoutBulkActions):
    """To change, with an audit event of old and new values for each save.

    ``masked`` fields are private: the event says that they changed, and how they end.
    """

    masked: tuple[str, ...] = ()

    def save_model(
        self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool
    ) -> None:
        """Store the row and the event; the view holds the transaction."""
        super().save_model(request, obj, form, change)
        changed = {
            name: [self._told(name, form.initial.get(name)), self._told(name, getattr(obj, name))]
            for name in form.changed_data
            if change and hasattr(obj, name)
        }
        self.note(request, obj, changed=changed, added=not change)

    def note(self, request: HttpRequest, obj: Model, **detail: object) -> None:
        """Write the event about a row."""
        patient: Any = getattr(obj, "patient", obj if hasattr(obj, "mrn") else None)
        clinic: Any = getattr(patient or obj, "clinic", obj if hasattr(obj, "slug") else None)
        trail.record(
            Kind.CONSOLE_CHANGED,
            by=request.user,  # type: ignore[arg-type]
            subject=f"{obj._meta.model_name}:{getattr(obj, 'public_id', obj.pk)}",
            now=datetime.now(tz=UTC),
            clinic=clinic.slug if clinic else "",
            patient=patient.public_id if patient else None,
            **detail,
        )

    def _told(self, name: str, value: object) -> str:
        text = "" if value is None else str(value)
        return f"…{text[-3:]}" if name in self.masked and text else text
