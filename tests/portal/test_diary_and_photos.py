"""The diary feeds what the rules know; photos are private, and gone when taken back."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from audit.models import Access
from courses.models import Course, MissedDose, Statement
from monitoring.models import CourseStanding, DiaryDay, Escalation, Picture
from people.permissions import Role
from tests import shots, world
from tests.world import NOW, TODAY

DIARY, PHOTOS = "/diary/", "/photos/"


def file(body: bytes, name: str = "IMG_0001.php.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, content_type="image/jpeg")


def test_missed_capsules_count_and_stay_missed(signed_in: Client, course: Course) -> None:
    before = CourseStanding.objects.get(course=course).mg_per_kg_so_far
    assert signed_in.post(DIARY, {"taken": "no"}).status_code == 302
    assert MissedDose.objects.get(course=course).missed_on == TODAY
    after = CourseStanding.objects.get(course=course).mg_per_kg_so_far
    assert before is not None and after is not None and after < before
    assert "Do not take twice as many" in signed_in.get(DIARY).content.decode()
    signed_in.post(DIARY, {"taken": "yes", "felt": ["lips"]})
    assert DiaryDay.objects.get().taken is False
    assert MissedDose.objects.count() == 1


def test_yesterday_can_be_told(signed_in: Client, course: Course) -> None:
    assert signed_in.post(f"{DIARY}yesterday/", {"taken": "no"}).status_code == 302
    assert MissedDose.objects.get(course=course).missed_on == TODAY - timedelta(days=1)


def test_tip_stands_beside_what_was_ticked_and_is_stated_once(
    signed_in: Client, course: Course
) -> None:
    for _press in range(2):
        signed_in.post(DIARY, {"felt": ["lips", "eyes"]})
    page = signed_in.get(DIARY).content.decode()
    assert "Put balm on your lips" in page and "Eye drops help" in page
    said = Statement.objects.filter(course=course, kind="symptom", wording="diary-2026-11")
    assert sorted(row.content["code"] for row in said) == ["dry-eyes", "dry-lips"]


@pytest.mark.parametrize(
    ("ticked", "words", "kind"),
    [
        ("danger-head", "Stop your capsules and get help now", "symptom"),
        ("danger-self-harm", "Please talk to someone now", "mood"),
    ],
)
def test_danger_is_answered_and_alerts_at_once(
    signed_in: Client, course: Course, ticked: str, words: str, kind: str
) -> None:
    signed_in.post(DIARY, {"felt": [ticked]})
    page = signed_in.get(DIARY).content.decode()
    assert words in page and 'href="tel:' in page
    assert Escalation.objects.get(course=course, closed_at__isnull=True).kind == kind


def test_danger_is_answered_even_if_nothing_can_be_saved(signed_in: Client) -> None:
    with patch("monitoring.actions.diary.statements.state", side_effect=DatabaseError):
        answer = signed_in.post(DIARY, {"felt": ["danger-head"]})
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Stop your capsules" in page and "tel:911" in page and "has not been told" in page


def test_nothing_ticked_saves_nothing(signed_in: Client) -> None:
    assert signed_in.post(DIARY, {}).status_code == 422
    assert not DiaryDay.objects.exists()


def test_photo_is_kept_clean_encrypted_and_for_its_patient_and_clinic_only(
    signed_in: Client, course: Course
) -> None:
    sent = shots.photo()
    answer = signed_in.post(PHOTOS, {"view": "front", "photo": file(sent)})
    assert answer.status_code == 302
    row = Picture.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM monitoring_picture")
        assert bytes(cursor.fetchone()[0]).startswith(b"1:")
    path = f"{PHOTOS}{row.public_id}/"
    shown = signed_in.get(path)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "no-store" in shown["Cache-Control"] and "php" not in shown["Content-Disposition"]
    assert shown.content == bytes(row.body) and shots.MAKER.encode() not in shown.content

    nurse = Client()
    nurse.force_login(world.staff(course.clinic, Role.NURSE))
    theirs = f"/clinic/courses/{course.public_id}/photos/{row.public_id}/"
    assert nurse.get(theirs).content == shown.content
    assert Access.objects.filter(page="photos", patient=course.patient.public_id).exists()
    assert str(row.public_id) in nurse.get(f"/clinic/courses/{course.public_id}/").content.decode()

    other = world.course(world.patient(world.clinic(), login=True))
    stranger = Client()
    stranger.force_login(other.patient.user)
    assert stranger.get(path).status_code == 404
    foreign = Client()
    foreign.force_login(world.staff(other.clinic))
    assert foreign.get(theirs).status_code == 404
    signed_in.logout()
    assert signed_in.get(path).status_code == 302


def test_before_and_now_stand_side_by_side(
    signed_in: Client, course: Course, clock: time_machine.Coordinates
) -> None:
    signed_in.post(PHOTOS, {"view": "front", "photo": file(shots.photo(1))})
    assert "Your first photo" in signed_in.get(PHOTOS).content.decode()
    clock.move_to(NOW + timedelta(days=28))
    signed_in.force_login(course.patient.user)
    signed_in.post(PHOTOS, {"view": "front", "photo": file(shots.photo(2))})
    page = signed_in.get(PHOTOS)
    text = page.content.decode()
    assert text.index("Before") < text.index("Now") and "Week 4" in text and "Week 8" in text
    assert "camera=(self)" in page["Permissions-Policy"]
    assert "camera=()" in signed_in.get(DIARY)["Permissions-Policy"]


def test_photo_taken_back_is_gone_and_one_of_the_same_day_makes_room(signed_in: Client) -> None:
    signed_in.post(PHOTOS, {"view": "left", "photo": file(shots.photo(1))})
    signed_in.post(PHOTOS, {"view": "left", "photo": file(shots.photo(1))})
    assert Picture.objects.count() == 1
    signed_in.post(PHOTOS, {"view": "left", "photo": file(shots.photo(2))})
    first, second = Picture.objects.order_by("pk")
    assert bytes(first.body) == b"" and bytes(second.body)
    assert signed_in.post(f"{PHOTOS}{second.public_id}/").status_code == 302
    second.refresh_from_db()
    assert bytes(second.body) == b"" and second.taken_back_at == NOW
    assert signed_in.get(f"{PHOTOS}{second.public_id}/").status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic():
        second.delete()


@pytest.mark.parametrize("sent", [b"<svg/>", shots.bomb(), b""])
def test_what_is_no_photo_is_refused_in_words(signed_in: Client, sent: bytes) -> None:
    answer = signed_in.post(PHOTOS, {"view": "front", "photo": file(sent)})
    assert answer.status_code == 422 and "There is a problem" in answer.content.decode()
    assert not Picture.objects.exists()


def test_body_that_nobody_sends_is_refused_unread(signed_in: Client) -> None:
    answer = signed_in.generic("POST", PHOTOS, b"x" * 14_000_000, "multipart/form-data; boundary=x")
    assert answer.status_code == 413
