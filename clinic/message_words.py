"""The story of a message in one sentence: why it went, waits, or did not go."""

from datetime import datetime

from clinic import wording
from look.templatetags.clinical import moment_text
from messaging.consents import Agreement
from messaging.own_queries import Way, Wishes
from messaging.queries import DeliveryRow, LedgerRow

_NOTHING = "No message was ever planned: there is no running course, or nothing has come due yet."


# What became of an agreement, and where it was said.
_CHANGES = {
    "given": "{way}: given for messages",
    "opted-in": "{way}: agreed to again",
    "opted-out": "{way}: taken back",
    "device-added": "{way}: agreed to on a device",
    "device-removed": "{way}: device removed",
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


def sentence(row: LedgerRow, *, zone: str) -> str:
    """What became of one message and why, for somebody who is asked about it."""
    return f"{_became(row, zone)}{_read(row, zone)}"


def answers(rows: list[LedgerRow], wishes: Wishes, *, zone: str, now: datetime) -> list[str]:
    """The newest message that should have come, the next one, and what stands in the way.

    Args:
        rows: the patient's messages, the latest to be sent first.
        zone: of the clinic, whose clock staff read.
    """
    if not rows:
        return [_NOTHING, *_ways(wishes)]
    said = []
    past = next((row for row in rows if row.send_after <= now), None)
    coming = [row for row in rows if row.send_after > now and row.waiting]
    if past is not None:
        said.append(f"Last: {_what(past)}. {sentence(past, zone=zone)}")
    if coming:
        said.append(f"Next: {_what(coming[-1])}. {sentence(coming[-1], zone=zone)}")
    return [*said, *_ways(wishes)]


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


def _became(row: LedgerRow, zone: str) -> str:
    last = row.deliveries[-1] if row.deliveries else None
    if row.waiting:
        why = f" ({row.why})" if row.why else ""
        return f"It goes out on {moment_text(row.send_after, zone)}{why}."
    if row.state in {"accepted", "delivered"} and last is not None:
        return _left(last, zone)
    return f"{row.state_words}{f': {row.why}' if row.why else ''}, {_on(row.state_at, zone)}."


def _left(last: DeliveryRow, zone: str) -> str:
    sent = f"{last.channel} of {moment_text(last.started_at, zone)}"
    if last.receipt and last.receipt_at is not None:
        return f"{sent}: {last.receipt.lower()} {_on(last.receipt_at, zone)}."
    return f"{sent}: the provider took it; no receipt has come."


def _read(row: LedgerRow, zone: str) -> str:
    return "" if row.read_at is None else f" Read on their own page {_on(row.read_at, zone)}."


def _ways(wishes: Wishes) -> list[str]:
    if not wishes.ways:
        return ["Nothing can be sent: neither a number nor an e-mail address is known."]
    off = [_way(way) for way in wishes.ways if not way.on or way.bad]
    said = [f"Not used: {'; '.join(off)}."] if off else []
    if wishes.silent:
        said.insert(0, "Nothing can be sent now: no way is left.")
    if wishes.unwanted:
        kinds = ", ".join(wording.PURPOSES.get(name, name) for name in sorted(wishes.unwanted))
        said.append(f"Kinds the patient does not want: {kinds}.")
    return said


def _way(way: Way) -> str:
    name = wording.WAYS.get(way.channel, way.channel)
    why = "switched off by the patient" if not way.on else "does not work"
    return f"{name} {way.address or way.label} ({why})"


def _on(at: datetime, zone: str) -> str:
    return f"on {moment_text(at, zone)}"
