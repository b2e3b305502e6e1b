"""What the database holds a prescription's lines to: two arrays of one row that belong together."""

from django.db import models
from django.db.models import F, Q

from protocol.supplies import MOST_LINES

_LATER = range(1, MOST_LINES)


def prescription_lines_are_whole() -> models.CheckConstraint:
    """One to three lines; each has a strength and a number of capsules, both above nothing."""
    whole = (
        Q(quantities__len=F("strengths_mg__len"))
        & Q(quantities__len__gte=1, quantities__len__lte=MOST_LINES)
        & _stated(0)
    )
    for place in _LATER:
        whole &= Q(quantities__len__lte=place) | _stated(place)
    return models.CheckConstraint(condition=whole, name="prescription_lines_are_whole")


def each_strength_is_named_once() -> models.CheckConstraint:
    """Strengths fall from line to line, so that none is there twice."""
    falls = Q()
    for place in _LATER:
        smaller = Q(**{f"strengths_mg__{place}__lt": F(f"strengths_mg__{place - 1}")})
        falls &= Q(strengths_mg__len__lte=place) | smaller
    return models.CheckConstraint(condition=falls, name="prescription_names_each_strength_once")


def _stated(place: int) -> Q:
    """Not NULL is said as well: a CHECK takes NULL for true."""
    return Q(
        **{
            f"{name}__{place}__{lookup}": value
            for name in ("quantities", "strengths_mg")
            for lookup, value in (("isnull", False), ("gt", 0))
        }
    )
