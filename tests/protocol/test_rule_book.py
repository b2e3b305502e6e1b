"""The rule book in the documentation and the rules in the code speak of the same things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from protocol.editionfile import EVIDENCE_TAGS, read_edition
from protocol.gate.book import RULES
from protocol.programmes import EDITIONS
from protocol.vocabulary import Reason

PROJECT = Path(__file__).resolve().parents[2]
BOOK = sorted((PROJECT / "docs" / "clinical").glob("rules*.md"))
RULE_ID = re.compile(r"\b(?:GEN|US|UK|EU|CA|AU|SCHED|LAB|DOSE|CI|MH)-[0-9]{1,2}\b")
ROW = re.compile(r"^\| ([A-Z]{2,5}-[0-9]{2}|(?:GEN|SCHED|LAB|DOSE|MH)-[0-9]{1,2}) \|(.*)\|$", re.M)


def rows() -> dict[str, list[str]]:
    """Every rule's row, by its id."""
    found: dict[str, list[str]] = {}
    for page in BOOK:
        for number, cells in ROW.findall(page.read_text()):
            assert number not in found, f"{number} stands twice"
            found[number] = [cell.strip() for cell in cells.split("|")]
    return found


def test_every_rule_has_words_and_an_evidence_tag() -> None:
    book = rows()
    assert len(book) > 100
    for number, cells in book.items():
        tags = {word.strip() for word in re.split(r"[,;]", cells[-1])}
        assert cells[0], number
        assert any(tag.split()[-1] in EVIDENCE_TAGS for tag in tags if tag), number


@pytest.mark.parametrize("path", sorted(EDITIONS.glob("*.toml")), ids=lambda path: path.stem)
def test_edition_cites_rules_of_the_book(path: Path) -> None:
    cited = {line.rule for line in read_edition(path).sources}
    assert cited <= rows().keys()


def test_gate_cites_rules_of_the_book() -> None:
    cited = {rule_id for rule in RULES for rule_id in rule.ids if not rule_id.startswith("§")}
    assert cited <= rows().keys()


def test_code_cites_no_rule_that_the_book_does_not_have() -> None:
    book = rows().keys()
    for path in (PROJECT / "protocol").rglob("*.py"):
        unknown = set(RULE_ID.findall(path.read_text())) - book
        assert not unknown, f"{path.name} cites {unknown}"


# Notices and facts about the world: shown or recorded somewhere, decided nowhere.
TOLD_ONLY = {"US-27", "EU-01", "UK-18", "DOSE-14", "DOSE-15", "MH-8", "MH-10", "EU-04", "AU-01"}


def test_every_rule_that_decides_is_cited_by_code_or_edition() -> None:
    text = "".join(
        path.read_text()
        for pattern in ("*.py", "*.toml")
        for path in (PROJECT / "protocol").rglob(pattern)
    )
    cited = set(RULE_ID.findall(text))
    # "US-05 to US-08" names the two ends and means what lies between.
    for kind, first, last in re.findall(r"\b([A-Z]{2,5})-([0-9]+) to (?:[A-Z]+-)?([0-9]+)", text):
        width = len(first)
        cited |= {f"{kind}-{n:0{width}}" for n in range(int(first), int(last) + 1)}
    assert rows().keys() - cited - TOLD_ONLY == set()


def test_every_reason_is_given_by_some_rule() -> None:
    text = "".join(
        path.read_text()
        for path in (PROJECT / "protocol").rglob("*")
        if path.suffix in {".py", ".toml"} and path.name != "vocabulary.py"
    )
    silent = {
        reason.name
        for reason in Reason
        if f"Reason.{reason.name}" not in text and reason.name not in text
    }
    assert silent == set()
