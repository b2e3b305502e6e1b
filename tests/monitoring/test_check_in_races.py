"""Two tabs at the very same moment: the course's lock decides, and both get an answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from courses.models import Statement
from monitoring.actions import check_ins
from monitoring.models import CheckIn, Escalation
from tests import world
from tests.monitoring_answers import answer_all
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(transaction=True)
TABS = 4


def in_every_tab(act: object) -> list[object]:
    together = Barrier(TABS)

    def run(_: int) -> object:
        together.wait()
        try:
            return act()  # type: ignore[operator]
        finally:
            connection.close()

    with ThreadPoolExecutor(TABS) as pool:
        return list(pool.map(run, range(TABS)))


def test_four_tabs_send_once() -> None:
    patient = world.patient(world.clinic())
    world.course(patient, category="ncp")
    check_in = check_ins.begin(patient, today=TODAY, now=NOW)
    answer_all(check_in, patient)

    sent = in_every_tab(lambda: check_ins.submit(check_in, by=patient, today=TODAY, now=NOW))

    assert sorted(map(bool, sent)) == [False, False, False, True]
    assert Statement.objects.filter(kind="questionnaire").count() == 1


def test_four_tabs_begin_one_draft_and_raise_one_alert() -> None:
    patient = world.patient(world.clinic())
    world.course(patient, category="ncp")

    def begin_and_answer() -> None:
        check_in = check_ins.begin(patient, today=TODAY, now=NOW)
        check_ins.save(check_in, number=1, answer=["head"], by=patient, today=TODAY, now=NOW)

    in_every_tab(begin_and_answer)

    assert CheckIn.objects.count() == 1
    assert Escalation.objects.count() == 1
    assert Statement.objects.filter(kind="symptom").count() == 1
