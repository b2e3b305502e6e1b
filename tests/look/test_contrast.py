"""Contrast of the tokens, computed from the stylesheet itself (WCAG 2.2: 1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[2] / "static" / "css" / "isotrack.css"
STATUSES = ("neutral", "ok", "due", "warning", "critical", "info")
TEXT = [
    ("ink", "sheet"), ("ink", "canvas"), ("ink-2", "sheet"), ("ink-2", "canvas"),
    ("ink-2", "sunk"), ("ink-3", "sheet"), ("ink-3", "canvas"), ("brand", "sheet"),
    ("brand", "canvas"), ("brand", "brand-tint"), ("on-brand", "brand"),
    ("on-brand", "brand-hover"), ("banner-ink", "banner"), ("banner-2", "banner"),
    *((status, f"{status}-bg") for status in STATUSES),
    *((status, "sheet") for status in STATUSES),
    *(("ink", f"{status}-bg") for status in STATUSES),
]  # fmt: skip
CONTROLS = [("line-strong", "sheet"), ("line-strong", "canvas"), ("focus", "sheet"),
            ("focus", "canvas")]  # fmt: skip


def tokens(theme: str) -> dict[str, str]:
    block = re.search(rf"\[data-bs-theme={theme}\] {{(.*?)}}", SHEET.read_text(), re.DOTALL)
    assert block, theme
    return dict(re.findall(r"--it-([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in CONTROLS],
)
def test_contrast_is_enough(theme: str, front: str, back: str, least: float) -> None:
    colours = tokens(theme)
    assert ratio(colours[front], colours[back]) >= least


def test_auto_uses_the_same_dark_colours() -> None:
    sheet = SHEET.read_text()
    auto = re.search(r"\[data-bs-theme=auto\] {(.*?)}", sheet, re.DOTALL)
    assert auto
    assert dict(re.findall(r"--it-([\w-]+): (#[0-9a-f]{6});", auto[1])) == tokens("dark")
