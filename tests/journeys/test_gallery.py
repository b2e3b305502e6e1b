"""The gallery in a real browser: every component, both themes, three widths (UX-17, UX-18)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def gallery(page: Page, live_server: LiveServer, settings: Settings) -> Iterator[tuple[Page, str]]:
    """A page that fails the test for whatever the browser complains about."""
    settings.ROOT_URLCONF = "tests.look.gallery_urls"
    settings.DEBUG = True
    page.set_default_timeout(10_000)
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page, f"{live_server.url}/gallery/"
    assert said == []


def test_gallery_has_no_accessibility_faults_and_never_scrolls_sideways(
    gallery: tuple[Page, str],
) -> None:
    page, address = gallery
    faults = []
    for width, theme in product((320, 768, 1280), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}?theme={theme}")
        found = Axe().run(page, options=WCAG).response["violations"]
        faults += [
            (width, theme, fault["id"], node["html"][:160])
            for fault in found
            for node in fault["nodes"]
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append((width, theme, "scrolls sideways", ""))
    assert faults == []


def test_error_summary_takes_the_focus_and_leads_to_the_field(gallery: tuple[Page, str]) -> None:
    page, address = gallery
    page.goto(address)
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    assert page.title().startswith("Error: (4) Components")
    page.get_by_role("link", name="Reason for the change: This field is required.").click()
    assert page.evaluate("document.activeElement.id") == "id_name"


def test_nothing_focused_hides_under_the_banner(gallery: tuple[Page, str]) -> None:
    page, address = gallery
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto(address)
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    hidden = []
    for _ in range(70):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            # The browser scrolls what has the focus into view over a few frames, so it may take
            # up to half a second before nothing covers it.
            """async () => {
              const it = document.activeElement;
              const fixed = it.closest('.it-banner, .it-rail, .it-signbar');
              if (it === document.body || fixed) return [];
              const covered = () => {
                const box = it.getBoundingClientRect();
                const x = box.left + box.width / 2, y = box.top + Math.min(box.height / 2, 12);
                const top = document.elementFromPoint(x, y);
                return top && top.closest('.it-banner, .it-signbar');
              };
              const until = performance.now() + 500;
              while (covered() && performance.now() < until)
                await new Promise(done => requestAnimationFrame(done));
              return covered() ? [it.outerHTML.slice(0, 120)] : [];
            }"""
        )
    assert hidden == []


def test_every_target_is_at_least_24_pixels(gallery: tuple[Page, str]) -> None:
    page, address = gallery
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(address)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a.btn, .it-rail a, .it-tile, select')]
          .map(it => [it.outerHTML.slice(0, 80), it.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
          .map(([html]) => html)"""
    )
    assert small == []
