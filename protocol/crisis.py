"""Crisis and emergency lines by the patient's country (MH-11). They need no network to be shown."""

import tomllib
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).parent / "tables" / "crisis_lines.toml"
_DOCUMENT: dict[str, Any] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
_OTHER_NAMES = {"UK": "GB", "EL": "GR"}


def _entry(country: str) -> dict[str, Any]:
    code = country.strip().upper()
    code = _OTHER_NAMES.get(code, code)
    if code in _DOCUMENT["EU"]["members"]:
        code = "EU"
    found = _DOCUMENT.get(code)
    entry: dict[str, Any] = found if isinstance(found, dict) else _DOCUMENT["unknown"]
    return entry


def crisis_lines(country: str) -> tuple[str, ...]:
    """What to show a person in a crisis: numbers as dialled, or the directory's address.

    ``country`` is an ISO 3166 code. A country that is unknown or not listed gets the international
    directory and no number: a wrong number is worse than none.
    """
    return tuple(_entry(country)["lines"])


def emergency_number(country: str) -> str:
    """The number for an ambulance, or ``""`` where the country is unknown or not listed."""
    return str(_entry(country)["emergency"])
