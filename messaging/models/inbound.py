"""What comes back: texts to the clinic's number, and reports that an address does not work."""

from django.db import models

from people.encryption import EncryptedTextField
from people.models import ContactPoint


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


class AddressReport(models.Model):
    """What a provider of e-mail said about an address, once; it may mean that it is not used."""

    class Kind(models.TextChoices):
        BOUNCE = "bounce", "Mail to it came back"
        COMPLAINT = "complaint", "Its owner called our mail spam"
        UNSUBSCRIBE = "unsubscribe", "Its owner asked the provider for no more mail"

    fingerprint = models.CharField(max_length=64, unique=True, help_text="makes a resend harmless")
    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.CASCADE, related_name="reports"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} report {self.pk}"
