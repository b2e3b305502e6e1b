"""What the clinic wrote after reading results: behind the sign-in, and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from courses.models import Course
from messaging.models import Message
from messaging.neutrality import forbidden_words
from messaging.rendering import render
from monitoring.actions import acknowledging
from monitoring.actions.acknowledging import NextStep
from monitoring.models import Specimen
from monitoring.result_notes import NOTES
from tests import ready, world


def decide(course: Course, **step: Any) -> None:
    """A raised liver value of today, to be repeated."""
    ready.receive(
        course.patient, ready.message(course.patient, on=world.TODAY, control="h", alt="150")
    )
    specimen = Specimen.objects.get(patient=course.patient)
    acknowledging.acknowledge(
        specimen, course=course, action="repeat", plan="Gilbert? Ask about the gym.",
        step=NextStep(repeat_on=world.TODAY + timedelta(days=14), **step),
        by=world.staff(course.clinic), now=world.NOW,
    )  # fmt: skip


def test_patient_reads_the_note_and_the_day_but_not_the_record(
    signed_in: Client, course: Course
) -> None:
    decide(course, tell=True)
    body = signed_in.get("/messages/").content.decode()
    assert NOTES["repeat"][:30] in body
    assert "6 December 2026" in body
    assert "Gilbert" not in body


def test_own_words_replace_the_ready_made_ones(signed_in: Client, course: Course) -> None:
    decide(course, tell=True, words="Please come on Tuesday, <b>before</b> breakfast.")
    body = signed_in.get("/messages/").content.decode()
    assert "Please come on Tuesday, &lt;b&gt;before&lt;/b&gt; breakfast." in body
    assert NOTES["repeat"][:30] not in body


def test_nothing_is_written_where_the_clinician_chose_not_to(
    signed_in: Client, course: Course
) -> None:
    decide(course, tell=False, words="not sent")
    assert "not sent" not in signed_in.get("/messages/").content.decode()
    assert not Message.objects.filter(purpose="result-note").exists()


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_message_that_leaves_says_only_that_the_clinic_has_written(
    course: Course, channel: str
) -> None:
    decide(course, tell=True, words="Your liver value is raised.")
    message = Message.objects.get(purpose="result-note")
    text = render(
        template="clinic-message", variant=message.variant, channel=channel, language="en",
        clinic=course.clinic, link="https://clinic.example/",
    )  # fmt: skip
    assert forbidden_words(text.body) == []
    assert "liver" not in message.about + message.key + message.variant
