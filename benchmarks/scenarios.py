"""Replaying scenario files: the whole command, start-up included."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measures import Measure, rate

PROJECT = Path(__file__).resolve().parent.parent
SCENARIOS = 1000
STORY = """\
scenario: story-{number}
programme: us-ipledge
timezone: America/New_York
patient: {{born: 2000-03-03, sex: female, category: fcp, weight_kg: 60, country: US}}
events:
  - {{on: 2026-06-04, pregnancy_test: {{setting: clinic, specimen: urine, result: negative}}}}
  - {{on: 2026-07-06, pregnancy_test: {{setting: clinic, specimen: urine, result: negative}}}}
ask:
  - {{at: "2026-07-12T23:50", action: dispense, expect: {{decision: allow}}}}
  - {{at: "2026-07-13T00:10", action: dispense, expect: {{codes: [WINDOW_EXPIRED]}}}}
"""


def measures() -> Iterator[Measure]:
    """A thousand short scenarios, two questions each, in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(SCENARIOS):
            path = Path(folder) / f"{number:04}.yaml"
            path.write_text(STORY.format(number=number), encoding="utf-8")
        yield rate(
            "replay short scenarios, start-up included",
            lambda: subprocess.run(  # noqa: S603 - our own command on our own files
                [sys.executable, "manage.py", "replay", folder],
                cwd=PROJECT,
                check=True,
                capture_output=True,
            ),
            each=SCENARIOS,
            note="manage.py replay; at most 6 s for 1,000",
        )
