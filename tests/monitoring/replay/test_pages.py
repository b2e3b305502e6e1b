"""The page of scenarios, and that every rule is cited by code and proved by a story."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from monitoring.replay.pages import PAGE, own_stories, proofs, render, rule_book
from protocol.gate.book import RULES
from protocol.vocabulary import Reason

PROJECT = Path(__file__).resolve().parents[3]
STORIES = own_stories()
EDITIONS = sorted((PROJECT / "protocol" / "editions").glob("*.toml"))
CITED = re.compile(r"\b(?:GEN|US|UK|EU|CA|AU|SCHED|LAB|DOSE|CI|MH)-[0-9]{1,2}\b")
# What the rule book only tells people: shown as words, decided nowhere.
NOTICES = {"US-27", "UK-18", "DOSE-3", "DOSE-15", "CI-15", "MH-6", "MH-10", "AU-01"}
# Said by the software itself, when it cannot judge at all.
OF_THE_SOFTWARE = {Reason.EDITION_UNKNOWN, Reason.RULE_FAILED, Reason.INDICATION_MISSING}


def test_page_is_the_rendering_of_the_scenario_files() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(STORIES, rule_book()), (
        "run: python -m monitoring.replay.pages"
    )


def rules_of_the_editions() -> set[str]:
    """Every rule id that an edition file gives beside a value."""
    found: set[str] = set()
    for path in EDITIONS:
        for table in tomllib.loads(path.read_text(encoding="utf-8")).values():
            if isinstance(table, dict):
                found |= {line["rule"] for line in table.values() if isinstance(line, dict)}
    return found


def test_every_rule_of_the_editions_is_proved_by_a_scenario() -> None:
    assert sorted(rules_of_the_editions() - set(proofs(STORIES)) - NOTICES) == []


def test_every_rule_of_the_book_is_proved_by_a_scenario_or_is_a_notice() -> None:
    assert sorted(set(rule_book()) - set(proofs(STORIES)) - NOTICES) == []


def test_every_rule_of_the_gate_is_proved_by_a_scenario() -> None:
    asked = {rule_id for rule in RULES for rule_id in rule.ids if CITED.fullmatch(rule_id)}

    assert sorted(asked - set(proofs(STORIES))) == []


def test_every_rule_of_the_editions_and_the_book_is_cited_by_code() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("protocol", "monitoring")
        for pattern in ("*.py", "*.toml")
        for path in (PROJECT / folder).rglob(pattern)
    )
    cited = set(CITED.findall(code))

    assert sorted((rules_of_the_editions() | set(rule_book())) - cited - NOTICES) == []


@pytest.mark.parametrize("reason", sorted(set(Reason) - OF_THE_SOFTWARE))
def test_every_reason_code_is_expected_by_a_scenario(reason: Reason) -> None:
    expected = {
        code
        for story in STORIES
        for ask in story.asks
        for each in ask.expectations
        if each.key in {"codes", "only_codes"} and isinstance(each.written, list)
        for code in each.written
    }

    assert reason.value in expected
