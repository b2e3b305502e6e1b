"""What people do with the pages, as verbs: the journeys are told in these words.

Every page that is shown is looked at as well: axe finds nothing, the browser complains about
nothing (a breach of the content security policy would be a complaint), nothing scrolls sideways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page

from people.models import User
from tests import world

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE, DESK = 375, 1280
# Answers of somebody who is well: the first choice, but for these questions.
WELL = {
    "41": ["combined-pill", "male-condom"],
    "50": ["whole"],
    "51": ["both"],
    "52": ["stop"],
    "53": ["neither"],
}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/t/[^/]+/|/check-in/\d+/")


@dataclass
class Somebody:
    """A person with a browser."""

    page: Page
    home: str
    scripted: bool = True
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # Refusals (422, 404) are part of the journeys; the browser reports them as failed loads.
        refused = message.text.startswith("Failed to load resource") and message.location[
            "url"
        ].startswith(self.home)
        if message.type in {"error", "warning"} and not refused:
            self.faults.append(f"{urlsplit(self.page.url).path}: {message.text}")

    def open(self, address: str) -> None:
        """Go to an address of ours."""
        path = urlsplit(address)
        self.page.goto(self.home + (path.path or "/") + (f"?{path.query}" if path.query else ""))
        self.look()

    def look(self) -> None:
        """Look at the page; each kind of page once."""
        if not self.scripted:
            return  # axe is a script itself; the same pages are looked at with script
        heading = " ".join(self.page.locator("h1").all_inner_texts())
        problem = self.page.locator("[data-error-summary]").count()
        kind = f"{_ID.sub('*', urlsplit(self.page.url).path)} {heading} {problem}"
        if kind in self.seen:
            return
        self.seen.add(kind)
        found = Axe().run(self.page, options=WCAG).response["violations"]
        self.faults += [
            f"{kind}: {fault['id']} {node['html'][:160]}"
            for fault in found
            for node in fault["nodes"]
        ]
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.faults.append(f"{kind}: scrolls {wide} px sideways")

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Press a link."""
        self.page.get_by_role("link", name=name).first.click()
        self.look()

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press a button and wait for the page it leads to."""
        with self.page.expect_navigation():
            (within or self.page).get_by_role("button", name=name).first.click()
        self.look()

    def fill(self, **fields: Any) -> None:
        """Fill in a form: text, a choice, True to tick, a list to tick some of many."""
        for name, value in fields.items():
            self._fill(name, value)

    def _fill(self, name: str, value: Any) -> None:
        boxes = self.page.locator(f'main [name="{name}"]')
        kind = boxes.first.get_attribute("type") or boxes.first.evaluate("it => it.tagName")
        if kind in {"radio", "checkbox"} and not isinstance(value, bool):
            for one in value if isinstance(value, list) else [value]:
                self.page.locator(f'main [name="{name}"][value="{one}"]').check()
        elif isinstance(value, bool):
            boxes.first.set_checked(value)
        elif kind == "SELECT":
            boxes.first.select_option(str(value))
        else:
            boxes.first.fill(_written(value))

    def reads(self, text: str) -> bool:
        """Whether the page shows this text, whatever its line breaks."""
        shown = " ".join(self.page.locator("body").inner_text().split())
        return text.casefold() in shown.casefold()

    def problems(self) -> str:
        """What the error summary says; the focus must be on it."""
        assert self.page.evaluate("document.activeElement.matches('[data-error-summary]')")
        return self.page.locator("[data-error-summary]").inner_text()


class Staff(Somebody):
    """A member of the clinic's staff."""

    def sign_in(self, user: User, *, at: float) -> None:
        """With the password and the six digits of the moment."""
        self.open("/account/login/")
        self.fill(login=user.email, password=world.PASSWORD)
        self.press("Sign in")
        self.fill(code=code(at))
        self.press("Sign in")

    def start_course(self, **fields: Any) -> None:
        """A new patient and the plan, on one page."""
        self.open("/clinic/start/")
        self.fill(**fields)
        self.press("Plan the course")

    def record(self, what: str, **fields: Any) -> None:
        """Record one thing from the course page, and come back to it."""
        course = self.page.url
        self.page.goto(f"{course}record/{what}/")
        self.look()
        self.fill(**fields)
        self.press("Save")
        assert self.page.url == course, self.page.locator("main").inner_text()

    def upload(self, name: str, content: bytes) -> None:
        """Bring a laboratory's file in."""
        self.open("/clinic/results/")
        self.page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        self.press("Upload and file")

    def open_checks(self) -> str:
        """The heading of the gate, such as ``3 of 13 checks open``."""
        return self.page.locator("#gate-head").inner_text()


class Patient(Somebody):
    """Somebody with a telephone."""

    def give_birth_date(self, born: date) -> None:
        """The date that opens a link."""
        self.fill(born_0=born.day, born_1=born.month, born_2=born.year)
        self.press("Continue")

    def answer_everything(self, start: str = "Start") -> int:
        """Answer as somebody who is well; returns how many questions were asked."""
        self.press(start)
        asked = 0
        while found := re.search(r"/check-in/(\d+)/$", self.page.url):
            self.answer(*WELL.get(found[1], ()))
            asked += 1
            assert asked < 60
        return asked

    def answer(self, *values: str) -> None:
        """Choose these answers of the question, or without any the first."""
        boxes = self.page.locator("main [name=answer]")
        for value in values:
            self.page.locator(f'main [name=answer][value="{value}"]').check()
        if not values:
            boxes.first.check()
        self.press("Continue")


def code(at: float) -> str:
    """The six digits that the authenticator app shows at this time."""
    return format_hotp_value(hotp_value(world.TOTP_SECRET, int(at) // 30))


def link_in(text: str) -> str:
    """The address in a message."""
    found = re.search(r"https?://\S+/t/[\w-]+/", text)
    assert found is not None, text
    return found[0]


def _written(value: Any) -> str:
    return value.strftime("%d-%b-%Y") if isinstance(value, date) else str(value)
