"""Fields that the patient's forms share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class DayWidget(forms.MultiWidget):
    """Three text boxes, day, month and year: no picker, no format to guess (UX-15)."""

    template_name = "portal/widgets/day.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        box = {"inputmode": "numeric", "autocomplete": "off", **(attrs or {})}
        super().__init__(
            [
                forms.TextInput({**box, "maxlength": 2}),
                forms.TextInput({**box, "maxlength": 12}),
                forms.TextInput({**box, "maxlength": 4}),
            ]
        )

    def decompress(self, value: date | None) -> list[str]:
        """A date as the three boxes."""
        return [str(value.day), str(value.month), str(value.year)] if value else ["", "", ""]

    def id_for_label(self, id_: str) -> str:
        """An error summary leads to the first box."""
        return f"{id_}_0" if id_ else ""


class DayField(forms.MultiValueField):
    """A calendar date in three boxes; the month as a number or as its English name.

    Which box is wrong is said in words; what was typed stays.
    """

    widget = DayWidget

    def __init__(self, **kwargs: Any) -> None:
        boxes = [forms.CharField(), forms.CharField(), forms.CharField()]
        super().__init__(fields=boxes, require_all_fields=True, **kwargs)

    def compress(self, data_list: list[str]) -> date | None:
        """The three boxes as a date."""
        if not data_list:
            return None
        day, month, year = (text.strip() for text in data_list)
        try:
            return date(int(year), _month(month), int(day))
        except ValueError:
            raise ValidationError(
                _("This date does not exist. Check day, month and year.")
            ) from None


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return datetime.strptime(text.title()[:3], "%b").month  # noqa: DTZ007 - only a month's name


class FirstChoiceRadios(forms.RadioSelect):
    """Radios whose error message leads to the first of them."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The id of one radio; of the first when none is named."""
        return f"{id_}_{index if index is not None else 0}"


class FirstChoiceBoxes(forms.CheckboxSelectMultiple):
    """Boxes whose error message leads to the first of them."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The id of one box; of the first when none is named."""
        return f"{id_}_{index if index is not None else 0}"
