"""Ours and the laboratory's reading side by side; what a chart draws and what it says instead."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from clinic.chart_rows import Charts, charts
from clinic.result_rows import difference, result_row, sender_words
from protocol import labs
from protocol.facts import CourseFacts, Hold, LabResult, Resume
from protocol.policy import ClinicPolicy
from protocol.vocabulary import ResultStatus
from tests.protocol.clinical_facts import DAY, course, dose, result

POLICY = ClinicPolicy()


def page(facts: CourseFacts) -> SimpleNamespace:
    """As much of a course page as the charts read."""
    trends: dict[object, tuple[labs.Graded, ...]] = {}
    for each in labs.history(facts, as_of=DAY, policy=POLICY):
        trends[each.analyte] = (*trends.get(each.analyte, ()), each)
    return SimpleNamespace(facts=facts, trends=trends, today=DAY, policy=POLICY, stopped_on=None)


def drawn(*results: LabResult, **facts: object) -> Charts:
    return charts(page(course(labs=results, **facts)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sent", "tier", "low", "flag", "words"),
    [
        ("N", 0, False, "normal", ""),
        ("H", 1, False, "high", ""),
        ("H", 3, False, "high", ""),
        ("HH", 4, False, "high", ""),
        ("L", 0, True, "low", ""),
        ("A", 2, False, "high", ""),
        ("", 3, False, "high", ""),
        ("H", None, False, "high", ""),
        ("N", 2, False, "high", "Laboratory: normal; ours: raised, look at it"),
        ("H", 0, False, "normal", "Laboratory: high; ours: normal"),
        ("A", 0, False, "normal", "Laboratory: abnormal; ours: normal"),
        ("HH", 1, False, "high", "Laboratory: critical; ours: mildly raised"),
        ("L", 3, False, "high", "Laboratory: low; ours: high, look at it"),
        ("N", 0, True, "low", "Laboratory: normal; ours: low"),
        ("N", None, False, "", "Laboratory: normal; ours: not graded"),
        ("XYZ", 0, False, "normal", "Laboratory: “XYZ”; ours: normal"),
        ("N", 0, False, "high", "Laboratory: normal; ours: above the range, below our first tier"),
    ],
)
def test_a_disagreement_is_said_in_words(
    sent: str, tier: int | None, low: bool, flag: str, words: str
) -> None:
    assert difference(sent, tier=tier, low=low, flag=flag) == words


def test_a_flag_that_is_not_in_the_standard_is_quoted_and_none_is_none() -> None:
    assert sender_words("Q7") == "“Q7”"
    assert sender_words("h") == "▲ High"
    assert sender_words("") == ""


def test_a_value_in_grams_is_not_shown_with_the_unit_it_was_compared_in() -> None:
    """1.5 g/L is 150 mg/dL: number and unit go together, and what was sent stands beside."""
    (graded,) = labs.history(
        course(labs=(result("triglycerides", "1.5", "g/L"),)), as_of=DAY, policy=POLICY
    )
    row = result_row(graded)
    assert (row.value, row.unit, row.as_sent) == ("150", "mg/dL", "1.5 g/L")


def test_chart_draws_one_unit_and_says_what_was_converted() -> None:
    found = drawn(
        result("triglycerides", "3.1", "mmol/L", "1.7", on=DAY - timedelta(days=30)),
        result("triglycerides", 150, "mg/dL", 150),
    ).shown[0]
    assert found["unit"] == "mg/dL"
    assert [(point.value, point.as_sent) for point in found["points"]] == [
        (Decimal(275), "3.1 mmol/L"),
        (Decimal(150), ""),
    ]
    assert found["points"][0].range == "≤ 1.7 mmol/L"
    assert "converted" in found["note"]
    assert "range has changed" in found["note"]


def test_chart_leaves_out_what_is_not_believed_and_says_so() -> None:
    found = drawn(
        result("alt", 30, "U/L", 40),
        result("alt", 300, "U/L", 40, status=ResultStatus.PRELIMINARY),
    ).shown[0]
    assert len(found["points"]) == 1
    assert found["note"] == "Not drawn: 1 value in doubt or preliminary."


def test_line_of_action_is_the_first_tier_that_must_be_decided() -> None:
    found = drawn(result("alt", 30, "U/L", 40), result("glucose", 90, "mg/dL", 99))
    assert (found.shown[0]["limit"], found.shown[0]["limit_words"]) == (80, "Act above 80 U/L")
    assert found.more[0]["limit_words"] == "Act from 126 mg/dL"


def test_what_must_be_looked_at_is_not_folded_away() -> None:
    found = drawn(
        result("ck", 900, "U/L", 200), result("ast", 20, "U/L", 40), result("alt", 20, "U/L", 40)
    )
    assert [each["title"] for each in found.shown] == ["ALT", "CK"]
    assert found.more_names == "AST"


def test_a_pregnancy_test_is_no_curve() -> None:
    assert drawn(result("hcg", 2, "IU/L")) == Charts((), ())


def test_a_pause_is_a_gap_in_the_dose_strip() -> None:
    start = DAY - timedelta(days=60)
    found = drawn(
        result("alt", 30, "U/L", 40),
        doses=(dose(40, on=start), dose(20, on=start + timedelta(days=40))),
        holds=(Hold(ref="h", on=start + timedelta(days=10)),),
        resumes=(Resume(ref="h", on=start + timedelta(days=20)),),
    ).shown[0]
    days = [
        ((span.from_on - start).days, span.until_on and (span.until_on - start).days)
        for span in found["doses"]
    ]
    assert days == [(0, 10), (20, 40), (40, None)]


def test_small_line_takes_only_believed_values_of_one_unit() -> None:
    then = [DAY - timedelta(days=back) for back in (90, 60, 30, 10)]
    newest = result("alt", 52, "U/L", 40)
    facts = course(
        labs=(
            result("alt", 20, "U/L", 40, on=then[0]),
            result("alt", "0.5", "ukat/L", "0.7", on=then[1]),
            result("alt", 300, "U/L", 40, on=then[2], status=ResultStatus.PRELIMINARY),
            result("alt", 31, "U/L", 40, on=then[3]),
            newest,
        )
    )
    graded = labs.history(facts, as_of=DAY, policy=POLICY, only=[newest])[0]
    assert labs.earlier_values(facts, graded) == (Decimal(20), Decimal(31))
    assert labs.earlier_values(facts, graded, count=1) == (Decimal(31),)
