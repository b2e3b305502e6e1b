"""What happens next with a message, or who must act: by why it waits, else by how it ended."""

from messaging.queries import LedgerRow

WAITS = {
    "quiet-hours": "It leaves by itself; nothing to do.",
    "one-a-day": "It leaves by itself; nothing to do.",
    "provider-busy": "It is tried again by itself, and so is everybody else’s.",
    "provider-unreachable": "It is tried again by itself, and so is everybody else’s.",
    "provider-tried": "It leaves by itself once that one has gone through.",
    "provider-full": "It leaves by itself, as fast as the provider takes texts.",
    "trying-again": "After this try it is yours: it comes onto the list of messages to settle.",
    "preparing-failed": "After the third error it comes onto the list of messages to settle.",
    "no-purpose": "It leaves once every server runs the same version.",
}
ENDED = {
    "opted-out": "Only the patient can allow messages again: by texting START, or on their own"
    " page. Call them instead.",
    "opted-out-of-this": "Only the patient can allow this kind again, on their own page. Call them"
    " instead.",
    "no-address": "Ask for a number or an e-mail address, add it under “How they are reached”, and"
    " send this once more.",
    "no-channel": "Ask for an e-mail address and add it under “How they are reached”, or have the"
    " missing channel set up.",
    "bad-address": "Ask the patient for the right address, correct it and send this once more.",
    "locked": "Open the account again when you know that it is the patient, then send this once"
    " more.",
    "no-zone": "Have the time zone of the patient or of the clinic corrected.",
    "newer": "Nothing to do: the newer one stands above it in the ledger.",
    "together": "Nothing to do: the other message of that day spoke for both.",
    "monthly-limit": "Nothing to do: the reminder on the day itself goes out whatever the limit.",
    "read-in-inbox": "Nothing to do.",
}
_STATES = {
    "claimed": "It is leaving at this moment.",
    "delivered": "Nothing to do: it has arrived.",
    "withdrawn": "Nothing to do.",
    "superseded": "Nothing to do.",
    "unknown": "It is not sent again by itself, because it may have arrived. Ask the patient, then"
    " send it once more or settle it.",
    "undelivered": "Call the patient, or correct the address and send it once more.",
    "refused": "Call the patient, or correct the address and send it once more.",
    "failed": "Call the patient, and tell whoever runs IsoTrack.",
}


def onward(row: LedgerRow, *, held: bool = False, overdue: bool = False) -> str:
    """The next step in one sentence or two; never empty.

    Args:
        held: nothing leaves to the clinic's patients until somebody has looked.
        overdue: its time has come long ago, and it is still here.
    """
    if row.handled_at is not None:
        return f"Settled by {row.handled_by}: {row.handled_note}."
    if row.waiting and held:
        return "Somebody has to look at what is held, and let it go."
    if row.waiting and overdue:
        return "Sending has stopped: call the patient, and tell whoever runs IsoTrack."
    if row.waiting:
        return WAITS.get(row.reason) or _STATES.get(row.state) or "It leaves by itself."
    return ENDED.get(row.reason) or _STATES.get(row.state) or _taken(row)


def _taken(row: LedgerRow) -> str:
    """Sent and not confirmed, or too late."""
    if row.state == "accepted":
        return (
            "Nothing to do: where the provider reports arrivals, a day without one brings it onto"
            " the list of messages to settle."
            if row.urgency == "safety"
            else "Nothing to do."
        )
    if row.needs_a_person:
        return "It is not sent any more. Call the patient, then settle it."
    return "It is not sent any more; what is due stays on the worklist."
