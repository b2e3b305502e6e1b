"""Several results read together: the highest tier, the action, and who has acknowledged what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.facts import LabAcknowledged, LabResult, Stopped, Symptom
from protocol.labs import LabAction, LabNote, LabReading, read
from protocol.vocabulary import Analyte, ResultStatus, Tier
from tests.protocol.clinical_facts import DAY, POLICY, course, dose, result


def reading(*labs: LabResult, as_of: date = DAY, **facts: object) -> LabReading:
    """The results read on a day."""
    return read(course(labs=labs, **facts), as_of=as_of, policy=POLICY)


ACTIONS = [
    # (analyte, value, unit, uln, fasting) -> action, days, notes
    (("alt", 40, "U/L", 40, None), "continue", None, set()),
    (("alt", 60, "U/L", 40, None), "continue", 28, {"lifestyle"}),
    (("alt", 100, "U/L", 40, None), "acknowledge", 14, set()),
    (("ast", 150, "U/L", 40, None), "hold", 7, {"with-ck-and-bilirubin"}),
    (("alt", 300, "U/L", 40, None), "stop", None, {"same-day-contact", "hepatology"}),
    (("triglycerides", 200, "mg/dL", None, True), "continue", 28, {"lifestyle"}),
    (("triglycerides", 400, "mg/dL", None, True), "acknowledge", 28, {"fasting-repeat"}),
    (("cholesterol", 350, "mg/dL", 200, True), "acknowledge", 28, {"fasting-repeat"}),
    (("triglycerides", 640, "mg/dL", None, True), "reduce", 14, {"fasting-repeat"}),
    (("triglycerides", 640, "mg/dL", None, None), "reduce", 14, {"fasting-repeat"}),
    (("cholesterol", 450, "mg/dL", 200, True), "reduce", 14, {"fasting-repeat"}),
    (
        ("triglycerides", 900, "mg/dL", None, True),
        "stop",
        None,
        {"same-day-contact", "pancreatitis-screen"},
    ),
    (("cholesterol", 550, "mg/dL", 200, True), "stop", None, {"same-day-contact"}),
    # LAB-9: not fasting
    (("triglycerides", 150, "mg/dL", None, False), "continue", None, set()),
    (("triglycerides", 200, "mg/dL", None, False), "repeat", 14, {"fasting-repeat", "lifestyle"}),
    (("triglycerides", 400, "mg/dL", None, False), "repeat", 14, {"fasting-repeat"}),
    (("cholesterol", 450, "mg/dL", 200, False), "repeat", 14, {"fasting-repeat"}),
    (
        ("triglycerides", 900, "mg/dL", None, False),
        "stop",
        None,
        {"same-day-contact", "pancreatitis-screen"},
    ),
    (("ck", 300, "U/L", 200, None), "continue", 28, {"lifestyle"}),
    (("ck", 700, "U/L", 200, None), "acknowledge", 14, set()),
    (("ck", 1500, "U/L", 200, None), "repeat", 7, {"no-strenuous-exercise", "renal-function"}),
    (
        ("ck", 3000, "U/L", 200, None),
        "stop",
        None,
        {
            "same-day-contact",
            "rhabdomyolysis-work-up",
            "no-strenuous-exercise",
            "renal-function",
        },
    ),
    (("glucose", 110, "mg/dL", None, True), "continue", 28, {"lifestyle"}),
    (("glucose", 130, "mg/dL", None, True), "acknowledge", 14, set()),
    (("glucose", 130, "mg/dL", None, False), "acknowledge", 14, {"fasting-repeat"}),
    (("glucose", 90, "mg/dL", None, False), "continue", None, set()),
    (("hcg", 10, "IU/L", None, None), "repeat", 2, set()),
    (("hcg", 30, "IU/L", None, None), "stop", None, {"same-day-contact"}),
    (("triglycerides", 5, "mg/dL", None, None), "confirm-unit", None, set()),
]


@pytest.mark.parametrize(("lab", "action", "days", "notes"), ACTIONS)
def test_tier_has_its_action_repeat_and_notes(
    lab: tuple[str, object, str, object, bool | None],
    action: str,
    days: int | None,
    notes: set[str],
) -> None:
    analyte, value, unit, uln, fasting = lab
    read_together = reading(result(analyte, value, unit, uln, fasting=fasting))
    assert read_together.action == action
    assert read_together.repeat_within_days == days
    assert {str(note) for note in read_together.notes} == notes


def test_highest_tier_and_most_severe_action_of_all_analytes_win() -> None:
    together = reading(
        result("alt", 100, "U/L", 40),
        result("ck", 1500, "U/L", 200),
        result("triglycerides", 640, "mg/dL", fasting=True),
        result("cholesterol", 150, "mg/dL", 200),
    )
    assert together.tier is Tier.T3
    assert together.action is LabAction.REDUCE
    assert together.repeat_within_days == 7
    assert together.tiers[Analyte.CHOLESTEROL] is Tier.T0


def test_later_draw_of_lipids_does_not_hide_a_liver_value() -> None:
    later = DAY + timedelta(days=14)
    together = reading(
        result("alt", 150, "U/L", 40),
        result("triglycerides", 640, "mg/dL"),
        result("triglycerides", 120, "mg/dL", on=later),
        as_of=later,
    )
    assert together.tiers == {Analyte.ALT: Tier.T3, Analyte.TRIGLYCERIDES: Tier.T0}
    assert together.tier is Tier.T3


def test_result_of_a_later_day_is_not_looked_at() -> None:
    tomorrow = DAY + timedelta(days=1)
    labs = (result("alt", 30, "U/L", 40), result("alt", 300, "U/L", 40, on=tomorrow))
    assert reading(*labs).tier is Tier.T0
    assert reading(*labs, as_of=tomorrow).tier is Tier.T4


def test_preliminary_and_cancelled_results_do_not_count() -> None:
    waiting = result("alt", 300, "U/L", 40, status=ResultStatus.PRELIMINARY)
    gone = result("ast", 300, "U/L", 40, status=ResultStatus.CANCELLED)
    together = reading(waiting, gone)
    assert (together.tier, together.newest, together.pending) == (None, {}, (waiting,))


def test_earlier_result_stays_in_force_while_a_newer_one_is_in_doubt() -> None:
    later = DAY + timedelta(days=7)
    together = reading(
        result("alt", 150, "U/L", 40),
        result("alt", 3, "", 40, on=later),
        as_of=later,
    )
    assert together.tiers == {Analyte.ALT: None}
    assert together.tier is Tier.T3
    assert [graded.analyte for graded in together.to_confirm] == [Analyte.ALT]


@pytest.mark.parametrize(("analyte", "doubted"), [("bilirubin", True), ("hdl", False)])
def test_doubt_matters_only_where_a_decision_rests_on_the_value(
    analyte: str, doubted: bool
) -> None:
    assert bool(reading(result(analyte, 5, "")).to_confirm) is doubted


def test_of_two_results_of_a_day_the_later_instant_counts_and_else_the_worse() -> None:
    morning, evening = (datetime(2025, 3, 3, hour, tzinfo=UTC) for hour in (8, 18))
    high = result("alt", 150, "U/L", 40)
    normal = result("alt", 30, "U/L", 40)
    timed = (replace(high, at=morning), replace(normal, at=evening))
    assert reading(*timed).tier is Tier.T0
    assert reading(high, normal).tier is Tier.T3
    assert reading(replace(high, at=morning), normal).tier is Tier.T3


@pytest.mark.parametrize(
    ("alt", "ast", "ck", "other_day", "noted"),
    [
        (40, 41, 201, False, True),
        (41, 41, 201, False, False),
        (40, 40, 201, False, False),
        (40, 41, 200, False, False),
        (40, 41, 201, True, False),
    ],
)
def test_muscle_is_named_as_the_probable_source_and_the_tier_stays(
    alt: int, ast: int, ck: int, other_day: bool, noted: bool
) -> None:
    together = reading(
        result("alt", alt, "U/L", 40),
        result("ast", ast, "U/L", 40),
        result("ck", ck, "U/L", 200, on=DAY - timedelta(days=other_day)),
    )
    assert (LabNote.PROBABLE_MUSCLE_SOURCE in together.notes) is noted
    assert together.tiers[Analyte.AST] is (Tier.T1 if ast > 40 else Tier.T0)


def test_bilirubin_of_another_day_does_not_make_the_liver_rule() -> None:
    pair = (result("alt", 130, "U/L", 40), result("bilirubin", 3, "mg/dL", 1))
    assert reading(*pair).tier is Tier.T4
    apart = replace(pair[1], on=DAY - timedelta(days=1), specimen="other")
    assert reading(pair[0], apart).tier is Tier.T3


@pytest.mark.parametrize(
    ("value", "tier", "plan", "days", "acknowledged"),
    [
        (60, Tier.T1, "", None, True),
        (100, Tier.T2, "", None, False),
        (100, Tier.T2, "", 0, True),
        (150, Tier.T3, "", 0, False),
        (150, Tier.T3, "   ", 0, False),
        (150, Tier.T3, "hold, repeat in a week", 0, True),
        (150, Tier.T3, "hold, repeat in a week", -1, False),
        (300, Tier.T4, "stopped", 1, True),
        (300, Tier.T4, "", 1, False),
    ],
)
def test_t2_needs_an_acknowledgement_and_t3_a_plan(
    value: int, tier: Tier, plan: str, days: int | None, acknowledged: bool
) -> None:
    said = ()
    if days is not None:
        said = (LabAcknowledged(ref="a", on=DAY + timedelta(days=days), plan=plan),)
    together = reading(
        result("alt", value, "U/L", 40), lab_acknowledged=said, as_of=DAY + timedelta(days=5)
    )
    assert together.acknowledged is acknowledged
    assert together.awaiting_tier is (None if acknowledged else tier)


def test_acknowledgement_covers_only_the_specimens_it_names() -> None:
    said = LabAcknowledged(ref="a", on=DAY, plan="seen", specimens=("one",))
    labs = (
        result("alt", 150, "U/L", 40, specimen="one"),
        result("triglycerides", 640, "mg/dL", specimen="two"),
    )
    waiting = reading(*labs, lab_acknowledged=(said,)).awaiting
    assert [graded.analyte for graded in waiting] == [Analyte.TRIGLYCERIDES]


def test_acknowledgement_before_the_result_of_the_same_day_does_not_cover_it() -> None:
    noon = datetime(2025, 3, 3, 12, tzinfo=UTC)
    drawn = replace(result("alt", 150, "U/L", 40), at=noon)
    early = LabAcknowledged(ref="a", on=DAY, at=noon - timedelta(hours=1), plan="seen")
    assert not reading(drawn, lab_acknowledged=(early,)).acknowledged
    for hours in (0, 1):
        late = replace(early, at=noon + timedelta(hours=hours))
        assert reading(drawn, lab_acknowledged=(late,)).acknowledged
    assert reading(drawn, lab_acknowledged=(replace(early, at=None),)).acknowledged
    undated = replace(drawn, at=None)
    assert reading(undated, lab_acknowledged=(early,)).acknowledged


def test_baseline_for_ctcae_is_the_last_value_up_to_the_first_dose() -> None:
    start = date(2025, 3, 10)
    labs = (
        result("alt", 30, "U/L", 40, on=date(2025, 2, 12)),
        result("alt", 90, "U/L", 40, on=date(2025, 3, 10)),
        result("alt", 130, "U/L", 40, on=date(2025, 4, 10)),
    )
    facts = {"doses": (dose(40, on=start),)}
    assert reading(*labs, as_of=start, **facts).ctcae == {Analyte.ALT: 1}
    assert reading(*labs, as_of=date(2025, 4, 10), **facts).ctcae == {Analyte.ALT: 0}
    without_start = reading(*labs, as_of=date(2025, 4, 10))
    assert without_start.ctcae == {Analyte.ALT: 2}


def test_value_under_an_earlier_course_is_no_baseline() -> None:
    labs = (
        result("alt", 90, "U/L", 40, on=date(2025, 3, 1)),
        result("alt", 130, "U/L", 40, on=date(2025, 6, 10)),
    )
    facts = {
        "doses": (dose(40, on=date(2025, 1, 6)), dose(40, on=date(2025, 6, 2))),
        "stopped": (Stopped(ref="s", on=date(2025, 3, 1), last_dose=date(2025, 3, 1)),),
    }
    assert reading(*labs, as_of=date(2025, 6, 10), **facts).ctcae == {Analyte.ALT: 2}
    free = (replace(labs[0], on=date(2025, 3, 2)), labs[1])
    assert reading(*free, as_of=date(2025, 6, 10), **facts).ctcae == {Analyte.ALT: 0}


def test_one_specimen_is_one_draw_even_if_its_results_bear_two_dates() -> None:
    enzyme = result("alt", 130, "U/L", 40, specimen="one")
    bilirubin = result("bilirubin", 3, "mg/dL", 1, specimen="one", on=DAY - timedelta(days=1))
    assert reading(enzyme, bilirubin).tier is Tier.T4


def test_symptom_of_a_later_day_does_not_change_a_glucose_tier() -> None:
    later = Symptom(ref="s", on=DAY + timedelta(days=1), code="headache", features=("nausea",))
    labs = (result("glucose", 220, "mg/dL", fasting=True),)
    assert reading(*labs, symptoms=(later,)).tier is Tier.T2
    on_the_day = replace(later, on=DAY)
    assert reading(*labs, symptoms=(on_the_day,)).tier is Tier.T4


def test_high_glucose_is_critical_with_symptoms_around_the_draw() -> None:
    labs = (result("glucose", 220, "mg/dL", fasting=True),)
    thirsty = Symptom(ref="s", on=DAY - timedelta(days=14), code="headache", features=("nausea",))
    early = replace(thirsty, on=DAY - timedelta(days=15))
    assert reading(*labs).tier is Tier.T2
    assert reading(*labs, symptoms=(early,)).tier is Tier.T2
    assert reading(*labs, symptoms=(thirsty,)).tier is Tier.T4


@pytest.mark.parametrize(
    ("value", "unit", "tier"),
    [
        (199, "mg/dL", Tier.T2),
        (200, "mg/dL", Tier.T4),
        ("11.09", "mmol/L", Tier.T2),
        ("11.1", "mmol/L", Tier.T4),
    ],
)
def test_glucose_with_symptoms_is_critical_exactly_from_its_step(
    value: object, unit: str, tier: Tier
) -> None:
    sign = Symptom(ref="s", on=DAY, code="headache", features=("nausea",))
    assert reading(result("glucose", value, unit, fasting=True), symptoms=(sign,)).tier is tier


def test_default_range_is_flagged_where_the_laboratory_sent_none() -> None:
    assert reading(result("alt", 30)).default_range
    assert not reading(result("alt", 30, "U/L", 40)).default_range


def test_one_default_range_among_several_is_flagged() -> None:
    with_own, without = result("alt", 30, "U/L", 40), result("ast", 30)
    assert reading(with_own, without).default_range


def test_day_of_the_reading_is_that_of_the_newest_draw() -> None:
    before = result("ast", 30, "U/L", 40, on=DAY - timedelta(days=9))
    assert reading(before, result("alt", 30, "U/L", 40)).collected_on == DAY


def test_highest_of_the_tiers_that_wait_is_the_one_to_acknowledge() -> None:
    several = reading(
        result("alt", 100, "U/L", 40),
        result("ck", 1500, "U/L", 200),
        result("cholesterol", 350, "mg/dL", 200, fasting=True),
    )
    assert (several.awaiting_tier, several.acknowledged) == (Tier.T3, False)
    assert reading(result("alt", 60, "U/L", 40)).awaiting_tier is None


def test_nothing_measured_has_no_tier_and_no_action() -> None:
    nothing = reading()
    assert (nothing.tier, nothing.action, nothing.collected_on) == (None, "continue", None)


RESULTS = st.builds(
    lambda analyte, value, uln, back: result(
        analyte, value, "U/L", uln, on=DAY - timedelta(days=back), specimen=f"s{back}"
    ),
    analyte=st.sampled_from(["alt", "ast", "ck"]),
    value=st.decimals("1", "3000", places=1),
    uln=st.just(Decimal(100)),
    back=st.integers(0, 5),
)


@given(labs=st.lists(RESULTS, max_size=8), extra=st.decimals("0", "500", places=1))
def test_adding_a_worse_result_of_today_never_lowers_the_tier(
    labs: list[LabResult], extra: Decimal
) -> None:
    before = reading(*labs)
    for analyte in ("alt", "ast", "ck"):
        highest = max((lab.value for lab in labs if lab.analyte == analyte), default=None)
        if highest is None:
            continue
        worse = result(analyte, highest + extra, "U/L", 100)
        after = reading(*labs, worse)
        assert after.tier is not None and before.tier is not None
        assert after.tier >= before.tier


@given(labs=st.lists(RESULTS, max_size=8))
def test_order_of_the_facts_within_days_does_not_matter(labs: list[LabResult]) -> None:
    one, other = reading(*labs), reading(*reversed(labs))
    assert (one.tiers, one.tier, one.action) == (other.tiers, other.tier, other.action)
