"""The check-in as a patient meets it: pages, errors, two tabs, and advice before anything else."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from courses.actions import stopping
from courses.models import Course, Statement
from monitoring import check_in_drafts
from monitoring.actions import check_ins, planning
from monitoring.models import CheckIn, DueItem, Escalation
from people.models import Patient
from tests import world
from tests.monitoring_answers import answer_all
from tests.world import NOW, TODAY

PRIVATE = ("isotretinoin", "pregnan", "mood", "birth control", "capsule")


def start(client: Client) -> Any:
    return client.post("/check-in/", follow=True)


def filled(patient: Patient, **chosen: Any) -> CheckIn:
    check_in = check_ins.begin(patient, today=TODAY, now=NOW)
    answer_all(check_in, patient, **chosen)
    return check_in


def test_a_check_in_from_start_to_thanks(signed_in: Client, patient: Patient) -> None:
    page = start(signed_in)
    assert page.request["PATH_INFO"] == "/check-in/1/"
    visited = []
    for _ in range(40):
        path = page.request["PATH_INFO"]
        if path == "/check-in/answers/":
            break
        visited.append(path)
        draft = check_in_drafts.read(CheckIn.objects.get(), today=TODAY, now=NOW)
        question = draft.question(int(path.split("/")[2]))
        assert question is not None
        value = question.right or question.choices[0].value
        page = signed_in.post(path, {"answer": value}, follow=True)
    assert len(visited) == len(set(visited)) > 15
    assert "Check your answers" in page.content.decode()

    page = signed_in.post("/check-in/answers/", follow=True)

    assert page.request["PATH_INFO"] == "/check-in/done/"
    assert "We got your answers" in page.content.decode()
    assert DueItem.objects.get(requirement="check-in", ended="met")
    assert "Your check-in is done" in signed_in.get("/check-in/").content.decode()


def test_every_page_is_neutral_outside_and_needs_no_script(
    signed_in: Client, patient: Patient
) -> None:
    check_in = filled(patient)
    draft = check_in_drafts.read(check_in, today=TODAY, now=NOW)
    pages = [f"/check-in/{question.number}/" for question in draft.questions]
    for path in [*pages, "/check-in/", "/check-in/answers/"]:
        html = signed_in.get(path).content.decode()
        title = re.search(r"<title>(.*?)</title>", html)
        assert title is not None
        assert title[1].startswith("Monthly check-in")
        assert not any(word in (title[1] + path).casefold() for word in PRIVATE)
        assert str(patient.public_id) not in html
        assert "Exit this page" in html
        assert '<form method="post"' in html
        assert "onclick" not in html
        assert "style=" not in html


def test_an_empty_answer_says_what_to_do(signed_in: Client) -> None:
    start(signed_in)
    html = signed_in.post("/check-in/1/", {}).content.decode()
    assert "<title>Error: Monthly check-in" in html
    assert "There is a problem" in html
    assert 'href="#id_answer_0"' in html
    assert 'id="id_answer_0"' in html


def test_a_contradiction_keeps_what_was_ticked(signed_in: Client) -> None:
    start(signed_in)
    html = signed_in.post("/check-in/11/", {"answer": ["none", "dry"]}).content.decode()
    assert html.count(" checked") == 2
    assert json.loads(CheckIn.objects.get().answers) == {}


def test_an_answer_is_kept_and_shown_again(signed_in: Client) -> None:
    start(signed_in)
    signed_in.post("/check-in/10/", {"answer": "cracked"})
    html = signed_in.get("/check-in/10/").content.decode()
    assert re.search(r'value="cracked" checked', html)


def test_a_draft_resumes_where_it_was_left(signed_in: Client) -> None:
    start(signed_in)
    signed_in.post("/check-in/1/", {"answer": "none"})
    signed_in.post("/check-in/2/", {"answer": "none"})
    assert "Continue where I stopped" in signed_in.get("/check-in/").content.decode()
    assert start(signed_in).request["PATH_INFO"] == "/check-in/10/"


def test_a_wrong_answer_explains_and_asks_again(signed_in: Client) -> None:
    start(signed_in)
    html = signed_in.post("/check-in/50/", {"answer": "never"}).content.decode()
    assert "Not quite" in html
    assert "1 month after your last dose" in html
    assert signed_in.post("/check-in/50/", {"answer": "whole"}).status_code == 302


@pytest.mark.parametrize(
    ("answer", "words", "number"),
    [
        ("head", "Stop your capsules and get help now", "tel:911"),
        ("breath", "Stop your capsules and get help now", "tel:911"),
        ("self-harm", "Please talk to someone now", "tel:988"),
        ("voices", "Please talk to someone now", "tel:988"),
    ],
)
def test_a_danger_sign_leads_to_advice_at_once(
    signed_in: Client, answer: str, words: str, number: str
) -> None:
    start(signed_in)
    page = signed_in.post("/check-in/1/", {"answer": answer}, follow=True)
    assert page.request["PATH_INFO"] == "/check-in/now/"
    html = page.content.decode()
    assert words in html
    assert f'href="{number}"' in html
    assert Escalation.objects.filter(acknowledged_at=None).count() == 1


@pytest.mark.parametrize(
    ("programme", "country", "numbers"),
    [
        ("uk-mhra", "", ["tel:999", "tel:111", "tel:116123", "sms:85258"]),
        ("us-ipledge", "AU", ["tel:131114", "tel:000"]),
        ("us-ipledge", "IE", ["tel:116123", "tel:112"]),
        ("us-ipledge", "ZZ", ["https://findahelpline.com"]),
    ],
)
def test_numbers_are_those_of_the_patients_country(
    client: Client, db: None, programme: str, country: str, numbers: list[str]
) -> None:
    patient = world.patient(world.clinic(programme), login=True, country=country)
    world.course(patient, programme=programme)
    client.force_login(patient.user)
    start(client)
    html = client.post("/check-in/1/", {"answer": "self-harm"}, follow=True).content.decode()
    assert re.findall(r'it-line" href="([^"]+)"', html) == numbers


def test_advice_needs_no_broker(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object, **kwargs: object) -> None:
        raise OSError("no broker")

    monkeypatch.setattr("celery.app.base.Celery.send_task", gone)
    start(signed_in)
    page = signed_in.post("/check-in/1/", {"answer": "head"}, follow=True)
    assert "Stop your capsules" in page.content.decode()
    assert Escalation.objects.count() == 1


def test_advice_is_shown_even_when_the_answer_cannot_be_saved(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a rule broke")

    start(signed_in)
    monkeypatch.setattr("monitoring.actions.escalations.raise_for", broken)
    response = signed_in.post("/check-in/1/", {"answer": "head"})
    html = response.content.decode()
    assert response.status_code == 500
    assert "Stop your capsules and get help now" in html
    assert "Your clinic has not been told" in html
    assert "Your clinic has been told." not in html


def test_an_alert_stands_although_planning_fails(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("planning broke")

    start(signed_in)
    monkeypatch.setattr("monitoring.actions.planning.replan", broken)
    page = signed_in.post("/check-in/1/", {"answer": "head"}, follow=True)
    assert page.request["PATH_INFO"] == "/check-in/now/"
    assert Escalation.objects.count() == 1


def test_a_hold_is_said_at_once_without_alarm(signed_in: Client) -> None:
    start(signed_in)
    html = signed_in.post("/check-in/42/", {"answer": "late"}, follow=True).content.decode()
    assert "Pause your capsules for now" in html
    assert not Escalation.objects.exists()


def test_two_tabs_send_once_and_both_say_thanks(signed_in: Client, patient: Patient) -> None:
    filled(patient)
    first = signed_in.post("/check-in/answers/", follow=True)
    second = signed_in.post("/check-in/answers/", follow=True)
    assert "We got your answers" in first.content.decode()
    assert "Your check-in is done" in second.content.decode()
    assert CheckIn.objects.count() == 1
    assert Statement.objects.filter(kind="questionnaire").count() == 1


def test_an_answer_after_sending_is_told_that_it_was_sent(
    signed_in: Client, patient: Patient
) -> None:
    filled(patient)
    signed_in.post("/check-in/answers/")
    page = signed_in.post("/check-in/10/", {"answer": "little"}, follow=True)
    assert "Your check-in is done" in page.content.decode()


@pytest.mark.parametrize("how", ["sent", "stopped"])
def test_a_danger_sign_that_comes_too_late_still_gets_its_advice(
    signed_in: Client, patient: Patient, course: Course, how: str
) -> None:
    """A second tab, or a page of yesterday: nobody is thanked for a positive test."""
    filled(patient)
    if how == "sent":
        signed_in.post("/check-in/answers/")
    else:
        world.stopped(course, world.staff(course.clinic))
    page = signed_in.post("/check-in/42/", {"answer": "positive"})
    html = page.content.decode()
    assert page.status_code == 409
    assert "Stop your capsules now" in html and "Please call them yourself" in html
    assert "Your clinic has been told." not in html
    assert signed_in.post("/check-in/42/", {"answer": "none"}).status_code == 302


def test_sending_with_a_gap_leads_to_the_gap(signed_in: Client) -> None:
    start(signed_in)
    assert signed_in.post("/check-in/answers/").url == "/check-in/1/"
    assert signed_in.get("/check-in/answers/").url == "/check-in/1/"


def test_sending_after_a_stop_says_so(signed_in: Client, patient: Patient, course: Course) -> None:
    filled(patient)
    doctor = world.staff(course.clinic)
    stopping.stop(course, last_dose_on=TODAY, reason="completed", by=doctor, now=NOW)
    planning.replan(course, now=NOW)
    page = signed_in.post("/check-in/answers/", follow=True)
    assert "There is no check-in to do" in page.content.decode()
    assert not CheckIn.objects.filter(submitted_at__isnull=False).exists()


def test_nothing_is_open_early_in_a_supply(client: Client, db: None) -> None:
    patient = world.patient(world.clinic(), login=True)
    world.course(patient, days=3)
    client.force_login(patient.user)
    html = client.get("/check-in/").content.decode()
    assert "There is no check-in to do now" in html
    assert client.post("/check-in/").url == "/check-in/"
    assert client.get("/check-in/1/").url == "/check-in/"


def test_nobody_reaches_another_patients_draft(client: Client, patient: Patient) -> None:
    filled(patient)
    other = world.patient(patient.clinic, login=True)
    world.course(other)
    client.force_login(other.user)
    assert client.get("/check-in/10/").url == "/check-in/"


def test_a_mismatch_is_said_before_sending(
    signed_in: Client, patient: Patient, course: Course
) -> None:
    world.stated(
        course, "contraception", {"methods": ["implant", "male-condom"], "since": "2026-08-01"}
    )
    html = signed_in.get("/check-in/").content.decode()
    filled(patient, method_change="changed", methods=["patch", "male-condom"])
    html = signed_in.get("/check-in/answers/").content.decode()
    assert "not the same as on file" in html


def test_tips_and_follow_up_are_on_the_last_page(signed_in: Client, patient: Patient) -> None:
    filled(patient, lips="cracked", temper="yes")
    html = signed_in.post("/check-in/answers/", follow=True).content.decode()
    assert "Put balm on your lips" in html
    assert "Your clinic will call you" in html


def test_the_number_of_queries_of_a_question_is_fixed(
    signed_in: Client, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    filled(patient, lips="cracked")
    with django_assert_max_num_queries(45):
        signed_in.get("/check-in/10/")
    for back in range(1, 4):
        world.stated(patient.courses.get(), "counselling", {}, on=TODAY - timedelta(days=back))
    with django_assert_max_num_queries(45):
        signed_in.get("/check-in/10/")


def test_positive_test_is_answered_though_it_ends_the_check_in(
    signed_in: Client, patient: Patient
) -> None:
    """US-23 withdraws what was due with the very answer whose advice must still be read."""
    filled(patient)
    page = signed_in.post("/check-in/42/", {"answer": "positive"}, follow=True)
    assert page.request["PATH_INFO"] == "/check-in/now/"
    html = page.content.decode()
    assert "Stop your capsules now" in html and "Back to Home" in html
    assert "Take no capsules" in signed_in.get("/home/").content.decode()


def test_help_for_the_mood_does_not_hide_that_the_capsules_are_stopped(
    signed_in: Client, patient: Patient
) -> None:
    filled(patient)
    signed_in.post("/check-in/1/", {"answer": "self-harm"}, follow=True)
    signed_in.post("/check-in/42/", {"answer": "positive"})
    html = signed_in.get("/check-in/now/").content.decode()
    assert "Please talk to someone now" in html
    assert "Take no capsules until you have talked with your clinic." in html
