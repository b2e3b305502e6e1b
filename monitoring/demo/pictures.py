"""Made-up pictures for the demo: drawings of a face and of a test, never a photo of anybody."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageFont

from courses.actions import statements
from courses.models import Statement
from monitoring.actions import home_tests, pictures
from monitoring.demo.treatment import Treatment
from monitoring.portal_queries import local_today
from monitoring.queries.pictures import VIEWS

_SIZE = (450, 600)
_WALL, _SKIN, _SHADE, _SPOT = "#dfe6e8", "#e3b795", "#b98a68", "#b4513f"
_PAPER, _CASE, _LINE, _INK = "#f4f1e8", "#ffffff", "#b3456b", "#22313a"


def with_photos(tell: Callable[[Treatment], None]) -> Callable[[Treatment], None]:
    """The same life, with the three views of a month ago and of yesterday."""

    def told(t: Treatment) -> None:
        tell(t)
        for days_ago, spots in ((30, 26), (1, 9)):
            for view in VIEWS:
                pictures.keep(
                    t.started_course, view=view.value, sent=face(spots, view.value), by=t.patient,
                    today=t.ward.day(days_ago), now=t.ward.at(days_ago, 18),
                )  # fmt: skip

    return told


def with_home_test(tell: Callable[[Treatment], None]) -> Callable[[Treatment], None]:
    """The same life, with a photo of a faint test that waits to be read."""

    def told(t: Treatment) -> None:
        tell(t)
        course, now = t.started_course, t.ward.ago(40)
        statements.state(
            course, kind=Statement.Kind.HOME_TESTING, speaker=Statement.Speaker.PRESCRIBER,
            content={"allowed": True}, stated_on=t.ward.day(1), by=t.ward.doctor, now=now,
        )  # fmt: skip
        today = local_today(t.patient, now=now)
        row = home_tests.give_code(course, by=t.patient, today=today, now=now)
        sent = strip(row.code)
        home_tests.send(
            course, sent=sent, said="unsure", by=t.patient, today=today, now=t.ward.ago(25)
        )

    return told


def face(spots: int, view: str) -> bytes:
    """An oval with so many spots, turned a little to the side of the view."""
    image = Image.new("RGB", _SIZE, _WALL)
    draw = ImageDraw.Draw(image)
    shift = {"left": -40, "right": 40}.get(view, 0)
    draw.ellipse((85 + shift, 70, 365 + shift, 470), fill=_SKIN)
    draw.rectangle((165 + shift, 440, 285 + shift, 600), fill=_SKIN)
    for x in (165, 285):
        draw.ellipse((x - 22 + shift, 225, x + 22 + shift, 245), fill=_SHADE)
    draw.line((225 + shift, 250, 218 + shift, 320), fill=_SHADE, width=6)
    draw.arc((175 + shift, 350, 275 + shift, 400), 20, 160, fill=_SHADE, width=7)
    rng = Random(f"{spots} {view}")  # noqa: S311 - a drawing
    for _ in range(spots):
        x, y, r = rng.randint(125, 325) + shift, rng.randint(270, 420), rng.randint(3, 7)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=_SPOT)
    return _saved(image)


def strip(code: str) -> bytes:
    """A test with one clear line and a shadow of a second, beside its code on paper."""
    image = Image.new("RGB", (600, 450), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((60, 50), code, fill=_INK, font=ImageFont.load_default(size=84))
    draw.rounded_rectangle((50, 220, 550, 350), 40, fill=_CASE, outline="#c8c8c8", width=3)
    draw.rounded_rectangle((220, 250, 400, 320), 12, fill="#fbf7f8", outline="#d0d0d0", width=2)
    draw.line((270, 255, 270, 315), fill=_LINE, width=9)
    draw.line((345, 255, 345, 315), fill="#efdde4", width=9)
    return _saved(image)


def _saved(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
