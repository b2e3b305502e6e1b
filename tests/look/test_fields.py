"""A form's fields are written in one piece, and say what Django's own templates say."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.template import engines

from look.fields import Renderer

SHARP = "<\"&'>"


class Odd(forms.Form):
    """One of each kind of box, with what is awkward to write."""

    name = forms.CharField(initial=SHARP, help_text="Help")
    empty = forms.CharField(required=False)
    off = forms.CharField(disabled=True, initial="a")
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), initial="\nb" + SHARP)
    amount = forms.DecimalField(min_value=0, max_value=5, initial=2.5)
    mail = forms.EmailField(widget=forms.EmailInput(attrs={"autofocus": True, "hidden": False}))
    ticked = forms.BooleanField(initial=True)
    choice = forms.ChoiceField(choices=[("1", SHARP), ("G", [("2", "Two")])], initial="2")
    several = forms.MultipleChoiceField(choices=[(1, "One"), (2, "Two")], initial=[1, 2])
    kept = forms.CharField(widget=forms.HiddenInput, initial="7")


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())


def _read(markup: str) -> list[object]:
    reader = _Read()
    reader.feed(markup)
    return [each for each in reader.found if each]


@pytest.mark.parametrize("data", [None, {}, {"name": SHARP, "choice": "9", "amount": "x"}])
def test_a_widget_says_what_djangos_template_says(data: dict[str, str] | None) -> None:
    ours, theirs = (
        [str(field) for field in Odd(data, renderer=renderer)]
        for renderer in (Renderer(), TemplatesSetting())
    )
    assert list(map(_read, ours)) == list(map(_read, theirs))


def test_a_field_shows_its_label_its_help_and_what_is_wrong() -> None:
    form = Odd({"name": ""})
    shown = engines["django"].from_string(
        "{% load crispy_forms_tags %}{{ form.name|as_crispy_field }}"
    )
    text = shown.render({"form": form})
    assert '<label for="id_name" class="form-label requiredField">Name' in text
    assert 'class="form-control is-invalid"' in text
    assert "This field is required." in text
    assert "Help" in text
