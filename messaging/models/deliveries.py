"""Delivery: one attempt by one channel, written down before it is made."""

import uuid

from django.db import models
from django.db.models import Q

from messaging.models.messages import Message
from people.models import ContactPoint


class Delivery(models.Model):
    """One attempt. Committed as ATTEMPTING before the network is touched (G3).

    ``key`` is the same for every attempt of one message by one channel, so a provider that honours
    idempotency keys accepts it once (G4). ``body`` is what was sent, by construction without
    anything private (REM-18), and with ``[link]`` in place of a task link, which is a secret.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "Text message"
        PUSH = "push", "Notification"

    class Outcome(models.TextChoices):
        ATTEMPTING = "attempting", "Under way"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"
        NOT_SENT = "not-sent", "Certainly not sent"
        UNKNOWN = "unknown", "Not known"

    class Receipt(models.TextChoices):
        NONE = "", "No receipt"
        UNDELIVERED = "undelivered", "Not delivered"
        FAILED = "failed", "Failed for good"
        DELIVERED = "delivered", "Delivered"

    # Found by the constraint below.
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, db_index=False, related_name="deliveries"
    )
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    attempt = models.PositiveSmallIntegerField()
    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    language = models.CharField(max_length=12)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    started_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.ATTEMPTING)
    outcome_at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(
        max_length=200, blank=True, help_text="the provider's code, never text"
    )
    provider_id = models.CharField(max_length=120, blank=True)
    receipt = models.CharField(max_length=12, choices=Receipt.choices, blank=True, default="")
    receipt_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel", "attempt"],
                name="one_delivery_per_message_channel_and_attempt",
            ),
            models.CheckConstraint(
                condition=Q(outcome="attempting", outcome_at__isnull=True)
                | (~Q(outcome="attempting") & Q(outcome_at__isnull=False)),
                name="delivery_outcome_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(receipt="", receipt_at__isnull=True)
                | (~Q(receipt="") & Q(receipt_at__isnull=False)),
                name="delivery_receipt_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["key"], name="delivery_by_key"),
            models.Index(fields=["started_at"], name="delivery_by_time"),
            models.Index(
                fields=["outcome_at"],
                condition=Q(channel="sms", outcome="accepted", receipt=""),
                name="text_without_receipt",
            ),
            models.Index(
                fields=["receipt_at"],
                condition=Q(receipt_at__isnull=False),
                name="delivery_by_receipt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} attempt {self.attempt} of message {self.message_id}"
