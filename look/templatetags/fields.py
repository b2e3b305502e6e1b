"""The tag by which the template pack's ``field.html`` hands a field to ``look.fields``."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from look.fields import field_text

register = template.Library()


@register.simple_tag(takes_context=True)
def drawn_field(context: Context) -> SafeString:
    """The field that crispy-forms put in the context."""
    return field_text(context["field"], context.flatten())
