"""The list of results to read and the page that decides about one, as a dermatologist uses them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course, DoseStep, Hold
from monitoring.actions import planning
from monitoring.models import Acknowledgement, DueItem, ResultReview, Specimen
from people.models import Clinic
from people.permissions import Role
from tests import ready, world
from tests.forms import guard
from tests.monitoring.desk import send
from tests.monitoring.intake import messages
from tests.trust.cast import pid

pytestmark = pytest.mark.django_db
PATH = "/clinic/results/to-read/"


def course_with(here: Clinic, *, alt: str, name: str = "Rivera") -> tuple[Course, ResultReview]:
    """A course with one draw of today and its row on the list."""
    course = world.course(world.patient(here, family_name=name), now=world.NOW)
    raw = ready.message(course.patient, on=world.TODAY - timedelta(days=1), control=name, alt=alt)
    ready.receive(course.patient, raw, now=world.NOW)
    return course, ResultReview.objects.get(course=course)


def pick(*rows: ResultReview) -> list[str]:
    return [f"{row.public_id}:{row.version}" for row in rows]


def decide(desk: Client, course: Course, row: ResultReview, **said: str) -> Any:
    """Post the form of one specimen."""
    url = reverse("clinic:acknowledge", args=[course.public_id, row.specimen.public_id])
    form = {"version": row.version, "plan": "See her again", **guard(course), **said}
    return desk.post(url, form)


def test_list_shows_abnormal_first_and_offers_only_normal_ones_together(
    desk: Client, here: Clinic
) -> None:
    course_with(here, alt="20", name="Normal")
    course_with(here, alt="200", name="Severe")
    body = desk.get(PATH).content.decode()
    assert body.index("SEVERE") < body.index("NORMAL")
    assert body.count('name="pick"') == 1
    assert "1 to decide, 1 without anything to decide" in body


def test_a_row_of_today_leads_straight_to_the_draw_to_decide_about(
    desk: Client, here: Clinic
) -> None:
    course, row = course_with(here, alt="200", name="Severe")
    planning.replan(course, now=world.NOW)
    lead = reverse("clinic:next-result", args=[course.public_id])
    assert f'href="{lead}"' in desk.get("/clinic/").content.decode()
    draw = reverse("clinic:acknowledge", args=[course.public_id, row.specimen.public_id])
    assert desk.get(lead).headers["Location"] == draw
    ResultReview.objects.update(ended="decided", ended_at=world.NOW)
    assert desk.get(lead).headers["Location"] == reverse("clinic:course", args=[course.public_id])


def test_ticked_rows_are_named_before_anything_is_closed(desk: Client, here: Clinic) -> None:
    _, one = course_with(here, alt="20", name="Adams")
    _, two = course_with(here, alt="60", name="Baker")
    summary = desk.post(PATH, {"pick": pick(one, two)}).content.decode()
    assert "Close 2 as read" in summary
    assert "ADAMS" in summary
    assert not Acknowledgement.objects.exists()
    done = desk.post(PATH, {"pick": pick(one, two), "sure": "1"}).content.decode()
    assert "2 closed as read" in done
    assert "BAKER" in done
    # A second press finds nothing left, and says nothing else.
    again = desk.post(PATH, {"pick": pick(one, two), "sure": "1"}).content.decode()
    assert "0 closed as read" in again
    assert Acknowledgement.objects.count() == 2
    assert not ResultReview.objects.filter(ended="").exists()


def test_every_value_is_shown_before_it_is_closed_as_read(desk: Client, here: Clinic) -> None:
    """The list shows the worst four; whoever says "I have read these" sees them all."""
    _, row = course_with(here, alt="20")
    ResultReview.objects.update(lines=[*row.lines, *row.lines, *row.lines])
    assert "and 2 more" in desk.get(PATH).content.decode()
    summary = desk.post(PATH, {"pick": pick(row)}).content.decode()
    assert summary.count('class="it-line"') == 6
    assert "more" not in summary.split("it-line")[-1].split("</td>")[0]


def test_rows_that_changed_are_refused_one_by_one_and_the_others_go_through(
    desk: Client, here: Clinic
) -> None:
    _, fine = course_with(here, alt="20", name="Adams")
    course, stale = course_with(here, alt="20", name="Baker")
    severe_course, severe = course_with(here, alt="200", name="Clark")
    ready.receive(
        course.patient,
        ready.message(course.patient, on=stale.collected_on, control="again", status="C", alt="25"),
        now=world.NOW,
    )
    body = desk.post(
        PATH, {"pick": [*pick(fine, stale, severe), "nonsense", "x:y"], "sure": "1"}
    ).content.decode()
    assert "1 closed as read" in body
    assert "changed since the list was shown" in body
    assert "needs a decision of its own now" in body
    assert [row.course for row in Acknowledgement.objects.all()] == [fine.course]
    assert severe_course.patient.family_name.upper() in body


def test_nothing_ticked_says_so(desk: Client, here: Clinic) -> None:
    course_with(here, alt="20")
    response = desk.post(PATH)
    assert response.status_code == 422
    assert "Tick at least one row first" in response.content.decode()


def test_rows_of_another_clinic_are_not_closed(desk: Client) -> None:
    _, foreign = course_with(world.clinic(), alt="20")
    body = desk.post(PATH, {"pick": pick(foreign), "sure": "1"}).content.decode()
    assert "0 closed as read" in body
    assert not Acknowledgement.objects.exists()


def test_nurse_sees_the_list_and_closes_nothing(here: Clinic) -> None:
    _, row = course_with(here, alt="20")
    client = Client()
    client.force_login(world.staff(here, Role.NURSE))
    assert 'name="pick"' not in client.get(PATH).content.decode()
    assert client.post(PATH, {"pick": pick(row), "sure": "1"}).status_code == 403


def test_list_costs_the_same_number_of_queries_whatever_it_holds(
    desk: Client, here: Clinic, django_assert_max_num_queries: Any
) -> None:
    course, first = course_with(here, alt="150")
    planning.replan(course, now=world.NOW)

    def fill(number: int) -> None:
        for count in range(number):
            specimen = Specimen.objects.create(
                patient=course.patient, accession=f"{number}-{count}", received_at=world.NOW,
                collected_on=first.collected_on,
            )  # fmt: skip
            ResultReview.objects.create(
                clinic=here, course=course, specimen=specimen, since=world.NOW, version="v",
                collected_on=first.collected_on, tier=count % 4, needs_decision=count % 4 > 1,
                lines=first.lines,
            )  # fmt: skip

    fill(19)
    desk.get(PATH)
    with django_assert_max_num_queries(99) as few:
        assert desk.get(PATH).content.decode().count("data-row") == 20
    fill(180)
    with django_assert_max_num_queries(99) as many:
        body = desk.get(PATH).content.decode()
    assert len(many) == len(few)
    assert body.count("data-row") == 50
    assert "Page 1 of 4" in body
    assert 'rel="next"' in body


def test_page_of_a_result_shows_only_what_waits_and_for_how_long(
    desk: Client, here: Clinic
) -> None:
    course, row = course_with(here, alt="150")
    ResultReview.objects.update(since=world.NOW - timedelta(hours=26))
    url = reverse("clinic:acknowledge", args=[course.public_id, row.specimen.public_id])
    body = desk.get(url).content.decode()
    assert "Waiting 26\N{NO-BREAK SPACE}h" in body
    assert 'name="action"' in body
    assert "checked" not in body.split('name="action"')[1].split(">")[0]


@pytest.mark.parametrize(
    ("action", "said", "field"),
    [
        ("repeat", {}, "repeat_on"),
        ("repeat", {"repeat_on": "01-Jan-2020"}, "repeat_on"),
        ("reduce", {"starts_on": "01-Jan-2999"}, "pattern"),
        ("reduce", {"pattern": "40"}, "starts_on"),
        ("hold", {}, "held_on"),
        ("hold", {"held_on": "01-Jan-2999"}, "held_on"),
        ("stop", {}, "last_dose_on"),
        ("", {}, "action"),
    ],
)
def test_action_is_saved_only_with_what_it_needs(
    desk: Client, here: Clinic, action: str, said: dict[str, str], field: str
) -> None:
    course, row = course_with(here, alt="150")
    response = decide(desk, course, row, action=action, **said)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Acknowledgement.objects.exists()


def test_fields_of_other_actions_are_not_looked_at(desk: Client, here: Clinic) -> None:
    course, row = course_with(here, alt="150")
    response = decide(desk, course, row, action="no-action", repeat_on="rubbish", pattern="rubbish")
    assert response.status_code == 302
    assert Acknowledgement.objects.get().repeat_on is None
    assert not Hold.objects.exists()


def test_lower_dose_and_next_test_are_saved_in_one_press(desk: Client, here: Clinic) -> None:
    course, row = course_with(here, alt="150")
    today, soon = world.TODAY, world.TODAY + timedelta(days=14)
    response = decide(
        desk, course, row, action="reduce", pattern="20",
        starts_on=f"{today + timedelta(days=1):%d-%b-%Y}", repeat_on=f"{soon:%d-%b-%Y}",
        tell="on", words="Please come on Tuesday.",
    )  # fmt: skip
    assert response.status_code == 302
    assert DoseStep.objects.filter(course=course).latest("pk").pattern == [20]
    assert DueItem.objects.filter(course=course, key__startswith="labs/repeat").exists()
    assert Acknowledgement.objects.get().words == "Please come on Tuesday."
    # A second press of the same button changes nothing and says so.
    again = decide(desk, course, row, action="no-action")
    assert again.status_code == 422
    assert Acknowledgement.objects.count() == 1


def test_dose_that_is_not_lower_is_refused_at_its_field(desk: Client, here: Clinic) -> None:
    course, row = course_with(here, alt="150")
    day = f"{world.TODAY + timedelta(days=1):%d-%b-%Y}"
    response = decide(desk, course, row, action="reduce", pattern="60", starts_on=day)
    assert "not lower" in str(response.context["form"].errors["pattern"])


def test_replaced_value_is_struck_through_with_both_times(desk: Client, here: Clinic) -> None:
    course, row = course_with(here, alt="150")
    ready.receive(
        course.patient,
        ready.message(course.patient, on=row.collected_on, control="fix", status="C", alt="25"),
        now=world.NOW,
    )
    url = reverse("clinic:acknowledge", args=[course.public_id, row.specimen.public_id])
    body = desk.get(url).content.decode()
    assert "<s>150 U/L</s>" in body
    assert body.count("received <time") >= 2


def test_the_values_before_stand_beside_the_one_to_decide_on(desk: Client, here: Clinic) -> None:
    course, row = course_with(here, alt="200", name="Severe")
    earlier = world.TODAY - timedelta(days=31)
    raw = ready.message(course.patient, on=earlier, control="earlier", alt="44")
    ready.receive(course.patient, raw, now=world.NOW)
    url = reverse("clinic:acknowledge", args=[course.public_id, row.specimen.public_id])

    page = desk.get(url).content.decode()

    assert re.search(rf"44 U/L, .*{earlier:%d-%b-%Y}", page)
    assert page.count("200 U/L") == 1


@pytest.mark.parametrize(("alt", "decides"), [("-5", False), ("200", True)])
def test_a_value_in_doubt_leads_to_its_settling_and_never_keeps_back_another(
    desk: Client, here: Clinic, alt: str, decides: bool
) -> None:
    course = world.course(world.patient(here), now=world.NOW)
    values = [messages.obx("2571-8^TG^LN", "1.9", "mg/dL", "<150"), messages.obx(value=alt)]
    send(here, pid(course.patient), messages.OBR, *values)
    row = ResultReview.objects.get(course=course)
    url = reverse("clinic:acknowledge", args=[course.public_id, row.specimen.public_id])

    page = desk.get(url).content.decode()

    assert "Correct Triglycerides" in page
    assert "\N{LESS-THAN OR EQUAL TO} 150" in page
    assert ("What happens next" in page) is decides


def test_advice_beside_a_result_is_about_that_result(desk: Client, here: Clinic) -> None:
    """A doubtful lipid of today is not advised on by the liver value of yesterday (5.2)."""
    course, liver = course_with(here, alt="200")
    lipids = [
        messages.obx("2571-8^TG^LN", "1.9", "mg/dL", "<150"),
        messages.obx("2093-3^Chol^LN", "180", "mg/dL", "<200", number=2),
    ]
    drawn = f"OBR|2|ORD-2|ACC-2|24331-1^Lipids^LN|||{world.TODAY:%Y%m%d}081500"
    send(here, pid(course.patient), drawn, *lipids, control_id="lipids")
    row = ResultReview.objects.exclude(pk=liver.pk).get()

    def page(of: ResultReview) -> Any:
        return desk.get(
            reverse("clinic:acknowledge", args=[course.public_id, of.specimen.public_id])
        )

    about_lipids, about_liver = page(row), page(liver)
    hold = "ALT: hold, and repeat within a week with CK and bilirubin"
    assert about_lipids.context["advice"] == [
        "Triglycerides: the value or unit looks impossible, confirm it with the laboratory first"
    ]
    assert hold not in about_lipids.content.decode()
    assert "repeat_on" not in about_lipids.context["form"].initial
    assert hold in about_liver.content.decode()
    assert "repeat_on" in about_liver.context["form"].initial


def test_the_list_leads_from_one_decision_to_the_next(desk: Client, here: Clinic) -> None:
    severe, first = course_with(here, alt="200", name="Severe")
    raised, second = course_with(here, alt="140", name="Raised")
    listed = desk.get(PATH).content.decode()
    address = reverse("clinic:acknowledge", args=[severe.public_id, first.specimen.public_id])
    onward = reverse("clinic:acknowledge", args=[raised.public_id, second.specimen.public_id])
    assert listed.index(f"{address}?list") < listed.index(f"{onward}?list")
    page = desk.get(f"{address}?list").content.decode()
    assert "1 more to decide" in page
    assert f'href="{onward}?list"' in page
    said = {"plan": "See her again", "action": "no-action"}

    answer = desk.post(f"{address}?list", {**said, **guard(severe), "version": first.version})
    assert answer["Location"] == f"{onward}?list"
    last = desk.post(f"{onward}?list", {**said, **guard(raised), "version": second.version})
    assert last["Location"] == PATH
