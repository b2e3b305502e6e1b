"""Once a patient is locked, nothing that was handed out opens any more (L3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.actions import calendar_feeds
from people import links
from people.models import Patient
from tests.world import NOW

BORN = {"born_0": "12", "born_1": "3", "born_2": "1999"}


def lock(patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(locked_at=NOW)


@pytest.mark.parametrize("page", ["/home/", "/looks/", "/download/", "/messages/write/"])
def test_signed_in_page_is_shut(signed_in: Client, patient: Patient, page: str) -> None:
    assert signed_in.get(page).status_code == 200
    lock(patient)
    answer = signed_in.get(page)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in signed_in.session


def test_link_that_was_sent_no_longer_opens(client: Client, patient: Patient) -> None:
    path = links.issue(
        patient, about="course:1", expires_at=NOW + timedelta(days=3), key="k", now=NOW
    )
    lock(patient)
    assert client.post(path, BORN).status_code == 200
    assert client.get("/home/").status_code == 302


def test_calendar_gets_nothing_any_more(client: Client, patient: Patient) -> None:
    token = calendar_feeds.give(patient, now=NOW)
    address = reverse("portal:calendar-file", args=[token])
    assert client.get(address).status_code == 200
    lock(patient)
    assert client.get(address).status_code == 404
