"""Units: spellings, conversions of rule book 5.4, and what measures what."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.units import Unconvertible, canonical, convert, kilograms, measures, units_of
from protocol.vocabulary import Analyte


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("U/L", "U/L"),
        ("u/l", "U/L"),
        (" U / L ", "U/L"),
        ("[iU]/L", "IU/L"),
        ("UI/L", "IU/L"),
        ("µkat/L", "ukat/L"),
        ("μkat/l", "ukat/L"),
        ("mg/dl", "mg/dL"),
        ("MMOL/L", "mmol/L"),
        ("µmol/l", "umol/L"),
        ("umol/L", "umol/L"),
        ("g/l", "g/L"),
        ("mIU/mL", "mIU/mL"),
        ("m[IU]/mL", "mIU/mL"),
        ("", None),
        ("mg", None),
        ("ng/mL", None),
        ("mmol", None),
    ],
)
def test_unit_spelling_is_recognised_or_unknown(written: str, unit: str | None) -> None:
    assert canonical(written) == unit


@pytest.mark.parametrize(
    ("analyte", "value", "source", "target", "expected"),
    [
        ("triglycerides", "1", "mmol/L", "mg/dL", "88.57"),
        ("triglycerides", "1.5", "g/L", "mg/dL", "150"),
        ("cholesterol", "1", "mmol/L", "mg/dL", "38.67"),
        ("hdl", "2", "mmol/L", "mg/dL", "77.34"),
        ("ldl", "38.67", "mg/dL", "mmol/L", "1"),
        ("glucose", "10", "mmol/L", "mg/dL", "180.16"),
        ("bilirubin", "1", "mg/dL", "umol/L", "17.1"),
        ("bilirubin", "34.2", "umol/L", "mg/dL", "2"),
        ("ast", "0.9", "ukat/L", "U/L", "54"),
        ("alt", "60", "U/L", "ukat/L", "1"),
        ("ck", "3", "ukat/L", "IU/L", "180"),
        ("hcg", "7", "mIU/mL", "IU/L", "7"),
    ],
)
def test_conversion_uses_the_factor_of_section_5_4(
    analyte: str, value: str, source: str, target: str, expected: str
) -> None:
    assert convert(Analyte(analyte), Decimal(value), source, target) == Decimal(expected)


@pytest.mark.parametrize(
    ("analyte", "source", "target"),
    [
        ("alt", "mg/dL", "U/L"),
        ("triglycerides", "mg/dL", "umol/L"),
        ("hcg", "mg/dL", "IU/L"),
        ("glucose", "", "mg/dL"),
    ],
)
def test_conversion_without_a_factor_is_refused(analyte: str, source: str, target: str) -> None:
    assert not (measures(Analyte(analyte), source) and measures(Analyte(analyte), target))
    with pytest.raises(Unconvertible) as refused:
        convert(Analyte(analyte), Decimal(1), source, target)
    assert (refused.value.from_unit, refused.value.to_unit) == (source, target)


@given(
    analyte=st.sampled_from(list(Analyte)),
    value=st.decimals("0.01", "5000", places=2),
    data=st.data(),
)
def test_conversion_there_and_back_is_the_same_value(
    analyte: Analyte, value: Decimal, data: st.DataObject
) -> None:
    source, target = (data.draw(st.sampled_from(units_of(analyte))) for _ in range(2))
    there = convert(analyte, value, source, target)
    back = convert(analyte, there, target, source)
    assert abs(back - value) < Decimal("1e-20")


@given(
    analyte=st.sampled_from(list(Analyte)),
    pair=st.tuples(*[st.decimals("0.01", "5000", places=2)] * 2),
    data=st.data(),
)
def test_conversion_keeps_the_order_of_values(
    analyte: Analyte, pair: tuple[Decimal, Decimal], data: st.DataObject
) -> None:
    source, target = (data.draw(st.sampled_from(units_of(analyte))) for _ in range(2))
    low, high = sorted(pair)
    assert convert(analyte, low, source, target) <= convert(analyte, high, source, target)


@pytest.mark.parametrize(
    ("analyte", "unit", "belongs"),
    [
        ("alt", "U/L", True),
        ("alt", "ukat/L", True),
        ("alt", "mg/dL", False),
        ("bilirubin", "umol/L", True),
        ("bilirubin", "mmol/L", False),
        ("hcg", "mIU/mL", True),
        ("triglycerides", "", False),
    ],
)
def test_unit_belongs_to_what_it_can_measure(analyte: str, unit: str, belongs: bool) -> None:
    assert measures(Analyte(analyte), unit) is belongs


def test_pounds_become_kilograms_exactly() -> None:
    assert kilograms(Decimal(150)) == Decimal("68.0388555")
