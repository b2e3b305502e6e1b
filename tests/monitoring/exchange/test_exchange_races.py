"""The same message posted twice at the very same moment: kept once, answered twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from monitoring.models import LabMessage, LabReport, Observation
from tests import world
from tests.monitoring.exchange.laboratory_system import codes, issued, message, patient_of, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("known_course", [True, False])
def test_two_posts_of_one_message_store_it_once(known_course: bool) -> None:
    clinic = world.clinic()
    patient = patient_of(clinic)
    if known_course:
        world.course(patient, category="ncp")
    tokens = [issued(clinic, label).text for label in ("one", "two")]
    together = Barrier(2)

    def send(token: str) -> tuple[int, list[tuple[str, str]]]:
        together.wait()
        try:
            response = post(message(), token)
            return response.status_code, codes(response.content)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, tokens))

    assert answers == [(200, [("AA", "182")])] * 2
    assert (LabMessage.objects.count(), LabReport.objects.count()) == (1, 1)
    assert Observation.objects.count() == 1
