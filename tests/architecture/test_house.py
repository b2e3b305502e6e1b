"""Rules of the house that no linter knows: lengths, addresses, tasks, templates, variables."""

from __future__ import annotations

import ast
import inspect
import re

import pytest
from celery import current_app
from django.urls import converters

from isotrack.celery import app
from tests.architecture.source import ROOT, files, tree
from tests.trust.matrix import patterns

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Variables that only the commands of `make` and Docker Compose read.
READ_ELSEWHERE = {
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "WEB_WORKERS",
    "PORT",
    "PG_BIN",
    "MAILBOX_DIR",
}


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_400_lines(path: object) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400  # type: ignore[attr-defined]


def test_no_address_counts_records() -> None:
    """UUIDs only; the number of a check-in's question is not a record's."""
    counted = [
        name
        for name, pattern in patterns()
        if not name.startswith("admin:")
        and any(
            isinstance(each, converters.IntConverter)
            for each in pattern.pattern.converters.values()
        )
    ]
    assert counted == ["portal:check-in-question"]


@pytest.mark.parametrize("entry", sorted(app.conf.beat_schedule))
def test_beat_rings_tasks_that_exist_and_tells_them_nothing(entry: str) -> None:
    app.loader.import_default_modules()
    said = app.conf.beat_schedule[entry]
    assert said["task"] in current_app.tasks
    assert set(said) == {"task", "schedule"}


def test_tasks_take_nothing() -> None:
    app.loader.import_default_modules()
    ours = [task for name, task in current_app.tasks.items() if not name.startswith("celery.")]
    assert len(ours) >= 4
    for task in ours:
        kinds = {each.kind for each in inspect.signature(task.run).parameters.values()}
        assert kinds <= {inspect.Parameter.VAR_KEYWORD}, task.name


def test_messages_to_workers_are_json_only() -> None:
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.task_serializer == "json"


def test_the_example_lists_exactly_the_variables_that_are_read() -> None:
    told = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    read = set()
    for path in files("isotrack", "messaging", "monitoring", "people"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(
                ("env.", "os.environ.get", "os.getenv")
            ):
                read |= {
                    each.value
                    for each in node.args[:1]
                    if isinstance(each, ast.Constant) and str(each.value).isupper()
                }
    assert told == read | READ_ELSEWHERE


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_never_trust_data(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert not re.search(r"\|\s*safe(seq)?\b|\{%\s*autoescape off", text)


def test_no_table_wears_a_class_that_some_stylesheet_makes_a_grid() -> None:
    """A page loads several stylesheets: a grid called ``it-read`` broke the list of that name."""
    worn = {
        name
        for path in TEMPLATES
        for classes in re.findall(r'<table class="([^"]*)"', path.read_text(encoding="utf-8"))
        for name in classes.split()
    }
    laid_out = {
        name
        for path in (ROOT / "static" / "css").glob("*.css")
        for name in re.findall(
            r"^\.(it-[\w-]+) \{[^}]*display: (?:inline-)?(?:grid|flex)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    assert "it-table" in worn and laid_out
    assert worn & laid_out == set()


def test_code_never_trusts_data() -> None:
    """Markup is built by templates and ``format_html``, which escape what they are given."""
    found = [
        str(path.relative_to(ROOT))
        for path in files()
        if re.search(r"\b(mark_safe|(SafeString|SafeText)\()", path.read_text(encoding="utf-8"))
    ]
    assert found == []
