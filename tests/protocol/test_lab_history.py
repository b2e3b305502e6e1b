"""A single result on a screen is graded as the gate grades it: with its draw and its baseline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import labs
from protocol.facts import LabAcknowledged, LabResult
from protocol.memory import remember
from protocol.vocabulary import Analyte, ResultStatus, Tier
from tests.protocol.clinical_facts import DAY, POLICY, course, dose, result

START = DAY - timedelta(days=40)


def graded(*results: LabResult, started: date | None = None) -> tuple[labs.Graded, ...]:
    """The history as a screen shows it."""
    doses = (dose(40, on=started),) if started else ()
    return labs.history(course(labs=results, doses=doses), as_of=DAY, policy=POLICY)


def test_liver_enzyme_of_an_old_draw_is_critical_with_its_bilirubin() -> None:
    then = DAY - timedelta(days=30)
    enzyme, bilirubin, newer = graded(
        result("alt", 150, "U/L", 40, on=then),
        result("bilirubin", 3, "mg/dL", "1.2", on=then),
        result("alt", 30, "U/L", 40),
    )
    assert (enzyme.tier, enzyme.hepatic) == (Tier.T4, True)
    assert (bilirubin.tier, newer.tier) == (None, Tier.T0)


def test_grade_of_each_result_is_against_the_value_before_treatment() -> None:
    """CTCAE v5 counts from an abnormal baseline: 130 is 1.6 times 80, though 3.2 times 40."""
    before, during = graded(
        result("alt", 80, "U/L", 40, on=START - timedelta(days=3)),
        result("alt", 130, "U/L", 40),
        started=START,
    )
    assert (before.ctcae, during.ctcae) == (1, 1)
    (alone,) = graded(result("alt", 130, "U/L", 40), started=START)
    assert alone.ctcae == 2


def test_preliminary_and_cancelled_results_are_shown_without_a_tier() -> None:
    shown = graded(
        result("alt", 300, "U/L", 40, status=ResultStatus.PRELIMINARY),
        result("alt", 300, "U/L", 40, status=ResultStatus.CANCELLED),
    )
    assert [(each.tier, each.held) for each in shown] == [
        (None, "not-final"),
        (None, "cancelled"),
    ]


def test_facts_that_remember_are_read_once_and_read_the_same() -> None:
    plain = course(labs=(result("alt", 150, "U/L", 40), result("ck", 900, "U/L", 200)))
    kept = remember(replace(plain))
    told = labs.read(kept, as_of=DAY, policy=POLICY, with_ctcae=False)
    assert told == labs.read(plain, as_of=DAY, policy=POLICY)
    assert labs.read(kept, as_of=DAY, policy=POLICY) is told
    assert labs.history(kept, as_of=DAY, policy=POLICY)[0] is told.newest[Analyte.ALT]

    before = labs.read(kept, as_of=DAY - timedelta(days=1), policy=POLICY)
    assert before.newest == {}
    other = replace(POLICY)
    assert labs.read(kept, as_of=DAY, policy=other) is not told
    assert (kept, hash(kept)) == (plain, hash(plain))


def test_decision_about_a_value_does_not_cover_what_replaces_it() -> None:
    """B5: a prescriber has read the first; the laboratory's correction is read anew."""
    first, corrected = result("alt", 100, "U/L", 40), result("alt", 110, "U/L", 40)
    word = LabAcknowledged(ref="a", on=DAY, plan="repeat", results=(first.ref,))

    def waits(read: LabResult) -> bool:
        facts = course(labs=(read,), lab_acknowledged=(word,))
        return bool(labs.read(facts, as_of=DAY, policy=POLICY).awaiting)

    assert not waits(first)
    assert waits(corrected)


RESULTS = st.builds(
    lambda kind, value, back: result(*kind[:1], value, *kind[1:], on=DAY - timedelta(days=back)),
    kind=st.sampled_from(
        [
            ("alt", "U/L", 40),
            ("ast", "U/L", 40),
            ("ck", "U/L", 200),
            ("bilirubin", "mg/dL", "1.2"),
            ("triglycerides", "mg/dL", None),
        ]
    ),
    value=st.decimals("1", "900", places=1),
    back=st.integers(0, 60),
)


@given(results=st.lists(RESULTS, max_size=10), started=st.booleans())
def test_no_screen_calls_a_result_milder_than_the_gate(
    results: list[LabResult], started: bool
) -> None:
    doses = (dose(Decimal(40), on=START),) if started else ()
    facts = course(labs=tuple(results), doses=doses)
    shown = {each.result.ref: each for each in labs.history(facts, as_of=DAY, policy=POLICY)}
    reading = labs.read(facts, as_of=DAY, policy=POLICY)
    for judged in (*reading.newest.values(), *reading.in_force.values()):
        assert shown[judged.result.ref] == judged
    assert [each.analyte for each in shown.values()] == [Analyte(each.analyte) for each in results]


def earlier(newest: LabResult, *others: LabResult, **count: int) -> list[str]:
    """The values of the small line beside the newest result."""
    facts = course(labs=(*others, newest))
    shown = labs.history(facts, as_of=DAY, policy=POLICY, only=(newest,))
    return [f"{value}" for value in labs.earlier_values(facts, shown[0], **count)]


def test_line_beside_a_result_holds_the_newest_values_before_it_in_order() -> None:
    others = [
        result("alt", number, "U/L", 40, on=DAY - timedelta(days=number)) for number in range(1, 8)
    ]
    newest = result("alt", 30, "U/L", 40)
    assert earlier(newest, *others) == ["5", "4", "3", "2", "1"]
    assert earlier(newest, *others, count=2) == ["2", "1"]


@pytest.mark.parametrize(
    "other",
    [
        result("ast", 20, "U/L", 40, on=START),
        result("alt", 20, "U/L", 40, on=DAY),
        result("alt", 20, "U/L", 40, on=START, status=ResultStatus.PRELIMINARY),
        result("alt", "0.4", "ukat/L", "0.6", on=START),
        result("alt", 20, "U/L", 40, on=START, comparator="<"),
        result("alt", 20, "U/L", 40, on=START, held="two values of one sample"),
        result("alt", None, "U/L", 40, on=START),
    ],
)
def test_what_cannot_stand_on_the_line_is_left_out(other: LabResult) -> None:
    before = result("alt", 25, "U/L", 40, on=START)
    assert earlier(result("alt", 30, "U/L", 40), other, before) == ["25"]


@pytest.mark.parametrize(
    "newest",
    [
        result("alt", 30, "U/L", 40, comparator="<"),
        result("alt", 99_999, "U/L", 40),
        result("triglycerides", "1.2", "g/L", "1.5"),
    ],
)
def test_value_in_doubt_with_a_sign_or_converted_has_no_line(newest: LabResult) -> None:
    alike = result(newest.analyte.value, "1.1", newest.unit, on=START)
    assert earlier(newest, alike) == []
