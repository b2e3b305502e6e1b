"""What the tables and fields of a patient's download are called in the language they read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import get_language

# Kind ("tables" or "fields"), key, language: the name.
NAMES: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads(
    Path(__file__).with_name("names_of_data.toml").read_text()
)


def name_of(kind: str, key: str) -> str:
    """The name in the language of the page; in English where that language has none."""
    found = NAMES[kind].get(key, {})
    spoken = (get_language() or "en").partition("-")[0]
    return found.get(spoken) or found.get("en") or key.replace("_", " ")
