"""The fields of a form as markup, each written in one piece.

crispy-forms lays a form out and Bootstrap's pack says how a field looks; both are kept. But filled
in by templates, one for the field, one for its box and one for each attribute of each option, a
form with a dozen fields took a third of its page's time. So what is plain is written here; what is
rare (a list of ticks, a file, what is wrong) still comes from the pack's own templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

_PACK = "bootstrap5/layout"
_STAR = format_html('<span class="asteriskField">{}</span>', "*")


class Renderer(TemplatesSetting):
    """Django's widgets: boxes and selections written here, all others by their templates."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """The markup of a widget, or of whatever else Django draws of a form."""
        if (write := _WRITTEN.get(template_name)) is not None:
            return write(context["widget"])
        return super().render(template_name, context, request)


def _said(value: object) -> str:
    """A value as markup, as ``conditional_escape`` gives it; plain text at once."""
    return escape(value) if type(value) is str else conditional_escape(value)  # type: ignore[arg-type]


def _input(widget: Mapping[str, Any]) -> str:
    value = widget["value"]
    shown = "" if value is None else f' value="{_said(value)}"'
    return f"<input{_who(widget)}{shown}{_attributes(widget['attrs'])}>"


def _who(widget: Mapping[str, Any]) -> str:
    return f' type="{_said(widget["type"])}" name="{_said(widget["name"])}"'


def _textarea(widget: Mapping[str, Any]) -> str:
    # A browser drops the first line's end, so that a text may begin with one of its own.
    attrs = _attributes(widget["attrs"])
    name, text = _said(widget["name"]), _said(widget["value"] or "")
    return f'<textarea name="{name}"{attrs}>\n{text}</textarea>'


def _select(widget: Mapping[str, Any]) -> str:
    attrs = _attributes(widget["attrs"])
    groups = "".join([_group(name, options) for name, options, _ in widget["optgroups"]])
    return f'<select name="{_said(widget["name"])}"{attrs}>{groups}\n</select>'


def _group(name: object, options: Iterable[Mapping[str, Any]]) -> str:
    shown = "".join([_option(each) for each in options])
    return f'<optgroup label="{_said(name)}">{shown}</optgroup>' if name else shown


def _option(each: Mapping[str, Any]) -> str:
    attrs = _attributes(each["attrs"])
    return f'\n<option value="{_said(each["value"])}"{attrs}>{_said(each["label"])}</option>'


def _attributes(attrs: Mapping[str, Any]) -> str:
    """What is False is left out, and what is True stands without a value."""
    return "".join(
        [
            f" {name}" if value is True else f' {name}="{_said(value)}"'
            for name, value in attrs.items()
            if value is not False
        ]
    )


_BOXES = (
    *("text", "number", "email", "url", "password", "hidden", "search", "tel"),
    *("date", "datetime", "time", "checkbox"),
)
_WRITTEN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "django/forms/widgets/input.html": _input,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
    **{f"django/forms/widgets/{kind}.html": _input for kind in _BOXES},
}


def field_text(field: forms.BoundField, context: Mapping[Any, Any]) -> SafeString:
    """A field with its label, what helps and what is wrong, as Bootstrap's pack writes it.

    ``context`` is crispy's: whether labels are shown, and classes that a layout gives the field.
    """
    if field.is_hidden:
        return format_html("{}", field)
    name = field.auto_id
    if isinstance(field.field.widget, forms.CheckboxInput):
        return format_html(
            '<div class="mb-3"><div id="div_{}" class="form-check">{}{}{}</div></div>',
            name,
            _box(field, "form-check-input"),
            _label(field, "form-check-label"),
            _help_and_errors(field, context),
        )
    extra = context.get("wrapper_class")
    look = f"mb-3 {extra}" if extra else "mb-3"
    box, said = _inner(field, context)
    if not field.label or not context.get("form_show_labels"):
        return format_html('<div id="div_{}" class="{}">{}{}</div>', name, look, box, said)
    if field.use_fieldset:
        inner = _fieldset(field, box, said)
        return format_html('<div id="div_{}" class="{}">{}</div>', name, look, inner)
    label = _label(field, "form-label")
    return format_html('<div id="div_{}" class="{}">{}\n{}{}</div>', name, look, label, box, said)


def _fieldset(field: forms.BoundField, box: SafeString, said: str) -> SafeString:
    told = field.aria_describedby
    return format_html(
        '<fieldset{}><legend class="form-label{} fs-6">{}{}</legend>\n{}{}</fieldset>',
        format_html(' aria-describedby="{}"', told) if told else "",
        *_named(field),
        box,
        said,
    )


def _inner(field: forms.BoundField, context: Mapping[Any, Any]) -> tuple[SafeString, str]:
    """Below the label: the box, and what is said about it."""
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return _of_pack("radio_checkbox_select", field, context), ""
    if isinstance(widget, forms.FileInput):
        return _of_pack("field_file", field, context), ""
    look = "form-select" if isinstance(widget, forms.Select) else "form-control"
    return _box(field, look), _help_and_errors(field, context)


def _label(field: forms.BoundField, look: str) -> SafeString:
    to, (must, words, star) = field.id_for_label, _named(field)
    if not to:
        return format_html('<label class="{}{}">{}{}</label>', look, must, words, star)
    return format_html('<label for="{}" class="{}{}">{}{}</label>', to, look, must, words, star)


def _named(field: forms.BoundField) -> tuple[str, object, str]:
    """Its class, its words and its star: whether it must be filled in, and what it asks for."""
    return (" requiredField", field.label, _STAR) if field.field.required else ("", field.label, "")


def _box(field: forms.BoundField, look: str) -> SafeString:
    """The widget with the classes of its look; one of several boxes gives them to each."""
    looks = [look, "is-invalid"] if field.errors else [look]
    widget = field.field.widget
    for each in getattr(widget, "widgets", [widget]):
        own = each.attrs.get("class", "").split()
        each.attrs["class"] = " ".join(dict.fromkeys([*own, *looks]))
    return format_html("{}", field)


def _help_and_errors(field: forms.BoundField, context: Mapping[Any, Any]) -> str:
    if field.errors:
        return _of_pack("help_text_and_errors", field, context)
    if not field.help_text:
        return ""
    name = field.auto_id
    if not name:
        return format_html('<div class="form-text">{}</div>', field.help_text)
    return format_html('<div id="{}_helptext" class="form-text">{}</div>', name, field.help_text)


def _of_pack(name: str, field: forms.BoundField, context: Mapping[Any, Any]) -> SafeString:
    return render_to_string(f"{_PACK}/{name}.html", {**context, "field": field})
