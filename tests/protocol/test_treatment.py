"""Where one course ends and the next begins."""

from __future__ import annotations

from datetime import date

from protocol.facts import Dispensed, Stopped
from protocol.treatment import Treatment, last_stop, newest, running, treatments
from tests.protocol.clinical_facts import course, dose

FIRST, STOP, SECOND = date(2025, 1, 6), date(2025, 3, 10), date(2025, 6, 2)


def stopped(last_dose: date, *, recorded: date | None = None) -> Stopped:
    return Stopped(ref=f"stop-{last_dose}", on=recorded or last_dose, last_dose=last_dose)


def fill(on: date) -> Dispensed:
    return Dispensed(ref=f"fill-{on}", on=on)


def test_nothing_begun_is_no_course() -> None:
    assert treatments(course(), as_of=FIRST) == ()
    assert running(course(), as_of=FIRST) is newest(course(), as_of=FIRST) is None


def test_course_begins_with_its_first_dose_even_after_an_earlier_fill() -> None:
    facts = course(
        doses=(dose(40, on=FIRST), dose(60, on=STOP)), dispensed=(fill(date(2025, 1, 2)),)
    )
    assert running(facts, as_of=SECOND) == Treatment(FIRST, None, None)
    assert running(facts, as_of=date(2025, 1, 5)) == Treatment(date(2025, 1, 2), None, None)
    assert running(facts, as_of=date(2025, 1, 1)) is None


def test_course_without_a_dose_begins_with_its_fill() -> None:
    facts = course(dispensed=(fill(FIRST), fill(date(2025, 2, 5))))
    assert newest(facts, as_of=SECOND) == Treatment(FIRST, None, None)


def test_stop_ends_a_course_from_the_day_it_is_recorded() -> None:
    facts = course(
        doses=(dose(40, on=FIRST),), stopped=(stopped(STOP, recorded=date(2025, 3, 12)),)
    )
    assert running(facts, as_of=date(2025, 3, 11)) == Treatment(FIRST, None, None)
    assert running(facts, as_of=date(2025, 3, 12)) is None
    assert newest(facts, as_of=date(2025, 3, 12)) == Treatment(FIRST, STOP, None)


def test_next_course_begins_after_the_last_dose_of_the_one_before() -> None:
    facts = course(
        doses=(dose(40, on=FIRST), dose(20, on=STOP), dose(40, on=SECOND)),
        stopped=(stopped(STOP),),
    )
    assert treatments(facts, as_of=SECOND) == (
        Treatment(FIRST, STOP, None),
        Treatment(SECOND, None, STOP),
    )
    assert treatments(facts, as_of=date(2025, 6, 1)) == (Treatment(FIRST, STOP, None),)
    assert running(facts, as_of=SECOND) == Treatment(SECOND, None, STOP)


def test_stop_of_a_course_that_is_not_on_record_still_divides() -> None:
    facts = course(doses=(dose(40, on=SECOND),), stopped=(stopped(STOP),))
    assert treatments(facts, as_of=SECOND) == (Treatment(SECOND, None, STOP),)


def test_last_stop_is_the_newest_that_is_recorded_by_then() -> None:
    later = date(2025, 9, 1)
    facts = course(stopped=(stopped(STOP), stopped(later)))
    assert last_stop(facts, as_of=date(2025, 3, 9)) is None
    assert last_stop(facts, as_of=STOP) == STOP
    assert last_stop(facts, as_of=later) == later
