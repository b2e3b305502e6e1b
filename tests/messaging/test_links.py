"""Task links: a scanner cannot spend them, a guesser gets five tries, a lock ends them (L1–L3)."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from audit.models import Event
from people import links
from people.models import LinkFailure, TaskLink
from tests.messaging import world
from tests.messaging.world import BORN, NOON

WRONG = date(2004, 3, 1)
HOME = "origin-home"


def issued(key: str = "due-item:1:on", **fields: object) -> tuple[str, TaskLink]:
    """A token and its link."""
    person = world.patient(**fields)
    path = links.issue(
        person, about="due-item:1", expires_at=NOON + timedelta(days=7), key=key, now=NOON
    )
    return path.split("/")[2], TaskLink.objects.latest("pk")


def attempt(token: str, born: date = BORN, origin: str = HOME, **later: float) -> bool:
    """Whether the link opens."""
    try:
        links.open_link(token, born=born, origin_hash=origin, now=NOON + timedelta(**later))
    except links.LinkRefused:
        return False
    return True


@pytest.mark.django_db
def test_path_is_short_stable_and_stored_only_as_a_hash() -> None:
    token, link = issued()
    assert len(token) == 22
    again = links.issue(
        link.patient, about="x", expires_at=NOON, key="due-item:1:on", now=NOON + timedelta(1)
    )
    assert again == f"/t/{token}/"
    assert TaskLink.objects.count() == 1
    assert link.about == "due-item:1"
    assert token not in str(list(TaskLink.objects.values()))
    assert links.token_for("due-item:1:off") != token


@pytest.mark.django_db
def test_birth_date_opens_it_again_and_again_until_it_is_revoked() -> None:
    token, link = issued()
    assert attempt(token)
    assert attempt(token, days=6)
    assert links.revoke(about="due-item:1", now=NOON) == 1
    assert not attempt(token)
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "link.opened", "link.opened", "link.refused",
    ]  # fmt: skip
    assert Event.objects.latest("pk").patient == link.patient.public_id


@pytest.mark.django_db
def test_fifth_wrong_birth_date_closes_it_for_the_right_one() -> None:
    token, link = issued()
    for _ in range(4):
        assert not attempt(token, WRONG)
    assert attempt(token)
    assert not attempt(token, WRONG)
    assert not attempt(token)
    link.refresh_from_db()
    assert link.failures == links.FAILURES_PER_LINK


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cause", ["wrong link", "wrong date", "expired", "revoked", "locked", "full"]
)
def test_every_cause_gives_the_same_answer(cause: str) -> None:
    token, link = issued(locked_at=NOON if cause == "locked" else None)
    if cause == "revoked":
        links.revoke_all(link.patient, now=NOON)
    if cause == "full":
        TaskLink.objects.update(failures=5)
    with pytest.raises(links.LinkRefused) as refused:
        links.open_link(
            "A" * 22 if cause == "wrong link" else token,
            born=WRONG if cause == "wrong date" else BORN,
            origin_hash=HOME,
            now=NOON + timedelta(days=7 if cause == "expired" else 0),
        )
    assert str(refused.value) == ""
    assert LinkFailure.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "é" * 22, "\x00", "A" * 5000, "' OR 1=1 --"])
def test_odd_tokens_are_refused(token: str) -> None:
    issued()
    assert not attempt(token)


@pytest.mark.django_db
def test_twenty_failures_in_an_hour_close_the_door_for_their_origin_only() -> None:
    token, _ = issued()
    for guess in range(19):
        assert not attempt(f"guess-{guess}")
    assert attempt(token)
    assert not attempt("guess-20")
    assert not attempt(token)
    assert attempt(token, origin="origin-elsewhere")
    assert not attempt(token, minutes=59)
    assert attempt(token, hours=1)


@pytest.mark.django_db
def test_failures_are_forgotten_when_they_no_longer_count() -> None:
    attempt("guess")
    assert links.forget_failures(now=NOON + timedelta(minutes=59)) == 0
    assert links.forget_failures(now=NOON + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_origin_is_not_stored_as_an_address() -> None:
    origin = links.origin_of("203.0.113.9")
    attempt("guess", origin=origin)
    assert "203.0.113.9" not in LinkFailure.objects.get().origin
    assert origin == links.origin_of("203.0.113.9") != links.origin_of("203.0.113.8")


def _together(tokens: list[str], born: date, origins: list[str]) -> Counter[bool]:
    start = threading.Barrier(len(tokens))

    def use(number: int) -> bool:
        start.wait()
        try:
            return attempt(tokens[number], born, origins[number])
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tokens)) as pool:
        return Counter(pool.map(use, range(len(tokens))))


@pytest.mark.django_db(transaction=True)
def test_twenty_wrong_guesses_at_once_count_as_five_and_close_it() -> None:
    """AT-11: from twenty places at the same moment."""
    token, link = issued()
    assert _together([token] * 20, WRONG, [f"origin-{n}" for n in range(20)]) == {False: 20}
    link.refresh_from_db()
    assert link.failures == 5
    assert not attempt(token, origin="origin-new")


@pytest.mark.django_db(transaction=True)
def test_limit_of_an_origin_is_exact_for_parallel_guesses() -> None:
    tokens = [f"guess-{n}" for n in range(30)]
    _together(tokens, BORN, [HOME] * 30)
    assert LinkFailure.objects.count() == links.FAILURES_PER_ORIGIN


@pytest.mark.django_db(transaction=True)
def test_twenty_right_uses_at_once_all_open_it() -> None:
    """A double tap is no attack; the task itself can be done only once."""
    token, link = issued()
    assert _together([token] * 20, BORN, [HOME] * 20) == {True: 20}
    link.refresh_from_db()
    assert link.failures == 0
