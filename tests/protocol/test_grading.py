"""Tiers of single results: both sides of every threshold of rule book 5.2; what is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.facts import Person
from protocol.grading import Flag, Held, grade
from protocol.vocabulary import Analyte, ResultStatus, Tier
from tests.protocol.clinical_facts import DAY, MAN, POLICY, WOMAN, decimal, result

TIERS = [
    # ALT, AST against the laboratory's own limit (LAB-4)
    *[("alt", v, "U/L", 40, t) for v, t in [(40, 0), (40.1, 1), (80, 1), (80.1, 2), (120, 2)]],
    *[("alt", v, "U/L", 40, t) for v, t in [(120.1, 3), (200, 3), (200.1, 4)]],
    *[("ast", v, "ukat/L", 0.6, t) for v, t in [(0.6, 0), (0.61, 1), (1.2, 1), (1.21, 2)]],
    *[("ast", v, "ukat/L", 0.6, t) for v, t in [(1.8, 2), (1.81, 3), (3.0, 3), (3.01, 4)]],
    # CK
    *[("ck", v, "U/L", 200, t) for v, t in [(200, 0), (201, 1), (500, 1), (501, 2), (1000, 2)]],
    *[("ck", v, "U/L", 200, t) for v, t in [(1001, 3), (2000, 3), (2001, 4)]],
    # Triglycerides, each unit by its own column (LAB-5)
    *[("triglycerides", v, "mg/dL", None, t) for v, t in [(150, 0), (150.1, 1), (300, 1)]],
    *[("triglycerides", v, "mg/dL", None, t) for v, t in [(301, 2), (500, 2), (501, 3)]],
    *[("triglycerides", v, "mg/dL", None, t) for v, t in [(800, 3), (801, 4)]],
    *[("triglycerides", v, "mmol/L", None, t) for v, t in [(1.71, 0), (1.72, 1), (3.42, 1)]],
    *[("triglycerides", v, "mmol/L", None, t) for v, t in [(3.43, 2), (5.7, 2), (5.71, 3)]],
    *[("triglycerides", v, "mmol/L", None, t) for v, t in [(9.0, 3), (9.01, 4)]],
    *[("triglycerides", v, "g/L", None, t) for v, t in [(1.5, 0), (1.51, 1), (8.0, 3), (8.1, 4)]],
    # Total cholesterol
    *[("cholesterol", v, "mg/dL", 190, t) for v, t in [(190, 0), (191, 1), (300, 1), (301, 2)]],
    *[("cholesterol", v, "mg/dL", 190, t) for v, t in [(400, 2), (401, 3), (500, 3), (501, 4)]],
    *[("cholesterol", v, "mmol/L", 5, t) for v, t in [(5, 0), (5.01, 1), (7.75, 1), (7.76, 2)]],
    *[("cholesterol", v, "mmol/L", 5, t) for v, t in [(10.34, 2), (10.35, 3), (12.93, 4)]],
    ("cholesterol", 12.92, "mmol/L", 5, 3),
    # Fasting glucose; the last step needs symptoms
    *[("glucose", v, "mg/dL", None, t) for v, t in [(99.9, 0), (100, 1), (125.9, 1), (126, 2)]],
    *[("glucose", v, "mmol/L", None, t) for v, t in [(5.59, 0), (5.6, 1), (6.99, 1), (7.0, 2)]],
    ("glucose", 250, "mg/dL", None, 2),
    # hCG: negative, indeterminate, positive
    *[("hcg", v, "IU/L", None, t) for v, t in [(4.9, 0), (5, 3), (25, 3), (25.1, 4)]],
    ("hcg", 25, "mIU/mL", None, 3),
]


@pytest.mark.parametrize(("analyte", "value", "unit", "uln", "tier"), TIERS)
def test_tier_changes_exactly_at_the_threshold(
    analyte: str, value: object, unit: str, uln: object, tier: int
) -> None:
    graded = grade(result(analyte, value, unit, uln), person=MAN, policy=POLICY)
    assert (graded.tier, graded.held) == (Tier(tier), "")


@pytest.mark.parametrize(
    ("enzyme", "bilirubin", "tier"),
    [(120, 3.0, 2), (120.1, 2.0, 3), (120.1, 2.1, 4), (120, 2.1, 2)],
)
@pytest.mark.parametrize("analyte", ["alt", "ast"])
def test_enzyme_above_three_with_bilirubin_above_two_is_t4(
    analyte: str, enzyme: object, bilirubin: object, tier: int
) -> None:
    graded = grade(
        result(analyte, enzyme, "U/L", 40),
        person=MAN,
        policy=POLICY,
        companions=[result("bilirubin", bilirubin, "mg/dL", 1)],
    )
    assert (graded.tier, graded.hepatic) == (Tier(tier), tier == 4)


def test_preliminary_bilirubin_lifts_nothing() -> None:
    doubtful = result("bilirubin", 9, "mg/dL", 1, status=ResultStatus.PRELIMINARY)
    graded = grade(result("alt", 130, "U/L", 40), person=MAN, policy=POLICY, companions=[doubtful])
    assert graded.tier is Tier.T3


def test_high_glucose_with_symptoms_is_t4() -> None:
    for value, tier in [(199.9, Tier.T2), (200, Tier.T4)]:
        high = result("glucose", value, "mg/dL")
        assert grade(high, person=MAN, policy=POLICY, symptoms=True).tier is tier


@pytest.mark.parametrize(
    ("analyte", "comparator", "value", "tier"),
    [
        ("hcg", "<", 5, Tier.T0),
        ("hcg", "<=", 5, None),
        ("hcg", "<", 25, None),
        ("hcg", ">", 25, Tier.T4),
        ("hcg", ">=", 25, None),
        ("hcg", ">=", 25.1, Tier.T4),
        ("alt", "<", 40, Tier.T0),
        ("alt", "<=", 40, Tier.T0),
        ("alt", "<", 41, None),
        ("alt", ">", 200, Tier.T4),
        ("alt", ">=", 200, None),
        ("alt", ">", 199, None),
    ],
)
def test_signed_value_is_graded_only_where_all_it_stands_for_has_one_tier(
    analyte: str, comparator: str, value: object, tier: Tier | None
) -> None:
    uln = 40 if analyte == "alt" else None
    unit = "U/L" if analyte == "alt" else "IU/L"
    graded = grade(
        result(analyte, value, unit, uln, comparator=comparator), person=MAN, policy=POLICY
    )
    assert graded.tier is tier
    assert graded.held == ("" if tier is not None else Held.SPANS_TIERS)


def test_signed_value_that_a_clinician_confirmed_counts_as_the_worst_it_can_be() -> None:
    signed = result("hcg", 25, "IU/L", comparator="<", confirmed=True)
    assert grade(signed, person=WOMAN, policy=POLICY).tier is Tier.T3


HELD = [
    ({"unit": ""}, Held.NO_UNIT),
    ({"unit": "  "}, Held.NO_UNIT),
    ({"unit": "furlong"}, Held.UNKNOWN_UNIT),
    ({"unit": "mg/dL"}, Held.UNIT_MISMATCH),
    ({"value": None}, Held.NOT_A_NUMBER),
    ({"value": Decimal("NaN")}, Held.NOT_A_NUMBER),
    ({"value": Decimal("Infinity")}, Held.NOT_A_NUMBER),
    ({"comparator": "~"}, Held.NOT_A_NUMBER),
    ({"value": Decimal("-1")}, Held.IMPLAUSIBLE),
    ({"value": Decimal("10000.1")}, Held.IMPLAUSIBLE),
    ({"status": ResultStatus.PRELIMINARY}, Held.NOT_FINAL),
    ({"status": ResultStatus.CANCELLED}, Held.CANCELLED),
    ({"held": "code and unit disagree"}, Held.DOUBTFUL),
    ({"uln": Decimal("0.6")}, Held.LIMIT_MISMATCH),
    ({"uln": Decimal(0)}, Held.LIMIT_MISMATCH),
    ({"unit": "ukat/L", "value": Decimal("0.9")}, Held.LIMIT_MISMATCH),
]


@pytest.mark.parametrize(("change", "reason"), HELD)
def test_result_that_cannot_be_believed_is_held_and_has_no_tier(
    change: dict[str, object], reason: Held
) -> None:
    graded = grade(
        replace(result("alt", 50, "U/L", 45), **change),  # type: ignore[arg-type]
        person=MAN,
        policy=POLICY,
    )
    assert (graded.tier, graded.ctcae, graded.held) == (None, None, reason)
    assert graded.why


PLAUSIBLE = [
    ("triglycerides", 19.9, "mg/dL", False),
    ("triglycerides", 20, "mg/dL", True),
    ("triglycerides", 30, "mmol/L", True),
    ("triglycerides", 30.1, "mmol/L", False),
    ("triglycerides", 2657.1, "mg/dL", True),
    ("triglycerides", 2657.2, "mg/dL", False),
    ("cholesterol", 39.9, "mg/dL", False),
    ("cholesterol", 40, "mg/dL", True),
    ("cholesterol", 20, "mmol/L", True),
    ("cholesterol", 20.1, "mmol/L", False),
    ("alt", 0, "U/L", True),
    ("ast", 10000, "U/L", True),
    ("ast", 10001, "U/L", False),
    ("bilirubin", 50, "mg/dL", True),
    ("bilirubin", 50.1, "mg/dL", False),
    ("bilirubin", 855.1, "umol/L", False),
    ("glucose", 5.5, "mg/dL", False),
    ("glucose", 90, "mmol/L", False),
    ("hcg", -1, "IU/L", False),
]


@pytest.mark.parametrize(("analyte", "value", "unit", "believed"), PLAUSIBLE)
def test_implausible_value_is_held_until_confirmed(
    analyte: str, value: object, unit: str, believed: bool
) -> None:
    reported = result(analyte, value, unit)
    held = grade(reported, person=MAN, policy=POLICY).held
    assert held == ("" if believed else Held.IMPLAUSIBLE)
    assert grade(replace(reported, confirmed=True), person=MAN, policy=POLICY).held == ""


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "likely"),
    [
        ("triglycerides", 1.5, "mg/dL", "mmol/L"),
        ("triglycerides", 150, "mmol/L", "mg/dL"),
        ("cholesterol", 5, "mg/dL", "mmol/L"),
        ("glucose", 90, "mmol/L", "mg/dL"),
    ],
)
def test_held_value_names_the_likely_unit(
    analyte: str, value: object, unit: str, likely: str
) -> None:
    assert likely in grade(result(analyte, value, unit), person=MAN, policy=POLICY).why


DEFAULTS = [
    (MAN, "alt", 40, 41),
    (WOMAN, "alt", 35, 36),
    (replace(MAN, sex="unknown"), "alt", 35, 36),
    (replace(MAN, sex="other"), "alt", 35, 36),
    (MAN, "ast", 40, 41),
    (WOMAN, "ast", 35, 36),
    (MAN, "ck", 200, 201),
    (WOMAN, "ck", 150, 151),
]


@pytest.mark.parametrize(("person", "analyte", "normal", "raised"), DEFAULTS)
def test_default_range_depends_on_sex_and_is_flagged(
    person: Person, analyte: str, normal: int, raised: int
) -> None:
    for value, tier in [(normal, Tier.T0), (raised, Tier.T1)]:
        graded = grade(result(analyte, value), person=person, policy=POLICY)
        assert (graded.tier, graded.default_range) == (tier, True)


@pytest.mark.parametrize(
    ("born", "limit"),
    [(date(2005, 3, 3), 200), (date(2005, 3, 4), 170), (None, 170)],
)
def test_default_cholesterol_is_lower_under_twenty_and_for_an_unknown_age(
    born: date | None, limit: int
) -> None:
    person = replace(MAN, born=born)
    for value, tier in [(limit, Tier.T0), (limit + 1, Tier.T1)]:
        graded = grade(result("cholesterol", value, "mg/dL"), person=person, policy=POLICY)
        assert graded.tier is tier


def test_default_limit_of_an_enzyme_holds_in_microkatal_too() -> None:
    for value, tier in [("0.5833", Tier.T0), ("0.5834", Tier.T1)]:
        graded = grade(result("alt", value, "ukat/L"), person=WOMAN, policy=POLICY)
        assert (graded.tier, graded.default_range) == (tier, True)


def test_laboratory_limit_outranks_the_default() -> None:
    graded = grade(result("alt", 55, "U/L", 56), person=WOMAN, policy=POLICY)
    assert (graded.tier, graded.default_range, graded.flag) == (Tier.T0, False, Flag.NORMAL)


@pytest.mark.parametrize(
    ("age_born", "flag"), [(date(2007, 3, 3), Flag.HIGH), (date(2007, 3, 4), None), (None, None)]
)
def test_adult_alp_limit_is_never_used_under_eighteen(
    age_born: date | None, flag: Flag | None
) -> None:
    graded = grade(result("alp", 300), person=replace(MAN, born=age_born), policy=POLICY)
    assert (graded.flag, graded.tier) == (flag, None)


@pytest.mark.parametrize("analyte", ["alp", "ggt", "hdl", "ldl", "bilirubin"])
def test_analyte_without_a_ladder_has_no_tier_and_is_not_held(analyte: str) -> None:
    unit = "U/L" if analyte in ("alp", "ggt") else "mg/dL"
    graded = grade(result(analyte, 45, unit), person=MAN, policy=POLICY)
    assert (graded.tier, graded.held) == (None, "")


@pytest.mark.parametrize(
    ("value", "lln", "uln", "flag"),
    [
        (9, 10, 40, Flag.LOW),
        (10, 10, 40, Flag.NORMAL),
        (40, 10, 40, Flag.NORMAL),
        (41, 10, 40, Flag.HIGH),
    ],
)
def test_flag_counts_both_limits_as_normal(value: int, lln: int, uln: int, flag: Flag) -> None:
    graded = grade(result("alt", value, "U/L", uln, lln=decimal(lln)), person=MAN, policy=POLICY)
    assert graded.flag is flag


@pytest.mark.parametrize(
    ("comparator", "value", "lln", "flag"),
    [
        ("<", 10, 10, Flag.LOW),
        ("<", 11, 10, None),
        ("<=", 10, 10, None),
        ("<", 41, 10, None),
        ("<=", 40, 10, None),
        (">", 40, 10, Flag.HIGH),
        (">=", 40, 10, None),
        (">", 9, 10, None),
        ("<=", 40, None, Flag.NORMAL),
        ("<", 41, None, None),
        (">", 40, None, Flag.HIGH),
    ],
)
def test_signed_value_is_flagged_only_where_it_is_certain(
    comparator: str, value: int, lln: int | None, flag: Flag | None
) -> None:
    low = None if lln is None else decimal(lln)
    signed = result("alt", value, "U/L", 40, lln=low, comparator=comparator)
    assert grade(signed, person=MAN, policy=POLICY).flag is flag


def test_signed_or_doubtful_baseline_is_not_compared_with() -> None:
    now = result("alt", 130, "U/L", 40, on=date(2025, 4, 3))
    for usable, before in [
        (True, result("alt", 100, "U/L", 40)),
        (False, result("alt", 100, "U/L", 40, comparator=">")),
        (False, result("alt", 100, "U/L", 40, status=ResultStatus.PRELIMINARY)),
        (False, result("alt", 100, "furlong", 40)),
        (False, result("alt", None, "U/L", 40)),
    ]:
        graded = grade(now, person=MAN, policy=POLICY, baseline=before)
        assert graded.ctcae == (0 if usable else 2)


AMOUNT = st.decimals("0", "9999", places=2)
LADDER = st.sampled_from(["alt", "ast", "ck", "triglycerides", "cholesterol", "glucose", "hcg"])
UNITS = {"triglycerides": "mg/dL", "cholesterol": "mg/dL", "glucose": "mg/dL", "hcg": "IU/L"}


@given(analyte=LADDER, pair=st.tuples(AMOUNT, AMOUNT), uln=st.integers(20, 240))
def test_higher_value_never_has_a_lower_tier_or_grade(
    analyte: str, pair: tuple[Decimal, Decimal], uln: int
) -> None:
    limit = uln if analyte in ("alt", "ast", "ck") else None
    unit = UNITS.get(analyte, "U/L")
    low, high = (
        grade(result(analyte, value, unit, limit, confirmed=True), person=MAN, policy=POLICY)
        for value in sorted(pair)
    )
    assert low.tier is not None and high.tier is not None
    assert low.tier <= high.tier
    assert (low.ctcae or 0) <= (high.ctcae or 0)


@given(
    katal=st.decimals("0", "50", places=2),
    limit=st.decimals("0.1", "4", places=2),
    enzyme=st.sampled_from(["alt", "ast"]),
)
def test_enzyme_tier_does_not_depend_on_the_unit(
    katal: Decimal, limit: Decimal, enzyme: str
) -> None:
    in_katal = grade(result(enzyme, katal, "ukat/L", limit), person=MAN, policy=POLICY)
    in_units = grade(result(enzyme, katal * 60, "U/L", limit * 60), person=MAN, policy=POLICY)
    assert (in_katal.tier, in_katal.ctcae) == (in_units.tier, in_units.ctcae)
    assert in_katal.tier is not None


@given(
    value=st.one_of(st.none(), st.decimals(allow_nan=True, allow_infinity=True)),
    unit=st.text(max_size=8),
    uln=st.one_of(st.none(), st.decimals("-10", "1000", places=1)),
    comparator=st.sampled_from(["", "<", "<=", ">", ">=", "~"]),
    analyte=st.sampled_from(list(Analyte)),
)
def test_grading_never_raises_and_never_calls_the_unreadable_normal(
    value: Decimal | None, unit: str, uln: Decimal | None, comparator: str, analyte: Analyte
) -> None:
    reported = replace(
        result(analyte.value, 1, unit, uln, comparator=comparator, on=DAY), value=value
    )
    graded = grade(reported, person=MAN, policy=POLICY)
    readable = value is not None and value.is_finite() and comparator != "~"
    assert readable or (graded.held and graded.tier is None)


def test_held_result_claims_neither_a_default_range_nor_the_liver_rule() -> None:
    held = grade(result("alt", 300, "furlong"), person=MAN, policy=POLICY)
    assert (held.held, held.unit) == (Held.UNKNOWN_UNIT, "")
    assert (held.default_range, held.hepatic, held.above_limit) == (False, False, False)
    mismatch = grade(result("alt", 300, "mg/dL"), person=MAN, policy=POLICY)
    assert (mismatch.held, mismatch.unit) == (Held.UNIT_MISMATCH, "mg/dL")


@pytest.mark.parametrize(("value", "above"), [(40, False), (41, True), (5, False)])
def test_only_a_value_above_its_limit_is_above_it(value: int, above: bool) -> None:
    own = result("alt", value, "U/L", 40, lln=decimal(10))
    assert grade(own, person=MAN, policy=POLICY).above_limit is above


@pytest.mark.parametrize(
    ("value", "unit", "number", "converted"),
    [
        ("1.2", "g/L", Decimal(120), True),
        ("120", "mg/dL", Decimal(120), False),
        ("1.2", "stone", Decimal("1.2"), False),
    ],
)
def test_value_is_shown_as_it_was_compared_and_says_whether_that_is_the_laboratorys(
    value: str, unit: str, number: Decimal, converted: bool
) -> None:
    graded = grade(result("triglycerides", value, unit), person=MAN, policy=POLICY)
    assert (graded.number, graded.converted) == (number, converted)
