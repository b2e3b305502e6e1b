"""Dates, units, flags and names as people read them (UX-03, UX-04, UX-05)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from look.templatetags import clinical
from protocol.vocabulary import Tier


def said(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 3, 12), "12-Mar-2026"),
        (date(2026, 1, 1), "01-Jan-2026"),
        (date(2026, 12, 31), "31-Dec-2026"),
        (date(1999, 9, 9), "09-Sep-1999"),
    ],
)
def test_day_names_the_month_whatever_the_language(on: date, words: str) -> None:
    for language in ("en", "es", "de"):
        with translation.override(language):
            assert clinical.day(on) == f'<time datetime="{on.isoformat()}">{words}</time>'


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_day_can_be_read_back(on: date) -> None:
    number, month, year = clinical.day_text(on).split("-")
    assert date(int(year), clinical.MONTH_NAMES.index(month) + 1, int(number)) == on


def test_day_refuses_an_instant_because_its_day_depends_on_a_zone() -> None:
    with pytest.raises(TypeError, match="zone"):
        clinical.day(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-2, "2 days ago"),
        (-1, "yesterday"),
        (0, "today"),
        (1, "tomorrow"),
        (2, "in 2 days"),
    ],
)
def test_day_words_say_how_far(days: int, words: str) -> None:
    today = date(2026, 11, 24)
    assert f"({words})" in clinical.day_words(today + timedelta(days=days), today)


def test_patient_day_follows_the_language_of_the_page() -> None:
    assert "12 March 2026" in clinical.patient_day(date(2026, 3, 12))
    with translation.override("es"):
        assert "marzo" in clinical.patient_day(date(2026, 3, 12))


@pytest.mark.parametrize(
    ("at", "zone", "words"),
    [
        (datetime(2026, 11, 24, 13, 5, tzinfo=UTC), "America/New_York", "24-Nov-2026 08:05 EST"),
        (datetime(2026, 7, 1, 3, 30, tzinfo=UTC), "America/New_York", "30-Jun-2026 23:30 EDT"),
        (datetime(2026, 11, 24, 13, 5, tzinfo=UTC), "Europe/London", "24-Nov-2026 13:05 GMT"),
        (
            datetime(2026, 11, 24, 13, 5, tzinfo=UTC),
            "America/Sao_Paulo",
            "24-Nov-2026 10:05 UTC-03",
        ),
    ],
)
def test_moment_stands_on_the_clock_of_its_zone(at: datetime, zone: str, words: str) -> None:
    assert f">{words}<" in clinical.moment(at, zone)


def test_moment_refuses_an_instant_without_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        clinical.moment(datetime(2026, 11, 24, 13, 5), "Europe/London")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (Decimal("60.00"), "mg/day", "60 mg/day"),
        (Decimal("0.98"), "mg/kg/day", "0.98 mg/kg/day"),
        (3780, "mg", "3,780 mg"),
        (100, "mg", "100 mg"),
        (0, "mg", "0 mg"),
        ("<5", "U/L", "&lt;5 U/L"),
        (52, "", "52 (unit not recorded)"),
    ],
)
def test_quantity_never_stands_without_its_unit(value: object, unit: str, words: str) -> None:
    assert words in clinical.quantity(value, unit).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "words", "tone"),
    [
        (Tier.T0, "Normal", ""),
        (Tier.T1, "▲ High", "warning"),
        (Tier.T2, "▲ High", "warning"),
        (Tier.T3, "▲▲ Very high", "critical"),
        (Tier.T4, "▲▲ Critical", "critical"),
        ("T4", "▲▲ Critical", "critical"),
        ("N", "Normal", ""),
        ("H", "▲ High", "warning"),
        ("HH", "▲▲ Critical", "critical"),
        ("L", "▼ Low", "warning"),
        ("LL", "▼▼ Critical", "critical"),
        (None, "◆ Not graded", "warning"),
        ("", "◆ Not graded", "warning"),
        ("something new", "◆ Not graded", "warning"),
        (True, "◆ Not graded", "warning"),
        (9, "◆ Not graded", "warning"),
    ],
)
def test_flag_says_symbol_and_word_and_never_takes_unknown_for_normal(
    value: object, words: str, tone: str
) -> None:
    assert clinical.flag_words(value).text == words
    assert clinical.flag_words(value).status == tone
    shown = said("{{ value|flag }}", value=value)
    assert clinical.flag_words(value).word in shown


def test_every_tier_has_words() -> None:
    assert {f"t{tier.value}" for tier in Tier} <= set(clinical.FLAGS)


@pytest.mark.parametrize(
    "source",
    [
        "{% day x %}",
        "{% day_words x today %}",
        "{% patient_day x %}",
        "{% moment x 'UTC' %}",
        "{% patient_moment x 'UTC' %}",
        "{% clock x 'UTC' %}",
        "{% quantity x 'mg' %}",
        "{% mg x %}",
        "{% lab_value x %}",
        "{% age x today %}",
        "{% name x %}",
        "{% day missing.attribute %}",
    ],
)
def test_what_is_missing_reads_not_recorded(source: str) -> None:
    assert said(source, x=None, today=date(2026, 11, 24)) == "Not recorded"


@pytest.mark.parametrize(
    ("family", "given", "title", "words"),
    [
        ("Rivera", "Ana", "Ms", "RIVERA, Ana (Ms)"),
        ("Rivera", "Ana", "", "RIVERA, Ana"),
        ("", "Sukarno", "", "Sukarno"),
        ("O'Neill-Šťastná", "Zoë", "", "O&#x27;NEILL-ŠŤASTNÁ, Zoë"),
        ("Lee", "Ann <script>", "", "LEE, Ann &lt;script&gt;"),
        ("", "", "", "Not recorded"),
    ],
)
def test_name_is_family_first_and_escaped(family: str, given: str, title: str, words: str) -> None:
    person = SimpleNamespace(family_name=family, given_name=given, title=title)
    assert said("{% name person %}", person=person) == words


@pytest.mark.parametrize(
    ("born", "on", "words"),
    [
        (date(1999, 11, 24), date(2026, 11, 23), "26y"),
        (date(1999, 11, 24), date(2026, 11, 24), "27y"),
        (date(2008, 2, 29), date(2026, 2, 28), "17y"),
        (date(2008, 2, 29), date(2026, 3, 1), "18y"),
        (date(2027, 1, 1), date(2026, 11, 24), "Not recorded"),
    ],
)
def test_age_counts_completed_years(born: date, on: date, words: str) -> None:
    assert clinical.age(born, on) == words
