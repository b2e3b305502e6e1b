"""Words of the worklist: why a course is on it, and what came of a call."""

from clinic.reasons import REASONS
from clinic.wording import CONCERNS, REQUIREMENTS
from monitoring.attention import ALARMS
from monitoring.queries.background import Late
from protocol.vocabulary import Reason

# Why a course is on the list where no reason code says it: tag, sentence, status.
STANDPOINTS: dict[str, tuple[str, str, str]] = {
    "window-closing": ("Window ends", "Without a pick-up a new test is needed", "due"),
    "signed-not-collected": ("Not collected", "Signed, and not picked up yet", "info"),
    "home-test": ("Home test to read", "Read the picture; it names nobody", "info"),
    "letter": ("Message from patient", "Read it, and answer", "info"),
    "bad-address": ("Address does not work", "Messages to it come back; correct it", "warning"),
    "runs-out": ("Capsules run out", "Fewer than 3 days left, and checks are open", "warning"),
    "gap-ahead": ("Days without capsules", "The next pick-up comes after the last capsule", "due"),
    "ready-to-sign": ("Ready to sign", "All checks are met", "ok"),
    "not-started": ("Not started", "No first dose yet", "info"),
    "nothing-due": ("Nothing due", "", "neutral"),
    "closed": ("Closed", "", "neutral"),
}

# What a pharmacy has reported and nobody has settled: tag, sentence, status.
PHARMACY: dict[str, tuple[str, str, str]] = {
    "out-of-stock": ("Out of stock", "Help the patient to another pharmacy", "warning"),
    "returned": ("Returned to stock", "The capsules were not collected", "warning"),
    "problem": ("Pharmacy: a problem", "Call the pharmacy, and note the outcome", "warning"),
}

# What becomes of the reminders of a task that is due.
REMINDED = "Reminders go out by themselves"


def reminded(*, held: bool, late: Late | None) -> str:
    """What a list says of reminders now: the truth, also while none leave.

    Args:
        held: nothing leaves to the clinic's patients until somebody has looked.
        late: the work behind the pages stands still.
    """
    if held:
        return "Reminders are held; call, or let them go"
    if late is not None:
        return "Reminders go out a little late" if late.swept else "Reminders wait; call meanwhile"
    return REMINDED


# Outcome of an attempt to reach the patient: on the button, and in a list.
CONTACTS: dict[str, tuple[str, str]] = {
    "reached": ("Reached, will do it", "Reached"),
    "left-message": ("Left a message", "Left message"),
    "no-answer": ("No answer", "No answer"),
    "call-later": ("Asked to call later", "Call later"),
    "done-elsewhere": ("Done elsewhere", "Done elsewhere"),
    "wrong-number": ("Wrong number", "Wrong number"),
    "declined": ("Declined", "Declined"),
    "moved": ("Moved away", "Moved away"),
}


def reason_of(code: str, *, reminding: str = REMINDED) -> tuple[str, str, str]:
    """Tag, sentence and status of a standing's reason code, whatever kind of code it is.

    ``reminding``: what becomes of reminders now (:func:`reminded`).
    """
    if code in Reason.__members__:
        tag, sentence = REASONS[Reason(code)]
        return tag, sentence, "critical" if Reason(code) in ALARMS else "warning"
    kind, _, what = code.partition(":")
    if kind == "concern":
        return CONCERNS[what], "Open concern", "critical"
    if kind == "help":
        return (
            f"Asks for help: {REQUIREMENTS[what].lower()}",
            "Call, and note the outcome",
            "warning",
        )
    if kind == "pharmacy":
        return PHARMACY[what]
    if kind == "lost":
        tag = f"{REQUIREMENTS[what]}: no news"
        return tag, "Late for more than 60 days; reach the patient or end the course", "neutral"
    if kind == "said-done":
        tag = f"{REQUIREMENTS[what]}: said to be done"
        return tag, "Look for the result, or ask where it was done", "warning"
    if kind == "unanswered":
        return f"{REQUIREMENTS[what]} unanswered", "Every reminder went out; decide", "warning"
    if kind in {"due", "overdue"}:
        late = kind == "overdue"
        tag = f"{REQUIREMENTS[what]} {'overdue' if late else 'due'}"
        return tag, reminding, "warning" if late else "due"
    tag, sentence, status = STANDPOINTS[code]
    return tag, sentence, status


# Filters of the worklist: name in the address, then its label. The tiles of Today are among them.
FILTERS: dict[str, str] = {
    "": "Everything open",
    "act": "Act today",
    "staff": "Waiting on lab or you",
    "patient": "Waiting on patient",
    "pregnancy-test": "Pregnancy test",
    "critical-result": "Critical labs",
    "mood": "Mood alert",
    "symptom": "Red symptom",
    "window": "Windows ≤ 48 h",
    "ready": "Ready to sign",
    "gap": "Running out",
    "missed": "Window missed",
    "overdue": "Overdue",
    "pharmacy": "From pharmacies",
    "no-answer": "No answer",
    "later": "Planned for later",
    "after": "After the course",
    "lost": "Lost to follow-up",
}
WHO: dict[str, str] = {"": "Everybody's", "me": "Mine", "nobody": "Not taken"}
# Nothing to show, by filter: what is absent.
ABSENT: dict[str, str] = {
    "lost": "Nobody is lost to follow-up.",
    "later": "No call is planned for another day.",
    "gap": "Everybody's capsules last until the next pick-up.",
}


def counted(number: int, most: int) -> str:
    """``12``, or ``500+`` where no further is counted."""
    return f"{most:,}+" if number > most else f"{number:,}"
