"""Messages in the console: to read. What was not sent is dealt with on the clinic's own page."""

from django.contrib import admin

from audit.console import ReadOnly
from messaging import models


@admin.register(models.Message)
class MessageAdmin(ReadOnly):
    """Intentions and how they ended."""

    list_display = ("send_after", "purpose", "clinic", "state", "state_reason")
    list_filter = ("state", "purpose", "clinic")
    ordering = ("-send_after",)


@admin.register(models.Delivery)
class DeliveryAdmin(ReadOnly):
    """Attempts."""

    list_display = ("started_at", "channel", "attempt", "outcome", "receipt")
    list_filter = ("channel", "outcome")
    ordering = ("-started_at",)


@admin.register(models.InboundText)
class InboundTextAdmin(ReadOnly):
    """Texts that came in; numbers and words stay closed."""

    list_display = ("__str__",)
    private = ("sender", "sender_index", "body")


@admin.register(models.ChannelPause)
class ChannelPauseAdmin(ReadOnly):
    """Channels that wait because a provider asked for it."""

    list_display = ("__str__",)


@admin.register(models.ClinicLimits)
class ClinicLimitsAdmin(ReadOnly):
    """Hours and monthly limits; changed on the clinic's page of reminders."""

    list_display = ("clinic", "day_begins", "day_ends", "most_a_month")


@admin.register(models.PurposeOptOut)
class PurposeOptOutAdmin(ReadOnly):
    """Kinds of message that patients do not want."""

    list_display = ("purpose", "since")


@admin.register(models.SendingHold)
class SendingHoldAdmin(ReadOnly):
    """When messages to patients were held, and who let them go."""

    list_display = ("clinic", "since", "reason", "released_at", "released_by")


@admin.register(models.SentFrom)
class SentFromAdmin(ReadOnly):
    """Databases from which messages have been sent."""

    list_display = ("database", "since")
