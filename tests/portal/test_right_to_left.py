"""Every page from the right and 40 % longer: all words are marked, and no style leans to a side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import time_machine
from django.conf.locale import LANG_INFO
from django.test import Client
from pytest_django import Settings

from courses.models import Course
from local.pseudo import CODE, MARK, pseudo, write
from monitoring.actions import planning
from people.models import Patient
from tests import world
from tests.conftest import PROJECT
from tests.world import NOW, PASSWORD

# The texts of the cards have files of their own for each language.
PAGES = [
    "/home/", "/check-in/", "/results/", "/messages/", "/messages/write/",
    "/what-if/", "/reach/", "/devices/", "/calendar/", "/looks/",
    "/guardians/", "/passkeys/", "/lock/", "/download/", "/help/",
    "/diary/", "/diary/yesterday/", "/photos/", "/one-step/", "/offline/?dates=1",
]  # fmt: skip
DOORS = ["/recover/", "/in/x/", "/t/x/", "/account/login/", "/account/password/reset/"]
STYLES = ["isotrack", "pages", "portal"]
# Names, numbers and dates are not words of ours; months come from Django's own catalogues.
DATA = re.compile(
    # The labels of allauth's own forms, which it translates itself.
    r"\bEmail\b|\bPassword\b|Forgot your password\?|"
    r"Northgate Clinic \d+|Ana|pa…|@mail\.test|IsoTrack|English|Español|\bXb\b|"
    r"\d|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*|mg/kg|mg|kg|U/L|a\.m\.|p\.m\.|"
    r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|Eastern|New York"
)
SIDES = re.compile(
    r"(margin|padding|border)-(left|right)\b|text-align: ?(left|right)|(?<![-\w])(left|right): "
)


class Words(HTMLParser):
    """The text of a page that somebody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.silent, self.found = 0, [""]

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in {"script", "style", "title", "symbol"}

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style", "title", "symbol"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(" ".join(data.split()))


@pytest.fixture
def from_the_right(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The made-up language, as a developer has it."""
    monkeypatch.setitem(LANG_INFO, CODE, {**LANG_INFO["he"], "code": CODE, "name_local": CODE})
    settings.LANGUAGES_BIDI = [CODE]
    settings.LOCALE_PATHS = [write(tmp_path)]
    settings.LANGUAGES = [*settings.LANGUAGES, (CODE, CODE)]
    yield


def plain(page: str) -> list[str]:
    """Words that nobody has marked for translation."""
    reader = Words()
    reader.feed(page)
    texts = [DATA.sub("", text) for text in reader.found if MARK not in text]
    return [text for text in texts if re.search(r"[A-Za-z]{2}", text)]


@pytest.mark.usefixtures("from_the_right")
def test_each_page_is_set_from_the_right_and_each_of_its_words_is_marked(
    client: Client, patient: Patient, course: Course, clock: time_machine.Coordinates
) -> None:
    Patient.objects.filter(pk=patient.pk).update(language=CODE)
    client.post("/account/login/", {"login": patient.user.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    faults = {}
    for path in PAGES:
        page = client.get(path, follow=True)
        assert page.status_code == 200, path
        text = page.content.decode()
        assert f'<html lang="{CODE}" dir="rtl"' in text, path
        assert "patient.rtl.css" in text and "patient.css" not in text, path
        faults[path] = plain(text)
    # Once the course has ended, and a look back is open.
    world.stopped(course, world.staff(course.clinic))
    planning.replan(course, now=NOW + timedelta(days=92))
    clock.move_to(NOW + timedelta(days=92))
    client.force_login(patient.user)
    for path in ("/after/", "/after/now/", "/home/"):
        faults[f"{path} later"] = plain(client.get(path).content.decode())
        assert client.get(path).status_code == 200, path
    out = Client()
    for path in DOORS:
        faults[path] = plain(out.get(path, headers={"accept-language": CODE}).content.decode())
    assert {path: words for path, words in faults.items() if words} == {}


def test_no_style_of_the_portal_says_left_or_right() -> None:
    """Start and end turn with the language (CSS logical properties)."""
    found = {
        f"{name}: {match[0]}"
        for name in STYLES
        for match in SIDES.finditer((PROJECT / f"static/css/{name}.css").read_text())
    }
    assert found == set()


def test_made_up_words_are_longer_and_keep_what_they_are_filled_with() -> None:
    text = "Week %(week)s of about %(weeks)s, see <b>here</b>"
    said = pseudo(text)
    assert len(said) >= 1.3 * len(text)
    assert "%(week)s" in said and "%(weeks)s" in said and "<b>" in said and "</b>" in said
