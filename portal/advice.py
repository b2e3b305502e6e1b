"""What a patient should do now: at a dangerous answer, after a check-in, at the top of Home."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy

from monitoring.check_in_meaning import Meaning
from portal.wording import Text
from protocol.vocabulary import Reason

_NO_CAPSULES = gettext_lazy("Take no capsules until you have talked with your clinic.")


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do now: the status decides symbol and colour, the words come first.

    ``told`` is true only once the answer is saved.
    """

    status: str
    title: Text
    steps: tuple[Text, ...]
    told: Text = ""


_NOW_MOOD = Advice(
    "critical",
    gettext_lazy("Please talk to someone now"),
    (
        gettext_lazy("You are not alone. Help is there day and night."),
        gettext_lazy("If you are in danger, call or go to the nearest emergency room."),
    ),
    gettext_lazy("Your clinic has been told and will call you today."),
)
_NOW_RED = Advice(
    "critical",
    gettext_lazy("Stop your capsules and get help now"),
    (
        gettext_lazy("Take no more capsules."),
        gettext_lazy("Call the number below. Or go to the nearest emergency room."),
    ),
    gettext_lazy("Your clinic has been told."),
)
_NOW_POSITIVE = Advice(
    "critical",
    gettext_lazy("Stop your capsules now"),
    (
        gettext_lazy("Take no more capsules."),
        gettext_lazy("Call your clinic today. They will help you with what comes next."),
    ),
    gettext_lazy("Your clinic has been told."),
)
_NOW_HOLD = Advice(
    "warning",
    gettext_lazy("Pause your capsules for now"),
    (
        _NO_CAPSULES,
        gettext_lazy("You can call them too."),
    ),
    gettext_lazy("They will call you today or on the next working day."),
)
_AFTER_URGENT = Advice(
    "info",
    gettext_lazy("Your clinic will call you"),
    (gettext_lazy("Today or on the next working day, about what you told us."),),
)


def _mood(*, stop: bool) -> Advice:
    """Help for the mood comes first, and does not hide that the capsules are stopped."""
    return replace(_NOW_MOOD, steps=(*_NOW_MOOD.steps, _NO_CAPSULES)) if stop else _NOW_MOOD


def advice_now(meaning: Meaning) -> Advice:
    """The advice for the gravest of what was reported: thoughts, red, positive test, pause."""
    if meaning.self_harm or meaning.thoughts:
        return _mood(stop=meaning.triage.hold)
    if meaning.red and not all("positive-test" in each.features for each in meaning.red):
        return _NOW_RED
    return _NOW_POSITIVE if meaning.positive_test else _NOW_HOLD


def advice_after(codes: Iterable[str], *, hold: bool) -> Advice | None:
    """What the clinic does with a check-in that was sent, if anything."""
    found = set(codes)
    if "MH_ITEM9" in found:
        return _mood(stop=hold)
    if "SYMPTOM_RED" in found:
        return _NOW_POSITIVE if "TEST_POSITIVE" in found else _NOW_RED
    if hold:
        return _NOW_HOLD
    return _AFTER_URGENT if {"SYMPTOM_URGENT", "MH_REVIEW"} & found else None


# Findings that must be the first thing on the patient's page, gravest first.
_ALERTS: tuple[tuple[Reason, Advice], ...] = (
    (Reason.MH_ITEM9, _NOW_MOOD),
    (Reason.TEST_POSITIVE, _NOW_POSITIVE),
    (
        Reason.SYMPTOM_RED,
        Advice(
            "critical",
            gettext_lazy("Take no capsules"),
            (
                gettext_lazy("Your clinic has to talk with you about what you told us."),
                gettext_lazy("If you feel worse, get help now."),
            ),
        ),
    ),
    (
        Reason.TEST_INDETERMINATE,
        Advice(
            "warning",
            gettext_lazy("Take no capsules for now"),
            (
                gettext_lazy(
                    "Your last test was not clear. This happens, and often means nothing."
                ),
                gettext_lazy("Your clinic will call you and tell you what to do."),
            ),
        ),
    ),
    (
        Reason.LAB_T4,
        Advice(
            "warning",
            gettext_lazy("Take no capsules for now"),
            (gettext_lazy("Your clinic will call you about your blood test."),),
        ),
    ),
)


# With any of these nobody should take a capsule, whatever else comes first on the page.
_STOPPED = frozenset(
    {Reason.TEST_POSITIVE, Reason.SYMPTOM_RED, Reason.TEST_INDETERMINATE, Reason.LAB_T4}
)


def alert(reasons: Iterable[Reason]) -> Advice | None:
    """What must be said before anything else on the first page, until the clinic has settled it."""
    found = set(reasons)
    first = next((advice for reason, advice in _ALERTS if reason in found), None)
    return _mood(stop=stops_capsules(found)) if first is _NOW_MOOD else first


def stops_capsules(reasons: Iterable[Reason]) -> bool:
    """Nobody should take a capsule while one of these stands."""
    return bool(set(reasons) & _STOPPED)


def pause() -> Advice:
    """Capsules are stopped for a talk, and nothing graver stands; when it comes was said before."""
    return replace(_NOW_HOLD, told="")


_CONCERNS = {"mood": Reason.MH_ITEM9, "symptom": Reason.SYMPTOM_RED}


def alert_after(concerns: Iterable[str]) -> Advice | None:
    """The same after the course, from what the clinic has not settled yet."""
    return alert(_CONCERNS[kind] for kind in concerns if kind in _CONCERNS)
