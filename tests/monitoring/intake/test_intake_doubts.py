"""What may be read in two ways is read in none: pregnancy tests in words, points and commas."""

from __future__ import annotations

import pytest

from monitoring.intake.values import may_mean_positive
from tests.monitoring.intake import fhir_files as f
from tests.monitoring.intake.messages import OBR, PID, message, obx, only_line, only_report

HCG = "2106-3^HCG^LN"


@pytest.mark.parametrize(
    ("words", "answer", "somebody_looks_today"),
    [
        ("Schwangerschaftstest: negativ", "negative", False),
        ("NEGATIVE FOR PREGNANCY", "negative", False),
        ("hCG im Urin nicht nachweisbar", "negative", False),
        ("Pregnancy test positive", "positive", True),
        ("POS (+++)", "positive", True),
        # A doubt is no answer, on whichever side it lies.
        ("negative?", "", False),
        ("NEG (+)", "", True),
        ("positive ?", "", True),
        ("weakly positive", "", True),
        ("schwach reaktiv", "", True),
        ("Spuren nachweisbar", "", True),
        ("1+", "", True),
        ("not negative", "", False),
        ("Not detected (<5)", "", False),
        ("haemolysed", "", False),
        ("test not done", "", False),
        ("test", "", False),
    ],
)
def test_words_of_a_pregnancy_test(words: str, answer: str, somebody_looks_today: bool) -> None:
    line = only_line(obx(HCG, words, "", "", kind="ST", flag=""))
    assert (line.value, line.disposition) == (
        answer or words,
        "stored" if answer else "ungraded",
    )
    assert may_mean_positive(line.value) is somebody_looks_today


@pytest.mark.parametrize(
    ("value", "limits", "held"),
    [
        ("1.234", "7,0 - 56,0", True),
        ("1.234", "bis 35,5", True),
        ("1.234 U/l", "bis 35,5", True),
        ("1.234", "7.0 - 56.0", False),
        ("1.234", "7-56", False),
        ("1.23", "7,0 - 56,0", False),
        ("0.234", "7,0 - 56,0", False),
        ("123", "7,0 - 56,0", False),
    ],
)
def test_a_point_may_divide_thousands_where_commas_are_decimal(
    value: str, limits: str, held: bool
) -> None:
    """An ALT of 1,234 U/L must never pass for one of 1.2: it waits for a person."""
    line = only_line(obx(value=value, limits=limits))
    assert ("divide thousands" in line.held) is held


def test_the_commas_of_one_result_speak_for_its_neighbours() -> None:
    report = only_report(
        message(PID, OBR, obx(value="1.234", limits="bis 35"), obx("2571-8^TG^LN", "1,72", "g/L",
                "bis 1,7", number=2))
    )  # fmt: skip
    assert [bool(line.held) for line in report.lines] == [True, False]


def test_an_escape_that_nobody_knows_leaves_those_around_it_readable() -> None:
    (line,) = only_report(
        message(PID, OBR, obx(), r"NTE|1||ALT \T\ AST \Zodd\ \R\ repeat \E\ send")
    ).lines
    assert line.notes == (r"ALT & AST \Zodd\ ~ repeat \ send",)


def test_a_value_that_is_given_and_said_to_be_absent_is_held() -> None:
    reason = {"coding": [{"code": "error"}]}
    resource = f.observation(dataAbsentReason=reason)
    assert "says why there is none" in f.only_line(f.bundle(f.patient(), resource)).held


@pytest.mark.parametrize(
    ("number", "why"), [("NaN", "NaN"), ("-Infinity", "NaN"), ("9" * 500, "too long")]
)
def test_a_number_that_is_none_is_named(number: str, why: str) -> None:
    content = f.json.dumps(f.bundle(f.patient(), f.observation()))
    (entry,) = f.read(content.replace('"value": 83', f'"value": {number}').encode())
    assert why in entry.reason  # type: ignore[union-attr]
