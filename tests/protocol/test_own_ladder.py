"""A clinic's own steps: only numbers that somebody decides from, in order, alike in both units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from protocol import labs
from protocol.facts import LabResult, Person
from protocol.ladders import DEFAULT_LADDER
from protocol.own_ladder import (
    OWN_STEPS,
    NotALadder,
    as_settings,
    from_settings,
    numbers_of,
    with_steps,
)
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Analyte, ResultStatus, Tier

TG = {"triglycerides.mg/dL.t2": Decimal(350), "triglycerides.mmol/L.t2": Decimal("3.95")}


def test_without_changes_it_is_the_rule_books() -> None:
    assert with_steps(numbers_of(DEFAULT_LADDER)) is DEFAULT_LADDER
    assert from_settings({}) is None
    assert as_settings(DEFAULT_LADDER) == {}


def test_pregnancy_tests_first_steps_and_symptoms_cannot_be_moved() -> None:
    keys = {step.key for step in OWN_STEPS}
    assert {"alt.t2", "triglycerides.mmol/L.t4", "glucose.mg/dL.t2"} <= keys
    assert not {key for key in keys if key.startswith("hcg") or key.endswith("t1")}
    assert "glucose.mg/dL.t4" not in keys


@pytest.mark.parametrize(
    ("numbers", "at"),
    [
        ({"hcg.t4": "40"}, "hcg.t4"),
        ({"alt.t1": "1.5"}, "alt.t1"),
        ({"alt.t4": "10.1"}, "alt.t4"),
        ({"alt.t2": "0.9"}, "alt.t2"),
        ({"alt.t2": "1"}, "alt.t2"),
        ({"alt.t2": "3"}, "alt.t3"),
        ({"alt.t2": "3.5", "alt.t3": "3.4"}, "alt.t3"),
        ({"triglycerides.mg/dL.t2": "350"}, "triglycerides.mmol/L.t2"),
        ({"glucose.mg/dL.t2": "200", "glucose.mmol/L.t2": "11.1"}, "glucose.mg/dL.t2"),
    ],
)
def test_numbers_that_make_no_ladder_are_refused_where_they_fail(
    numbers: dict[str, str], at: str
) -> None:
    with pytest.raises(NotALadder) as refused:
        from_settings(numbers)
    assert refused.value.key == at


def test_own_steps_come_back_from_the_settings_and_decide_the_tier() -> None:
    ladder = with_steps(TG)
    assert from_settings(as_settings(ladder)) == ladder
    result = LabResult(
        ref="r",
        on=date(2026, 11, 2),
        specimen="s",
        analyte=Analyte.TRIGLYCERIDES,
        value=Decimal(320),
        unit="mg/dL",
        comparator="",
        text="320",
        lln=None,
        uln=Decimal(150),
        fasting=True,
        status=ResultStatus.FINAL,
        held="",
    )
    person = Person(born=date(1999, 3, 12), sex="female")
    tiers = [
        labs.grade(result, person=person, policy=policy, companions=()).tier
        for policy in (ClinicPolicy(), ClinicPolicy(ladder=ladder))
    ]
    assert tiers == [Tier.T2, Tier.T1]
