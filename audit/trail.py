"""The trail: ``@action``, ``record``, ``record_many``, ``unchanged`` and ``saw``.

An action is one transaction that must leave a trace. If its body neither records an event nor says
that nothing changed, it fails and everything it wrote is rolled back. So a forgotten audit line is
a red test on the first run, not a gap found years later.
"""

import contextvars
import functools
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

from django.db import connection, transaction

from audit.kinds import Kind
from audit.models import Event

P = ParamSpec("P")
R = TypeVar("R")

# As ``Access`` has them, whoever was seen.
_SAW = """
    INSERT INTO audit_access (actor, actor_name, patient, clinic, page, refused, at)
    SELECT %s, %s, unnest(%s::uuid[]), %s, %s, %s, %s
"""

_spoken: contextvars.ContextVar[list[bool] | None] = contextvars.ContextVar("spoken", default=None)
_correlation: contextvars.ContextVar[uuid.UUID | None] = contextvars.ContextVar(
    "correlation", default=None
)


class Actor(Protocol):
    """Anyone who can act: a user, a patient behind a link, or a part of the system."""

    @property
    def audit_id(self) -> str:
        """``user:<uuid>``, ``patient:<uuid>`` or ``system:<name>``."""

    @property
    def audit_name(self) -> str:
        """The name to show beside the event; empty for the system."""


@dataclass(frozen=True, slots=True)
class System:
    """A part of IsoTrack that acts by itself, never as nobody."""

    name: str

    @property
    def audit_id(self) -> str:
        """``system:<name>``."""
        return f"system:{self.name}"

    @property
    def audit_name(self) -> str:
        """The part's own name."""
        return f"IsoTrack ({self.name})"


@dataclass(frozen=True, slots=True)
class Happening:
    """What an event says besides who and when; fields as in :func:`record`."""

    kind: Kind
    subject: str
    clinic: str = ""
    patient: uuid.UUID | None = None
    detail: dict[str, object] = field(default_factory=dict)


class Unrecorded(Exception):
    """An action ended without an audit event and without saying that nothing changed."""


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in one transaction and insist that it speaks.

    Raises:
        Unrecorded: the body neither called :func:`record` nor :func:`unchanged`; the transaction
            is rolled back.
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        token = _spoken.set([])
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                if not _spoken.get():
                    raise Unrecorded(f"{function.__module__}.{function.__qualname__} said nothing")
                return result
        finally:
            _spoken.reset(token)

    wrapper.is_action = True  # type: ignore[attr-defined]
    return wrapper


def record(
    kind: Kind,
    *,
    by: Actor,
    subject: str,
    now: datetime,
    clinic: str = "",
    patient: uuid.UUID | None = None,
    **detail: object,
) -> Event:
    """Write one event in the current transaction.

    Args:
        kind: what happened.
        by: who did it.
        subject: ``<noun>:<id>`` of what it was done to.
        now: the instant of the act, as the action was told it.
        clinic: slug of the clinic whose chain it belongs to.
        patient: public id of the patient concerned, so that the patient can be shown it.
        detail: what a trigger cannot know (reason, old and new meaning); JSON values only.
    """
    happening = Happening(kind, subject, clinic=clinic, patient=patient, detail=detail)
    (event,) = record_many([happening], by=by, now=now)
    return event


def record_many(happenings: Iterable[Happening], *, by: Actor, now: datetime) -> list[Event]:
    """Write several events in one statement, in order, in the current transaction.

    Args:
        happenings: what happened; none of them says that nothing changed.
        by: who did all of it.
        now: the instant of the act, as the action was told it.
    """
    events = Event.objects.bulk_create(
        Event(
            kind=each.kind.value,
            actor=by.audit_id,
            actor_name=by.audit_name,
            subject=each.subject,
            patient=each.patient,
            clinic=each.clinic,
            at=now,
            detail=each.detail,
            correlation=_correlation.get() or uuid.uuid4(),
        )
        for each in happenings
    )
    if not events:
        unchanged()
        return events
    spoken = _spoken.get()
    if spoken is not None:
        spoken.append(True)
    return events


def unchanged() -> None:
    """Say that the action found nothing to do, so that it may end without an event."""
    spoken = _spoken.get()
    if spoken is not None:
        spoken.append(False)


def saw(
    by: Actor,
    *,
    page: str,
    now: datetime,
    patient: uuid.UUID | None = None,
    clinic: str = "",
    refused: bool = False,
) -> None:
    """Log that somebody looked at a record, or was refused it (SEC-17). Called by the doors."""
    _write([patient], by=by, page=page, now=now, clinic=clinic, refused=refused)


def saw_many(
    by: Actor,
    *,
    page: str,
    now: datetime,
    patients: list[uuid.UUID],
    clinic: str = "",
) -> None:
    """Log a list page with every patient it showed, in one statement (SEC-17)."""
    if patients:
        _write(patients, by=by, page=page, now=now, clinic=clinic, refused=False)


def _write(
    patients: Sequence[uuid.UUID | None],
    *,
    by: Actor,
    page: str,
    now: datetime,
    clinic: str,
    refused: bool,
) -> None:
    """One row for each patient. Every page writes here, so the statement is written once."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SAW, [by.audit_id, by.audit_name, list(patients), clinic, page, refused, now]
        )


def correlate(identifier: uuid.UUID) -> contextvars.Token[uuid.UUID | None]:
    """Tie the events of one request or task together; reset with :func:`uncorrelate`."""
    return _correlation.set(identifier)


def uncorrelate(token: contextvars.Token[uuid.UUID | None]) -> None:
    """End what :func:`correlate` began."""
    _correlation.reset(token)
