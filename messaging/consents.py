"""Who agreed to be reached how, since when, and what was taken back: read from the trail.

An address is recorded with the patient; from then on every change is an event, so the history is
as old as the record and cannot be edited.
"""

from dataclasses import dataclass
from datetime import datetime

from audit.kinds import Kind
from audit.models import Event
from people.models import ContactPoint, Patient

_ADDED = {"added", "added-off"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """One change in what a patient agreed to.

    Attributes:
        what: ``given``, ``opted-in``, ``opted-out``, ``device-added``, ``device-removed``,
            ``added``, ``added-off``, ``removed``, ``corrected``, ``corrected-off``,
            ``tried-again``, ``bad``, ``first``, ``hours`` or ``purposes``.
        channel: of the way; empty where it is about all of them.
        how: ``text``, ``provider``, ``page``, ``clinic`` or ``system``: where it was said.
        by: the member of staff, where one did it.
        off, on: kinds of message that were declined, or wanted again.
    """

    at: datetime
    what: str
    channel: str
    how: str
    by: str
    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()


def agreements(patient: Patient) -> list[Agreement]:
    """Every change, the latest first; two queries."""
    events = Event.objects.filter(
        patient=patient.public_id, kind__in=[Kind.CONTACT_CHANGED, Kind.CONTACT_OPTED_OUT]
    )
    # What was added later has its own event, which says by whom.
    known = {event.subject for event in events if event.detail.get("change") in _ADDED}
    ways = ContactPoint.objects.filter(patient=patient).exclude(channel=ContactPoint.Channel.PUSH)
    given = [(f"contact-point:{way.pk}", way.channel, way.created_at) for way in ways] + [
        (event.subject, event.detail["channel"], datetime.fromisoformat(event.detail["given_at"]))
        for event in events
        if "given_at" in event.detail
    ]
    found = [_of(event) for event in events] + [
        Agreement(at, "given", channel, how="clinic", by="")
        for subject, channel, at in given
        if subject not in known
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _of(event: Event) -> Agreement:
    detail = event.detail
    opted_out = event.kind == Kind.CONTACT_OPTED_OUT
    return Agreement(
        at=event.at,
        what="opted-out" if opted_out else str(detail.get("change", "")),
        channel=str(detail.get("channel", "")),
        how=_how(event.actor, str(detail.get("through", ""))),
        by=event.actor_name if event.actor.startswith("user:") else "",
        off=tuple(detail.get("off", ())),
        on=tuple(detail.get("on", ())),
    )


def _how(actor: str, through: str) -> str:
    if through:
        return "text" if through == "system:inbound-text" else "provider"
    noun = actor.partition(":")[0]
    return {"patient": "page", "user": "clinic"}.get(noun, "system")
