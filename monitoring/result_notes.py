"""What a patient reads after a decision about results, where the clinician wrote nothing else.

Shown behind the sign-in only; the message that leaves says no more than that the clinic has
written. One text for each action; plain words, no numbers, no alarm.
"""

from monitoring.models import Acknowledgement

_Action = Acknowledgement.Action

NOTES: dict[str, str] = {
    _Action.NO_ACTION: "We have read your latest results. You do not need to do anything. "
    "Go on as before.",
    _Action.REPEAT: "We have read your latest results. We would like to check them once more. "
    "Please have the test again by the day below, and go on as before until then.",
    _Action.REDUCE: "We have read your latest results. Please take the lower dose that we agreed "
    "on. Your first page shows it.",
    _Action.HOLD: "We have read your latest results. Please take no more for now, until we tell "
    "you to go on. You have done nothing wrong.",
    _Action.STOP: "We have read your latest results. Please stop your treatment as we agreed. "
    "We will talk with you about what comes next.",
    _Action.CONTACT: "We have read your latest results and would like to talk with you. "
    "We will call you, or you can call us.",
}
