"""What can be ticked in the diary on any day: the symptoms of rule book 10, in few words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from monitoring.check_in_shapes import Choice, Reported
from monitoring.check_in_symptoms import DANGER, NONE
from protocol.facts import Symptom

# The version of these words; it goes into every statement that comes from them.
WORDING = "diary-2026-11"

USUAL = (
    Choice(value="lips", label=_("Dry or cracked lips"), reports=(Reported(code="dry-lips"),)),
    Choice(value="skin", label=_("Dry skin"), reports=(Reported(code="dry-skin"),)),
    Choice(
        value="flare", label=_("More spots than before"), reports=(Reported(code="acne-flare"),)
    ),
    Choice(value="eyes", label=_("Dry or gritty eyes"), reports=(Reported(code="dry-eyes"),)),
    Choice(value="nose", label=_("A short nosebleed"), reports=(Reported(code="nosebleed"),)),
    Choice(value="aches", label=_("Mild aches"), reports=(Reported(code="muscle-joint-pain"),)),
    Choice(value="head", label=_("A mild headache"), reports=(Reported(code="headache"),)),
    Choice(value="sun", label=_("Sunburn"), reports=(Reported(code="sunburn"),)),
    Choice(value="hair", label=_("Thinner hair"), reports=(Reported(code="hair-thinning"),)),
)
STRONGER = (
    Choice(
        value="mood",
        label=_("Feeling low, or on edge"),
        reports=(Reported(code="low-mood"),),
    ),
    Choice(
        value="dark",
        label=_("Hard to see in the dark"),
        reports=(Reported(code="night-vision"),),
    ),
    Choice(
        value="strong-head",
        label=_("A strong headache, or many"),
        reports=(Reported(code="headache", features=("persistent",)),),
    ),
    Choice(
        value="strong-aches",
        label=_("Strong pain in muscles or joints"),
        reports=(Reported(code="muscle-joint-pain", features=("severe",)),),
    ),
    Choice(
        value="long-nose",
        label=_("A nosebleed that took over 20 minutes"),
        reports=(Reported(code="nosebleed", features=("over-20-minutes",)),),
    ),
    Choice(
        value="lips-bad",
        label=_("Lips that bleed or are infected"),
        reports=(Reported(code="dry-lips", features=("bleeding", "infection")),),
    ),
)
DANGEROUS = tuple(choice for choice in DANGER.choices if choice.value != NONE)
ALL = {
    **{choice.value: choice for choice in (*USUAL, *STRONGER)},
    **{f"danger-{choice.value}": choice for choice in DANGEROUS},
}


def symptoms_of(felt: Collection[str], *, on: date, ref: str) -> tuple[Symptom, ...]:
    """One symptom a code, with the features of every choice that reports it.

    Raises:
        KeyError: a choice that there is not.
    """
    features: dict[str, list[str]] = {}
    for value in sorted(felt):
        for report in ALL[value].reports:
            features.setdefault(report.code, []).extend(report.features)
    return tuple(_symptoms(features, on=on, ref=ref))


def _symptoms(features: dict[str, list[str]], *, on: date, ref: str) -> Iterable[Symptom]:
    for code, found in features.items():
        yield Symptom(ref=ref, on=on, code=code, features=tuple(dict.fromkeys(found)))
