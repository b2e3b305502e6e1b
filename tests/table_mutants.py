"""Changes the clinical tables one number at a time and sees whether a test notices.

    python -m tests.table_mutants protocol/tables/lab_ladder.toml [--tests FILE...]

Beside ``tests.mutants``, which changes code: here a threshold grows by one in its last place, a
step takes or loses its equals sign, a level becomes milder, a truth value turns round. Each is
judged in a process of its own that reads the changed table; no file is written.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import hypothesis
import pytest

from tests.mutants import DEFAULT_TESTS, PROJECT, _arguments, _exit_code, say

# A number on its own: not part of a rule id, a unit or a word.
NUMBER = r"(?<![\w.-])\d+(?:\.\d+)?(?![\w.-]*\w)"
SIGN = r">=|>(?!=)"
WORD = r'"(?:block|override|warn|red|urgent)"|\btrue\b|\bfalse\b'
PLACES = re.compile(rf"{WORD}|{SIGN}|{NUMBER}")
# Lines that say where a table comes from; nothing is decided by them.
PROSE = re.compile(r"^\s*(name|source|evidence|note)\s*=")
SWAPS = {
    ">": ">=",
    ">=": ">",
    '"block"': '"override"',
    '"override"': '"warn"',
    '"warn"': '"allow"',
    '"red"': '"urgent"',
    '"urgent"': '"routine"',
    "true": "false",
    "false": "true",
}


@dataclass(frozen=True)
class Change:
    """One change: its line, what stands there and what is put in its place, and the whole text."""

    line: int
    old: str
    new: str
    text: str


def changes(text: str) -> Iterator[Change]:
    """Every change of a table, in the order of its lines; comments and prose stay as they are."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        said = line.split("#", 1)[0]
        if PROSE.match(said):
            continue
        for place in PLACES.finditer(said):
            old = place.group()
            new = SWAPS.get(old) or _next(old)
            changed = line[: place.start()] + new + line[place.end() :]
            whole = "".join([*lines[:number], changed, *lines[number + 1 :]])
            yield Change(number + 1, old, new, whole)


def _next(number: str) -> str:
    """One more in the last place: 300 gives 301, 5.70 gives 5.71."""
    exponent = -len(number.partition(".")[2])
    return str(Decimal(number) + Decimal((0, (1,), exponent)))


def is_noticed(table: Path, text: str, tests: list[str], configuration: Path) -> bool:
    """Judge one change in a child process: any failing test or error notices it."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            hypothesis.settings.register_profile("mutants", max_examples=40, deadline=None)
            hypothesis.settings.load_profile("mutants")
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            _read_instead(table, text)
            quiet = io.StringIO()
            with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                code = int(pytest.main(_arguments(tests, configuration)))
        os._exit(code)
    return _exit_code(child) != 0


def _read_instead(table: Path, text: str) -> None:
    """Whoever reads the table in this process reads the changed text."""
    real = Path.read_text

    def read_text(self: Path, *arguments: str | None, **more: str | None) -> str:
        return text if self.resolve() == table else real(self, *arguments, **more)

    Path.read_text = read_text  # type: ignore[method-assign]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--tests", nargs="+", default=list(DEFAULT_TESTS))
    options = parser.parse_args()
    sys.path.insert(0, str(PROJECT))
    table = options.table.resolve()
    sound = table.read_text("utf-8")
    noticed = total = 0
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as configuration:
        configuration.write(f"[pytest]\npythonpath = {PROJECT}\n")
        configuration.flush()
        where = Path(configuration.name)
        if is_noticed(table, sound, options.tests, where):
            say(f"{options.table}: the tests do not pass as it is; nothing can be said")
            return 2
        for change in changes(sound):
            total += 1
            if is_noticed(table, change.text, options.tests, where):
                noticed += 1
            else:
                say(f"survived {options.table}:{change.line} {change.old} -> {change.new}")
    say(f"{noticed} of {total} killed, {100 * noticed / max(total, 1):.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
