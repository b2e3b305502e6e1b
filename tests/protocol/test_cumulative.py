"""Cumulative dose: a worked example, every boundary, and a slow count as a second opinion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.cumulative import Band, band_of, cumulative, held_spans, weight_on
from protocol.facts import CourseFacts, Dispensed, Dose, Hold, Missed, Resume, Stopped
from protocol.vocabulary import Formulation
from tests.protocol.clinical_facts import course, decimal, dose, weight

START = date(2025, 9, 1)


def day(number: int) -> date:
    """The numbered day of the course; the first is 1."""
    return START + timedelta(days=number - 1)


def hold(number: int) -> Hold:
    return Hold(ref=f"hold-{number}", on=day(number))


def resume(number: int) -> Resume:
    return Resume(ref=f"resume-{number}", on=day(number))


def missed(*numbers: int, told: int = 1) -> Missed:
    return Missed(ref="missed", on=day(told), dates=tuple(day(number) for number in numbers))


def test_every_day_from_the_first_is_counted_with_todays_dose() -> None:
    facts = course(weights=(weight(60, on=START),), doses=(dose(40, on=START),))
    assert cumulative(facts, as_of=START - timedelta(days=1)) is None
    for number in (1, 2, 30):
        total = cumulative(facts, as_of=day(number))
        assert total is not None
        assert (total.mg, total.dosing_days) == (40 * number, number)


def test_alternating_pattern_counts_the_dose_of_each_day() -> None:
    facts = course(weights=(weight(60, on=START),), doses=(dose(20, 20, 40, on=START),))
    taken = [cumulative(facts, as_of=day(number)) for number in (1, 2, 3, 4)]
    assert [total.mg for total in taken if total] == [20, 40, 80, 100]


@pytest.mark.parametrize(
    ("events", "as_of", "mg", "held", "lost"),
    [
        ({"holds": (hold(3),)}, 2, 80, 0, 0),
        ({"holds": (hold(3),)}, 5, 80, 3, 0),
        ({"holds": (hold(3),), "resumes": (resume(5),)}, 5, 120, 2, 0),
        ({"holds": (hold(3),), "resumes": (resume(3),)}, 5, 200, 0, 0),
        ({"holds": (hold(3), hold(5)), "resumes": (resume(5),)}, 6, 80, 4, 0),
        ({"holds": (hold(3), hold(4)), "resumes": (resume(5),)}, 5, 120, 2, 0),
        ({"resumes": (resume(2),)}, 5, 200, 0, 0),
        ({"missed": (missed(2),)}, 5, 160, 0, 1),
        ({"missed": (missed(2), missed(2, 4))}, 5, 120, 0, 2),
        ({"missed": (missed(2, told=6),)}, 5, 200, 0, 0),
        ({"missed": (missed(2, told=6),)}, 6, 200, 0, 1),
        ({"missed": (missed(9),)}, 5, 200, 0, 0),
        ({"missed": (missed(1),)}, 5, 160, 0, 1),
        ({"missed": (missed(5, told=5),)}, 5, 160, 0, 1),
        ({"missed": (missed(3),), "holds": (hold(3),)}, 5, 80, 3, 0),
    ],
)
def test_held_and_missed_days_count_nothing(
    events: dict[str, object], as_of: int, mg: int, held: int, lost: int
) -> None:
    facts = course(weights=(weight(60, on=START),), doses=(dose(40, on=START),), **events)
    total = cumulative(facts, as_of=day(as_of))
    assert total is not None
    assert (total.mg, total.held_days, total.missed_days) == (mg, held, lost)


@pytest.mark.parametrize(
    ("changed", "mg"),
    [
        (2, 40 + 2 * 20),  # the day before the hold
        (3, 80 + 20),  # its first day
        (4, 80 + 20),  # its last day
        (5, 80 + 20),  # the day after it
    ],
)
def test_dose_changed_around_a_hold_counts_on_no_held_day(changed: int, mg: int) -> None:
    facts = course(
        doses=(dose(40, on=START), dose(20, on=day(changed))),
        holds=(hold(3),),
        resumes=(resume(5),),
    )
    total = cumulative(facts, as_of=day(5))
    assert total is not None
    assert (total.mg, total.dosing_days, total.held_days) == (mg, 3, 2)


def test_headline_uses_the_weight_at_the_start_and_the_other_that_of_each_day() -> None:
    facts = course(
        weights=(weight(50, on=day(-3)), weight(60, on=day(3))), doses=(dose(30, on=START),)
    )
    total = cumulative(facts, as_of=day(4))
    assert total is not None and total.time_weighted is not None
    assert total.mg_per_kg == Decimal(120) / 50
    assert total.time_weighted == Decimal(60) / 50 + Decimal(60) / 60
    assert not total.start_weight_assumed


def test_every_new_weight_counts_from_the_day_on_which_it_was_measured() -> None:
    facts = course(
        weights=(weight(50, on=START), weight(60, on=day(2)), weight(75, on=day(3))),
        doses=(dose(30, on=START),),
    )
    expected = Decimal(0)
    for number, kg in enumerate((50, 60, 75, 75), start=1):
        expected += Decimal(30) / kg
        total = cumulative(facts, as_of=day(number))
        assert total is not None and total.time_weighted == expected


def test_first_weight_after_the_start_stands_in_and_says_so() -> None:
    facts = course(weights=(weight(60, on=day(3)),), doses=(dose(30, on=START),))
    early, later = (cumulative(facts, as_of=day(number)) for number in (2, 3))
    assert early is not None and later is not None
    assert (early.mg_per_kg, early.band, early.target_mg) == (None, None, None)
    assert (later.mg_per_kg, later.start_weight_assumed) == (Decimal("1.5"), True)
    more = cumulative(replace(facts, weights=(*facts.weights, weight(50, on=day(5)))), as_of=day(6))
    assert more is not None and more.start_weight_kg == 60


@pytest.mark.parametrize(
    ("mg", "band"),
    [
        ("7199.9", Band.BELOW),
        (7200, Band.TARGET),
        (9000, Band.TARGET),
        ("9000.1", Band.ABOVE),
        (13200, Band.ABOVE),
        ("13200.1", Band.ALERT),
    ],
)
def test_band_changes_exactly_at_120_150_and_220(mg: object, band: Band) -> None:
    assert band_of(decimal(mg), Decimal(60)) is band


def test_forecast_doses_daily_from_tomorrow_and_rounds_days_up() -> None:
    facts = course(weights=(weight(60, on=START),), doses=(dose(50, on=START),))
    total = cumulative(facts, as_of=day(10))
    assert total is not None
    assert total.target_mg == (7200, 9000)
    assert (total.mg_to_120, total.days_to_120) == (6700, 134)
    assert total.reaches_120_on == day(10) + timedelta(days=134)
    odd = course(weights=(weight("60.1", on=START),), doses=(dose(50, on=START),))
    rounded = cumulative(odd, as_of=day(10))
    assert rounded is not None and rounded.days_to_120 == 135


def test_forecast_of_a_pattern_uses_its_average() -> None:
    facts = course(weights=(weight(60, on=START),), doses=(dose(20, 40, on=START),))
    total = cumulative(facts, as_of=day(10))
    assert total is not None
    assert (total.mg_to_120, total.days_to_120, total.daily_mg) == (6900, 230, 30)


def test_target_reached_leaves_nothing_to_forecast() -> None:
    facts = course(weights=(weight(60, on=START),), doses=(dose(60, on=START),))
    just_before, reached = (cumulative(facts, as_of=day(number)) for number in (119, 120))
    assert just_before is not None and reached is not None
    assert (just_before.days_to_120, just_before.band) == (1, Band.BELOW)
    assert (reached.mg_to_120, reached.days_to_120, reached.reaches_120_on) == (0, 0, None)
    assert reached.band is Band.TARGET


def test_absorica_ld_counts_a_quarter_more_and_is_an_estimate() -> None:
    facts = course(
        weights=(weight(60, on=START),),
        doses=(
            dose(32, on=START, formulation=Formulation.ABSORICA_LD),
            dose(40, on=day(11)),
        ),
    )
    ld, both = (cumulative(facts, as_of=day(number)) for number in (10, 11))
    assert ld is not None and both is not None
    assert (ld.mg, ld.standard_equivalent_mg, ld.estimate) == (320, 400, True)
    assert (both.mg, both.standard_equivalent_mg, both.estimate) == (360, 440, True)
    plain = cumulative(course(doses=(dose(40, on=START),)), as_of=START)
    assert plain is not None
    assert (plain.standard_equivalent_mg, plain.estimate) == (40, False)


def test_stop_ends_the_count_and_the_forecast() -> None:
    facts = course(
        weights=(weight(60, on=START),),
        doses=(dose(40, on=START),),
        stopped=(Stopped(ref="stop", on=day(12), last_dose=day(10)),),
    )
    running, ended = (cumulative(facts, as_of=day(number)) for number in (11, 40))
    assert running is not None and ended is not None
    assert running.mg == 440
    assert (ended.mg, ended.days_to_120, ended.reaches_120_on) == (400, None, None)
    assert (ended.dosing_days, ended.held_days, ended.daily_mg) == (10, 0, 40)


def test_second_course_counts_anew_and_the_lifetime_adds_up() -> None:
    facts = course(
        weights=(weight(60, on=START), weight(66, on=day(100))),
        doses=(dose(40, on=START), dose(30, on=day(101))),
        stopped=(Stopped(ref="stop", on=day(10), last_dose=day(10)),),
    )
    total = cumulative(facts, as_of=day(103))
    assert total is not None
    assert (total.started, total.mg, total.lifetime_mg) == (day(101), 90, 490)
    assert total.start_weight_kg == 66


def test_nothing_is_inferred_from_what_was_dispensed() -> None:
    assert cumulative(course(), as_of=START) is None
    filled = course(dispensed=(Dispensed(ref="f", on=START),))
    assert cumulative(filled, as_of=day(20)) is None
    refilled = course(
        doses=(dose(40, on=START),),
        stopped=(Stopped(ref="s", on=day(10), last_dose=day(10)),),
        dispensed=(Dispensed(ref="f", on=day(100)),),
    )
    assert cumulative(refilled, as_of=day(120)) is None


def test_what_is_recorded_later_is_not_counted_yet() -> None:
    facts = course(
        weights=(weight(60, on=START), weight(90, on=day(8))),
        doses=(dose(40, on=START), dose(80, on=day(6))),
        holds=(hold(7),),
        missed=(missed(4, told=5),),
    )
    by_day_five = cumulative(facts, as_of=day(5))
    assert by_day_five is not None
    assert (by_day_five.mg, by_day_five.held_days, by_day_five.missed_days) == (160, 0, 1)
    assert held_spans(facts, as_of=day(6)) == ()
    assert held_spans(facts, as_of=day(7)) == ((day(7), day(7)),)
    by_day_six = cumulative(facts, as_of=day(6))
    assert by_day_six is not None and (by_day_six.mg, by_day_six.daily_mg) == (240, 80)
    last = cumulative(facts, as_of=day(9))
    assert last is not None and last.time_weighted == Decimal(240) / 60


def test_last_of_several_records_of_a_day_counts() -> None:
    facts = course(
        weights=(weight(50, on=START), weight(60, on=START)),
        doses=(dose(20, on=START), dose(40, on=START)),
    )
    total = cumulative(facts, as_of=day(2))
    assert total is not None
    assert (total.mg, total.daily_mg, total.start_weight_kg) == (80, 40, 60)
    assert not total.start_weight_assumed


def test_weight_in_force_is_the_latest_measured_by_then() -> None:
    facts = course(weights=(weight(50, on=day(1)), weight(52, on=day(5))))
    assert weight_on(facts, day(0)) is None
    assert [found.kg for n in (1, 4, 5) if (found := weight_on(facts, day(n)))] == [50, 50, 52]


def _slowly(facts: CourseFacts, as_of: date) -> Decimal:
    """Day by day, as the rule is written (DOSE-10)."""
    total, held = Decimal(0), False
    gone = {when for told in facts.missed if told.on <= as_of for when in told.dates}
    current: Dose | None = None
    today = START
    while today <= as_of:
        holds = any(item.on == today for item in facts.holds)
        resumes = any(item.on == today for item in facts.resumes)
        if holds and not resumes:
            held = True
        elif resumes and not holds:
            held = False
        for item in facts.doses:
            if item.on == today:
                current = item
        if current is not None and not held and today not in gone:
            total += current.pattern[(today - current.on).days % len(current.pattern)]
        today += timedelta(days=1)
    return total


DAYS = st.integers(1, 60)
PATTERNS = st.lists(st.sampled_from([0, 10, 20, 25, 40]), min_size=1, max_size=4)


@given(
    first=PATTERNS,
    changes=st.dictionaries(DAYS, PATTERNS, max_size=4),
    holds=st.sets(DAYS, max_size=4),
    resumes=st.sets(DAYS, max_size=4),
    lost=st.sets(DAYS, max_size=6),
    told=DAYS,
    until=DAYS,
)
def test_spans_add_up_to_what_counting_every_day_gives(
    first: list[int],
    changes: dict[int, list[int]],
    holds: set[int],
    resumes: set[int],
    lost: set[int],
    told: int,
    until: int,
) -> None:
    doses = {1: first, **{number: mg for number, mg in changes.items() if number > 1}}
    facts = course(
        weights=(weight(60, on=START), weight(61, on=day(20))),
        doses=tuple(dose(*doses[number], on=day(number)) for number in sorted(doses)),
        holds=tuple(hold(number) for number in sorted(holds)),
        resumes=tuple(resume(number) for number in sorted(resumes)),
        missed=(missed(*sorted(lost), told=told),),
    )
    total = cumulative(facts, as_of=day(until))
    assert total is not None and total.time_weighted is not None
    assert total.mg == _slowly(facts, day(until))
    assert total.dosing_days + total.missed_days + total.held_days == until
    assert sum((b - a).days + 1 for a, b in held_spans(facts, as_of=day(until))) >= total.held_days
    assert total.mg / 61 - Decimal("1e-20") <= total.time_weighted
    assert total.time_weighted <= total.mg / 60 + Decimal("1e-20")
