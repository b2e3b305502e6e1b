"""A clinic's own ladder: read strictly, and really used."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import protocol.ladders
from protocol.grading import grade
from protocol.ladders import DEFAULT_LADDER, LADDER_ANALYTES, from_text
from protocol.policy import ClinicPolicy
from protocol.steps import BadTable, Reported, parse_step
from protocol.vocabulary import Analyte, Tier
from tests.protocol.clinical_facts import MAN, POLICY, result

TEXT = (Path(protocol.ladders.__file__).parent / "tables" / "lab_ladder.toml").read_text("utf-8")


def test_default_ladder_has_steps_for_every_analyte_that_needs_them() -> None:
    assert set(LADDER_ANALYTES) == {analyte for analyte, _ in DEFAULT_LADDER.rungs}


def test_clinic_ladder_changes_the_tier_and_only_there() -> None:
    own = from_text(TEXT.replace('t2 = "> 300"', 't2 = "> 200"', 1))
    strict = ClinicPolicy(ladder=own)
    lipids = result("triglycerides", 250, "mg/dL")
    assert grade(lipids, person=MAN, policy=POLICY).tier is Tier.T1
    assert grade(lipids, person=MAN, policy=strict).tier is Tier.T2
    liver = result("alt", 70, "U/L", 40)
    assert grade(liver, person=MAN, policy=strict) == grade(liver, person=MAN, policy=POLICY)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('t1 = "> 1 x ULN"', 't1 = "> one x ULN"', "alt.t1"),
        ('t2 = "> 2 x ULN"', 't2 = "> 1 x ULN"', "alt"),
        ('t1 = "> 1 x ULN"', 't1 = "> 1 x BASELINE"', "alt"),
        ("[ast]", "[asp]", "asp"),
        ('[triglycerides."mmol/L"]', '[triglycerides."umol/L"]', "umol/L"),
        ('t4 = "> 800"', 't5 = "> 800"', "t5"),
        ("liver = {t1 = 28", "liver = {t1 = 0", "repeat_within_days.liver.t1"),
        ("liver = {t1 = 28", "liver = {t1 = true", "repeat_within_days.liver.t1"),
        ("hcg = {t3 = 2}", "kidney = {t3 = 2}", "unknown key 'kidney'"),
        ("non_fasting_lipids = 14", 'non_fasting_lipids = "soon"', "non_fasting_lipids"),
        ("non_fasting_lipids = 14", "non_fasting_lipids = 0", "non_fasting_lipids"),
        ("non_fasting_lipids = 14", "non_fasting_lipids = true", "non_fasting_lipids"),
        ('bilirubin = "> 2 x ULN"', "", "needs exactly 'enzyme' and 'bilirubin'"),
        ("[liver_with_bilirubin]", "[liver_with_something]", "liver_with_something"),
        ("name =", "name ", "TOML"),
    ],
)
def test_ladder_that_cannot_be_understood_names_the_place(old: str, new: str, named: str) -> None:
    assert old in TEXT
    with pytest.raises(BadTable, match=named.replace(".", r"\.")):
        from_text(TEXT.replace(old, new, 1))


def test_repeat_on_the_next_day_can_be_asked_for() -> None:
    soon = TEXT.replace("hcg = {t3 = 2}", "hcg = {t3 = 1}")
    own = from_text(soon.replace("non_fasting_lipids = 14", "non_fasting_lipids = 1"))
    assert own.repeat_days["hcg", Tier.T3] == 1
    assert own.non_fasting_repeat_days == 1


def test_steps_for_symptoms_come_after_the_plain_ones_and_only_when_asked_for() -> None:
    plain = DEFAULT_LADDER.steps(Analyte.GLUCOSE, "mg/dL")
    assert [tier for tier, _ in plain] == [Tier.T1, Tier.T2]
    with_symptoms = DEFAULT_LADDER.steps(Analyte.GLUCOSE, "mg/dL", symptoms=True)
    assert with_symptoms[:2] == plain
    assert [(tier, step.number) for tier, step in with_symptoms[2:]] == [(Tier.T4, 200)]


@pytest.mark.parametrize("text", ["", "2", "> x ULN", "< 2", "> -1", ">= 1 x", 5, None])
def test_step_is_read_strictly(text: object) -> None:
    with pytest.raises(BadTable, match="somewhere"):
        parse_step(text, "somewhere")


@pytest.mark.parametrize(
    ("comparator", "value", "inclusive", "surely", "maybe"),
    [
        ("", 9, True, False, False),
        ("", 10, True, True, True),
        ("", 10, False, False, False),
        ("", 11, False, True, True),
        ("<", 10, True, False, False),
        ("<", 11, True, False, True),
        ("<=", 10, True, False, True),
        ("<=", 10, False, False, False),
        (">", 9, True, False, True),
        (">", 10, False, True, True),
        (">=", 10, False, False, True),
        (">=", 10, True, True, True),
        (">=", 9, True, False, True),
    ],
)
def test_signed_value_passes_a_threshold_surely_or_perhaps(
    comparator: str, value: int, inclusive: bool, surely: bool, maybe: bool
) -> None:
    signed = Reported(result("alt", value).value or 0, comparator)  # type: ignore[arg-type]
    bound = result("alt", 10).value
    assert bound is not None
    assert signed.surely_passes(bound, inclusive=inclusive) is surely
    assert signed.may_pass(bound, inclusive=inclusive) is maybe


@pytest.mark.parametrize(
    ("bound", "inclusive", "surely"),
    [
        ("-0.1", False, True),
        ("0", True, True),
        ("0", False, False),
        ("0.5", True, False),
        ("0.5", False, False),
        ("1", True, False),
    ],
)
@pytest.mark.parametrize("comparator", ["<", "<="])
def test_value_below_a_limit_is_only_surely_not_negative(
    comparator: str, bound: str, inclusive: bool, surely: bool
) -> None:
    signed = Reported(Decimal(5), comparator)
    assert signed.surely_passes(Decimal(bound), inclusive=inclusive) is surely


def test_hcg_has_no_mild_tier() -> None:
    assert {tier for tier, _ in DEFAULT_LADDER.steps(Analyte.HCG, "IU/L")} == {Tier.T3, Tier.T4}


@pytest.mark.parametrize(
    ("analyte", "unit", "uln", "acts"),
    [
        (Analyte.ALT, "U/L", Decimal(40), (">", Decimal(80))),
        (Analyte.ALT, "U/L", None, None),
        (Analyte.TRIGLYCERIDES, "mmol/L", None, (">", Decimal("3.42"))),
        (Analyte.GLUCOSE, "mg/dL", None, (">=", Decimal(126))),
        (Analyte.HCG, "IU/L", None, (">=", Decimal(5))),
        (Analyte.HDL, "mg/dL", Decimal(40), None),
    ],
)
def test_somebody_must_decide_from_the_second_tier_on(
    analyte: Analyte, unit: str, uln: Decimal | None, acts: tuple[str, Decimal] | None
) -> None:
    assert DEFAULT_LADDER.acts_at(analyte, unit, uln) == acts
