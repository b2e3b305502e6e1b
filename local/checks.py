"""What ``make lint``, ``make test``, ``make lock`` and ``make docs`` run, one after the other.

Everything of a kind runs, also after a failure, so that one run tells all there is to mend.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MADE = {".git", ".venv", "var", "staticfiles", "__pycache__", ".mypy_cache", ".ruff_cache"}
LINKED = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")
# Reading the settings needs values, not servers.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "isotrack.settings",
    "SECRET_KEY": "only-for-checks-0123456789-abcdefghijklmnop",
    "FIELD_KEY": "only-for-checks-9876543210-ponmlkjihgfedcba",
    "DATABASE_URL": "postgresql://isotrack@localhost/isotrack",
    "REDIS_URL": "redis://localhost:6379/0",
}


def step(name: str, command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Run one check; its words are shown only when it fails."""
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    passed = done.returncode == 0
    print(f"{'ok  ' if passed else 'FAIL'}  {name}", flush=True)
    if not passed:
        print((done.stdout + done.stderr).strip(), flush=True)
    return passed


def tool(*arguments: str) -> list[str]:
    """A module of this environment, as a command."""
    return [sys.executable, "-m", *arguments]


def tracked(*patterns: str) -> list[Path]:
    """The project's own files that fit one of the patterns, or all; also where there is no git."""
    asked = ["git", "ls-files", "-co", "--exclude-standard", "-z", *patterns]
    listed = None
    if shutil.which("git"):
        listed = subprocess.run(asked, cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed and listed.returncode == 0:
        paths = [PROJECT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for pattern in patterns or ("*",) for path in PROJECT.rglob(pattern)]
        paths = [path for path in paths if not MADE.intersection(path.relative_to(PROJECT).parts)]
    return sorted(path for path in paths if path.is_file())


def short_enough() -> bool:
    """Whether every source file has at most LONGEST_FILE lines; migrations are generated."""
    long = []
    for path in tracked("*.py", "*.html", "*.css", "*.js"):
        if "migrations" in path.parts or "vendor" in path.parts:
            continue
        lines = len(path.read_text("utf-8").splitlines())
        if lines > LONGEST_FILE:
            long.append(f"{path.relative_to(PROJECT)}: {lines} lines, at most {LONGEST_FILE}")
    print(f"{'FAIL' if long else 'ok  '}  file lengths", flush=True)
    print("\n".join(long), end="\n" if long else "", flush=True)
    return not long


def lint() -> bool:
    """Every check that needs no test."""
    templates = [str(path) for path in tracked("templates/*.html", "*/templates/*.html")]
    results = [
        step("style", tool("ruff", "check", ".")),
        step("format", tool("ruff", "format", "--check", ".")),
        step("imports", [str(Path(sys.executable).with_name("lint-imports"))], SETTINGS),
        step("types", tool("mypy"), SETTINGS),
        step("templates", tool("djlint", "--lint", "--quiet", *templates)),
        step(
            "migrations",
            [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
            {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        ),
        short_enough(),
        docs(),
    ]
    return all(results)


def docs() -> bool:
    """Whether every relative link in the documents leads somewhere."""
    broken = []
    for page in tracked("*.md"):
        for target in LINKED.findall(page.read_text("utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(PROJECT)}: {target}")
    print(f"{'FAIL' if broken else 'ok  '}  links in documents", flush=True)
    print("\n".join(broken), end="\n" if broken else "", flush=True)
    return not broken


def browser() -> bool:
    """Find Chromium or install it; where that is impossible the browser tests skip by name."""
    if any(shutil.which(name) for name in BROWSERS):
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("No Chromium here: the browser tests will be skipped (apt install chromium).")
        return True
    print("Installing Chromium (once) ...", flush=True)
    install = ["apt-get", "install", "-yq", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update", "-q"], install):
        done = subprocess.run(
            command,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            print(f"Chromium could not be installed: {said[-1] if said else command}")
            print("The browser tests will be skipped.", flush=True)
            return True
    return True


def lane(*arguments: str) -> bool:
    """One run of pytest, its own words shown as they come. No test found is no failure."""
    return subprocess.call(tool("pytest", *arguments), cwd=PROJECT) in (0, 5)


def test_unit() -> bool:
    """Everything that needs no browser, on two workers."""
    # The plugins of the browser lane would cost two seconds of every worker's start.
    return lane("-n", "2", "--ignore=tests/journeys", "-p", "no:playwright")


def test_journeys() -> bool:
    """The journeys in Chromium, one at a time: a second browser is slower on two cores."""
    if not (PROJECT / "tests" / "journeys").is_dir():
        return True
    return lane("tests/journeys", "-rs")


def test() -> bool:
    """Both lanes."""
    return all([test_unit(), test_journeys()])


def lock() -> bool:
    """Pin everything anew: the largest set first, the smaller ones to the same versions."""
    compile_ = ["uv", "pip", "compile", "-q", "--generate-hashes", "--universal"]
    compile_ += ["--python-version", "3.11", "--no-emit-index-url", "--no-emit-find-links"]
    compile_ += ["--custom-compile-command", "make lock", "--upgrade"]
    for name in ("-dev", "-local", ""):
        command = tool(*compile_, f"requirements{name}.in", "-o", f"requirements{name}.txt")
        if name != "-dev":
            command += ["-c", "requirements-dev.txt"]
        if not step(f"requirements{name}.txt", command):
            return False
    return True


COMMANDS = {
    "lint": lint,
    "docs": docs,
    "browser": browser,
    "test": test,
    "test-unit": test_unit,
    "test-journeys": test_journeys,
    "lock": lock,
}


def main(arguments: list[str]) -> int:
    """Exit code 0 when everything passed, 1 when not, 2 for a wrong call."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m local.checks {'|'.join(COMMANDS)}\n")
        return 2
    return 0 if COMMANDS[arguments[0]]() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
