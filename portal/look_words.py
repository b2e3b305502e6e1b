"""Who looked at the record, and what they saw, as the patient reads it.

The log knows names; the patient is told what somebody is in the clinic, which is what lets a look
be judged. Whoever needs a name asks the clinic, which has it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.queries import Look
from people.permissions import Role

Text = str | Promise

ROLES: dict[Role, Text] = {
    Role.DERMATOLOGIST: _("A doctor"),
    Role.NURSE: _("A nurse"),
    Role.COORDINATOR: _("The front desk"),
    Role.ADMINISTRATOR: _("The head of the office"),
    Role.AUDITOR: _("Somebody who checks the clinic"),
}
_OTHERS: dict[str, Text] = {
    "patient": _("You, or who had your link"),
    "pharmacy": _("Your pharmacy"),
    "guardian": _("Your parent or guardian"),
    "system": _("The clinic’s computer"),
    "user": _("Somebody else who signed in"),
}
_RECORD: Text = _("Your record")
_LIST: Text = _("A list with your name on it")
_RESULTS: Text = _("Your test results")
_SUPPLY: Text = _("Your next supply")
_MESSAGES: Text = _("Your messages")
_DIARY: Text = _("Your diary")
_PHOTOS: Text = _("Your photos")
_DOCUMENTS: Text = _("Your documents")
_AFTER: Text = _("After your course")
# Name in the access log: what it shows. What is recorded on the course is part of the record.
PAGES: dict[str, Text] = {
    "today": _LIST,
    "changed": _LIST,
    "worklist": _LIST,
    "patients": _LIST,
    "to-read": _LIST,
    "ready": _LIST,
    "received": _LIST,
    "results": _LIST,
    "messages to come": _LIST,
    "messages from patients": _LIST,
    "patient": _RECORD,
    "course": _RECORD,
    "story": _RECORD,
    "what-if": _RECORD,
    "waive": _RECORD,
    "wrong-patient": _RECORD,
    "trail": _("Who looked at my record"),
    "start": _RECORD,
    "call": _("Your record, to call you"),
    "concern": _("Something that could not wait"),
    "result": _RESULTS,
    "type results": _RESULTS,
    "filed report": _RESULTS,
    "move results": _RESULTS,
    "laboratory history": _RESULTS,
    "tests": _RESULTS,
    "sign": _SUPPLY,
    "supply": _SUPPLY,
    "pick-up": _SUPPLY,
    "pharmacy-link": _SUPPLY,
    "pharmacy": _SUPPLY,
    "ways": _("How to reach you"),
    "message": _MESSAGES,
    "messages": _MESSAGES,
    "message from patient": _MESSAGES,
    "documents": _DOCUMENTS,
    "portal:documents": _DOCUMENTS,
    "portal:document": _DOCUMENTS,
    "portal:results": _RESULTS,
    "portal:messages": _MESSAGES,
    "portal:write": _MESSAGES,
    "portal:check-in": _("Your monthly check-in"),
    "portal:family": _("What your clinic shares with them"),
    "account": _("How you get in"),
    "portal:passkeys": _("Passkeys"),
    "portal:lock": _("Lock my page"),
    "guardians": _("Who else sees some of this"),
    "portal:guardians": _("Who else sees some of this"),
    "portal:diary": _DIARY,
    "portal:diary-yesterday": _DIARY,
    "portal:photos": _PHOTOS,
    "portal:photo": _PHOTOS,
    "photos": _PHOTOS,
    "home test": _RESULTS,
    "home tests": _RESULTS,
    "portal:home-test": _RESULTS,
    "portal:after": _AFTER,
    "portal:offline": _("Your next dates"),
    "portal:skin": _AFTER,
    "portal:looks": _("Who looked at my record"),
    "portal:download": _("My data"),
}
_OWN: Text = _("Your pages")


@dataclass(frozen=True, slots=True)
class LookWords:
    """One line: who, what, how often on that day, and when last."""

    who: Text
    what: Text
    on: date
    at: datetime
    times: int
    refused: bool


def user_ids(rows: Iterable[Look]) -> set[uuid.UUID]:
    """The users among those who looked."""
    return {uuid.UUID(each) for kind, each in map(_split, rows) if kind == "user"}


def words(rows: Iterable[Look], roles: Mapping[uuid.UUID, Role]) -> list[LookWords]:
    """Lines in the order of the rows; what reads the same on one day is one line."""
    lines: dict[tuple[object, ...], LookWords] = {}
    for row in rows:
        who, what = _who(row, roles), _what(row.page)
        key = (row.on, row.actor, str(what), row.refused)
        before = lines.get(key)
        times = row.times + (before.times if before else 0)
        at = before.at if before else row.at
        lines[key] = LookWords(who, what, row.on, at, times, row.refused)
    return list(lines.values())


def _split(row: Look) -> tuple[str, str]:
    kind, _colon, which = row.actor.partition(":")
    return kind, which


def _who(row: Look, roles: Mapping[uuid.UUID, Role]) -> Text:
    kind, which = _split(row)
    if kind == "user" and uuid.UUID(which) in roles:
        return ROLES[roles[uuid.UUID(which)]]
    return _OTHERS.get(kind, _OTHERS["system"])


def _what(page: str) -> Text:
    return PAGES.get(page, _OWN if page.startswith("portal:") else _RECORD)
