"""Forms about a course: the right patient, once, on what is still true, and with the way out."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Access
from clinic.forms.prescribing import PrescriptionForm
from courses.models import Course, Prescription
from monitoring import versions
from monitoring.models import DueItem
from people.models import Clinic
from tests import ready, world
from tests.forms import guard, hidden

pytestmark = pytest.mark.django_db

TODAY = f"{world.TODAY:%d-%b-%Y}"
YESTERDAY = f"{world.TODAY - timedelta(days=1):%d-%b-%Y}"


def page(course: Course, what: str) -> str:
    return reverse("clinic:record", args=[course.public_id, what])


def said(client: Client, response: object) -> str:
    """What the page after a save says."""
    return client.get(response["Location"]).content.decode()  # type: ignore[index]


@pytest.fixture
def course(here: Clinic) -> Course:
    return world.course(world.patient(here))


# --- Whose it is (AT-40) ---


@pytest.mark.parametrize("what", ["weight", "dose", "sign"])
def test_form_of_another_patient_is_stopped_hard(desk: Client, here: Clinic, what: str) -> None:
    mine, other = (ready.course(here) for _ in range(2))
    address = {
        "weight": page(mine, "weight"),
        "dose": page(mine, "dose"),
        "sign": reverse("clinic:sign", args=[mine.public_id]),
    }
    form = {
        "kg": "71", "measured_on": TODAY, "pattern": "60", "starts_on": TODAY,
        "formulation": "standard", "capsules": "30", "strength_mg": "40", "soya": "no",
        **hidden(desk, address[what].replace(str(mine.public_id), str(other.public_id))),
    }  # fmt: skip
    weights, doses = mine.weights.count(), mine.dose_steps.count()
    response = desk.post(address[what], form)
    assert response.status_code == 409
    body = response.content.decode()
    assert "Nothing was saved" in body
    assert str(other.patient.public_id) not in body
    assert (mine.weights.count(), mine.dose_steps.count()) == (weights, doses)
    assert not Prescription.objects.exists()
    assert Access.objects.filter(page="wrong-patient", refused=True).exists()


def test_form_that_does_not_say_whose_it_is_is_not_saved(desk: Client, course: Course) -> None:
    response = desk.post(page(course, "weight"), {"kg": "71", "measured_on": TODAY})
    assert response.status_code == 422
    assert "does not say whose it is" in response.content.decode()
    assert course.weights.count() == 1


def test_save_names_the_patient_again(desk: Client, course: Course) -> None:
    form = {"kg": "71", "measured_on": TODAY, **hidden(desk, page(course, "weight"))}
    assert "Saved for Ana RIVERA" in said(desk, desk.post(page(course, "weight"), form))


# --- Once, and on what is still true ---


@pytest.mark.parametrize(
    ("what", "values", "rows"),
    [
        ("weight", {"kg": "71", "measured_on": TODAY}, "weights"),
        ("dose", {"pattern": "60", "starts_on": TODAY, "formulation": "standard"}, "dose_steps"),
        ("visit", {"visited_on": TODAY, "remote": "no"}, "visits"),
    ],
)
def test_second_press_changes_nothing(
    desk: Client, course: Course, what: str, values: dict[str, str], rows: str
) -> None:
    form = {**values, **hidden(desk, page(course, what))}
    before = getattr(course, rows).count()
    first, second = (desk.post(page(course, what), form) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert getattr(course, rows).count() == before + 1
    assert "Nothing was saved twice" in said(desk, second)


def test_of_two_tabs_that_change_the_dose_one_wins_and_the_other_is_told(
    desk: Client, course: Course
) -> None:
    tabs = [hidden(desk, page(course, "dose")) for _ in range(2)]
    values = {"starts_on": TODAY, "formulation": "standard"}
    assert (
        desk.post(page(course, "dose"), {"pattern": "60", **values, **tabs[0]}).status_code == 302
    )
    late = desk.post(page(course, "dose"), {"pattern": "20", **values, **tabs[1]})
    assert late.status_code == 422
    assert "Nothing was saved" in late.content.decode()
    assert course.dose_steps.latest("pk").pattern == [Decimal(60)]
    # The page that says so shows the new state: pressed again, it is meant.
    again = {"pattern": "20", **values, **guard(course, versions.TREATMENT)}
    assert desk.post(page(course, "dose"), again).status_code == 302


def test_weight_recorded_meanwhile_does_not_spoil_a_visit(desk: Client, course: Course) -> None:
    visit = hidden(desk, page(course, "visit"))
    weight = {"kg": "71", "measured_on": TODAY, **hidden(desk, page(course, "weight"))}
    desk.post(page(course, "weight"), weight)
    form = {"visited_on": TODAY, "remote": "no", **visit}
    assert desk.post(page(course, "visit"), form).status_code == 302


def test_prescription_is_not_signed_on_a_dose_that_has_changed(desk: Client, here: Clinic) -> None:
    course = ready.course(here)
    sign = reverse("clinic:sign", args=[course.public_id])
    old = hidden(desk, sign)
    dose = {"pattern": "20", "starts_on": TODAY, "formulation": "standard"}
    desk.post(page(course, "dose"), {**dose, **hidden(desk, page(course, "dose"))})
    rx = {
        "capsules": "30", "strength_mg": "40", "pattern": "40", "formulation": "standard",
        "soya": "no",
    }  # fmt: skip
    refused = desk.post(sign, {**rx, **old})
    assert refused.status_code == 422
    assert "has changed since the page was shown" in refused.content.decode()
    assert not Prescription.objects.exists()
    assert desk.post(sign, {**rx, **hidden(desk, sign)}).status_code == 302


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"capsules_2": "30", "strength_mg_2": "10"}, ""),
        ({}, "cannot make up 45 mg a day"),
        ({"capsules_2": "20", "strength_mg_2": "10"}, "make up 45 mg a day for 20 days only"),
        ({"capsules_2": "30"}, "Choose the strength of these capsules"),
        ({"strength_mg_2": "10"}, "Write how many capsules"),
        ({"capsules_2": "30", "strength_mg_2": "35"}, "This strength is named already"),
    ],
)
def test_capsules_of_a_prescription_add_up_to_its_dose(more: dict[str, str], words: str) -> None:
    first = {
        "capsules": "30", "strength_mg": "35", "pattern": "45", "formulation": "standard",
        "soya": "no", "nonce": str(uuid.uuid4()),
    }  # fmt: skip
    form = PrescriptionForm({**first, **more}, today=world.TODAY)
    said = " ".join(error for errors in form.errors.values() for error in errors)
    assert words in said.replace("\xa0", " ")
    assert bool(said) == bool(words)


# --- Missed doses, waiving, what if ---


@pytest.mark.parametrize(
    ("first", "last", "status", "days"),
    [
        (0, None, 302, 1),
        (5, 3, 302, 3),
        (3, 5, 422, 0),
        (-1, None, 422, 0),
        (70, 9, 422, 0),
    ],
)
def test_missed_days_are_past_in_order_and_not_a_hold(
    desk: Client, course: Course, first: int, last: int | None, status: int, days: int
) -> None:
    form = {
        "first": f"{world.TODAY - timedelta(days=first):%d-%b-%Y}",
        "last": "" if last is None else f"{world.TODAY - timedelta(days=last):%d-%b-%Y}",
        **guard(course),
    }
    assert desk.post(page(course, "missed"), form).status_code == status
    assert course.missed_doses.count() == days


def test_item_is_waived_with_a_reason_and_the_name(desk: Client, course: Course) -> None:
    item = DueItem.objects.filter(course=course, ended="").earliest("pk")
    address = reverse("clinic:waive", args=[course.public_id, item.public_id])
    assert desk.post(address, {"reason": "", **guard(course)}).status_code == 422
    form = {"reason": "Done at the hospital", **guard(course)}
    assert desk.post(address, form).status_code == 302
    item.refresh_from_db()
    assert (item.ended, item.waived_reason) == ("waived", "Done at the hospital")
    assert item.waived_by is not None
    assert "settled already" in desk.get(address).content.decode()


def test_item_of_another_course_cannot_be_waived(desk: Client, here: Clinic) -> None:
    mine, other = (world.course(world.patient(here)) for _ in range(2))
    item = DueItem.objects.filter(course=other, ended="").earliest("pk")
    address = reverse("clinic:waive", args=[mine.public_id, item.public_id])
    form = {"reason": "Done at the hospital", **guard(mine)}
    assert desk.post(address, form).status_code == 404


def test_what_if_shows_both_ends_and_saves_nothing(desk: Client, course: Course) -> None:
    address = reverse("clinic:what-if", args=[course.public_id])
    later = f"{world.TODAY + timedelta(days=40):%d-%b-%Y}"
    doses = course.dose_steps.count()
    body = desk.post(address, {"pattern": "60", "starts_on": later}).content.decode()
    assert "sooner than planned" in body
    assert "30 × 60 mg" not in body  # no such capsule is sold
    assert "60 × 30 mg" in body
    assert course.dose_steps.count() == doses
    past = desk.post(address, {"pattern": "60", "starts_on": YESTERDAY})
    assert past.status_code == 422


@pytest.mark.parametrize("what", ["dose", "stop"])
def test_preview_saves_nothing_and_needs_no_script(desk: Client, course: Course, what: str) -> None:
    form = {
        "pattern": "60", "starts_on": TODAY, "formulation": "standard",
        "last_dose_on": TODAY, "reason": "completed", "preview": "1",
        **hidden(desk, page(course, what)),
    }  # fmt: skip
    doses = course.dose_steps.count()
    response = desk.post(page(course, what), form)
    assert response.status_code == 200
    assert 'id="preview"' in response.content.decode()
    course.refresh_from_db()
    assert (course.dose_steps.count(), course.stopped_at) == (doses, None)


def test_stop_page_says_how_far_the_course_has_come_and_what_follows(
    desk: Client, course: Course
) -> None:
    body = desk.get(page(course, "stop")).content.decode()
    # 26 days of 40 mg at 60 kg are 17.3 of 120 mg/kg.
    assert "17.3 of 120 mg/kg" in body
    assert "Final pregnancy test" in body and "22-Dec-2026" in body
    assert "Blood donation from" in body


def test_dose_page_warns_above_the_label_and_counts_capsules(desk: Client, course: Course) -> None:
    form = {"pattern": "150", "starts_on": TODAY, "formulation": "standard", "preview": "1"}
    body = desk.post(page(course, "dose"), form).content.decode()
    assert "2.5" in body and "mg/kg/day" in body
    assert "is-warning" in body
