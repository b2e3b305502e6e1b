"""Reads isotrack/authorisation.toml, and walks the addresses that there are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponseBase
from django.urls import NoReverseMatch, Resolver404, get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern, URLResolver

from clinic.views.recording import KINDS
from tests.conftest import PROJECT
from tests.trust.cast import ACTORS

FILE = PROJECT / "isotrack" / "authorisation.toml"


@dataclass(frozen=True)
class Address:
    """One address with what is expected of it."""

    name: str
    filled: tuple[tuple[str, str], ...]
    goes_to: tuple[str, ...]
    get: dict[str, str]
    post: dict[str, str]

    @property
    def label(self) -> str:
        """As test ids show it."""
        literal = [value for key, value in self.filled if key in {"what", "number"}]
        return "-".join([self.name, *literal])

    def path(self, things: dict[str, object]) -> str:
        """The address of the things of this scene."""
        return reverse(self.name, kwargs={k: things.get(v, v) for k, v in self.filled})


def table() -> dict[str, Any]:
    """The file as it stands."""
    return tomllib.loads(FILE.read_text())


def addresses() -> list[Address]:
    """Every row of the matrix; the console's row stands for its first page."""
    (row,) = table()["prefix"]
    first = Address(f"{row['under']}index", (), (), _columns(row["get"]), _columns(row["post"]))
    return [*_rows(), first]


def console() -> list[str]:
    """Every other page of the console that opens without an id."""
    (row,) = table()["prefix"]
    return [name for name in sorted(named()) if name.startswith(row["under"]) and _opens(name)]


def _opens(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return not name.endswith(("login", "logout", "jsi18n"))


def _rows() -> Iterator[Address]:
    for row in table()["url"]:
        choices = [
            [(key, str(value)) for value in (values if isinstance(values, list) else [values])]
            for key, values in row.get("with", {}).items()
        ]
        for filled in product(*choices):
            yield Address(
                row["name"],
                tuple(filled),
                tuple(row.get("goes_to", ())),
                _columns(row["get"]),
                _columns(row["post"]),
            )


def _columns(words: str) -> dict[str, str]:
    return dict(zip(ACTORS, words.split(), strict=True))


def named() -> set[str]:
    """The name of every address, with its namespace; one without a name is listed by its route."""
    return {name for name, _ in patterns()}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Every address that the resolver knows."""
    return _walk(get_resolver().url_patterns, "")


def _walk(found: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for each in found:
        if isinstance(each, URLResolver):
            inner = f"{prefix}{each.namespace}:" if each.namespace else prefix
            yield from _walk(each.url_patterns, inner)
        else:
            yield f"{prefix}{each.name or each.pattern}", each


def recordable() -> set[str]:
    """What ``clinic:record`` can record: each has its own row, because the roles differ."""
    return set(KINDS)


def word_for(response: HttpResponseBase, goes_to: tuple[str, ...]) -> str:
    """The answer in the matrix's words."""
    if response.status_code not in {301, 302}:
        return str(response.status_code)
    url = response.headers["Location"]
    name = view_of(url)
    if name in goes_to or url in goes_to:
        return "go"
    known = {
        "account_login": "login",
        "admin:login": "door",
        "mfa_activate_totp": "setup",
        "account_reauthenticate": "again",
        "mfa_reauthenticate": "again",
    }
    return known.get(name, f"{response.status_code} {url}")


def view_of(url: str) -> str:
    """The name of the address that a redirect leads to; empty when it is not ours."""
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""
