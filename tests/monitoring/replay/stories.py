"""Writes a story to a file and replays it, for the tests of the replay."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from monitoring.replay.running import Answered, replay
from monitoring.replay.story import Story, read_stories

HEAD = """\
scenario: a-story
programme: us-ipledge
timezone: America/New_York
patient: {born: 1998-03-03, sex: male, category: ncp, weight_kg: 60, country: US}
"""


def read_text(folder: Path, text: str) -> list[Story]:
    """The stories in this text, as read from a file."""
    path = folder / "story.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return list(read_stories(path, shown="story.yaml"))


def answers(folder: Path, text: str) -> tuple[Answered, ...]:
    """What the first story in this text is answered."""
    return replay(read_text(folder, text)[0]).asks
