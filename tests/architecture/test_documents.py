"""The documents speak of what there is: paths, commands, variables, constraints and rule ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("protocol", "audit", "people", "messaging", "courses", "monitoring"),
    *("look", "clinic", "portal", "isotrack", "local", "benchmarks", "tests"),
)
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
DECISIONS = sorted((PROJECT / "docs" / "adr").glob("[0-9]*.md"))
HAZARDS = PROJECT / "docs" / "safety" / "hazard-log.md"
COMMANDS = PROJECT / "docs" / "commands.md"
# Named as what this house does without.
NOT_HERE = {"utils.py"}
RULE_ID = re.compile(r"\b(?:GEN|US|UK|EU|CA|AU|SCHED|LAB|DOSE|CI|MH)-[0-9]{1,2}\b")


def name_of(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def quoted(page: Path) -> list[str]:
    """What stands in backticks, blocks of code left out."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    return re.findall(r"`([^`\n]+)`", text)


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (PROJECT / package).rglob("*.py")


@pytest.fixture(scope="module")
def files() -> set[str]:
    """Every file of the project, by its path and by each shorter end of it."""
    folders = [*PACKAGES, "docs", "templates", "static"]
    found = [path for folder in folders for path in (PROJECT / folder).rglob("*")]
    found += [path for path in PROJECT.iterdir() if path.is_file()]
    paths = [path.relative_to(PROJECT).parts for path in found if path.is_file()]
    return {"/".join(parts[start:]) for parts in paths for start in range(len(parts))}


@pytest.fixture(scope="module")
def code() -> str:
    """The product's own code; a name that only a test knows guarantees nothing."""
    product = (path for path in sources() if "tests" not in path.parts)
    return "\n".join(path.read_text("utf-8") for path in product)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_document_names_only_files_that_exist(page: Path, files: set[str]) -> None:
    named = {word for word in quoted(page) if re.fullmatch(r"[\w./-]+\.(py|toml|html|yml)", word)}
    assert named - files - NOT_HERE == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_document_names_only_make_commands_that_exist(page: Path) -> None:
    known = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.M))
    named = {word.split()[1] for word in quoted(page) if re.match(r"make [a-z]", word)}
    assert named <= known


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_document_cites_only_rules_of_the_book(page: Path) -> None:
    book = "".join(path.read_text("utf-8") for path in (PROJECT / "docs/clinical").glob("rules*"))
    rows = set(re.findall(r"^\| ([A-Z]{2,5}-[0-9]{1,2}) \|", book, re.M))
    cited = set(RULE_ID.findall(page.read_text("utf-8")))
    assert cited <= rows


@pytest.mark.parametrize(
    "page", [PROJECT / "ARCHITECTURE.md", *DECISIONS], ids=lambda page: page.stem
)
def test_guarantees_name_constraints_and_triggers_that_exist(page: Path, code: str) -> None:
    named = {word for word in quoted(page) if re.fullmatch(r"[a-z]+(_[a-z0-9]+){2,}", word)}
    assert {word for word in named if word not in code} == set()


def test_decisions_are_numbered_without_gap_and_listed() -> None:
    listed = (PROJECT / "docs" / "adr" / "README.md").read_text("utf-8")
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert [page.name for page in DECISIONS if f"({page.name})" not in listed] == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_decision_is_closed_and_says_what_enforces_it(page: Path) -> None:
    text = page.read_text("utf-8")
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert headings == ["Context", "Decision", "Consequences", "Rejected", "Enforced by"]
    assert not re.search(r"\bTB[CD]\b|\bTODO\b", text)


def test_each_hazard_has_its_control_its_proof_and_what_remains() -> None:
    parts = re.split(r"^## (H\d+) ", HAZARDS.read_text("utf-8"), flags=re.M)[1:]
    assert len(parts[::2]) >= 15
    assert parts[::2] == [f"H{number}" for number in range(1, len(parts[::2]) + 1)]
    for number, text in zip(parts[::2], parts[1::2], strict=True):
        labels = re.findall(r"^- \*\*(.+?)\.\*\*", text, re.M)
        assert labels == ["Cause", "Effect", "Control", "Proved by", "Residual"], number
        assert re.search(r"test_\w+\.py", text.partition("**Proved by.**")[2]), number


def test_every_command_of_the_project_is_described() -> None:
    modules = {
        path.stem
        for path in sources()
        if path.parent.name == "commands" and path.stem != "__init__"
    }
    described = {word.split()[0] for word in quoted(COMMANDS)}
    assert modules <= described


def test_every_variable_is_described() -> None:
    example = (PROJECT / ".env.example").read_text("utf-8")
    variables = set(re.findall(r"^([A-Z_]+)=", example, re.M))
    assert variables - set(quoted(COMMANDS)) == set()
