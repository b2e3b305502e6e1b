"""``given: in-order``: what a story leaves out is as it should be, whatever day is asked about."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from protocol.vocabulary import LabSchedule
from tests.monitoring.replay.stories import answers

ZONES = {
    "us-ipledge": "America/New_York",
    "uk-mhra": "Europe/London",
    "eu-ppp": "Europe/Berlin",
    "ca": "America/Toronto",
    "au": "Australia/Sydney",
}
# Programme and first day: every edition, and the days on which one gives way to the next.
BEGINNINGS = [
    ("us-ipledge", date(2024, 3, 10)),
    ("us-ipledge", date(2026, 10, 20)),
    ("us-ipledge", date(2026, 12, 5)),
    ("uk-mhra", date(2022, 5, 5)),
    ("uk-mhra", date(2023, 10, 25)),
    ("uk-mhra", date(2025, 12, 10)),
    ("uk-mhra", date(2026, 3, 2)),
    ("eu-ppp", date(2024, 2, 29)),
    ("ca", date(2026, 1, 31)),
    ("au", date(2026, 1, 31)),
]
PATIENTS = {
    "fcp": "sex: female, category: fcp",
    "ncp": "sex: male, category: ncp",
}


def story(programme: str, *, begins: date, patient: str, age: int, fills: int, lab: str) -> str:
    """A course with so many fills, asked about on the day the last supply ends and later."""
    born = date(begins.year - age, begins.month, 1) - timedelta(days=40)
    asked = begins + timedelta(days=30 * fills)
    lines = [
        "scenario: in-order",
        f"programme: {programme}",
        f"settings: {{lab_schedule: {lab}}}",
        f"timezone: {ZONES[programme]}",
        f"patient: {{born: {born}, {PATIENTS[patient]}, weight_kg: 57}}",
        "events:",
    ]
    for number in range(fills):
        lines.append(f"  - {{on: {begins + timedelta(days=30 * number)}, dispensed: {{}}}}")
    lines.append("ask:")
    actions = ["prescribe", "dispense"] if fills else ["start", "prescribe", "dispense"]
    for day in (asked, asked + timedelta(days=5)):
        lines += [f"  - {{on: {day}, action: {action}, expect: {{}}}}" for action in actions]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("lab", [LabSchedule.MONTHLY.value, LabSchedule.US_LABEL.value])
@pytest.mark.parametrize("age", [14, 25])
@pytest.mark.parametrize("patient", sorted(PATIENTS))
@pytest.mark.parametrize(("programme", "begins"), BEGINNINGS)
def test_a_course_in_order_meets_no_objection(
    tmp_path: Path, programme: str, begins: date, patient: str, age: int, lab: str
) -> None:
    for fills in (0, 1, 4):
        text = story(programme, begins=begins, patient=patient, age=age, fills=fills, lab=lab)
        for asked in answers(tmp_path, text):
            got = (asked.got.get("decision"), asked.got.get("codes"))
            assert got == ("allow", []), (fills, asked.ask.on, asked.ask.action)


IN_ORDER = """\
scenario: topics
programme: us-ipledge
timezone: America/New_York
patient: {born: 2000-01-15, sex: female, category: fcp, weight_kg: 60}
"""


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("enrolment", "NOT_ENROLLED"),
        ("consent", "CONSENT_MISSING"),
        ("counselling", "COUNSEL_MISSING"),
        ("comprehension", "COMPREHENSION_MISSING"),
        ("contraception", "CONTRA_INSUFFICIENT"),
        ("pregnancy_tests", "TEST_MISSING"),
        ("labs", "LAB_BASELINE_MISSING"),
        ("weight", "WEIGHT_MISSING"),
        ("prescription", "RX_MISSING"),
        ("authorisation", "RMA_MISSING"),
        ("mental_health", "PROM_MISSING"),
        ("sexual_function", "SEXUAL_FN_MISSING"),
    ],
)
def test_an_absent_topic_is_missed_and_nothing_else(tmp_path: Path, topic: str, code: str) -> None:
    (asked,) = answers(
        tmp_path,
        IN_ORDER
        + f"absent: [{topic}]\nask: [{{on: 2026-12-01, action: dispense, expect: {{}}}}]\n",
    )

    assert asked.got["codes"] == [code]


def test_an_event_later_in_the_story_hands_its_topic_over_for_every_ask(tmp_path: Path) -> None:
    (asked,) = answers(
        tmp_path,
        IN_ORDER
        + "events: [{on: 2027-03-01, consent: {form: patient-information}}]\n"
        + "ask: [{on: 2026-12-01, action: start, expect: {}}]\n",
    )

    assert asked.got["codes"] == ["CONSENT_MISSING"]


def test_given_nothing_supplies_nothing(tmp_path: Path) -> None:
    (asked,) = answers(
        tmp_path,
        IN_ORDER + "given: nothing\nask: [{on: 2026-12-01, action: dispense, expect: {}}]\n",
    )

    codes = asked.got["codes"]
    assert isinstance(codes, list)
    assert {"NOT_ENROLLED", "TEST_MISSING", "RX_MISSING", "RMA_MISSING"} <= set(codes)
    assert "INDICATION_MISSING" not in codes, "what has no event is always in order"


def test_an_ask_sees_nothing_later_than_itself(tmp_path: Path) -> None:
    before, after = answers(
        tmp_path,
        IN_ORDER
        + 'events: [{at: "2026-12-01T10:00", symptom: {code: breathless}}]\n'
        + 'ask: [{at: "2026-12-01T09:59", query: triage, expect: {}},\n'
        + '  {at: "2026-12-01T10:00", query: triage, expect: {}}]\n',
    )

    assert before.got["level"] == "routine"
    assert after.got["level"] == "red"


def test_a_supplied_test_never_answers_a_doubtful_sign_of_the_story(tmp_path: Path) -> None:
    (asked,) = answers(
        tmp_path,
        IN_ORDER
        + "events: [{on: 2026-11-28, lab: {analyte: hcg, value: 12, unit: IU/L}}]\n"
        + "ask: [{on: 2026-12-01, action: start, expect: {}}]\n",
    )

    assert asked.got["decision"] == "block"
    codes = asked.got["codes"]
    assert isinstance(codes, list)
    assert "TEST_INDETERMINATE" in codes


def test_a_fills_own_prescription_names_what_with_names(tmp_path: Path) -> None:
    (asked,) = answers(
        tmp_path,
        IN_ORDER
        + "ask: [{on: 2026-12-01, action: dispense,"
        + " with: {capsules: 70, strength_mg: 20, daily_mg: 40}, expect: {}}]\n",
    )

    assert asked.got["days_supply"] == 35
    assert asked.got["codes"] == ["SUPPLY_GT_30"]
