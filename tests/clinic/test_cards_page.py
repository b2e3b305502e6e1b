"""An administrator changes what patients read: draft, preview, publish, and what stays safe."""

from __future__ import annotations

from dataclasses import replace

import pytest
import textstat
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Event
from monitoring import learn
from monitoring.actions import cards
from monitoring.models import CardVersion, ClinicCard
from monitoring.queries.cards import library_of
from monitoring.reading_grade import HIGHEST, grade
from people.models import Clinic, User
from tests import world
from tests.monitoring.exchange.laboratory_system import administrator
from tests.world import NOW, TODAY

HARD = (
    "Isotretinoin administration necessitates comprehensive haematological surveillance of "
    "hepatocellular function and circulating triglyceride concentrations."
)
WORDS = {
    "title": "Balm for your lips",
    "text": "Ask us for the balm.\n\nUse it <b>ten</b> times a day.",
    "source": "Northgate leaflet 12",
    "reviewed_on": "20-Nov-2026",
    "review_by": "20-Nov-2027",
}
MINE = cards.Words(
    title="Balm for your lips",
    text="Ask us for the balm.",
    source="Our leaflet",
    reviewed_on=TODAY,
    review_by=TODAY.replace(year=2027),
)


@pytest.fixture
def who(here: Clinic) -> User:
    """The clinic's administrator."""
    user: User = administrator(here)
    return user


@pytest.fixture
def office(client: Client, who: User) -> Client:
    """The administrator at the desk."""
    client.force_login(who)
    return client


def page(slug: str, language: str = "en", name: str = "clinic:card") -> str:
    return reverse(name, args=[slug, language])


def reads(here: Clinic, slug: str, language: str = "en") -> learn.Card | None:
    library = library_of(here.pk, language)
    found = [card for card in (*library.cards, *library.myths) if card.slug == slug]
    return found[0] if found else None


def own(here: Clinic, who: User, **words: object) -> str:
    """A published card of the clinic's own, in English."""
    spot = cards.Spot(
        theme="every-day",
        first_week=0,
        last_week=4,
        only_if_pregnancy_is_possible=False,
        after=False,
    )
    row = cards.add(here, "en", spot=spot, words=replace(MINE, **words), by=who, now=NOW)
    cards.publish(here, row.card.slug, "en", by=who, now=NOW)
    return row.card.slug


@pytest.mark.parametrize("language", learn.LANGUAGES)
def test_our_grade_is_that_of_the_library_for_every_shipped_text(language: str) -> None:
    library = type(textstat.textstat)()
    library.set_lang("en_US" if language == "en" else language)
    by_library = library.flesch_kincaid_grade if language == "en" else library.crawford
    for card in learn.shipped(language).values():
        text = " ".join([f"{card.title}.", *card.text])
        ours = grade(text, language=language)
        assert ours is not None and abs(ours - max(by_library(text), 0)) < 1, card.slug
        assert ours <= HIGHEST


@pytest.mark.parametrize(
    ("text", "hard"), [("Use the balm ten times a day.", False), (HARD, True), ("Lips", None)]
)
def test_a_hard_sentence_is_told_from_an_easy_one(text: str, hard: bool | None) -> None:
    found = grade(text, language="en")
    assert (found is None) if hard is None else (found is not None and (found > HIGHEST) is hard)


@pytest.mark.django_db
def test_patients_read_a_text_once_it_is_published(office: Client, here: Clinic, who: User) -> None:
    assert office.post(page("lips"), {**WORDS, "do": "save"}).url == page(
        "lips", name="clinic:card-preview"
    )
    preview = office.get(page("lips", name="clinic:card-preview")).content.decode()
    assert "&lt;b&gt;ten&lt;/b&gt;" in preview and "<b>ten</b>" not in preview
    assert reads(here, "lips") == learn.shipped("en")["lips"]
    office.post(page("lips"), {"do": "publish"})
    card = reads(here, "lips")
    assert card is not None and card.title == "Balm for your lips" and len(card.text) == 2
    assert card.weeks == learn.shipped("en")["lips"].weeks
    assert reads(here, "lips", "es") == learn.shipped("es")["lips"]
    kinds = list(Event.objects.filter(subject="card:lips").values_list("kind", flat=True))
    assert kinds == ["card.drafted", "card.published"]
    assert str(who) in office.get(page("lips")).content.decode()


@pytest.mark.django_db
def test_another_clinic_reads_its_own(here: Clinic, who: User) -> None:
    cards.draft(here, "lips", "en", words=MINE, by=who, now=NOW)
    cards.publish(here, "lips", "en", by=who, now=NOW)
    elsewhere = reads(world.clinic(), "lips")
    assert elsewhere is not None and not elsewhere.by_clinic


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": HARD}, "at most 6 is published"),
        ({"title": "Your liver"}, "A title says nothing about health"),
    ],
)
def test_what_patients_shall_not_read_is_not_published(
    office: Client, here: Clinic, change: dict[str, str], said: str
) -> None:
    office.post(page("lips"), {**WORDS, **change})
    refused = office.post(page("lips"), {"do": "publish"})
    assert refused.status_code == 422 and said in refused.content.decode()
    assert reads(here, "lips") == learn.shipped("en")["lips"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"source": ""}, {"review_by": ""}, {"review_by": "21-Nov-2026"}, {"reviewed_on": ""}],
)
def test_source_and_review_are_not_left_out(office: Client, change: dict[str, str]) -> None:
    assert office.post(page("lips"), {**WORDS, **change}).status_code == 422
    assert not CardVersion.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["unborn", "mood", "call", "life-after"])
def test_what_keeps_patients_safe_stays(here: Clinic, who: User, slug: str) -> None:
    with pytest.raises(cards.NotAllowed):
        cards.show(here, slug, shown=False, by=who, now=NOW)
    cards.draft(here, slug, "en", words=MINE, by=who, now=NOW)
    cards.publish(here, slug, "en", by=who, now=NOW)
    card = reads(here, slug)
    assert card is not None and card.by_clinic
    assert card.floor == learn.shipped("en")[slug].floor != ()


@pytest.mark.django_db
def test_floor_stands_on_the_patients_page(client: Client, here: Clinic, who: User) -> None:
    cards.draft(here, "mood", "en", words=MINE, by=who, now=NOW)
    cards.publish(here, "mood", "en", by=who, now=NOW)
    client.force_login(world.patient(here, login=True).user)
    text = client.get("/learn/mood/").content.decode()
    assert "Ask us for the balm." in text and "Thoughts of hurting yourself?" in text


@pytest.mark.django_db
def test_a_hidden_card_is_gone_and_comes_back(office: Client, here: Clinic) -> None:
    office.post(page("hair"), {"do": "hide"})
    assert reads(here, "hair") is None and reads(here, "hair", "es") is None
    office.post(page("hair"), {"do": "show"})
    assert reads(here, "hair") == learn.shipped("en")["hair"]


@pytest.mark.django_db
def test_a_card_without_spanish_comes_in_english_and_says_so(
    client: Client, here: Clinic, who: User
) -> None:
    slug = own(here, who)
    patient = world.patient(here, login=True, language="es")
    client.force_login(patient.user)
    text = client.get(f"/learn/{slug}/").content.decode()
    assert '<h1 lang="en">Balm for your lips</h1>' in text
    assert "aún no está en tu idioma" in text
    client.force_login(who)
    assert "Not written" in client.get(reverse("clinic:cards")).content.decode()


@pytest.mark.django_db
def test_a_new_shipped_text_is_shown_beside_the_clinics_own(
    office: Client, here: Clinic, who: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards.draft(here, "hair", "en", words=MINE, by=who, now=NOW)
    cards.publish(here, "hair", "en", by=who, now=NOW)
    there = learn.shipped("en")
    newer = {**there, "hair": replace(there["hair"], text=("Wear caps.",))}
    monkeypatch.setattr(learn, "shipped", lambda language: newer)
    text = office.get(page("hair")).content.decode()
    assert "A new text was shipped" in text and "<ins>Wear caps.</ins>" in text
    office.post(page("hair"), {"do": "keep"})
    assert "A new text was shipped" not in office.get(page("hair")).content.decode()
    office.post(page("hair"), {"do": "take"})
    assert CardVersion.objects.order_by("-number")[0].as_shipped
    assert CardVersion.objects.count() == 3


@pytest.mark.django_db
def test_an_old_version_is_brought_back_as_a_draft(here: Clinic, who: User) -> None:
    for title in ("First words", "Second words"):
        cards.draft(here, "lips", "en", words=replace(MINE, title=title), by=who, now=NOW)
        cards.publish(here, "lips", "en", by=who, now=NOW)
    cards.bring_back(here, "lips", "en", number=1, by=who, now=NOW)
    before = reads(here, "lips")
    assert before is not None and before.title == "Second words"
    cards.publish(here, "lips", "en", by=who, now=NOW)
    after = reads(here, "lips")
    assert after is not None and after.title == "First words"
    assert [row.number for row in CardVersion.objects.order_by("number")] == [1, 2, 3]


@pytest.mark.django_db
def test_a_day_of_review_that_is_over_is_told(office: Client, here: Clinic, who: User) -> None:
    own(here, who, reviewed_on=TODAY.replace(year=2025), review_by=TODAY.replace(day=21))
    assert "1 text past the day of review" in office.get(reverse("clinic:rules")).content.decode()
    assert "To be read again" in office.get(reverse("clinic:cards")).content.decode()


@pytest.mark.django_db
def test_the_database_keeps_what_was_published(here: Clinic, who: User) -> None:
    slug = own(here, who)
    rows = CardVersion.objects.filter(card__slug=slug)
    for change in (lambda: rows.update(title="Another"), rows.delete):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            change()
    cards.show(here, "hair", shown=False, by=who, now=NOW)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        ClinicCard.objects.filter(slug="hair").delete()
