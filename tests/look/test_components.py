"""Each piece of the pages in its states, with names that try to break out of it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from look import drawing, trends
from look.templatetags.components import ICONS, STATUS_ICONS
from look.templatetags.structure import _TONES

HOSTILE = "Ann <script>alert(1)</script> \" onload='x'"
NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
NEW_YORK = "America/New_York"


def said(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


def words_of(html: str) -> str:
    return (
        re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))
        .replace("\N{NO-BREAK SPACE}", " ")
        .strip()
    )


@pytest.mark.parametrize("status", STATUS_ICONS)
def test_status_is_a_word_and_a_symbol_before_it_is_a_colour(status: str) -> None:
    shown = said("{% status_tag status 'Test unclear' %}", status=status)
    assert words_of(shown) == "Test unclear"
    assert f"#i-{STATUS_ICONS[status]}" in shown
    assert f"is-{status}" in shown


def test_statuses_have_six_different_symbols() -> None:
    assert len(set(STATUS_ICONS.values())) == 6
    assert set(STATUS_ICONS.values()) <= ICONS
    assert set(_TONES.values()) <= set(STATUS_ICONS)


@pytest.mark.parametrize("source", ["{% status_tag 'red' 'x' %}", "{% icon 'unicorn' %}"])
def test_a_status_or_icon_outside_the_language_fails(source: str) -> None:
    with pytest.raises(ValueError, match=r"not a(n)? (status|icon)"):
        said(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% status_tag 'ok' x %}",
        "{% tile x 3 x 'due' lead=x %}",
        "{% empty 'flask' x x '#' x %}",
        "{% field_row x x x %}",
        "{% panel title=x hint=x tag=x %}{{ x }}{% endpanel %}",
        "{% notice title=x %}{{ x }}{% endnotice %}",
        "{% section title=x hint=x url='#' url_label=x %}{{ x }}{% endsection %}",
        "{% scroll label=x %}{{ x }}{% endscroll %}",
        "{% sign_bar count=x hint=x %}{{ x }}{% endsign_bar %}",
        "{% tiles label=x %}{{ x }}{% endtiles %}",
        "{% dose_ring 3 120 caption=x unit=x %}",
        "{% number_line 3 1 5 8 x x %}",
        "{% trend points x x 1 5 limit=9 limit_words=x note=x %}",
        "{% spark pair x x %}",
        "{% gate_list checks %}",
        "{% timeline rows %}",
        "{% patient_banner who %}",
        "{% worklist_row work %}",
        "{% toast %}",
    ],
)
def test_hostile_words_stay_words(source: str) -> None:
    on = date(2026, 11, 23)
    shown = said(
        source,
        x=HOSTILE,
        pair=[3, 4],
        points=[trends.Point(on, 3, HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        checks=[
            SimpleNamespace(
                title=HOSTILE, met=met, status="due", owner_words=HOSTILE, why=HOSTILE,
                rule=HOSTILE, fix_url="#", fix_label=HOSTILE,
            )
            for met in (True, False)
        ],
        rows=[SimpleNamespace(on=on, text=HOSTILE, detail=HOSTILE)],
        who=SimpleNamespace(family_name=HOSTILE, given_name=HOSTILE, mrn=HOSTILE, course=HOSTILE),
        work=SimpleNamespace(
            status="due", name=HOSTILE, identity=HOSTILE, reason=HOSTILE, detail=HOSTILE,
            due_words=HOSTILE, action_url="#", action_label=HOSTILE, url="#",
            lab=SimpleNamespace(name=HOSTILE, value=HOSTILE, unit=HOSTILE, flag="H", on=on),
        ),
        messages=[SimpleNamespace(level_tag="success", __html__=None, text=HOSTILE)],
    )  # fmt: skip
    assert "<script" not in shown.lower()
    assert "' onload" not in shown
    assert not re.search(r'<[^>]*" onload=', shown)


def test_a_tile_of_nought_is_neutral_and_says_none() -> None:
    shown = said("{% tile 'Mood alert' 0 'due by 17:00' 'warning' lead='Call today' %}")
    assert words_of(shown) == "Mood alert 0 None"
    assert "is-neutral" in shown
    assert "is-warning" not in shown


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (date(2026, 11, 30), "In 6 days"),
        (date(2026, 11, 25), "Tomorrow"),
        (date(2026, 11, 24), "Today"),
        (date(2026, 11, 23), "1 day late"),
        (date(2026, 11, 22), "2 days late"),
        (datetime(2026, 11, 25, 4, 59, tzinfo=UTC), "Today 23:59 EST"),
        (datetime(2026, 11, 25, 5, 1, tzinfo=UTC), "Tomorrow"),
        (datetime(2026, 11, 24, 13, 0, tzinfo=UTC), "Ended today 08:00 EST"),
    ],
)
def test_countdown_counts_days_of_the_named_zone(when: object, words: str) -> None:
    shown = said("{% countdown when zone now=now %}", when=when, zone=NEW_YORK, now=NOW)
    assert words_of(shown).startswith(words)


def test_countdown_takes_now_from_the_page_and_fails_without_it() -> None:
    source = "{% countdown when zone patient=True %}"
    when = date(2026, 11, 30)
    shown = said(source, when=when, zone=NEW_YORK, now=NOW)
    assert words_of(shown) == "6 days left 30 November 2026"
    with pytest.raises(ValueError, match="now"):
        said(source, when=when, zone=NEW_YORK)


@pytest.mark.parametrize(
    ("so_far", "width"), [(0, "0.0"), (60, "46.0"), (120, "92.0"), (240, "92.0")]
)
def test_dose_bar_fills_up_to_the_target_and_not_beyond(so_far: int, width: str) -> None:
    assert f'class="it-bar-fill" width="{width}"' in said("{% dose_bar n 120 %}", n=so_far)


def test_an_unknown_dose_is_not_drawn_as_nought() -> None:
    assert words_of(said("{% dose_bar None 120 %}")) == "Not recorded"
    assert words_of(said("{% dose_ring None 120 %}")) == "Not recorded"
    assert words_of(said("{% number_line None 1 2 %}")) == "No result yet"


def test_a_ring_over_its_target_stays_full_and_says_so() -> None:
    shown = said("{% dose_ring 131 120 %}")
    assert 'stroke-dasharray="326.7 326.7"' in shown
    assert "Over the target" in shown


def test_a_small_line_says_its_values_and_needs_two() -> None:
    shown = said("{% spark values 'ALT' 'U/L' %}", values=[35, 37, 188])
    assert 'role="img" aria-label="ALT, last 3: 35, 37, 188 U/L"' in shown
    assert said("{% spark values 'ALT' 'U/L' %}", values=[35]) == ""
    assert said("{% spark values %}", values=None) == ""


def test_drawings_keep_their_decimal_points_in_every_language() -> None:
    with translation.override("es"):
        shown = said("{% dose_bar 61 120 %}{% number_line 52 7 40 80 'U/L' %}")
    assert not re.search(r'(x|cx|width|x1)="\d+,\d', shown)


def test_gate_shows_every_check_and_open_ones_first() -> None:
    checks = [
        SimpleNamespace(title="Consent", met=True, why="28-Aug-2026"),
        SimpleNamespace(title="Test", met=False, status="strange", why="missing", rule="US-09"),
    ]
    shown = said("{% gate_list checks %}", checks=checks)
    assert shown.index("Test") < shown.index("Consent")
    assert "is-warning" in shown
    assert "US-09" in shown


def test_banner_says_not_known_where_nothing_is_known() -> None:
    who = SimpleNamespace(family_name="Rivera", given_name="Ana", course="week 11")
    shown = words_of(said("{% patient_banner who %}", who=who))
    for label in ("Born", "Sex", "Clinic No.", "Phone", "Allergies", "Dose", "Weight",
                  "Can become pregnant", "Edition"):  # fmt: skip
        assert f"{label} Not known" in shown


class Sample(forms.Form):
    reason = forms.CharField(label="Reason")
    kind = forms.ChoiceField(label="Programme", choices=[("us", "US")], widget=forms.RadioSelect)


def test_error_summary_names_and_links_each_field() -> None:
    shown = said("{% error_summary form %}", form=Sample({}))
    assert "There is a problem" in shown
    assert '<a href="#id_reason">Reason: This field is required.</a>' in shown
    assert '<a href="#id_kind_0">Programme: This field is required.</a>' in shown


@pytest.mark.parametrize("form", [None, Sample(), Sample({"reason": "x", "kind": "us"})])
def test_error_summary_is_silent_without_errors(form: forms.Form | None) -> None:
    assert said("{% error_summary form %}", form=form).strip() == ""


@pytest.mark.parametrize(
    ("low", "limit", "begins"),
    [(7, None, True), (0, None, False), (None, None, False), (7, 80, False)],
)
def test_the_green_of_a_number_line_begins_where_the_usual_range_does(
    low: int | None, limit: int | None, begins: bool
) -> None:
    line = drawing.number_line(20, low=low, high=50, limit=limit)
    assert (line.goal_x > 1.0) is begins
    assert line.goal_x + line.goal_width == pytest.approx(max(t.x1 for t in line.ticks if t.y2))
