"""Signing: the gate under lock, once, with every answer kept."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from courses.actions import dosing, stopping
from courses.models import Prescription
from messaging.models import Message
from monitoring.actions import pregnancy_tests, prescribing
from monitoring.models import DueItem, GateDecision
from people.permissions import Role
from people.queries import NotPermitted
from protocol.supplies import SupplyLine, one_strength
from protocol.vocabulary import Level, Reason, Rest
from tests import ready, world

pytestmark = pytest.mark.django_db


def sign(course: Any, by: Any, **changes: Any) -> prescribing.Signed:
    asked: dict[str, Any] = {
        "override_reason": "",
        "form_nonce": uuid.uuid4(),
        "by": by,
        "now": world.NOW,
    }
    supply = changes.pop("supply", ready.supply())
    return prescribing.authorise(course, supply, **{**asked, **changes})


def test_course_with_every_check_met_is_signed_with_its_window_and_decision() -> None:
    at = world.clinic()
    course = ready.course(at)

    signed = sign(course, world.staff(at))

    row = signed.prescription
    assert (row.capsules, row.days, row.level) == (30, Decimal(30), "allow")
    # US-09: the specimen of 21 November counts as day 1; day 7 ends at 23:59:59 Eastern.
    assert row.window_closes_at.isoformat() == "2026-11-28T04:59:59+00:00"
    kept = GateDecision.objects.get(prescription=row.public_id)
    assert (kept.level, kept.edition, kept.edition_hash) == ("allow", "us-2026", row.edition_hash)
    assert Message.objects.filter(about=f"prescription:{row.public_id}").count() == 1


def test_british_prescription_may_be_filled_until_seven_days_after_its_issue() -> None:
    at = world.clinic("uk-mhra")
    course = ready.british_course(at)

    row = sign(course, world.staff(at)).prescription

    # UK-15: issued on 22 November, last day the 29th, London time.
    assert row.window_closes_at.isoformat() == "2026-11-29T23:59:59+00:00"


def test_blocked_signature_is_refused_with_all_reasons_and_kept() -> None:
    at = world.clinic()
    course = world.course(world.patient(at), days=25)

    with pytest.raises(prescribing.NotAuthorised) as refusal:
        sign(course, world.staff(at))

    reasons = set(refusal.value.decision.reasons)
    assert {Reason.CONSENT_MISSING, Reason.TEST_MISSING, Reason.CONTRA_INSUFFICIENT} <= reasons
    assert Prescription.objects.count() == 0
    assert GateDecision.objects.get().level == Level.BLOCK.word


def test_same_form_pressed_twice_signs_once() -> None:
    """REM-21."""
    at = world.clinic()
    course, doctor, nonce = ready.course(at), world.staff(at), uuid.uuid4()

    first = sign(course, doctor, form_nonce=nonce)
    second = sign(course, doctor, form_nonce=nonce)

    assert (first.again, second.again) == (False, True)
    assert first.prescription == second.prescription


def test_second_tab_cannot_sign_again_on_the_same_day() -> None:
    at = world.clinic()
    course, doctor = ready.course(at), world.staff(at)
    sign(course, doctor)

    with pytest.raises(prescribing.SignedToday):
        sign(course, doctor)


def test_nothing_is_signed_while_treatment_is_on_hold_or_after_its_end() -> None:
    """SCHED-3: a result that was read no longer stops the gate; the hold decided about it does."""
    at = world.clinic()
    doctor, course = world.staff(at), ready.course(at)
    dosing.hold(course, held_on=world.TODAY, reason="ALT", by=doctor, now=world.NOW)

    with pytest.raises(prescribing.AtRest) as held:
        sign(course, doctor)

    dosing.resume(course, resumed_on=world.TODAY, by=doctor, now=world.NOW)
    stopping.stop(course, last_dose_on=world.TODAY, reason="finished", by=doctor, now=world.NOW)
    with pytest.raises(prescribing.AtRest) as ended:
        sign(course, doctor)
    assert (held.value.rest, ended.value.rest) == (Rest.HELD, Rest.ENDED)
    assert not Prescription.objects.exists()


def test_too_long_a_supply_is_refused() -> None:
    at = world.clinic()
    course = ready.course(at)

    with pytest.raises(prescribing.NotAuthorised) as refusal:
        sign(course, world.staff(at), supply=ready.supply(lines=one_strength(40, Decimal(40))))

    assert Reason.SUPPLY_GT_30 in refusal.value.decision.reasons


def test_severe_result_asks_for_a_written_reason_and_then_lets_the_prescriber_go_on() -> None:
    at = world.clinic()
    course, doctor = ready.course(at), world.staff(at)
    person = course.patient
    ready.receive(person, ready.message(person, on=world.TODAY, control="high", alt="190"))

    with pytest.raises(prescribing.ReasonNeeded) as refusal:
        sign(course, doctor, override_reason="too short")
    assert Reason.LAB_T3 in refusal.value.decision.reasons
    signed = sign(course, doctor, override_reason="Gym yesterday, CK raised; repeat on Friday.")

    assert signed.prescription.level == "override"
    assert signed.prescription.override_reason.startswith("Gym yesterday")


def test_nurse_cannot_sign_even_by_calling_the_action() -> None:
    at = world.clinic()
    course = ready.course(at)

    with pytest.raises(NotPermitted):
        sign(course, world.staff(at, Role.NURSE))


def test_positive_test_between_page_and_press_stops_the_signature() -> None:
    at = world.clinic()
    course, doctor = ready.course(at), world.staff(at)
    assert prescribing.judge(course, ready.supply(), now=world.NOW).level is Level.ALLOW
    pregnancy_tests.record_test(
        course,
        collected_on=world.TODAY,
        result="positive",
        setting="clinic",
        specimen="urine",
        verified=True,
        cycle_day=None,
        by=world.BY,
        now=world.NOW,
    )

    with pytest.raises(prescribing.NotAuthorised) as refusal:
        sign(course, doctor)

    assert Reason.TEST_POSITIVE in refusal.value.decision.reasons


def test_rule_that_breaks_shuts_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    at = world.clinic()
    course = ready.course(at)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("protocol.dosing.weight_findings", broken)
    monkeypatch.setattr("protocol.gate.dose.weight_findings", broken, raising=False)

    decision = prescribing.judge(course, ready.supply(), now=world.NOW)

    assert decision.level is Level.BLOCK
    assert Reason.RULE_FAILED in decision.reasons


@pytest.mark.django_db(transaction=True)
def test_twenty_presses_at_once_give_one_prescription() -> None:
    at = world.clinic()
    course, doctor = ready.course(at), world.staff(at)
    nonce = uuid.uuid4()
    outcomes: list[object] = []

    def press(number: int) -> None:
        try:
            # Every second press comes from another tab, with a number of its own.
            own = nonce if number % 2 else uuid.uuid4()
            outcomes.append(sign(course, doctor, form_nonce=own).prescription.pk)
        except prescribing.SignedToday:
            outcomes.append("signed today")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 20
    assert Prescription.objects.count() == 1


def test_pick_up_plans_the_next_cycle() -> None:
    at = world.clinic()
    course, doctor = ready.course(at), world.staff(at)
    row = sign(course, doctor).prescription
    from_today = world.TODAY + timedelta(days=30)

    world.picked_up(course, row)

    due = DueItem.objects.filter(course=course, ended="", requirement="check-in").get()
    assert due.due_on == from_today


def forty_five() -> Any:
    lines = (SupplyLine(30, Decimal(5)), SupplyLine(30, Decimal(40)))
    return ready.supply(lines=lines, pattern=(Decimal(45),))


def test_dose_of_two_strengths_is_one_prescription_with_the_larger_first() -> None:
    at = world.clinic("uk-mhra")
    row = sign(ready.british_course(at), world.staff(at), supply=forty_five()).prescription
    row.refresh_from_db()
    assert row.lines == (SupplyLine(30, Decimal(40)), SupplyLine(30, Decimal(5)))
    assert (row.capsules, row.days) == (60, Decimal(30))


@pytest.mark.parametrize(
    ("strengths", "quantities"),
    [
        ([], []),
        ([40, 5], [30]),
        ([40], [30, 30]),
        ([40], [0]),
        ([0], [30]),
        ([40, 5], [30, None]),
        ([None], [30]),
        ([40, 40], [30, 30]),
        ([5, 40], [30, 30]),
        ([40, 20, 10, 5], [30, 30, 30, 30]),
    ],
)
def test_database_refuses_lines_that_are_not_whole(
    two_strengths: Prescription, strengths: list[Any], quantities: list[Any]
) -> None:
    row = two_strengths
    row.pk, row.public_id, row.form_nonce = None, uuid.uuid4(), uuid.uuid4()
    row.signed_on -= timedelta(days=30)
    row.strengths_mg, row.quantities = strengths, quantities
    with pytest.raises(IntegrityError, match="prescription_"), transaction.atomic():
        row.save(force_insert=True)


@pytest.fixture
def two_strengths() -> Prescription:
    at = world.clinic("uk-mhra")
    return sign(ready.british_course(at), world.staff(at), supply=forty_five()).prescription
