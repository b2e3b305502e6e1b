"""Constraint shapes that several models share, each with one generic test."""

from django.db import models
from django.db.models import Q


def both_or_neither(stem: str, *, model: str) -> models.CheckConstraint:
    """``<stem>_at`` and ``<stem>_by`` are set together or not at all."""
    return models.CheckConstraint(
        condition=Q(**{f"{stem}_at__isnull": True, f"{stem}_by__isnull": True})
        | Q(**{f"{stem}_at__isnull": False, f"{stem}_by__isnull": False}),
        name=f"{model}_{stem}_at_and_by_together",
    )
