"""A positive or unclear test: the pathway begins at once and is ticked off by name (US-23)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from courses.models import Course
from monitoring import versions
from monitoring.models import CourseStanding, DueItem, Escalation, PathwayStep, PregnancyTest
from people.models import Clinic
from protocol.pathway import Step, steps_for
from protocol.vocabulary import TestResult
from tests import ready, world
from tests.forms import guard, hidden

pytestmark = pytest.mark.django_db

_US = ["contact-today", "stop-treatment", "refer", "report-programme", "report-authority"]


@pytest.mark.parametrize(
    ("result", "programme", "exposed", "running", "steps"),
    [
        ("negative", "us-ipledge", True, True, []),
        ("positive", "us-ipledge", True, True, _US),
        ("positive", "us-ipledge", True, False, [each for each in _US if "stop" not in each]),
        ("positive", "us-ipledge", False, False, ["contact-today", "refer"]),
        ("positive", "uk-mhra", True, True, [each for each in _US if "programme" not in each]),
        (
            "indeterminate",
            "us-ipledge",
            True,
            True,
            ["contact-today", "pause-treatment", "repeat-test"],
        ),
        ("indeterminate", "eu-ppp", False, False, ["contact-today", "repeat-test"]),
    ],
)
def test_steps_follow_from_result_programme_and_exposure(
    result: str, programme: str, exposed: bool, running: bool, steps: list[str]
) -> None:
    found = steps_for(TestResult(result), programme=programme, exposed=exposed, running=running)
    assert [step.value for step in found] == steps


def record(desk: Client, course: Course, result: str, **said: str) -> Any:
    """A point-of-care test, entered on its page."""
    return desk.post(
        reverse("clinic:record", args=[course.public_id, "test"]),
        {
            "result": result, "collected_on": f"{world.TODAY:%d-%b-%Y}", "setting": "clinic",
            "specimen": "urine", "reader": "staff", **guard(course), **said,
        },
    )  # fmt: skip


def open_steps(course: Course) -> list[str]:
    rows = PathwayStep.objects.filter(escalation__course=course, outcome="")
    return [each.value for each in Step if each.value in set(rows.values_list("step", flat=True))]


def page_of(course: Course) -> str:
    concern = Escalation.objects.get(course=course, kind="pregnancy-test")
    return reverse("clinic:concern", args=[course.public_id, concern.public_id])


def test_positive_test_shuts_the_gate_ends_the_plan_and_opens_the_steps(
    desk: Client, here: Clinic
) -> None:
    course = ready.course(here)
    assert record(desk, course, "positive").status_code == 302

    standing = CourseStanding.objects.get(course=course)
    assert (standing.level, standing.reason) == ("block", "concern:pregnancy-test")
    assert not DueItem.objects.filter(course=course, ended="").exists()
    assert open_steps(course) == _US
    body = desk.get(page_of(course)).content.decode()
    assert "FDA MedWatch" in body
    assert "Talk to the patient today" in body


def settle(desk: Client, course: Course, **said: str) -> Any:
    """Press one step's button, as the page stands."""
    page = page_of(course)
    return desk.post(page, {**hidden(desk, page), **said})


def close(desk: Client, page: str, outcome: str) -> Any:
    """Press the last button of the page as it stands."""
    marks = {name: said for name, said in hidden(desk, page).items() if name != "step"}
    return desk.post(page, {"outcome": outcome, **marks})


def test_concern_is_closed_only_when_every_step_is_settled(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    record(desk, course, "positive")
    page = page_of(course)
    refused = close(desk, page, "all done")
    assert refused.status_code == 422
    assert "Steps are open" in refused.content.decode()

    settle(desk, course, step="stop-treatment", outcome="done")
    assert "stop-treatment" in open_steps(course)  # the record says that the course still runs
    desk.post(
        reverse("clinic:record", args=[course.public_id, "stop"]),
        {
            "last_dose_on": f"{world.TODAY:%d-%b-%Y}",
            "reason": "pregnancy",
            **guard(course, versions.TREATMENT),
        },
    )
    settle(desk, course, step="refer", outcome="not-needed")
    assert "refer" in open_steps(course)  # left out only with a reason
    settle(desk, course, step="refer", outcome="not-needed", note="Is with them already")
    for step in open_steps(course):
        settle(desk, course, step=step, outcome="done")
    assert open_steps(course) == []
    settled = PathwayStep.objects.get(escalation__course=course, step="refer")
    assert (settled.note, settled.settled_at) == ("Is with them already", world.NOW)
    assert settled.settled_by is not None
    assert "Is with them already" in desk.get(page).content.decode()
    assert Event.objects.filter(kind="pathway.step-settled").count() == len(_US)

    assert close(desk, page, "Referred and reported").status_code == 302
    assert Escalation.objects.get(course=course).closed_at == world.NOW


def test_step_is_settled_once(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    record(desk, course, "indeterminate")
    settle(desk, course, step="contact-today", outcome="done", note="first")
    settle(desk, course, step="contact-today", outcome="not-needed", note="second")
    assert PathwayStep.objects.get(step="contact-today").note == "first"
    assert settle(desk, course, step="no-such", outcome="done").status_code == 404


def test_unclear_test_that_turns_out_positive_adds_the_steps(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    record(desk, course, "indeterminate")
    assert open_steps(course) == ["contact-today", "pause-treatment", "repeat-test"]
    assert DueItem.objects.filter(course=course, ended="").exists()
    record(desk, course, "positive")
    assert set(_US) <= set(open_steps(course))
    assert Escalation.objects.filter(course=course).count() == 1


@pytest.mark.parametrize(
    ("code", "value", "begins"),
    [
        ("2106-3^hCG^LN", "Negative", []),
        ("2106-3^hCG^LN", "Positive", _US),
        ("2106-3^hCG^LN", "weakly positive", ["contact-today", "pause-treatment", "repeat-test"]),
        ("2106-3^hCG^LN", "haemolysed", []),
        ("19080-1^hCG^LN", "3", []),
        ("19080-1^hCG^LN", "12", ["contact-today", "pause-treatment", "repeat-test"]),
        ("19080-1^hCG^LN", "480", _US),
    ],
)
def test_laboratory_test_begins_the_pathway_on_arrival(
    here: Clinic, code: str, value: str, begins: list[str]
) -> None:
    course = world.course(world.patient(here))
    raw = ready.message(course.patient, on=world.TODAY - timedelta(days=1), control="hcg").decode()
    kind, unit = ("NM", "m[IU]/mL") if value.isdecimal() else ("ST", "")
    raw += f"\rOBX|3|{kind}|{code}||{value}|{unit}|||||F"
    ready.receive(course.patient, raw.encode())
    assert open_steps(course) == begins


def test_entry_page_asks_for_specimen_day_place_reader_and_kind(desk: Client, here: Clinic) -> None:
    course = world.course(world.patient(here))
    body = desk.get(reverse("clinic:record", args=[course.public_id, "test"])).content.decode()
    for name in ("collected_on", "setting", "specimen", "result", "reader"):
        assert f'name="{name}"' in body
    future = record(desk, course, "negative", collected_on="01-Jan-2999")
    assert future.status_code == 422
    assert record(desk, course, "negative", reader="patient").status_code == 422
    at_home = record(desk, course, "negative", reader="patient", setting="home")
    assert at_home.status_code == 302
    assert PregnancyTest.objects.get().reader == "patient"
