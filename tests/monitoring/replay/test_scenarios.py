"""The project's own scenarios hold: each is evidence for the rules it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitoring.replay.paths import scenario_files
from monitoring.replay.report import lines
from monitoring.replay.running import replay
from monitoring.replay.story import Story, read_stories

SCENARIOS = Path(__file__).resolve().parents[3] / "docs" / "clinical" / "scenarios"
STORIES = [
    story
    for path in scenario_files([str(SCENARIOS)])
    for story in read_stories(path, shown=path.name)
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.scenario)
def test_scenario_holds(story: Story) -> None:
    replayed = replay(story)

    assert all(ask.passed for ask in replayed.asks), "\n" + "\n".join(lines([replayed]))


def test_scenario_names_are_unique_across_files() -> None:
    names = [story.scenario for story in STORIES]

    assert len(names) == len(set(names))


def test_every_scenario_names_its_rules_and_evidence() -> None:
    assert [story.scenario for story in STORIES if not (story.rules and story.evidence)] == []


def test_every_ask_expects_something() -> None:
    empty = [story.scenario for story in STORIES for ask in story.asks if not ask.expectations]

    assert empty == []
