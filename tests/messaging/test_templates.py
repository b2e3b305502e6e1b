"""Every text in every language may lie on a locked screen, and fits one segment (REM-18)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine

from messaging import purposes, rendering
from messaging.neutrality import fits_one_text, forbidden_words, gsm
from people.models import Clinic

TEXTS = settings.BASE_DIR / "templates" / "messages"
LANGUAGES = [code for code, _ in settings.LANGUAGES]
LINK = "https://reminders.elmstreet.example/t/AbCdEfGhIjKlMnOpQrStUv/"
LONG_NAME = "The Northern and Western Elm Street Community Clinic of Springfield Heights"


def declared() -> list[tuple[str, str]]:
    """Template and variant of each purpose of the product, and the replies to texts."""
    found = [
        (purpose.template, variant)
        for purpose in purposes.all_purposes()
        if not purpose.name.startswith("test-")
        for variant in purpose.variants
    ]
    return [*found, ("welcome", ""), (rendering.SEVERAL, "")]


REPLIES = ["stop", "start", "help", "other"]


def clinic(name: str = "Elm Street Clinic", phone: str = "+1 202 555 0100") -> Clinic:
    return Clinic(name=name, phone=phone, timezone="America/New_York")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_every_purpose_has_its_text(language: str, channel: str) -> None:
    """Rendered with every variable; nothing forbidden; the whole link is in it."""
    assert len(declared()) > 5
    for template, variant in declared():
        text = rendering.render(
            template=template, variant=variant, channel=channel, language=language,
            clinic=clinic(), link=LINK,
        )  # fmt: skip
        whole = f"{text.subject} {text.body}".replace(LINK, "")
        assert forbidden_words(whole) == []
        assert LINK in text.body
        assert "{" not in whole
        assert bool(text.subject) == (channel == "email")
        assert "\n" not in text.subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["Elm Street Clinic", LONG_NAME, "Клиника", "Dr O'Neil & <b>Sons</b>"]
)
def test_texts_to_patients_are_one_segment_whatever_the_clinic_is_called(
    language: str, name: str
) -> None:
    for template, variant in declared():
        text = rendering.render(
            template=template, variant=variant, channel="sms", language=language,
            clinic=clinic(name), link=LINK,
        )  # fmt: skip
        assert fits_one_text(text.body), f"{template} {variant}: {len(text.body)} {text.body}"
        assert "&amp;" not in text.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("phone", ["", "+44 20 7946 0000"])
def test_replies_name_the_clinic_and_fit(language: str, reply: str, phone: str) -> None:
    """R14: the reply says whose it is."""
    text = rendering.render(
        template="reply", variant=reply, channel="sms", language=language,
        clinic=clinic(phone=phone), link="https://clinic.example",
    )  # fmt: skip
    assert text.body.startswith("Elm Street Clinic:")
    assert fits_one_text(text.body)
    assert phone in text.body or reply in {"stop", "start"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_to_patients_say_how_to_stop(language: str) -> None:
    for template, variant in declared():
        if template == "escalation":
            continue
        text = rendering.render(
            template=template, variant=variant, channel="sms", language=language,
            clinic=clinic(), link=LINK,
        )  # fmt: skip
        assert "STOP" in text.body


def test_templates_use_no_variable_that_is_not_given() -> None:
    engine = Engine(string_if_invalid="UNKNOWN[%s]")
    files = sorted(TEXTS.glob("*/*.txt"))
    assert len(files) >= 2 * len(LANGUAGES) * len(declared())
    for path in files:
        written = engine.from_string(path.read_text()).render(
            Context({"clinic": "C", "link": "L", "phone": ""})
        )
        assert "UNKNOWN" not in written, path


def test_every_language_has_the_same_texts() -> None:
    names = [{path.name for path in (TEXTS / language).iterdir()} for language in LANGUAGES]
    assert all(each == names[0] for each in names)


def test_spanish_texts_say_tu_to_patients_as_their_pages_do() -> None:
    formal = re.compile(
        r"\b(usted|sus?|responda|llame|llámenos|puede ver|tiene una?)\b", re.IGNORECASE
    )
    found = [
        (path.name, formal.findall(path.read_text(encoding="utf-8")))
        for path in Path(TEXTS / "es").iterdir()
        # To parents and to staff.
        if not path.name.startswith(("guardian-", "escalation."))
    ]
    assert [each for each in found if each[1]] == []
    assert len(found) > 40


def test_no_text_stands_there_unused() -> None:
    used = {f"{name}.{variant}" if variant else name for name, variant in declared()}
    used |= {f"reply.{reply}" for reply in REPLIES}
    for path in Path(TEXTS / "en").iterdir():
        assert re.sub(r"\.(sms|email)\.txt$", "", path.name) in used


@pytest.mark.parametrize(
    "name", ["Accutane Express", "The Acne Place", "Women's Pregnancy Centre", "iPLEDGE clinic"]
)
def test_clinic_name_that_says_too_much_is_replaced(name: str) -> None:
    text = rendering.render(
        template="clinic-message", variant="", channel="email", language="en",
        clinic=clinic(name), link=LINK,
    )  # fmt: skip
    assert text.sender == "Your clinic"
    assert name not in text.body + text.subject


def test_text_that_says_too_much_is_not_rendered(tmp_path: Path, settings) -> None:
    folder = tmp_path / "messages" / "en"
    folder.mkdir(parents=True)
    (folder / "bad.sms.txt").write_text("Your pregnancy test is due {{ link }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with pytest.raises(rendering.NotNeutral, match=r"pregnan"):
        rendering.render(
            template="bad", variant="", channel="sms", language="en", clinic=clinic(), link=LINK
        )


def test_clinic_name_cannot_break_out_of_html_or_headers() -> None:
    text = rendering.render(
        template="clinic-message", variant="", channel="email", language="en",
        clinic=clinic("Elm <script>\r\nBcc: x@y.z"), link=LINK,
    )  # fmt: skip
    assert "\n" not in text.subject
    assert "\n" not in text.sender
    assert "<script>" not in rendering.as_html(text, link=LINK)
    assert f'<a href="{LINK}">' in rendering.as_html(text, link=LINK)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("en", "en"), ("es-MX", "es"), ("es_ES", "es"), ("de", "en"), ("", "en"), ("EN-gb", "en")],
)
def test_nearest_language_is_used(wanted: str, expected: str) -> None:
    assert rendering.language_for(wanted) == expected


def test_gsm_keeps_what_it_can() -> None:
    assert gsm("Clínica  São João ñ é") == "Clinica Sao Joao ñ é"
    assert gsm("皮膚科") == ""
