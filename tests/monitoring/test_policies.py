"""Moving an edition and choosing settings: dated rows, audited, without gap or overlap."""

from __future__ import annotations

from datetime import date

import pytest

from audit.models import Event
from monitoring.actions import planning, policies
from monitoring.models import CourseStanding, EditionActivation
from monitoring.policies import policies_for
from people.permissions import Role
from protocol import programmes
from tests import world

pytestmark = pytest.mark.django_db

REASON = "FDA notice read on the registry's own page"


def test_moved_edition_begins_where_the_one_before_it_ends_in_this_clinic_only() -> None:
    at, other = world.clinic(), world.clinic()
    admin = world.staff(at, Role.ADMINISTRATOR)

    policies.move_edition(
        at,
        programme="us-ipledge",
        edition="US-2026",
        effective_from=date(2027, 1, 10),
        reason=REASON,
        by=admin,
        now=world.NOW,
    )

    before, after = policies.editions_now(at, "us-ipledge", on=world.TODAY)
    assert (before.effective_to, after.effective_from) == (date(2027, 1, 10), date(2027, 1, 10))
    unmoved = policies.editions_now(other, "us-ipledge", on=world.TODAY)
    assert unmoved[1].effective_from == date(2026, 11, 15)
    event = Event.objects.get(kind="edition.moved")
    assert (event.detail["old"], event.detail["new"]) == ("2026-11-15", "2027-01-10")


def test_course_is_judged_by_the_moved_edition_and_planned_again_at_the_next_tick() -> None:
    at = world.clinic()
    course = world.course(world.patient(at))
    assert CourseStanding.objects.get(course=course).edition == "us-2026"

    policies.move_edition(
        at,
        programme="us-ipledge",
        edition="US-2026",
        effective_from=date(2027, 1, 10),
        reason=REASON,
        by=world.staff(at, Role.ADMINISTRATOR),
        now=world.NOW,
    )
    planning.tick(now=world.NOW)

    assert CourseStanding.objects.get(course=course).edition == "us-2021"


@pytest.mark.parametrize(
    ("programme", "edition", "day"),
    [
        ("us-ipledge", "US-1999", date(2027, 1, 1)),
        ("us-ipledge", "US-2021", date(2027, 1, 1)),
        ("uk-mhra", "UK-2026", date(2023, 1, 1)),
        ("us-ipledge", "UK-2026", date(2027, 1, 1)),
    ],
)
def test_move_that_would_leave_days_without_rules_is_refused(
    programme: str, edition: str, day: date
) -> None:
    at = world.clinic()

    with pytest.raises(policies.NotAllowed):
        policies.move_edition(
            at,
            programme=programme,
            edition=edition,
            effective_from=day,
            reason=REASON,
            by=world.staff(at, Role.ADMINISTRATOR),
            now=world.NOW,
        )

    assert not EditionActivation.objects.exists()


def test_setting_is_a_new_version_with_the_old_value_in_the_trail() -> None:
    at = world.clinic()
    admin = world.staff(at, Role.ADMINISTRATOR)

    def choose(**settings: object) -> object:
        return policies.change_policy(
            at,
            settings=settings,
            effective_from=world.TODAY,
            reason="sources weighed by the clinic",
            by=admin,
            now=world.NOW,
        )

    assert choose(uk_rx_last_day=6) is not None
    assert choose(uk_rx_last_day=6) is None
    assert choose(ctcae_version=6) is not None

    policy = policies_for([at.pk], on=world.TODAY)[at.pk]
    assert (policy.uk_rx_last_day, policy.ctcae_version) == (6, 6)
    assert policy.version.startswith("clinic-")
    assert Event.objects.filter(kind="policy.changed").count() == 2


@pytest.mark.parametrize("programme", programmes.programme_names())
def test_every_programme_covers_today(programme: str) -> None:
    at = world.clinic()

    spans = policies.editions_now(at, programme, on=world.TODAY)

    assert any(edition.covers(world.TODAY) for edition in spans)
