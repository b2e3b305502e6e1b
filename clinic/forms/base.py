"""What every staff form shares: days written as staff read them, and one look."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, LayoutObject
from crispy_forms.utils import render_field
from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from protocol.vocabulary import Method

DAY_FORMATS = ["%d-%b-%Y", "%d %b %Y", "%Y-%m-%d", "%d-%B-%Y", "%d %B %Y"]
DAY_HINT = "For example 27-Mar-2026"


class DayField(forms.DateField):
    """A day as ``27-Mar-2026``; a month in figures alone is refused as ambiguous (UX-03)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", DAY_HINT)
        super().__init__(
            input_formats=DAY_FORMATS,
            widget=forms.DateInput(
                format="%d-%b-%Y", attrs={"autocomplete": "off", "spellcheck": "false"}
            ),
            error_messages={"invalid": "Write the day as 27-Mar-2026."},
            **kwargs,
        )


def behind(summary: str, *fields: Any, shown: bool = False) -> tuple[Any, ...]:
    """Fields that few need, behind a line that opens; ``shown``: it is open. For a layout."""
    opened = " open" if shown else ""
    head = f'<details class="it-more mb-3"{opened}><summary class="mb-2">{summary}</summary>'
    return (HTML(head), *fields, HTML("</details>"))


class Beside(LayoutObject):
    """Fields beside one another where there is room, as crispy's ``Row`` of ``Column``s.

    Those fill in a template for each. ``column`` is the class of a field's column.
    """

    def __init__(self, *fields: str, column: str = "col-sm") -> None:
        self.fields = list(fields)
        self.column = column

    def render(self, form: Any, context: Any, **kwargs: Any) -> SafeString:
        """The fields, each in its column."""
        columns = (
            (self.column, render_field(name, form, context, **kwargs)) for name in self.fields
        )
        return format_html(
            '<div class="row">{}</div>',
            format_html_join("", '<div class="{}">{}</div>', columns),
        )


class StaffForm(forms.Form):
    """A form on one screen of the clinic. The view gives ``today`` on the clinic's calendar."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        for field in self.fields.values():
            if isinstance(field, DayField) and field.initial == "today":
                field.initial = today

    def not_in_future(self, name: str) -> date | None:
        """The cleaned day, with an error if it has not come yet."""
        value: date | None = self.cleaned_data.get(name)
        if value is not None and value > self.today:
            self.add_error(name, "This day is in the future.")
        return value


METHOD_LABELS: dict[Method, str] = {
    Method.COMBINED_PILL: "Combined pill",
    Method.PATCH: "Patch",
    Method.VAGINAL_RING: "Vaginal ring",
    Method.INJECTION: "Injection",
    Method.IMPLANT: "Implant",
    Method.HORMONAL_IUD: "Hormonal IUD",
    Method.COPPER_IUD: "Copper IUD",
    Method.TUBAL_STERILISATION: "Tubal sterilisation",
    Method.PARTNER_VASECTOMY: "Partner's vasectomy",
    Method.MALE_CONDOM: "Male condom",
    Method.DIAPHRAGM_SPERMICIDE: "Diaphragm with spermicide",
    Method.CERVICAL_CAP_SPERMICIDE: "Cervical cap with spermicide",
    Method.SPONGE: "Sponge",
    Method.ABSTINENCE: "Abstinence",
    Method.PROGESTIN_ONLY_PILL: "Progestin-only pill",
    Method.FEMALE_CONDOM: "Female condom",
    Method.WITHDRAWAL: "Withdrawal",
    Method.FERTILITY_AWARENESS: "Fertility awareness",
    Method.BREASTFEEDING: "Breastfeeding",
}
