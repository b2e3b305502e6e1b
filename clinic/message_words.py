"""The story of a message: why it went, waits or did not go, since when, and what comes next."""

from dataclasses import dataclass
from datetime import date, datetime

from clinic import wording
from clinic.message_next import onward
from look.templatetags.clinical import day_text, moment_text
from messaging.consents import Agreement
from messaging.own_queries import Way, Wishes
from messaging.queries import STUCK_AFTER, DeliveryRow, LedgerRow
from monitoring.queries.reminders import HandedOver

_NOTHING = "No message was ever planned: there is no running course, or nothing has come due yet."

_ASK = "Call, and ask for an address that works. What is due is on the worklist in any case."
_THEIRS = "Only the patient can change that."
_OTHER_WAY = " By another way than before, because that brought no answer."
_LEFT = {"accepted", "delivered"}
# What the packages that plan messages say when they take one back.
_ELSEWHERE = {
    "due item met": "what it was about is done",
    "due item waived": "staff have waived what it was about",
    "due item lapsed": "the time for what it was about has passed",
    "due item withdrawn": "what it was about is not needed any more",
    "done or not needed": "what it was about is done, or not needed any more",
    "acknowledged": "somebody has taken the concern on",
    "closed": "the concern is settled",
}

# What became of an agreement, and where it was said.
_CHANGES = {
    "given": "{way}: given for messages",
    "opted-in": "{way}: agreed to again",
    "opted-out": "{way}: taken back",
    "device-added": "{way}: agreed to on a device",
    "device-removed": "{way}: device removed",
    "added": "{way}: agreed to and added",
    "added-off": "{way}: added, and off because STOP came from it",
    "corrected-off": "{way}: address corrected, and off because STOP came from it",
    "removed": "{way}: address removed",
    "corrected": "{way}: address corrected",
    "tried-again": "{way}: same address tried again",
    "bad": "{way}: does not work",
    "first": "{way}: to be tried first",
    "hours": "Other hours",
}
_SAID = {
    "text": "by text from the number itself",
    "provider": "at the e-mail provider",
    "page": "on the patient’s own page",
    "clinic": "at the clinic {by}",
    "system": "found by IsoTrack",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer: what it is about, what happened and why, and what comes next."""

    label: str
    text: str
    then: str = ""


def story(row: LedgerRow, *, zone: str, now: datetime, held: datetime | None = None) -> Line:
    """What became of one message and why, since when, and what happens next or who must act.

    Args:
        zone: of the clinic, whose clock staff read.
        held: since when nothing leaves to the clinic's patients; ``None`` while it does.
    """
    holds = held if row.patient is not None else None
    overdue = row.state == "planned" and row.send_after <= now - STUCK_AFTER
    then = onward(row, held=holds is not None, overdue=overdue)
    return Line(
        label=_what(row), text=f"{_became(row, zone, now, holds)}{_read(row, zone)}", then=then
    )


def answers(
    rows: list[LedgerRow],
    wishes: Wishes,
    *,
    handed: tuple[HandedOver, ...] = (),
    held: datetime | None = None,
    zone: str,
    now: datetime,
) -> list[Line]:
    """The newest message that should have come, the next one, and what stands in the way.

    Args:
        rows: the patient's messages, the latest to be sent first.
        handed: what staff have taken over because it was not answered.
        held: since when nothing leaves to the clinic's patients; ``None`` while it does.
        zone: of the clinic, whose clock staff read.
    """
    if not rows:
        return [Line("No message", _NOTHING), *_handed(handed), *_ways(wishes, zone)]
    said = []
    past = next((row for row in rows if row.send_after <= now), None)
    coming = [row for row in rows if row.send_after > now and row.waiting]
    if past is not None:
        said.append(_labelled("Last", story(past, zone=zone, now=now, held=held)))
    if past is not None and past.state not in _LEFT:
        left = next((row for row in rows if row.state in _LEFT), None)
        text = f"{_what(left)}. {_became(left, zone, now, None)}" if left else "None so far."
        said.append(Line("Last that left", text))
    if coming:
        said.append(_labelled("Next", story(coming[-1], zone=zone, now=now, held=held)))
    return [*said, *_handed(handed), *_ways(wishes, zone)]


def agreed(rows: list[Agreement]) -> list[tuple[Agreement, str, str]]:
    """What was agreed to or taken back, in words, and how it was said."""
    return [
        (row, _agreed(row), _SAID[row.how].format(by=f"({row.by})" if row.by else "").strip())
        for row in rows
    ]


def _agreed(row: Agreement) -> str:
    way = wording.WAYS.get(row.channel, row.channel)
    if row.what != "purposes":
        return _CHANGES.get(row.what, row.what).format(way=way)
    parts = [
        f"{word}: {', '.join(wording.PURPOSES.get(name, name) for name in names)}"
        for word, names in (("No longer wanted", row.off), ("Wanted again", row.on))
        if names
    ]
    return "; ".join(parts)


def _what(row: LedgerRow) -> str:
    return wording.PURPOSES.get(row.purpose, row.purpose)


def _labelled(label: str, line: Line) -> Line:
    return Line(label, f"{line.label}. {line.text}", line.then)


def _became(row: LedgerRow, zone: str, now: datetime, held: datetime | None) -> str:
    last = row.deliveries[-1] if row.deliveries else None
    if row.waiting:
        return _waits(row, zone, now, held)
    if row.state in _LEFT and last is not None:
        return f"{_left(last, zone)}{_OTHER_WAY if row.other_way else ''}"
    # Why says it more exactly than the second half of "Not sent: too late".
    # Somebody's own words may end with a full stop.
    why = why_of(row).rstrip(".")
    words = row.state_words.partition(": ")[0] if why else row.state_words
    return f"{words} {_on(row.state_at, zone)}{f': {why}' if why else ''}."


def _waits(row: LedgerRow, zone: str, now: datetime, held: datetime | None) -> str:
    if held is not None:
        return f"Held with all messages of the clinic since {moment_text(held, zone)}."
    if row.send_after <= now:
        return f"Due since {moment_text(row.send_after, zone)} and not sent yet."
    goes = f"It goes out on {moment_text(row.send_after, zone)}"
    if not row.why:
        return f"{goes}."
    return f"{goes}: {row.why}, since {moment_text(row.state_at, zone)}."


def why_of(row: LedgerRow) -> str:
    """Why it waits or ended, for staff; what other packages call it is put into words here."""
    return _ELSEWHERE.get(row.why, row.why)


def _left(last: DeliveryRow, zone: str) -> str:
    sent = f"{last.channel} of {moment_text(last.started_at, zone)}"
    if last.receipt and last.receipt_at is not None:
        return f"{sent}: {last.receipt.lower()} {_on(last.receipt_at, zone)}."
    return f"{sent}: the provider took it; no receipt has come."


def _read(row: LedgerRow, zone: str) -> str:
    return "" if row.read_at is None else f" Read on their own page {_on(row.read_at, zone)}."


def _handed(handed: tuple[HandedOver, ...]) -> list[Line]:
    return [
        Line(
            "Escalated",
            f"{wording.REQUIREMENTS[each.requirement]}, due {day_text(each.due_on)}: no answer."
            f" {_told(each.told, each.on)}.",
            "It is on the worklist: somebody has to call.",
        )
        for each in handed
    ]


def _told(told: str, on: date) -> str:
    return f"With the {told} since {day_text(on)}"


def _ways(wishes: Wishes, zone: str) -> list[Line]:
    if not wishes.ways:
        text = "Nothing can be sent: neither a number nor an e-mail address is known."
        return [Line("No way", text, _ASK)]
    said = [_way(way, zone) for way in wishes.ways if not way.on or way.bad]
    if wishes.silent:
        said.insert(0, Line("No way", "Nothing can be sent now: no way is left.", _ASK))
    if wishes.unwanted:
        kinds = ", ".join(wording.PURPOSES.get(name, name) for name in sorted(wishes.unwanted))
        said.append(Line("Not wanted", f"Kinds the patient does not want: {kinds}.", _THEIRS))
    return said


def _way(way: Way, zone: str) -> Line:
    name = wording.WAYS.get(way.channel, way.channel)
    off = way.off_since
    if off is not None:
        who = "by STOP or by the patient" if way.channel == "sms" else "by the patient"
        text = f"{name} {way.address or way.label}: switched off {who} {_on(off, zone)}."
        return Line("Not used", text, _THEIRS)
    since = f" since {moment_text(way.bad_since, zone)}" if way.bad_since else ""
    text = f"{name} {way.address or way.label}: does not work{since}."
    return Line("Not used", text, "Ask for the right one, and correct it.")


def _on(at: datetime, zone: str) -> str:
    return f"on {moment_text(at, zone)}"
