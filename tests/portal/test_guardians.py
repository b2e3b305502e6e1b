"""A guardian: what is theirs to see; nothing else reaches them by a page or by guessing."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses.models import Course
from monitoring.actions import check_ins, letters
from monitoring.actions.pregnancy_tests import record_test
from people.actions import ways
from people.actions.patients import Unusable
from people.models import Guardian, Guardianship
from tests import world
from tests.monitoring_answers import answer_all
from tests.portal.test_home import result
from tests.trust.matrix import patterns, table
from tests.world import BY, NOW, TODAY

# Seventeen, and in this clinic for the clinic to decide until eighteen.
BORN = date(2009, 3, 12)


@pytest.fixture
def course(db: None) -> Course:
    """Maya, 17, can become pregnant; her first month is almost over."""
    maya = world.patient(world.clinic(), login=True, given_name="Maya", born=BORN)
    return world.course(maya)


@pytest.fixture
def guardian(course: Course) -> Guardian:
    return world.guardian(course.patient, alone_from=18)


@pytest.fixture
def parent(guardian: Guardian) -> Client:
    """Her mother, signed in as herself."""
    browser = Client()
    browser.force_login(guardian.user)
    return browser


def seen(browser: Client) -> str:
    """What the page says."""
    answer = browser.get("/family/")
    assert answer.status_code == 200
    main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
    assert main is not None
    return main[0]


def test_parent_reads_dates_dose_and_results(parent: Client, course: Course) -> None:
    result(course.patient, "alt", "21", "U/L", "40")
    page = seen(parent)
    assert "Maya" in page and "40 mg a day" in page and "Blood test" in page
    assert "In the usual range." in page
    assert "Ask Maya before you hand out capsules." in page


def test_nothing_private_can_be_read_or_guessed_from_the_page(
    parent: Client, course: Course
) -> None:
    """The very same page before and after everything that a parent must not learn of."""
    patient, before = course.patient, seen(parent)
    record_test(
        course, collected_on=TODAY, result="indeterminate", setting="clinic", specimen="serum",
        verified=True, cycle_day=None, by=BY, now=NOW,
    )  # fmt: skip
    result(patient, "hcg", "14", "IU/L", "5")
    check_in = check_ins.begin(patient, today=TODAY, now=NOW)
    answer_all(check_in, patient, phq2_1="3", phq2_2="3", phq_9="2", methods=["withdrawal"])
    check_ins.submit(check_in, by=patient, today=TODAY, now=NOW)
    letters.write(patient, text="Please do not call home.", nonce=uuid.uuid4(), now=NOW)
    assert seen(parent) == before
    for word in ("pregnan", "birth control", "mood", "test was", "message", "check-in", "hcg"):
        assert word not in before.lower(), word


def test_no_other_page_of_a_patient_exists_for_a_parent(parent: Client, course: Course) -> None:
    task = course.due_items.filter(ended="").earliest("pk").public_id
    given = {"token": "x" * 22, "number": 1, "slug": "lips", "public_id": task}
    # What anybody may open without signing in tells nothing of a patient.
    doors = {row["name"] for row in table()["url"] if row["get"].split()[0] != "login"}
    walked = 0
    for name, pattern in patterns():
        if not name.startswith("portal:") or name in {*doors, "portal:front", "portal:family"}:
            continue
        wanted = pattern.pattern.converters
        path = reverse(name, kwargs={key: given[key] for key in wanted})
        for answer in (parent.get(path), parent.post(path)):
            assert answer.status_code == 404, name
            assert "Maya" not in answer.content.decode(), name
        walked += 1
    assert walked > 20
    assert parent.get("/").headers["Location"] == "/family/"


@pytest.mark.parametrize(
    ("area", "there", "gone"),
    [
        ("dates", "Blood test", "mg a day"),
        ("dose", "mg a day", "Blood test"),
        ("supply", "Nothing waits to be picked up now.", "mg a day"),
        ("results", "No results to show now.", "mg a day"),
    ],
)
def test_clinic_chooses_the_parts(course: Course, area: str, there: str, gone: str) -> None:
    browser = Client()
    browser.force_login(world.guardian(course.patient, alone_from=18, areas=[area]).user)
    page = seen(browser)
    assert there in page and gone not in page


def test_it_ends_on_the_eighteenth_birthday(
    guardian: Guardian, clock: time_machine.Coordinates
) -> None:
    browser = Client()
    clock.move_to(NOW.replace(year=2027, month=3, day=11))
    browser.force_login(guardian.user)
    assert "Maya" in seen(browser)
    clock.move_to(NOW.replace(year=2027, month=3, day=12))
    browser.force_login(guardian.user)
    page = seen(browser)
    assert "Maya" not in page and "Nothing is shared with you now" in page


def test_each_look_is_the_patients_to_see(parent: Client, course: Course) -> None:
    seen(parent)
    browser = Client()
    browser.force_login(course.patient.user)
    page = browser.get("/looks/").content.decode()
    assert "Your parent or guardian" in page and "What your clinic shares with them" in page


def test_from_the_age_of_the_law_she_decides_alone(course: Course) -> None:
    mother = world.guardian(course.patient, alone_from=16)
    hers, theirs = Client(), Client()
    hers.force_login(course.patient.user)
    theirs.force_login(mother.user)
    assert "Maya" not in seen(theirs)
    assert "Asks to see this" in hers.get("/guardians/").content.decode()
    who = str(Guardianship.objects.get().public_id)
    assert hers.post("/guardians/", {"do": "share", "who": who}).status_code == 302
    assert "Maya" in seen(theirs)
    hers.post("/guardians/", {"do": "stop", "who": who})
    assert "Maya" not in seen(theirs)


def test_below_it_the_clinic_decides_and_she_is_told(parent: Client, course: Course) -> None:
    hers = Client()
    hers.force_login(course.patient.user)
    page = hers.get("/guardians/").content.decode()
    assert "Marta Rivera" in page and "Sees this now" in page and "Stop sharing" not in page
    who = str(Guardianship.objects.get().public_id)
    assert hers.post("/guardians/", {"do": "stop", "who": who}).status_code == 404
    assert "Maya" in seen(parent)


def test_nobody_is_reached_at_anothers_address(course: Course, guardian: Guardian) -> None:
    point = course.patient.contact_points.get()
    with pytest.raises(Unusable, match="A guardian signs in with it"):
        ways.correct_address(course.patient, point.pk, address=guardian.user.email, by=BY, now=NOW)
    new = world.guardians.NewGuardian(
        name="X", email=point.address, relation=world.Relation.FATHER, from_on=TODAY,
        until_on=None, areas=frozenset({world.Area.DOSE}),
    )  # fmt: skip
    with pytest.raises(Unusable, match="the patient's own address"):
        world.guardians.add(course.patient, new, by=BY, now=NOW)


def test_staff_add_one_and_end_it(course: Course) -> None:
    world.guardian(course.patient, alone_from=18)
    Guardianship.objects.all().delete()
    browser = Client()
    browser.force_login(world.staff(course.clinic))
    page = reverse("clinic:guardians", args=[course.patient.public_id])
    form = {
        "name": "Jon Rivera", "email": "jon@mail.test", "relation": "father", "language": "en",
        "from_on": "22-Nov-2026", "areas": ["dates"],
    }  # fmt: skip
    assert browser.post(page, form).status_code == 302
    row = Guardianship.objects.get()
    assert "Jon Rivera" in browser.get(page).content.decode()
    assert browser.post(page, {"do": "end", "who": str(row.public_id)}).status_code == 302
    row.refresh_from_db()
    assert row.ended_at == NOW
