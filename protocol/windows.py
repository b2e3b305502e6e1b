"""Which window of days a programme gives a patient, and where it ends (US-09, US-10, UK-15, EU-03).

Asked by the gate, which shuts when the days are over, and by the plan, which counts them down.
"""

from __future__ import annotations

from datetime import date

from protocol.facts import Prescribed
from protocol.question import Question, days_after
from protocol.specimens import opening, window_last_day

UNITED_KINGDOM = "uk-mhra"


def window_days(q: Question, prescription: Prescribed | None) -> tuple[date, date] | None:
    """First and last day of the window in force; None where there is none.

    Counted from the specimen (US-09), from the visit (US-10), else from the day of
    ``prescription`` where the programme limits how long one is valid (UK-15, EU-03).
    """
    if specimen_window_applies(q):
        opened = opening(q)
        if opened is None or opened.locked_by is not None:
            return None
        last = window_last_day(q, opened.specimen)
        return None if last is None else (opened.specimen.on, last)
    if visit_window_applies(q):
        return (q.visit.on, visit_window_last_day(q, q.visit.on)) if q.visit else None
    if prescription is not None:
        valid = prescription_last_day(q, prescription)
        return None if valid is None else (prescription.on, valid)
    return None


def specimen_window_applies(q: Question) -> bool:
    """US-09: patients who can become pregnant, every month."""
    return q.can_become_pregnant and q.params.window.days_from_specimen is not None


def visit_window_applies(q: Question) -> bool:
    """US-10: patients who cannot become pregnant, while the edition counts from the visit."""
    return q.cannot_become_pregnant and q.params.window.last_day_after_visit is not None


def visit_window_last_day(q: Question, visit_on: date) -> date:
    """US-10: the contested last day is a clinic setting, in days after the visit."""
    return days_after(visit_on, q.policy.us_ncp_window_last_day)


def prescription_last_day(q: Question, prescription: Prescribed) -> date | None:
    """UK-15, EU-03: the last day on which the prescription may be filled; None without a limit."""
    days = q.params.prescription.last_day_after_issue
    if days is None:
        return None
    if q.programme == UNITED_KINGDOM:
        days = q.policy.uk_rx_last_day
    return days_after(prescription.on, days)
