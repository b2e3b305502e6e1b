"""One question of the check-in as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.check_in_shapes import Choice, Question, Shape
from portal.forms.fields import FirstChoiceBoxes, FirstChoiceRadios

_CHOOSE_ONE = _("Choose one answer.")
_CHOOSE_SOME = _("Choose what fits, or “None of these”.")
_CONTRADICTION = _("You chose “None” and something else. Please choose again.")
_CHOOSE_DAYS = _("Tick each day you missed.")


class AnswerForm(forms.Form):
    """The choices of one question; nothing is chosen beforehand."""

    answer: forms.Field

    def __init__(self, question: Question, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        choices = [(choice.value, choice.label) for choice in question.choices]
        if question.shape is Shape.ONE:
            self.fields["answer"] = forms.ChoiceField(
                label=str(question.title),
                choices=choices,
                widget=FirstChoiceRadios,
                error_messages={"required": _CHOOSE_ONE, "invalid_choice": _CHOOSE_ONE},
            )
        else:
            days = any(choice.day for choice in question.choices)
            nothing = _CHOOSE_DAYS if days else _CHOOSE_SOME
            self.fields["answer"] = forms.MultipleChoiceField(
                label=str(question.title),
                choices=choices,
                widget=FirstChoiceBoxes,
                error_messages={"required": nothing, "invalid_choice": nothing},
            )

    def clean_answer(self) -> str | list[str]:
        """Refuse "none of these" beside something else."""
        answer = self.cleaned_data["answer"]
        if isinstance(answer, list) and len(answer) > 1:
            alone = {choice.value for choice in self.question.choices if choice.alone}
            if alone & set(answer):
                raise forms.ValidationError(_CONTRADICTION)
        return answer

    def rows(self) -> list[tuple[str, Choice, bool]]:
        """(element id, choice, chosen) in order, for the page."""
        chosen = self["answer"].value() or ()
        values = {chosen} if isinstance(chosen, str) else set(chosen)
        return [
            (f"id_answer_{index}", choice, choice.value in values)
            for index, choice in enumerate(self.question.choices)
        ]
