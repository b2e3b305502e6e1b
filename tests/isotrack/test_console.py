"""The console: support changes accounts and contact data, with audit, and nothing clinical."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from audit.models import Event
from people.actions.patients import address_index
from people.models import ContactPoint, User
from people.permissions import Role
from tests import world

pytestmark = pytest.mark.django_db

CHANGEABLE = {
    "people.user",
    "people.clinic",
    "people.membership",
    "people.patient",
    "people.contactpoint",
}


def _signed_in(*, superuser: bool = True) -> Client:
    user = User.objects.create(email="support@clinic.test", is_staff=True, is_superuser=superuser)
    TOTP.activate(user, world.TOTP_SECRET)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def support() -> Client:
    """Signed in as support, with a second factor."""
    return _signed_in()


def _change(model: str, pk: object) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_change", args=[pk])


def _last_event() -> Event:
    return Event.objects.filter(kind="console.changed").latest("pk")


def test_every_project_table_but_the_changeable_ones_is_read_only(rf, admin_user) -> None:
    request = rf.get("/console/")
    request.user = admin_user
    for model, options in admin.site._registry.items():
        label = model._meta.label_lower
        assert not options.has_delete_permission(request), label
        assert "delete_selected" not in options.get_actions(request), label
        if label not in CHANGEABLE:
            assert not options.has_add_permission(request), label
            assert not options.has_change_permission(request), label


def test_every_page_of_the_console_opens(support: Client) -> None:
    world.course(world.patient(world.clinic()))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert support.get(reverse(f"{name}_changelist")).status_code == 200, name
        row = model._default_manager.first()
        if row is not None:
            assert support.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, name


@pytest.mark.parametrize("page", ["change", "add", "delete"])
def test_saving_a_clinical_row_is_refused(support: Client, page: str) -> None:
    course = world.course(world.patient(world.clinic()))
    arguments = [] if page == "add" else [course.pk]

    answer = support.post(
        reverse(f"admin:courses_course_{page}", args=arguments), {"number": 7, "post": "yes"}
    )

    assert answer.status_code == 403
    course.refresh_from_db()
    assert course.number == 1


def test_clinical_rows_show_no_field_to_fill_in(support: Client) -> None:
    course = world.course(world.patient(world.clinic()))

    html = support.get(_change("courses.course", course.pk)).content.decode()

    form = html.split('id="course_form"')[1].split("</form>")[0]
    assert re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")', form) == []


def test_a_new_telephone_number_is_stored_in_one_form_and_audited(support: Client) -> None:
    clinic = world.clinic()
    patient = world.patient(clinic, phone="+12025550143")
    point = ContactPoint.objects.get(patient=patient, channel="sms")

    answer = support.post(
        _change("people.contactpoint", point.pk), {"address": "(202) 555-0199", "rank": 0}
    )

    assert answer.status_code == 302
    point.refresh_from_db()
    assert point.address == "+12025550199"
    assert point.address_index == address_index("+12025550199")
    event = _last_event()
    assert event.actor_name == "support@clinic.test"
    assert (event.clinic, event.patient) == (clinic.slug, patient.public_id)
    assert event.detail["changed"] == {"address": ["…143", "…199"]}
    assert "2025550199" not in str(event.detail)


def test_a_number_that_cannot_be_one_is_refused_with_the_field(support: Client) -> None:
    patient = world.patient(world.clinic(), phone="+12025550143")
    point = ContactPoint.objects.get(patient=patient, channel="sms")

    answer = support.post(_change("people.contactpoint", point.pk), {"address": "12", "rank": 0})

    assert answer.status_code == 200
    assert "telephone number" in answer.content.decode()
    assert not Event.objects.filter(kind="console.changed").exists()


def test_an_unknown_time_zone_is_refused(support: Client) -> None:
    clinic = world.clinic()

    answer = support.post(
        _change("people.clinic", clinic.pk),
        {"name": "New name", "timezone": "Mars/Olympus", "country": "US", "phone": ""},
    )

    assert answer.status_code == 200
    clinic.refresh_from_db()
    assert (clinic.timezone, clinic.name) != ("Mars/Olympus", "New name")


def test_a_change_of_a_clinic_says_old_and_new(support: Client) -> None:
    clinic = world.clinic()
    before = clinic.name

    support.post(
        _change("people.clinic", clinic.pk),
        {"name": "Elm Street", "timezone": clinic.timezone, "country": "US", "phone": ""},
    )

    assert _last_event().detail["changed"]["name"] == [before, "Elm Street"]


def test_a_new_password_leaves_an_event_without_the_password(support: Client) -> None:
    nurse = world.staff(world.clinic(), Role.NURSE)
    words = "tall-green-kettle-91"

    answer = support.post(
        reverse("admin:auth_user_password_change", args=[nurse.pk]),
        {"usable_password": "true", "password1": words, "password2": words},
    )

    assert answer.status_code == 302
    nurse.refresh_from_db()
    assert nurse.check_password(words)
    event = _last_event()
    assert event.subject == f"user:{nurse.public_id}"
    assert words not in str(event.detail)
    assert nurse.password not in str(event.detail)


def test_a_new_account_is_stored_in_lower_case_and_audited(support: Client) -> None:
    support.post(
        reverse("admin:people_user_add"),
        {
            "email": "New.Nurse@Clinic.Test",
            "display_name": "New Nurse",
            "usable_password": "true",
            "password1": "tall-green-kettle-91",
            "password2": "tall-green-kettle-91",
        },
    )

    user = User.objects.get(email="new.nurse@clinic.test")
    assert _last_event().subject == f"user:{user.public_id}"


def test_private_texts_are_not_shown(support: Client) -> None:
    for model, fields in {
        "monitoring.labmessage": {"raw"},
        "monitoring.labreport": {"hints"},
        "monitoring.checkin": {"answers"},
        "messaging.inboundtext": {"sender", "body"},
    }.items():
        options = next(o for m, o in admin.site._registry.items() if m._meta.label_lower == model)
        assert fields <= set(options.get_exclude(None)), model


def test_a_stranger_is_sent_to_the_account_login() -> None:
    client = Client()

    answer = client.get("/console/", follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
    stock = client.get("/console/login/?next=/console/")
    assert stock.status_code == 302
    assert stock["Location"].startswith(reverse("account_login"))


def test_clinic_staff_do_not_enter() -> None:
    client = Client()
    client.force_login(world.staff(world.clinic(), Role.ADMINISTRATOR))

    assert client.get("/console/").status_code in {302, 403}
    assert client.get("/console/people/user/").status_code in {302, 403}


def test_support_without_rights_sees_no_table_even_with_a_permission_to_change() -> None:
    client = _signed_in(superuser=False)
    user = User.objects.get(email="support@clinic.test")
    course = world.course(world.patient(world.clinic()))
    assert client.get(reverse("admin:courses_course_changelist")).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="change_course"))

    assert client.post(_change("courses.course", course.pk), {"number": 7}).status_code == 403


def test_pages_keep_the_strict_policy_and_have_nothing_inline(support: Client) -> None:
    clinic = world.clinic()
    for page in (reverse("admin:index"), _change("people.clinic", clinic.pk)):
        answer = support.get(page)
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert re.search(r"script-src[^;]*'self'", policy)
        html = answer.content.decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html) == []
        assert re.findall(r"\son\w+=|<style|\sstyle=", html) == []
