"""Mood questions (PHQ-2, PHQ-9, PHQ-A) and the sexual-function prompt (MH-1 to MH-9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from monitoring.check_in_shapes import Answers, Choice, Question, Words
from protocol import mood
from protocol.facts import Questionnaire
from protocol.vocabulary import Instrument, SexualFunction

_FIRST_NUMBER = 20
_SKIPPED = "skip"
# The name of the answer about thoughts of self-harm.
ITEM_9 = "phq9"
_ADOLESCENT_AGES = range(11, 18)

CREDIT = _(
    "PHQ questions by Drs Robert L. Spitzer, Janet B. W. Williams, Kurt Kroenke and colleagues, "
    "with an educational grant from Pfizer Inc. No permission required to reproduce, translate, "
    "display or distribute."
)

_ANSWERS = (
    Choice(value="0", label=_("Not at all"), score=0),
    Choice(value="1", label=_("Several days"), score=1),
    Choice(value="2", label=_("More than half the days"), score=2),
    Choice(value="3", label=_("Nearly every day"), score=3),
    Choice(value=_SKIPPED, label=_("I would rather not answer")),
)

# The instrument's own words (MH-6); the second line of each pair is the PHQ-A's (MH-5).
_ITEMS: tuple[tuple[Words, Words], ...] = (
    (_("Little interest or pleasure in doing things"),) * 2,
    (
        _("Feeling down, depressed, or hopeless"),
        _("Feeling down, depressed, irritable, or hopeless"),
    ),
    (
        _("Trouble falling or staying asleep, or sleeping too much"),
        _("Trouble falling asleep, staying asleep, or sleeping too much"),
    ),
    (_("Feeling tired or having little energy"),) * 2,
    (_("Poor appetite or overeating"), _("Poor appetite, weight loss, or overeating")),
    (
        _(
            "Feeling bad about yourself, or that you are a failure or have let yourself or your "
            "family down"
        ),
        _(
            "Feeling bad about yourself, or feeling that you are a failure, or that you have let "
            "yourself or your family down"
        ),
    ),
    (
        _("Trouble concentrating on things, such as reading the newspaper or watching television"),
        _("Trouble concentrating on things like school work, reading, or watching TV"),
    ),
    (
        _(
            "Moving or speaking so slowly that other people could have noticed. Or the opposite: "
            "being so fidgety or restless that you have been moving around a lot more than usual"
        ),
    )
    * 2,
    (_("Thoughts that you would be better off dead, or of hurting yourself in some way"),) * 2,
)

_NOTE = _("In the last 2 weeks, how often has this bothered you?")
_NOTE_YOUNG = _(
    "In the last 2 weeks, how often has this bothered you? Your answer goes to your care team. "
    "They tell someone else only to keep you safe."
)


def is_young(age: int | None) -> bool:
    """The adolescent wording is used (MH-5)."""
    return age in _ADOLESCENT_AGES


def item(index: int, *, age: int | None) -> Question:
    """One item of the questionnaire, by its place from 0."""
    young = is_young(age)
    return Question(
        number=_FIRST_NUMBER + index,
        name=f"phq{index + 1}",
        title=_ITEMS[index][1 if young else 0],
        note=_NOTE_YOUNG if young else _NOTE,
        choices=_ANSWERS,
        credit=CREDIT,
    )


def questions(answers: Answers, *, age: int | None) -> list[Question]:
    """The two first items, and the other seven when those ask for them (MH-1)."""
    asked = [item(index, age=age) for index in range(2)]
    if needs_all(answers):
        asked += [item(index, age=age) for index in range(2, 9)]
    return asked


def needs_all(answers: Answers) -> bool:
    """Both first items are answered and together ask for the whole questionnaire (MH-1)."""
    if not {"phq1", "phq2"} <= set(answers):
        return False
    first_two = Questionnaire(
        ref="", on=date.min, instrument=Instrument.PHQ2, answers=_scores(answers, range(2))
    )
    return mood.assess(first_two, baseline=None, country="").offer_phq9


def questionnaire(answers: Answers, *, ref: str, on: date) -> Questionnaire | None:
    """The questionnaire as a fact; None before its first item is answered.

    An item that has not been reached counts as blank, so that thoughts of self-harm raise the
    alert at once although another page is still empty.
    """
    if needs_all(answers):
        instrument, items = Instrument.PHQ9, range(9)
    elif {"phq1", "phq2"} <= set(answers):
        instrument, items = Instrument.PHQ2, range(2)
    else:
        return None
    return Questionnaire(ref=ref, on=on, instrument=instrument, answers=_scores(answers, items))


def self_harm(answers: Answers) -> bool:
    """Item 9 was answered with more than "not at all" (MH-3)."""
    return (_score(answers.get(ITEM_9)) or 0) >= 1


def _scores(answers: Answers, items: Iterable[int]) -> tuple[int | None, ...]:
    return tuple(_score(answers.get(f"phq{index + 1}")) for index in items)


def _score(answer: object) -> int | None:
    return next((choice.score for choice in _ANSWERS if choice.value == answer), None)


_SEXUAL_FUNCTION_CHOICES = (
    Choice(value=SexualFunction.NONE, label=_("No change")),
    Choice(value=SexualFunction.MILD, label=_("A mild change")),
    Choice(value=SexualFunction.BOTHERSOME, label=_("A change that bothers me")),
    Choice(value=SexualFunction.DECLINED, label=_("I would rather not say")),
)


def sexual_function(*, wanted: bool) -> Question:
    """The prompt of MH-9; ``wanted`` by the programme (UK-08), else offered as optional."""
    note = (
        _("We ask everyone. You can talk about it alone with your clinic.")
        if wanted
        else _("This one is up to you. We ask everyone.")
    )
    return Question(
        number=30,
        name="sexual-function",
        title=_(
            "Have you noticed any change in sexual interest, arousal, erections or vaginal "
            "dryness, orgasm, or genital sensation?"
        ),
        note=note,
        choices=_SEXUAL_FUNCTION_CHOICES,
    )
