"""The check-in's actions: saved as it goes, sent once, and never quiet about what cannot wait."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from audit.models import Event
from courses.actions import stopping
from courses.models import Course, MissedDose, Statement
from messaging.models import Message
from monitoring import check_in_drafts, check_in_questions, check_in_symptoms
from monitoring.actions import check_ins, escalations, planning
from monitoring.models import CheckIn, DueItem, Escalation
from tests import world
from tests.monitoring_answers import answer_all
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


def begun(category: str = "fcp", programme: str = "us-ipledge", **identity: Any) -> CheckIn:
    patient = world.patient(world.clinic(programme), **identity)
    world.course(patient, programme=programme, category=category)
    return check_ins.begin(patient, today=TODAY, now=NOW)


def send(check_in: CheckIn) -> bool:
    return check_ins.submit(check_in, by=check_in.course.patient, today=TODAY, now=NOW)


def statements_of(course: Course, kind: str) -> list[dict[str, Any]]:
    return list(
        Statement.objects.filter(course=course, kind=kind)
        .order_by("pk")
        .values_list("content", flat=True)
    )


def test_sending_states_everything_and_meets_the_due_item() -> None:
    check_in = begun()
    answer_all(check_in, check_in.course.patient)

    assert send(check_in) is True

    check_in.refresh_from_db()
    item = DueItem.objects.get(pk=check_in.due_item_id)
    assert (item.ended, item.met_on) == ("met", TODAY)
    assert check_in.submitted_on == TODAY
    assert check_in.assessment == {"urgency": "routine", "codes": []}
    course = check_in.course
    assert statements_of(course, "comprehension") == [{"passed": True}]
    assert statements_of(course, "contraception") == [
        {"methods": ["combined-pill", "male-condom"], "since": None}
    ]
    assert statements_of(course, "questionnaire") == [{"instrument": "phq2", "answers": [0, 0]}]
    assert statements_of(course, "symptom") == []
    assert not Escalation.objects.exists()
    wordings = set(Statement.objects.filter(course=course).values_list("wording", flat=True))
    assert wordings == {check_in_questions.WORDING}
    events = set(Event.objects.values_list("kind", flat=True))
    assert {"check-in.submitted", "statement.recorded", "plan.changed"} <= events


def test_answers_are_encrypted_at_rest() -> None:
    check_in = begun()
    answer_all(check_in, check_in.course.patient, lips="cracked")
    raw = CheckIn.objects.raw("SELECT id, answers::text AS stored FROM monitoring_checkin")[0]
    assert "cracked" not in raw.stored
    assert json.loads(check_in.answers)["lips"] == "cracked"


def test_sending_twice_sends_once() -> None:
    check_in = begun()
    answer_all(check_in, check_in.course.patient)
    assert send(check_in) is True
    before = Statement.objects.count()

    assert send(check_in) is False

    assert Statement.objects.count() == before
    assert Event.objects.filter(kind="check-in.submitted").count() == 1


def test_nothing_changes_after_it_was_sent() -> None:
    check_in = begun()
    answer_all(check_in, check_in.course.patient)
    send(check_in)
    with pytest.raises(check_ins.AlreadySubmitted):
        check_ins.save(
            check_in, number=10, answer="little", by=check_in.course.patient, today=TODAY, now=NOW
        )


def test_a_missing_answer_stops_the_sending() -> None:
    check_in = begun()
    with pytest.raises(check_ins.Incomplete) as refused:
        send(check_in)
    assert refused.value.question is check_in_symptoms.DANGER


def test_a_stopped_course_closes_its_check_in() -> None:
    check_in = begun()
    answer_all(check_in, check_in.course.patient)
    doctor = world.staff(check_in.course.clinic)
    stopping.stop(check_in.course, last_dose_on=TODAY, reason="patient-choice", by=doctor, now=NOW)
    planning.replan(check_in.course, now=NOW)
    with pytest.raises(check_ins.Closed):
        send(check_in)
    with pytest.raises(check_ins.NothingOpen):
        check_ins.begin(check_in.course.patient, today=TODAY, now=NOW)


def test_no_check_in_opens_early_in_a_supply() -> None:
    patient = world.patient(world.clinic())
    world.course(patient, days=3)
    with pytest.raises(check_ins.NothingOpen):
        check_ins.begin(patient, today=TODAY, now=NOW)


RED_CHOICES = [
    choice.value
    for choice in check_in_symptoms.DANGER.choices
    if choice.value != check_in_symptoms.NONE
]


@pytest.mark.parametrize("value", RED_CHOICES)
def test_every_danger_sign_alerts_when_it_is_saved(value: str) -> None:
    check_in = begun(category="ncp")
    saved = check_ins.save(
        check_in, number=1, answer=[value], by=check_in.course.patient, today=TODAY, now=NOW
    )
    assert saved.stop
    assert saved.draft.meaning.urgent
    assert saved.draft.meaning.crisis_lines
    kind = "mood" if value in {"self-harm", "voices"} else "symptom"
    assert Escalation.objects.get(course=check_in.course).kind == kind
    assert len(statements_of(check_in.course, "symptom")) == 1


def test_an_alert_reaches_the_on_call_clinician_before_the_check_in_is_sent() -> None:
    check_in = begun()
    doctor = world.staff(check_in.course.clinic)
    check_ins.save(
        check_in, number=1, answer=["head"], by=check_in.course.patient, today=TODAY, now=NOW
    )
    assert Message.objects.filter(purpose="escalation", user=doctor).count() == 1


def test_saving_the_same_red_answer_again_alerts_once() -> None:
    check_in = begun()
    for _ in range(3):
        check_ins.save(
            check_in, number=1, answer=["head"], by=check_in.course.patient, today=TODAY, now=NOW
        )
    answer_all(check_in, check_in.course.patient)
    send(check_in)
    assert len(statements_of(check_in.course, "symptom")) == 1
    assert Escalation.objects.get().rung == 0


def test_a_second_danger_sign_wakes_an_acknowledged_alert() -> None:
    check_in = begun()
    patient = check_in.course.patient
    check_ins.save(check_in, number=1, answer=["head"], by=patient, today=TODAY, now=NOW)
    doctor = world.staff(check_in.course.clinic)
    first = Escalation.objects.get()
    escalations.acknowledge(first, by=doctor, now=NOW)

    check_ins.save(check_in, number=1, answer=["head", "yellow"], by=patient, today=TODAY, now=NOW)

    first.refresh_from_db()
    assert first.acknowledged_at is None


@pytest.mark.parametrize("item9", ["1", "2", "3"])
@pytest.mark.parametrize("others", ["0", "3", "skip"])
def test_thoughts_of_self_harm_always_alert(item9: str, others: str) -> None:
    check_in = begun(category="ncp")
    rest = {f"phq{n}": others for n in range(3, 9)}
    answer_all(check_in, check_in.course.patient, phq1="3", phq2="0", phq9=item9, **rest)
    alert = Escalation.objects.get(course=check_in.course)
    assert (alert.kind, alert.reasons) == ("mood", ["MH_ITEM9"])

    send(check_in)

    check_in.refresh_from_db()
    assert "MH_ITEM9" in check_in.assessment["codes"]
    scores = statements_of(check_in.course, "questionnaire")[-1]["answers"]
    assert scores[8] == int(item9)
    assert len(scores) == 9


def test_a_blank_item_9_is_kept_as_blank() -> None:
    check_in = begun(category="ncp")
    answer_all(check_in, check_in.course.patient, phq1="3", phq2="0", phq9="skip")
    send(check_in)
    check_in.refresh_from_db()
    assert statements_of(check_in.course, "questionnaire")[0]["answers"][8] is None
    assert "MH_ITEM9_UNANSWERED" in check_in.assessment["codes"]


@pytest.mark.parametrize(
    ("first", "second", "long"),
    [("0", "2", False), ("1", "2", True), ("3", "3", True), ("skip", "0", True)],
)
def test_the_long_questionnaire_follows_from_three_on(first: str, second: str, long: bool) -> None:
    check_in = begun(category="ncp")
    answer_all(check_in, check_in.course.patient, phq1=first, phq2=second)
    assert ("phq9" in json.loads(check_in.answers)) is long


@pytest.mark.parametrize(
    ("answer", "kind", "stops"),
    [
        (["none"], None, False),
        (["late"], None, True),
        (["without"], None, True),
        (["missed-method"], None, True),
        (["positive"], "pregnancy-test", True),
    ],
)
def test_what_happened_with_birth_control_holds_or_alerts(
    answer: list[str], kind: str | None, stops: bool
) -> None:
    check_in = begun()
    saved = check_ins.save(
        check_in, number=42, answer=answer, by=check_in.course.patient, today=TODAY, now=NOW
    )
    assert saved.stop is stops
    kinds = list(Escalation.objects.values_list("kind", flat=True))
    assert kinds == ([kind] if kind else [])
    assert bool(statements_of(check_in.course, "symptom")) is stops


def names(check_in: CheckIn) -> set[str]:
    draft = check_in_drafts.read(check_in, today=TODAY, now=NOW)
    return {question.name for question in draft.questions}


PREVENTION = {"methods", "events"}
TEACHING = {"teach-harm", "teach-two", "teach-missed", "teach-share"}


@pytest.mark.parametrize(
    ("programme", "category", "born", "asked", "not_asked"),
    [
        ("us-ipledge", "fcp", date(1999, 3, 12), PREVENTION | TEACHING, set()),
        ("us-ipledge", "ncp", date(1999, 3, 12), {"lips"}, PREVENTION | TEACHING),
        ("uk-mhra", "fcp", date(1999, 3, 12), PREVENTION | {"sexual-function"}, TEACHING),
        ("uk-mhra", "ncp", date(2010, 3, 12), {"sexual-function"}, PREVENTION),
        ("us-ipledge", "ncp", date(2010, 3, 12), {"phq1"}, {"sexual-function"}),
        ("us-ipledge", "ncp", date(1999, 3, 12), {"sexual-function"}, set()),
    ],
)
def test_each_patient_is_asked_the_own_questions(
    programme: str, category: str, born: date, asked: set[str], not_asked: set[str]
) -> None:
    check_in = begun(category, programme, born=born)
    found = names(check_in)
    assert asked <= found
    assert not (not_asked & found)


def test_the_methods_on_file_are_confirmed_with_their_first_day() -> None:
    check_in = begun()
    world.stated(
        check_in.course,
        "contraception",
        {"methods": ["implant", "male-condom"], "since": "2026-08-01"},
    )
    answer_all(check_in, check_in.course.patient)
    send(check_in)
    assert statements_of(check_in.course, "contraception")[-1] == {
        "methods": ["implant", "male-condom"],
        "since": "2026-08-01",
    }


def test_changed_methods_are_stated_without_the_old_first_day() -> None:
    check_in = begun()
    world.stated(
        check_in.course,
        "contraception",
        {"methods": ["implant", "male-condom"], "since": "2026-08-01"},
    )
    answer_all(
        check_in, check_in.course.patient, method_change="changed", methods=["patch", "male-condom"]
    )
    send(check_in)
    assert statements_of(check_in.course, "contraception")[-1] == {
        "methods": ["patch", "male-condom"],
        "since": None,
    }


def test_missed_days_are_recorded_once() -> None:
    check_in = begun(category="ncp")
    days = [(TODAY - timedelta(days=back)).isoformat() for back in (1, 4)]
    answer_all(check_in, check_in.course.patient, missed="days", missed_days=days)
    send(check_in)
    recorded = MissedDose.objects.filter(course=check_in.course).order_by("missed_on")
    assert [row.missed_on.isoformat() for row in recorded] == sorted(days)


def test_missed_doses_on_unknown_days_are_said_not_guessed() -> None:
    check_in = begun(category="ncp")
    answer_all(check_in, check_in.course.patient, missed="some", missed_count="3-7")
    send(check_in)
    check_in.refresh_from_db()
    assert not MissedDose.objects.exists()
    assert check_in.assessment["codes"] == ["MISSED_DOSES_ON_UNKNOWN_DAYS"]


def test_a_wrong_answer_teaches_and_is_not_kept() -> None:
    check_in = begun()
    with pytest.raises(check_in_questions.TryAgain):
        check_ins.save(
            check_in, number=50, answer="never", by=check_in.course.patient, today=TODAY, now=NOW
        )
    check_in.refresh_from_db()
    assert "teach-harm" not in json.loads(check_in.answers)


def test_an_answer_made_moot_does_not_count() -> None:
    check_in = begun(category="ncp")
    patient = check_in.course.patient
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    answer_all(check_in, patient, missed="days", missed_days=[yesterday])
    check_ins.save(check_in, number=2, answer="none", by=patient, today=TODAY, now=NOW)
    check_in.refresh_from_db()
    send(check_in)
    assert not MissedDose.objects.exists()


@pytest.mark.parametrize("answer", ["", "unknown-choice", [], ["none", "head"], ["nonsense"]])
def test_what_is_not_offered_is_refused(answer: str | list[str]) -> None:
    check_in = begun()
    with pytest.raises(check_in_questions.NotAnAnswer):
        check_ins.save(
            check_in, number=1, answer=answer, by=check_in.course.patient, today=TODAY, now=NOW
        )


def test_a_question_that_is_not_asked_is_refused() -> None:
    check_in = begun(category="ncp")
    with pytest.raises(check_ins.UnknownQuestion):
        check_ins.save(
            check_in, number=42, answer=["none"], by=check_in.course.patient, today=TODAY, now=NOW
        )
