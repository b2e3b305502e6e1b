"""Tokens: shown once, kept as a keyed hash, replaced without a gap."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from audit.models import Event
from monitoring.actions import lab_tokens
from monitoring.models import LabToken
from people.models import Clinic, User
from tests import world
from tests.monitoring.exchange.laboratory_system import administrator
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return world.clinic()


@pytest.fixture
def admin(clinic: Clinic) -> User:
    return administrator(clinic)


def test_the_token_itself_is_nowhere_in_the_database(clinic: Clinic, admin: User) -> None:
    issued = lab_tokens.issue(clinic, label="Riverside", by=admin, now=NOW)

    secret = issued.text.removeprefix(issued.token.prefix)
    assert len(secret) > 30
    with connection.cursor() as cursor:
        for table in ("monitoring_labtoken", "audit_event"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")  # noqa: S608
            (everything,) = cursor.fetchone()
            assert issued.token.prefix in everything
            assert secret not in everything


def test_a_laboratory_has_one_token_to_begin_with(clinic: Clinic, admin: User) -> None:
    lab_tokens.issue(clinic, label="Riverside", by=admin, now=NOW)
    with pytest.raises(lab_tokens.LabelTaken):
        lab_tokens.issue(clinic, label="RIVERSIDE", by=admin, now=NOW)
    elsewhere = world.clinic()
    lab_tokens.issue(elsewhere, label="Riverside", by=administrator(elsewhere), now=NOW)


def test_replacing_leaves_two_valid_until_the_old_one_ends(clinic: Clinic, admin: User) -> None:
    old = lab_tokens.issue(clinic, label="Riverside", by=admin, now=NOW).token
    new = lab_tokens.rotate(old, overlap=timedelta(days=7), by=admin, now=NOW).token
    old.refresh_from_db()

    just_before, then = NOW + timedelta(days=7, seconds=-1), NOW + timedelta(days=7)
    assert (old.valid(now=just_before), new.valid(now=just_before)) == (True, True)
    assert (old.valid(now=then), new.valid(now=then)) == (False, True)


def test_never_more_than_two_are_valid(clinic: Clinic, admin: User) -> None:
    first = lab_tokens.issue(clinic, label="Riverside", by=admin, now=NOW).token
    second = lab_tokens.rotate(first, overlap=timedelta(days=30), by=admin, now=NOW).token
    lab_tokens.rotate(second, overlap=timedelta(days=30), by=admin, now=NOW + timedelta(days=1))

    later = NOW + timedelta(days=1)
    valid = [each for each in LabToken.objects.order_by("pk") if each.valid(now=later)]
    assert len(valid) == 2
    assert first not in valid


def test_at_once_means_at_once(clinic: Clinic, admin: User) -> None:
    old = lab_tokens.issue(clinic, label="Riverside", by=admin, now=NOW).token
    lab_tokens.rotate(old, overlap=timedelta(0), by=admin, now=NOW)
    old.refresh_from_db()
    assert not old.valid(now=NOW)


@pytest.mark.parametrize("ended", ["replaced", "revoked", "expired"])
def test_what_has_ended_cannot_be_replaced(clinic: Clinic, admin: User, ended: str) -> None:
    ends = NOW if ended == "expired" else None
    token = lab_tokens.issue(clinic, label="A", expires_at=ends, by=admin, now=NOW).token
    if ended == "replaced":
        lab_tokens.rotate(token, overlap=timedelta(days=7), by=admin, now=NOW)
    if ended == "revoked":
        lab_tokens.revoke(token, by=admin, now=NOW)
    with pytest.raises(lab_tokens.NotCurrent):
        lab_tokens.rotate(token, overlap=timedelta(0), by=admin, now=NOW)


def test_a_limited_token_is_replaced_by_one_that_lives_as_long(clinic: Clinic, admin: User) -> None:
    year = timedelta(days=365)
    old = lab_tokens.issue(clinic, label="A", expires_at=NOW + year, by=admin, now=NOW).token
    later = NOW + timedelta(days=300)
    new = lab_tokens.rotate(old, overlap=timedelta(days=7), by=admin, now=later).token
    assert new.expires_at == later + year


def test_every_step_is_on_record_with_its_author(clinic: Clinic, admin: User) -> None:
    old = lab_tokens.issue(clinic, label="Riverside", by=admin, now=NOW).token
    new = lab_tokens.rotate(old, overlap=timedelta(days=7), by=admin, now=NOW).token
    lab_tokens.revoke(new, by=admin, now=NOW)
    lab_tokens.revoke(new, by=admin, now=NOW)

    events = Event.objects.filter(kind__startswith="lab-token.").order_by("pk")
    assert [(each.kind, each.actor, each.clinic) for each in events] == [
        (f"lab-token.{what}", admin.audit_id, clinic.slug)
        for what in ("issued", "rotated", "revoked")
    ]
    assert events[1].detail["replaces"] == old.prefix


@pytest.mark.parametrize("change", [{"token_hash": "0" * 64}, {"label": "Other"}])
def test_database_refuses_to_change_whose_a_token_is(
    clinic: Clinic, admin: User, change: dict[str, str]
) -> None:
    token = lab_tokens.issue(clinic, label="Riverside", by=admin, now=NOW).token
    with pytest.raises(Error, match="Cannot update"), transaction.atomic():
        LabToken.objects.filter(pk=token.pk).update(**change)
