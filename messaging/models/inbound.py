"""InboundText: what people write back to the clinic's number."""

from django.db import models

from people.encryption import EncryptedTextField


class InboundText(models.Model):
    """One text that came in. Numbers and words are encrypted; staff read what is not a keyword."""

    class Keyword(models.TextChoices):
        STOP = "stop", "Stop"
        START = "start", "Start"
        HELP = "help", "Help"
        NONE = "", "Free text"

    fingerprint = models.CharField(max_length=64, unique=True, help_text="makes a resend harmless")
    sender = EncryptedTextField(place="messaging.inboundtext.sender")
    sender_index = models.CharField(max_length=64)
    body = EncryptedTextField(place="messaging.inboundtext.body")
    keyword = models.CharField(max_length=10, choices=Keyword.choices, blank=True, default="")
    known = models.BooleanField(help_text="the number belongs to a patient")
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sender_index", "received_at"], name="inbound_by_sender")]

    def __str__(self) -> str:
        return f"inbound text {self.pk}"
