"""Renders the scenarios as a page of the documentation: rule, source, evidence, proof.

``python -m monitoring.replay.pages`` writes ``docs/clinical/scenarios.md``; a test holds it to the
scenario files.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitoring.replay.paths import scenario_files
from monitoring.replay.story import Story, read_stories

CLINICAL = Path(__file__).resolve().parents[2] / "docs" / "clinical"
PAGE = CLINICAL / "scenarios.md"
SCENARIOS = CLINICAL / "scenarios"

RULE_ID = re.compile(r"[A-Z]{2,5}-[0-9]{1,2}|§[0-9]+(\.[0-9]+)?")
_ROW = re.compile(r"^\| *\**([A-Z]{2,5}-[0-9]{1,2})\** *\|(.*)\|\s*$")
_EVIDENCE = {
    "A": "source read",
    "B": "from memory of the source",
    "C": "contested",
    "D": "design decision",
}
_SECTIONS = {
    "§5.2": "Action tiers",
    "§5.3": "CTCAE grades",
    "§5.4": "Unit conversions",
    "§5.5": "Default reference ranges",
    "§6": "Codes of laboratory tests",
    "§10": "Triage of symptoms",
    "§11": "Outcome scales",
}
_FAMILIES = (
    ("GEN", "Dates and times"),
    ("US", "United States, iPLEDGE"),
    ("UK", "United Kingdom, MHRA"),
    ("EU", "European Union"),
    ("CA", "Canada"),
    ("AU", "Australia"),
    ("SCHED", "Monthly tests and check-ins"),
    ("LAB", "Laboratory"),
    ("DOSE", "Dose"),
    ("CI", "Contraindications and interactions"),
    ("MH", "Mental health and sexual function"),
    ("§", "Tables of the rule book"),
)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as the rule book words it: its text and the tag of its source."""

    text: str
    tag: str
    page: str


def rule_book(folder: Path = CLINICAL) -> dict[str, RuleLine]:
    """Every rule with a row of its own in the clinical pages, by id."""
    found: dict[str, RuleLine] = {}
    for page in sorted(folder.glob("*.md")):
        if page == PAGE:
            continue
        for line in page.read_text(encoding="utf-8").splitlines():
            if match := _ROW.match(line):
                cells = [cell.strip() for cell in match[2].split("|")]
                found.setdefault(match[1], RuleLine(cells[0], cells[-1], page.name))
    return found


def own_stories() -> list[Story]:
    """The project's scenarios, in the order of their files."""
    paths = scenario_files([str(SCENARIOS)])
    return [story for path in paths for story in read_stories(path, shown=path.name)]


def proofs(stories: Iterable[Story]) -> dict[str, list[Story]]:
    """Which stories name which rule, by rule id."""
    found: dict[str, list[Story]] = defaultdict(list)
    for story in stories:
        for rule in story.rules:
            found[rule].append(story)
    return dict(found)


def render(stories: list[Story], book: Mapping[str, RuleLine]) -> str:
    """The page as Markdown."""
    proved = proofs(stories)
    asks = sum(len(story.asks) for story in stories)
    lines = [
        "# Scenarios: the rules as examples that run",
        "",
        "Written by `python -m monitoring.replay.pages` from the files in "
        "[scenarios/](scenarios); do not edit it here.",
        "",
        f"{len(stories)} stories ask {asks} questions. `python manage.py replay "
        "docs/clinical/scenarios` runs them through the same rules as the product.",
        "",
        "Source is the rule book's evidence tag where the rule has a row of its own; the letter is "
        "the scenario's: " + ", ".join(f"{key} {words}" for key, words in _EVIDENCE.items()) + ".",
    ]
    rules = set(proved) | set(book)
    for prefix, title in _FAMILIES:
        of_family = sorted((rule for rule in rules if _family(rule) == prefix), key=_order)
        if not of_family:
            continue
        lines += [
            "",
            f"## {title}",
            "",
            "| rule | says | source | proved by |",
            "|---|---|---|---|",
        ]
        lines += [_line(rule, book.get(rule), proved.get(rule, [])) for rule in of_family]
    return "\n".join(lines) + "\n"


def _line(rule: str, written: RuleLine | None, stories: list[Story]) -> str:
    says = f"[{_short(written.text)}]({written.page})" if written else _SECTIONS.get(rule, "")
    source = written.tag if written else ""
    proof = "<br>".join(
        f"[{story.scenario}](scenarios/{story.file}) ({story.evidence or '-'}) {story.title}"
        for story in stories
    )
    return f"| {rule} | {says} | {source} | {proof or 'a notice: nothing to decide'} |"


def _short(text: str) -> str:
    """The first sentence, without marks that would break a link."""
    plain = re.sub(r"[*`\[\]]", "", text)
    first = re.split(r"(?<=[a-z)0-9])[.:;] ", plain, maxsplit=1)[0]
    return first if len(first) <= 110 else first[:107].rsplit(" ", 1)[0] + " …"


def _family(rule: str) -> str:
    return "§" if rule.startswith("§") else rule.partition("-")[0]


def _order(rule: str) -> tuple[float, ...]:
    return tuple(float(number) for number in re.findall(r"[0-9]+(?:\.[0-9]+)?", rule))


if __name__ == "__main__":
    PAGE.write_text(render(own_stories(), rule_book()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
