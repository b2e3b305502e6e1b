"""The patient's data, to take away."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

from allauth.account.decorators import reauthentication_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from monitoring.actions.exporting import export
from monitoring.queries.export import Group, Table
from portal.data_names import name_of
from portal.views.page import PatientPage

GROUPS: dict[Group, str | Promise] = {
    Group.PERSON: _("About you"),
    Group.COURSES: _("Your treatment"),
    Group.SAID: _("What you told us"),
    Group.CAPSULES: _("Doses and capsules"),
    Group.RESULTS: _("Tests and results"),
    Group.DUE: _("What was due"),
    Group.ALERTS: _("What could not wait"),
    Group.MESSAGES: _("Messages and links"),
    Group.LOOKS: _("Who looked"),
}


class Download(PatientPage):
    """Everything on record in two forms; the password is asked for again (SEC-28)."""

    tab = "help"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What there is, and two buttons."""
        return self.show("portal/download.html")

    @method_decorator(reauthentication_required)
    def post(self, request: HttpRequest) -> HttpResponse:
        """One file, for a program or for people; the name of neither says whose it is."""
        form = "json" if request.POST.get("form") == "json" else "html"
        found = export(self.patient, form=form, now=self.now)
        body = self._json(found) if form == "json" else self._html(found)
        kind = "application/json" if form == "json" else "text/html; charset=utf-8"
        name = f"my-data-{self.now:%Y-%m-%d}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(body, content_type=kind, headers=headers)

    def _json(self, found: Iterable[Table]) -> str:
        tables = tuple(found)
        fields = sorted({name for table in tables for row in table.rows for name in row})
        content = {
            "made_at": self.now.isoformat(),
            "clinic": self.patient.clinic.name,
            # Names to read; the keys of the tables are the same in every language.
            "labels": {
                "tables": {table.name: name_of("tables", table.name) for table in tables},
                "fields": {name: name_of("fields", name) for name in fields},
            },
            "tables": {table.name: table.rows for table in tables},
        }
        return json.dumps(content, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)

    def _html(self, found: Iterable[Table]) -> str:
        filled = [table for table in found if table.rows]
        groups = [
            (
                GROUPS[group],
                [(name_of("tables", one.name), [_said(row) for row in one.rows]) for one in tables],
            )
            for group, tables in groupby(filled, key=lambda table: table.group)
        ]
        context = {"groups": groups, "made_at": self.now, "zone": self.patient.zone}
        return render_to_string(
            "portal/export.html", {**context, "clinic_name": self.patient.clinic.name}
        )


def _said(row: dict[str, object]) -> list[tuple[str, str]]:
    """What is empty says nothing."""
    return [
        (name_of("fields", name), _text(value))
        for name, value in row.items()
        if value not in (None, "", [], {})
    ]


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return str(value)
