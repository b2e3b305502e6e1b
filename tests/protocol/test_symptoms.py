"""Triage of symptoms, row by row of rule book 10, and what no row knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.facts import Medication, Reviewed, Symptom
from protocol.symptoms import (
    FEATURES,
    SYMPTOM_CODES,
    open_symptoms,
    standing_triage,
    triage,
)
from protocol.vocabulary import ReviewOf, Urgency
from tests.protocol.clinical_facts import DAY, course

ROUTINE, URGENT, RED = Urgency.ROUTINE, Urgency.URGENT, Urgency.RED


def symptom(code: str, *features: str, on: date = DAY, at: datetime | None = None) -> Symptom:
    return Symptom(ref=f"s-{code}-{on}", on=on, at=at, code=code, features=features)


def medicine(name: str, *, stopped: date | None = None) -> Medication:
    return Medication(ref=f"m-{name}", on=date(2025, 1, 1), name=name, stopped=stopped)


ROWS = [
    ("dry-lips", (), ROUTINE),
    ("dry-lips", ("bleeding",), URGENT),
    ("dry-lips", ("infection",), URGENT),
    ("dry-skin", (), ROUTINE),
    ("rash", (), ROUTINE),
    *[("rash", (f,), RED) for f in ("blisters", "mouth-sores", "fever", "eye-pain")],
    ("dry-skin", ("fever",), RED),
    ("dry-eyes", (), ROUTINE),
    ("dry-eyes", ("eye-pain",), RED),
    ("dry-eyes", ("vision-loss",), RED),
    ("night-vision", (), URGENT),
    ("night-vision", ("sudden",), RED),
    ("night-vision", ("vision-loss",), RED),
    ("nosebleed", (), ROUTINE),
    ("nosebleed", ("over-20-minutes",), URGENT),
    ("nosebleed", ("heavy",), URGENT),
    ("muscle-joint-pain", (), ROUTINE),
    ("muscle-joint-pain", ("dark-urine",), RED),
    ("muscle-joint-pain", ("weakness",), RED),
    ("back-pain", (), ROUTINE),
    ("back-pain", ("persistent",), URGENT),
    ("back-pain", ("morning-stiffness",), URGENT),
    ("back-pain", ("dark-urine",), RED),
    ("hair-thinning", (), ROUTINE),
    ("sunburn", (), ROUTINE),
    ("sunburn", ("blisters",), URGENT),
    ("headache", (), ROUTINE),
    *[("headache", (f,), RED) for f in ("visual-change", "nausea", "vomiting")],
    ("headache", ("worse-lying-down",), RED),
    ("headache", ("severe",), URGENT),
    ("abdominal-pain", (), RED),
    ("abdominal-pain", ("vomiting",), RED),
    ("diarrhoea", ("blood",), RED),
    ("diarrhoea", ("severe",), RED),
    ("diarrhoea", (), URGENT),
    ("rectal-bleeding", (), RED),
    ("jaundice", (), RED),
    ("low-mood", (), URGENT),
    ("low-mood", ("suicidal-thoughts",), RED),
    ("low-mood", ("psychosis",), RED),
    ("hearing", (), URGENT),
    ("hearing", ("sudden",), RED),
    ("late-period", (), URGENT),
    ("late-period", ("positive-test",), RED),
    ("unprotected-sex", (), URGENT),
    ("unprotected-sex", ("positive-test",), RED),
    ("breathless", (), RED),
    ("acne-flare", (), ROUTINE),
    ("acne-flare", ("fever",), URGENT),
    ("acne-flare", ("ulcerating",), URGENT),
    # A mild symptom with a red feature is red, whichever row names the feature.
    ("dry-lips", ("mouth-sores",), RED),
    ("hair-thinning", ("suicidal-thoughts",), RED),
    ("acne-flare", ("suicidal-thoughts",), RED),
    # What nobody knows is not routine.
    ("itchy-elbow", (), URGENT),
    ("dry-lips", ("never-heard-of",), URGENT),
]


@pytest.mark.parametrize(("code", "features", "level"), ROWS)
def test_symptom_has_the_level_of_its_row(
    code: str, features: tuple[str, ...], level: Urgency
) -> None:
    assert triage([symptom(code, *features)], country="US").level is level


@pytest.mark.parametrize(
    ("code", "features", "hold"),
    [
        ("hearing", (), True),
        ("late-period", (), True),
        ("unprotected-sex", (), True),
        ("night-vision", (), False),
        ("low-mood", (), False),
        ("low-mood", ("suicidal-thoughts",), True),
        ("sunburn", ("blisters",), False),
        ("jaundice", (), True),
        ("dry-lips", (), False),
        ("itchy-elbow", (), False),
    ],
)
def test_capsules_are_stopped_with_red_and_where_the_row_says_hold(
    code: str, features: tuple[str, ...], hold: bool
) -> None:
    assert triage([symptom(code, *features)], country="US").hold is hold


@pytest.mark.parametrize(
    ("stopped", "level"),
    [
        (None, RED),
        (DAY, RED),
        (DAY - timedelta(days=7), RED),
        (DAY - timedelta(days=8), ROUTINE),
    ],
)
def test_any_headache_within_seven_days_of_a_tetracycline_is_red(
    stopped: date | None, level: Urgency
) -> None:
    taken = [medicine("Doxycycline", stopped=stopped)]
    assert triage([symptom("headache")], country="US", medications=taken).level is level
    assert triage([symptom("dry-lips")], country="US", medications=taken).level is ROUTINE


@pytest.mark.parametrize(("days", "level"), [(1, URGENT), (7, URGENT), (8, ROUTINE)])
def test_headache_that_is_not_single_is_urgent(days: int, level: Urgency) -> None:
    before = symptom("headache", on=DAY - timedelta(days=days))
    assert triage([symptom("headache")], country="US", history=[before]).level is level


def test_acne_flare_with_joint_pain_is_urgent() -> None:
    both = [symptom("acne-flare"), symptom("muscle-joint-pain")]
    assert triage(both, country="US").level is URGENT


def test_worst_of_what_is_reported_together_decides() -> None:
    several = [symptom("dry-lips"), symptom("jaundice"), symptom("night-vision")]
    result = triage(several, country="GB")
    assert (result.level, result.hold, result.crisis_lines) == (RED, True, ("999",))
    assert triage([], country="GB").level is ROUTINE


@pytest.mark.parametrize(
    ("code", "features", "country", "lines"),
    [
        ("low-mood", (), "AU", ("13 11 14", "000")),
        ("low-mood", ("suicidal-thoughts",), "US", ("988", "911")),
        ("dry-lips", ("suicidal-thoughts",), "CA", ("988",)),
        ("breathless", (), "US", ("911",)),
        ("breathless", (), "FR", ("112",)),
        ("breathless", (), "unknown", ("findahelpline.com",)),
        ("night-vision", (), "US", ()),
        ("dry-lips", (), "US", ()),
        ("itchy-elbow", (), "US", ()),
    ],
)
def test_lines_shown_are_for_the_crisis_or_the_ambulance(
    code: str, features: tuple[str, ...], country: str, lines: tuple[str, ...]
) -> None:
    assert triage([symptom(code, *features)], country=country).crisis_lines == lines


@pytest.mark.parametrize(
    "thoughts", [symptom("low-mood"), symptom("dry-skin", "suicidal-thoughts")]
)
def test_crisis_lines_are_shown_whatever_else_is_reported(thoughts: Symptom) -> None:
    for reported in ([thoughts, symptom("dry-lips")], [symptom("dry-lips"), thoughts]):
        assert triage(reported, country="US").crisis_lines == ("988", "911")


@pytest.mark.parametrize(("days", "level"), [(0, RED), (1, ROUTINE)])
def test_medicine_counts_from_the_day_on_which_it_is_recorded(days: int, level: Urgency) -> None:
    begun = replace(medicine("doxycycline"), on=DAY + timedelta(days=days))
    facts = course(symptoms=(symptom("headache"),), medications=(begun,))
    assert standing_triage(facts, as_of=DAY).level is level
    assert [urgency for _, urgency in open_symptoms(facts, as_of=DAY)] == [level]


def test_milder_report_of_a_later_day_takes_nothing_from_one_that_waits() -> None:
    facts = course(
        symptoms=(symptom("jaundice", on=DAY - timedelta(days=2)), symptom("dry-lips")),
    )
    standing = standing_triage(facts, as_of=DAY)
    assert (standing.level, standing.hold) == (RED, True)
    reviewed = replace(
        facts, reviewed=(Reviewed(ref="r", on=DAY - timedelta(days=1), of=ReviewOf.SYMPTOM),)
    )
    assert [each.code for each in standing_triage(reviewed, as_of=DAY).symptoms] == ["dry-lips"]
    assert standing_triage(reviewed, as_of=DAY).level is ROUTINE


def test_newest_word_about_a_symptom_counts_while_the_gate_asks_about_each() -> None:
    facts = course(
        symptoms=(
            symptom("muscle-joint-pain", "weakness", on=DAY - timedelta(days=9)),
            symptom("muscle-joint-pain", "persistent"),
            symptom("muscle-joint-pain"),
        ),
    )
    assert standing_triage(facts, as_of=DAY).level is URGENT
    assert [level for _, level in open_symptoms(facts, as_of=DAY)] == [RED, URGENT, ROUTINE]


def test_capsules_are_stopped_until_the_talk_has_taken_place() -> None:
    facts = course(symptoms=(symptom("hearing", on=DAY - timedelta(days=1)),))
    assert standing_triage(facts, as_of=DAY).hold
    spoken = replace(facts, reviewed=(Reviewed(ref="r", on=DAY, of=ReviewOf.SYMPTOM),))
    after = standing_triage(spoken, as_of=DAY)
    assert (after.level, after.hold, after.crisis_lines) == (ROUTINE, False, ())
    assert standing_triage(course(), as_of=DAY).level is ROUTINE


def test_triage_knows_earlier_reports_and_medicines_by_then() -> None:
    facts = course(
        symptoms=(
            symptom("headache", on=DAY - timedelta(days=3)),
            symptom("headache"),
            symptom("jaundice", on=DAY + timedelta(days=1)),
        ),
        medications=(replace(medicine("doxycycline"), on=DAY + timedelta(days=1)),),
    )
    assert standing_triage(facts, as_of=DAY).level is URGENT
    assert standing_triage(facts, as_of=DAY - timedelta(days=3)).level is ROUTINE
    taken = replace(facts, medications=(medicine("doxycycline"),))
    assert standing_triage(taken, as_of=DAY).level is RED
    assert [level for _, level in open_symptoms(facts, as_of=DAY)] == [ROUTINE, URGENT]


def test_headache_reviewed_in_the_morning_makes_the_evening_one_not_single() -> None:
    def hour(number: int) -> datetime:
        return datetime(DAY.year, DAY.month, DAY.day, number, tzinfo=UTC)

    facts = course(
        symptoms=(symptom("headache", at=hour(8)), symptom("headache", at=hour(18))),
        reviewed=(Reviewed(ref="r", on=DAY, at=hour(10), of=ReviewOf.SYMPTOM),),
    )
    assert [level for _, level in open_symptoms(facts, as_of=DAY)] == [URGENT]
    assert standing_triage(facts, as_of=DAY).level is URGENT


@pytest.mark.parametrize(
    ("reviewed_on", "of", "still_open"),
    [
        (DAY, ReviewOf.SYMPTOM, False),
        (DAY + timedelta(days=1), ReviewOf.SYMPTOM, False),
        (DAY - timedelta(days=1), ReviewOf.SYMPTOM, True),
        (DAY, ReviewOf.MENTAL_HEALTH, True),
    ],
)
def test_symptom_stays_open_until_it_is_reviewed(
    reviewed_on: date, of: ReviewOf, still_open: bool
) -> None:
    facts = course(
        symptoms=(symptom("jaundice"),), reviewed=(Reviewed(ref="r", on=reviewed_on, of=of),)
    )
    assert bool(open_symptoms(facts, as_of=DAY + timedelta(days=2))) is still_open


def test_review_earlier_on_the_same_day_does_not_settle_a_symptom() -> None:
    noon = datetime(2025, 3, 3, 12, tzinfo=UTC)
    for hours, still_open in [(-1, True), (0, False), (1, False)]:
        review = Reviewed(ref="r", on=DAY, at=noon + timedelta(hours=hours), of=ReviewOf.SYMPTOM)
        facts = course(symptoms=(symptom("jaundice", at=noon),), reviewed=(review,))
        assert bool(open_symptoms(facts, as_of=DAY)) is still_open


ANY = st.builds(
    lambda code, features: symptom(code, *features),
    code=st.sampled_from([*sorted(SYMPTOM_CODES), "unheard-of"]),
    features=st.lists(st.sampled_from([*sorted(FEATURES), "unheard-of"]), max_size=3),
)


@given(reported=st.lists(ANY, max_size=4), more=ANY)
def test_reporting_more_never_makes_it_less_urgent(reported: list[Symptom], more: Symptom) -> None:
    order = list(Urgency)
    before, after = triage(reported, country="US"), triage([*reported, more], country="US")
    assert order.index(after.level) >= order.index(before.level)
    assert after.hold or not before.hold
    assert after.hold or after.level is not RED
