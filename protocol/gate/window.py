"""The prescription window: days in which the action is allowed (US-09 to US-12, UK-15, EU-03)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.calendar import end_of_day, start_of_day
from protocol.findings import Finding, Ref, Window
from protocol.gate.question import Question, ref, rule
from protocol.specimens import first_confirmation_day, opening, window_last_day
from protocol.vocabulary import Action, Check, Level, Owner, Reason
from protocol.windows import (
    UNITED_KINGDOM,
    prescription_last_day,
    specimen_window_applies,
    visit_window_applies,
    visit_window_last_day,
    window_days,
)


def window_of(q: Question) -> Window | None:
    """The window that governs the action, on the programme's clock; None where there is none."""
    days = window_days(q, q.prescription)
    if days is None:
        return None
    first, last = days
    return Window(
        first_day=first,
        last_day=last,
        opens_at=start_of_day(first, q.zone),
        closes_at=end_of_day(last, q.zone),
    )


@rule("US-09", "US-11", "US-12", "GEN-2", check=Check.WINDOW, when=specimen_window_applies)
def specimen_opens_the_window(q: Question) -> Iterator[Finding | Ref]:
    """US-09, US-11: the day lies within seven days of the specimen, the specimen's own included.

    US-11: before the first fill, and where the edition of the new specimen's day says so, a
    specimen less than 19 days after the one that opened the missed window opens nothing.
    """
    opened = opening(q)
    if opened is None:
        return
    evidence = (ref(opened.specimen, "pregnancy-test"),)
    last = window_last_day(q, opened.specimen)
    if opened.locked_by is not None:
        yield Finding(
            reason=Reason.LOCKOUT_19,
            level=Level.BLOCK,
            owner=Owner.PATIENT,
            rule="US-11",
            check=Check.WINDOW,
            evidence=(*evidence, ref(opened.locked_by, "pregnancy-test")),
            remedy_on=first_confirmation_day(q),
            detail=(("missed", opened.locked_by.on.isoformat()),),
        )
    elif q.on < opened.specimen.on:
        yield Finding(
            reason=Reason.WINDOW_NOT_OPEN,
            level=Level.BLOCK,
            owner=Owner.NOBODY,
            rule="US-09",
            check=Check.WINDOW,
            evidence=evidence,
            clears_on=opened.specimen.on,
            detail=(("opens", opened.specimen.on.isoformat()),),
        )
    elif last is None or q.on > last:
        yield Finding(
            reason=Reason.WINDOW_EXPIRED,
            level=Level.BLOCK,
            owner=Owner.PATIENT,
            rule="US-09",
            check=Check.WINDOW,
            evidence=evidence,
            remedy_on=first_confirmation_day(q) if q.initiation else q.on,
            detail=(("last-day", last.isoformat() if last else ""),),
        )
    else:
        yield evidence[0]


@rule("US-10", check=Check.WINDOW, when=visit_window_applies)
def visit_opens_the_window(q: Question) -> Iterator[Finding | Ref]:
    """US-10: the attempt is not later than the last day counted from the office visit."""
    if q.visit is None:
        return
    last = visit_window_last_day(q, q.visit.on)
    if q.on > last:
        yield Finding(
            reason=Reason.WINDOW_EXPIRED,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="US-10",
            check=Check.WINDOW,
            evidence=(ref(q.visit, "visit"),),
            detail=(("last-day", last.isoformat()),),
        )
    elif q.on < q.visit.on:
        yield Finding(
            reason=Reason.WINDOW_NOT_OPEN,
            level=Level.BLOCK,
            owner=Owner.NOBODY,
            rule="US-10",
            check=Check.WINDOW,
            evidence=(ref(q.visit, "visit"),),
            clears_on=q.visit.on,
            detail=(("opens", q.visit.on.isoformat()),),
        )
    else:
        yield ref(q.visit, "visit")


def is_fill(q: Question) -> bool:
    """The question is about handing out."""
    return q.action is Action.DISPENSE


@rule("US-19", "UK-15", check=Check.PRESCRIPTION, when=is_fill)
def prescription_is_on_file(q: Question) -> Iterator[Finding | Ref]:
    """US-19, UK-15: every fill has a prescription of its own, written since the last fill."""
    if q.prescription is None:
        yield Finding(
            reason=Reason.RX_MISSING,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="US-19" if q.params.prescription.authorisation else "UK-15",
            check=Check.PRESCRIPTION,
        )
    else:
        yield ref(q.prescription, "prescription")


def validity_applies(q: Question) -> bool:
    """A fill in a programme that limits how long a prescription is valid."""
    return is_fill(q) and q.params.prescription.last_day_after_issue is not None


@rule("UK-15", "EU-03", check=Check.PRESCRIPTION, when=validity_applies)
def prescription_is_still_valid(q: Question) -> Iterator[Finding | Ref]:
    """UK-15, EU-03: a prescription is filled within seven days of its issue."""
    last = prescription_last_day(q, q.prescription) if q.prescription else None
    if last is not None and q.prescription is not None and q.on > last:
        yield Finding(
            reason=Reason.RX_EXPIRED,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="UK-15" if q.programme == UNITED_KINGDOM else "EU-03",
            check=Check.PRESCRIPTION,
            evidence=(ref(q.prescription, "prescription"),),
            detail=(("last-day", last.isoformat()),),
        )


def authorisation_applies(q: Question) -> bool:
    """A fill in a programme with a registry that authorises each one."""
    return is_fill(q) and q.params.prescription.authorisation


@rule("US-21", check=Check.AUTHORISATION, when=authorisation_applies)
def pharmacy_has_the_authorisation(q: Question) -> Iterator[Finding | Ref]:
    """US-21: the pharmacist has the risk management authorisation before handing out."""
    if not (q.rma and q.rma.strip()):
        yield Finding(
            reason=Reason.RMA_MISSING,
            level=Level.BLOCK,
            owner=Owner.PHARMACY,
            rule="US-21",
            check=Check.AUTHORISATION,
        )


RULES = (specimen_opens_the_window, visit_opens_the_window)
FILL_RULES = (
    prescription_is_on_file,
    prescription_is_still_valid,
    pharmacy_has_the_authorisation,
)
