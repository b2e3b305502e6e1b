"""The trail in the console: to read."""

from django.contrib import admin

from audit.console import ReadOnly
from audit.models import Access, Event, Seal


@admin.register(Event)
class EventAdmin(ReadOnly):
    """What was done."""

    list_display = ("at", "kind", "actor_name", "subject", "clinic")
    list_filter = ("kind", "clinic")
    search_fields = ("subject", "actor")
    ordering = ("-at",)


@admin.register(Access)
class AccessAdmin(ReadOnly):
    """Who looked."""

    list_display = ("at", "actor_name", "page", "clinic", "refused")
    list_filter = ("refused", "clinic")
    ordering = ("-at",)


@admin.register(Seal)
class SealAdmin(ReadOnly):
    """The hash chain."""

    list_display = ("chain", "number", "event")
    ordering = ("chain", "-number")
