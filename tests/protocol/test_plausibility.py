"""What cannot be true (LAB-6), which unit was probably meant, and the default ranges (5.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import protocol.ranges
from protocol.grading import grade
from protocol.plausibility import likely_unit, limit_fits, plausible
from protocol.ranges import Range, default_range, from_text
from protocol.steps import BadTable
from protocol.vocabulary import Analyte
from tests.protocol.clinical_facts import MAN, POLICY, result

LIMITS = [
    # (analyte, unit, lowest believed, just below it, highest believed, just above it)
    ("triglycerides", "mg/dL", "20", "19.9", "2657.1", "2657.2"),
    ("triglycerides", "mmol/L", "0.226", "0.225", "30", "30.1"),
    ("triglycerides", "g/L", "0.2", "0.19", "26.5", "26.6"),
    ("cholesterol", "mg/dL", "40", "39.9", "773.4", "773.5"),
    ("cholesterol", "mmol/L", "1.04", "1.03", "20", "20.1"),
    ("alt", "U/L", "0", "-0.1", "10000", "10000.1"),
    ("alt", "ukat/L", "0", "-0.1", "166.6", "166.7"),
    ("ast", "U/L", "0", "-0.1", "10000", "10000.1"),
    ("bilirubin", "mg/dL", "0", "-0.1", "50", "50.1"),
    ("bilirubin", "umol/L", "0", "-0.1", "855", "855.1"),
    ("glucose", "mg/dL", "20", "19.9", "1500", "1500.1"),
    ("glucose", "mmol/L", "1.12", "1.11", "83.2", "83.3"),
    ("ck", "U/L", "0", "-0.1", "900000", None),
    ("alp", "U/L", "0", "-0.1", "900000", None),
    ("ggt", "U/L", "0", "-0.1", "900000", None),
    ("hcg", "IU/L", "0", "-0.1", "900000", None),
    ("hdl", "mg/dL", "0", "-0.1", "900", None),
    ("ldl", "mg/dL", "0", "-0.1", "900", None),
]


@pytest.mark.parametrize(("analyte", "unit", "lowest", "below", "highest", "above"), LIMITS)
def test_value_is_believed_up_to_its_limits(
    analyte: str, unit: str, lowest: str, below: str, highest: str, above: str | None
) -> None:
    what = Analyte(analyte)
    assert plausible(what, Decimal(lowest), unit) == ""
    assert plausible(what, Decimal(highest), unit) == ""
    assert f"{analyte} {below} {unit} is not plausible" in plausible(what, Decimal(below), unit)
    if above is not None:
        assert f"{above} {unit} is not plausible" in plausible(what, Decimal(above), unit)


@pytest.mark.parametrize(
    ("unit", "said"), [("mg/dL", "mg/dL does not measure alt"), ("", "no unit does not measure")]
)
def test_unit_of_something_else_is_never_plausible(unit: str, said: str) -> None:
    assert said in plausible(Analyte.ALT, Decimal(30), unit)


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "likely"),
    [
        ("triglycerides", "1.5", "mg/dL", "mmol/L"),
        ("triglycerides", "150", "mmol/L", "mg/dL"),
        ("cholesterol", "5", "mg/dL", "mmol/L"),
        ("glucose", "90", "mmol/L", "mg/dL"),
        ("bilirubin", "60", "mg/dL", "umol/L"),
        ("ast", "200", "ukat/L", "U/L"),
        ("alt", "99999", "U/L", ""),
        ("ck", "-1", "U/L", ""),
    ],
)
def test_likely_unit_is_named_where_the_number_would_fit_it(
    analyte: str, value: str, unit: str, likely: str
) -> None:
    assert likely_unit(Analyte(analyte), Decimal(value), unit) == likely
    said = plausible(Analyte(analyte), Decimal(value), unit)
    assert said.endswith(f"; probably {likely}" if likely else "is not plausible")


def test_other_spelling_of_the_same_size_is_no_likelier_unit() -> None:
    assert likely_unit(Analyte.HCG, Decimal(5), "IU/L") == ""
    assert likely_unit(Analyte.ALT, Decimal(30), "U/L") == "ukat/L"


UPPER_LIMITS = [
    ("alt", "U/L", "5", "4.9", "250", "250.1"),
    ("ast", "U/L", "5", "4.9", "250", "250.1"),
    ("ast", "ukat/L", "0.1", "0.08", "4.1", "4.2"),
    ("ck", "U/L", "20", "19.9", "2000", "2000.1"),
    ("cholesterol", "mg/dL", "80", "79.9", "500", "500.1"),
    ("cholesterol", "mmol/L", "2.1", "2.0", "12.9", "13"),
    ("bilirubin", "mg/dL", "0.3", "0.29", "6", "6.1"),
    ("bilirubin", "umol/L", "6", "5.1", "102", "103"),
]


@pytest.mark.parametrize(("analyte", "unit", "lowest", "below", "highest", "above"), UPPER_LIMITS)
def test_upper_limit_must_be_one_of_the_unit(
    analyte: str, unit: str, lowest: str, below: str, highest: str, above: str
) -> None:
    fits = [limit_fits(Analyte(analyte), Decimal(v), unit) for v in (lowest, highest)]
    misfits = [limit_fits(Analyte(analyte), Decimal(v), unit) for v in (below, above)]
    assert (fits, misfits) == ([True, True], [False, False])


@pytest.mark.parametrize(("uln", "fits"), [("0.5", True), ("0", False), ("-1", False)])
def test_upper_limit_is_above_zero_for_every_analyte(uln: str, fits: bool) -> None:
    assert limit_fits(Analyte.HDL, Decimal(uln), "mg/dL") is fits


RANGES = [
    ("alt", "U/L", "female", 30, "7", "35"),
    ("alt", "U/L", "male", 30, "10", "40"),
    ("alt", "U/L", "unknown", 30, "10", "35"),
    ("ast", "U/L", "female", 30, "10", "35"),
    ("ast", "U/L", "male", 30, "10", "40"),
    ("alp", "U/L", "male", 18, "30", "120"),
    ("ggt", "U/L", "female", 30, "5", "36"),
    ("ggt", "U/L", "male", 30, "8", "61"),
    ("bilirubin", "mg/dL", "male", 30, "0.1", "1.2"),
    ("bilirubin", "umol/L", "male", 30, "2", "21"),
    ("triglycerides", "mg/dL", "male", 30, None, "150"),
    ("triglycerides", "mmol/L", "male", 30, None, "1.7"),
    ("cholesterol", "mg/dL", "male", 20, None, "200"),
    ("cholesterol", "mg/dL", "male", 19, None, "170"),
    ("cholesterol", "mmol/L", "male", 20, None, "5.17"),
    ("cholesterol", "mmol/L", "male", 19, None, "4.4"),
    ("cholesterol", "mmol/L", "male", None, None, "4.4"),
    ("hdl", "mg/dL", "female", 30, "50", None),
    ("hdl", "mmol/L", "female", 30, "1.29", None),
    ("hdl", "mg/dL", "male", 30, "40", None),
    ("hdl", "mmol/L", "male", 30, "1.03", None),
    ("hdl", "mg/dL", "unknown", 30, "50", None),
    ("ck", "U/L", "female", 30, "30", "150"),
    ("ck", "U/L", "male", 0, "40", "200"),
    ("glucose", "mg/dL", "male", 30, "70", "99"),
    ("glucose", "mmol/L", "male", 110, "3.9", "5.5"),
]


@pytest.mark.parametrize(("analyte", "unit", "sex", "age", "low", "high"), RANGES)
def test_default_range_is_that_of_section_5_5(
    analyte: str, unit: str, sex: str, age: int | None, low: str | None, high: str | None
) -> None:
    expected = Range(*(None if limit is None else Decimal(limit) for limit in (low, high)))
    assert default_range(Analyte(analyte), unit, sex=sex, age=age) == expected


@pytest.mark.parametrize(
    ("analyte", "unit", "age"),
    [("alp", "U/L", 17), ("alp", "U/L", None), ("hcg", "IU/L", 30), ("alt", "ukat/L", 30)],
)
def test_where_the_book_has_no_range_there_is_none(
    analyte: str, unit: str, age: int | None
) -> None:
    assert default_range(Analyte(analyte), unit, sex="male", age=age) is None


TEXT = (Path(protocol.ranges.__file__).parent / "tables" / "lab_ranges.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('analyte = "alt"', 'analyte = "alb"'),
        ('"U/L" = [7, 35]', '"mg/dL" = [7, 35]'),
        ('"U/L" = [7, 35]', '"U/L" = [7, 35, 40]'),
        ('"U/L" = [7, 35]', '"U/L" = 35'),
        ('"U/L" = [7, 35]', '"U/L" = [7, true]'),
        ('"U/L" = [7, 35]', '"U/L" = [7, "high"]'),
    ],
)
def test_range_that_cannot_be_understood_names_its_row(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(BadTable, match="range 1"):
        from_text(TEXT.replace(old, new, 1))


def test_limits_used_are_told_with_the_grade() -> None:
    own = grade(result("alt", 50, "U/L", 40, lln=Decimal(10)), person=MAN, policy=POLICY)
    assert (own.lln, own.uln, own.value, own.x_uln) == (10, 40, 50, Decimal("1.25"))
    mass = grade(result("cholesterol", "2.1", "g/L", "2"), person=MAN, policy=POLICY)
    assert (mass.unit, mass.uln, mass.value) == ("mg/dL", 200, 210)
    half = grade(result("alt", 50, lln=Decimal(12)), person=MAN, policy=POLICY)
    assert (half.lln, half.uln, half.default_range) == (12, 40, True)
    one_name = grade(result("alt", 50, "IU/L", 40), person=MAN, policy=POLICY)
    assert (one_name.unit, one_name.x_uln) == ("U/L", Decimal("1.25"))
    assert grade(result("hcg", 3, "IU/L"), person=MAN, policy=POLICY).x_uln is None
    assert grade(result("alt", 3, ""), person=MAN, policy=POLICY).x_uln is None


def test_birthday_decides_the_default_on_the_day_of_the_draw() -> None:
    person = replace(MAN, born=date(2005, 4, 1))
    for on, limit in ((date(2025, 3, 31), 170), (date(2025, 4, 1), 200)):
        graded = grade(result("cholesterol", 180, "mg/dL", on=on), person=person, policy=POLICY)
        assert graded.uln == limit
