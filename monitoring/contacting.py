"""What follows from an attempt to reach a patient: the day of the next one. Pure.

Days are evidence D: a clinic's habit, not a clinical rule. A course is on the list again from that
day; what must be acted on today never leaves it.
"""

from datetime import date, timedelta

from monitoring.models import Contact

_Outcome = Contact.Outcome
# Whole days until the next attempt. Outcomes that are not named leave the course on the list.
_DAYS: dict[str, int] = {
    _Outcome.REACHED: 3,
    _Outcome.CALL_LATER: 1,
    _Outcome.NO_ANSWER: 1,
    _Outcome.LEFT_MESSAGE: 2,
    _Outcome.DONE_ELSEWHERE: 5,
}
_SATURDAY = 5


def next_contact_on(outcome: str, *, today: date, last_day: date | None = None) -> date | None:
    """The day on which the patient is called again; None: nothing is waited for.

    Weekends are skipped, but never beyond ``last_day``, the last one on which it is of use.
    """
    days = _DAYS.get(outcome)
    if days is None:
        return None
    day = today + timedelta(days=days)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    if last_day is not None and day > last_day:
        return max(last_day, today)
    return day
