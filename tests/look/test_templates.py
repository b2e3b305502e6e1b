"""What every template must keep to: the content policy, one way to write dates, known names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

from look.templatetags.components import ICONS

ROOT = Path(__file__).resolve().parents[2] / "templates"
PAGES = sorted(path for path in ROOT.rglob("*.html") if "dev" not in path.relative_to(ROOT).parts)


@pytest.fixture(params=PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def markup(request: pytest.FixtureRequest) -> str:
    return str(request.param.read_text(encoding="utf-8"))


def test_template_has_no_inline_style_or_handler(markup: str) -> None:
    assert not re.search(r"<[^>]*\sstyle\s*=", markup)
    assert "<style" not in markup
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", markup)
    assert "javascript:" not in markup


def test_template_scripts_carry_the_nonce(markup: str) -> None:
    for script in re.findall(r"<script[^>]*>", markup):
        assert "nonce=" in script


def test_template_writes_dates_only_with_the_clinical_words(markup: str) -> None:
    assert not re.search(r"\|\s*(date|time|timesince|timeuntil|naturalday|naturaltime)\b", markup)
    # A form's own field may be called born: it is a control, not a date.
    raw = r"\{\{\s*(?!form\.)[\w.]*(_on|_at|\.born|\.on|\.at|today|now)\s*\}\}"
    assert not re.search(raw, markup), "a date goes through day, moment or patient_day"


def test_template_names_only_icons_that_exist(markup: str) -> None:
    for name in re.findall(r'{% icon "([^"]+)"', markup):
        assert name in ICONS


def test_template_can_be_compiled() -> None:
    for path in PAGES:
        get_template(str(path.relative_to(ROOT)))


def test_sprite_draws_exactly_the_icons_that_may_be_named() -> None:
    sprite = (ROOT / "components" / "sprite.html").read_text(encoding="utf-8")
    assert set(re.findall(r'<symbol id="i-([a-z]+)"', sprite)) == ICONS


@pytest.mark.parametrize("library", ["components", "structure", "clinical"])
def test_every_component_is_listed_in_the_readme(library: str) -> None:
    told = (ROOT / "components" / "README.md").read_text(encoding="utf-8")
    engine = engines["django"].engine
    index = engine.builtins.index(f"look.templatetags.{library}")
    missing = [tag for tag in engine.template_builtins[index].tags if f"{tag} " not in told]
    assert [tag for tag in missing if f"`{tag}`" not in told] == []
