"""``manage.py replay`` as a clinic's script uses it: exit codes, one line of error, JSON."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from tests.monitoring.replay.stories import HEAD

PROJECT = Path(__file__).resolve().parents[3]
SCENARIOS = PROJECT / "docs" / "clinical" / "scenarios"
HOLDS = HEAD + "ask: [{on: 2026-02-03, query: edition, expect: {edition: us-2021}}]\n"
FAILS = HEAD + "ask: [{on: 2026-02-03, query: edition, expect: {edition: us-2026}}]\n"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with nothing configured."""
    return subprocess.run(
        [sys.executable, "manage.py", "replay", *arguments],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_exit_0_when_every_expectation_holds(tmp_path: Path) -> None:
    done = run(write(tmp_path, "holds.yaml", HOLDS))

    assert done.returncode == 0, done.stderr
    assert "1 passed, 0 failed" in done.stdout


def test_exit_1_when_one_does_not_and_expected_stands_beside_got(tmp_path: Path) -> None:
    done = run(write(tmp_path, "fails.yaml", FAILS))

    assert done.returncode == 1
    assert "0 passed, 1 failed" in done.stdout
    line = next(line for line in done.stdout.splitlines() if line.strip().startswith("edition"))
    assert '"us-2026"' in line
    assert '"us-2021"' in line


def test_exit_2_with_one_line_when_a_file_is_not_understood(tmp_path: Path) -> None:
    bad = write(tmp_path, "bad.yaml", HOLDS + "colour: blue\n")

    done = run(write(tmp_path, "holds.yaml", HOLDS), bad)

    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{bad}: document 1 (a-story): colour: unknown key")


def test_exit_2_when_a_path_does_not_exist(tmp_path: Path) -> None:
    done = run(str(tmp_path / "nowhere.yaml"))

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_json_holds_all_that_is_known_under_the_names_of_expect(tmp_path: Path) -> None:
    ask = "ask: [{on: 2026-12-01, action: start, expect: {decision: allow, only_codes: []}}]\n"
    path = write(tmp_path, "story.yaml", HEAD + ask)

    done = run(path, "--json")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["passed"], told["failed"]) == (1, 0)
    (scenario,) = told["scenarios"]
    assert (scenario["scenario"], scenario["file"]) == ("a-story", path)
    (asked,) = scenario["asks"]
    assert asked["n"] == 1
    assert asked["pass"] is True
    assert asked["expected"] == {"decision": "allow", "only_codes": []}
    assert asked["got"] == {
        "decision": "allow",
        "codes": [],
        "earliest": "2026-12-01",
        "window_opens": None,
        "window_closes": None,
        "overridable": False,
        "days_supply": None,
        "judged_on": "2026-12-01",
    }


def test_a_folder_is_walked_in_order(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", HOLDS.replace("a-story", "second"))
    write(tmp_path, "a.yaml", HOLDS.replace("a-story", "first"))

    done = run(str(tmp_path), "--json")

    assert [one["scenario"] for one in json.loads(done.stdout)["scenarios"]] == ["first", "second"]


def test_a_thousand_short_scenarios_finish_in_seconds(tmp_path: Path) -> None:
    story = (
        HEAD.replace("sex: male, category: ncp", "sex: female, category: fcp")
        + """\
events:
  - {on: 2026-06-04, pregnancy_test: {setting: clinic, specimen: urine, result: negative}}
  - {on: 2026-07-06, pregnancy_test: {setting: clinic, specimen: urine, result: negative}}
ask:
  - {at: "2026-07-12T23:50", action: dispense, expect: {decision: allow}}
  - {at: "2026-07-13T00:10", action: dispense, expect: {decision: block, codes: [WINDOW_EXPIRED]}}
"""
    )
    for number in range(1000):
        write(tmp_path, f"{number:04}.yaml", story.replace("a-story", f"story-{number}"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    done = run(str(tmp_path))

    assert done.returncode == 0, done.stdout[-2000:]
    assert "2000 passed, 0 failed" in done.stdout
    worked = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    # The benchmark measures the 6 s; time at work tells a slip apart from a busy machine.
    assert worked < 15, f"{worked:.1f} s of work"
