"""Every address, every actor, both verbs: the answers of isotrack/authorisation.toml (AT-01).

The same requests show that nobody reads a patient who is not theirs (AT-03), and that every answer
carries the headers that keep it out of caches and frames.
"""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from tests.trust import matrix
from tests.trust.cast import ACTORS, ELSEWHERE, HERE, OF_THE_CLINIC, Cast
from tests.trust.headers import missing_headers
from tests.trust.matrix import Address

ADDRESSES = matrix.addresses()
SHOWN = {"200", "422"}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    file = matrix.table()
    rows = {row["name"] for row in file["url"]}
    prefixes = tuple(row["under"] for row in file["prefix"])
    there = {name for name in matrix.named() if not name.startswith(prefixes)}
    assert there == rows
    assert len(ADDRESSES) * len(ACTORS) * 2 > 1500


def test_everything_that_can_be_recorded_has_a_row() -> None:
    rows = [dict(each.filled)["what"] for each in ADDRESSES if each.name == "clinic:record"]
    assert sorted(rows) == sorted(matrix.recordable())


def test_the_columns_are_the_actors() -> None:
    assert tuple(matrix.table()["actors"]) == ACTORS


def test_pages_of_a_developers_run_are_not_in_the_product() -> None:
    assert settings.DEBUG is False
    assert not [name for name in matrix.named() if name.startswith("dev:")]


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda each: each.label)
def test_an_address_answers_everybody_as_the_matrix_says(
    cast: Cast, address: Address, verb: str
) -> None:
    wrong = []
    for actor in ACTORS:
        with transaction.atomic():
            response = getattr(cast.client(actor), verb)(address.path(cast.things))
            wrong += _wrong(response, address, actor, getattr(address, verb)[actor])
            transaction.set_rollback(True)  # nobody meets what another has written
    assert wrong == []


@pytest.mark.parametrize("name", matrix.console())
def test_the_console_opens_for_support_only(cast: Cast, name: str) -> None:
    path = reverse(name)
    for actor in ("anonymous", "patient", "task-link", "dermatologist", "administrator"):
        response = cast.client(actor).get(path)
        assert matrix.word_for(response, ()) in {"door", "login"}, actor
        assert _canaries(response) == set()
    # Clinical tables cannot be added to there; nothing else is refused to support.
    expected = {200, 302} if not name.endswith(("_add", "autocomplete")) else {200, 403}
    response = cast.client("support").get(path)
    assert response.status_code in expected
    assert missing_headers(response, console=True) == []


@pytest.mark.parametrize(
    ("actor", "status"), [("dermatologist", 403), ("patient", 403), ("anonymous", 302)]
)
def test_the_consoles_own_sign_in_does_not_exist(cast: Cast, actor: str, status: int) -> None:
    response = cast.client(actor).get(reverse("admin:login"))
    assert response.status_code == status


def _wrong(response: HttpResponse, address: Address, actor: str, expected: str) -> list[str]:
    """What is not as the matrix says; a name that this actor may not see; a header that lacks."""
    answer = matrix.word_for(response, address.goes_to)
    wrong = [] if answer == expected else [f"{answer}, not {expected}"]
    seen = _canaries(response) - _may_see(actor, address, answer)
    wrong += [f"shows {word}" for word in sorted(seen)]
    wrong += missing_headers(response, console=address.name.startswith("admin:"))
    return [f"{actor}: {each}" for each in wrong]


def _canaries(response: HttpResponse) -> set[str]:
    body = b"" if response.streaming else response.content
    text = body.decode(errors="replace") + str(dict(response.headers))
    return {word for word in (*HERE, *ELSEWHERE) if word in text}


def _may_see(actor: str, address: Address, answer: str) -> set[str]:
    """Nobody reads names in a refusal, and nobody those of another clinic."""
    if answer not in SHOWN:
        return set()
    if actor in OF_THE_CLINIC or actor in {"patient", "task-link"}:
        return set(HERE)
    if actor == "foreign":
        return set(ELSEWHERE)
    return {*HERE, *ELSEWHERE} if actor == "support" else set()
