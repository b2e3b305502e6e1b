"""Message: the intention to tell one person something, once."""

import uuid

from django.db import models
from django.db.models import Q

from people.constraints import both_or_neither
from people.models import Clinic, Patient, User


class Urgency(models.TextChoices):
    """How hard we try, and what an unknown outcome means (G3, G5)."""

    ESCALATION = "escalation", "Escalation to staff"
    SAFETY = "safety", "Safety"
    COURTESY = "courtesy", "Courtesy"


class Message(models.Model):
    """One intention. Its key makes planning exactly-once; its state says how it ended and why.

    The row is the queue: workers claim it, and nothing else remembers that it has to be sent.
    It holds no wording; text is rendered at the moment of sending and kept on the ``Delivery``.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        CLAIMED = "claimed", "Being sent"
        ACCEPTED = "accepted", "Sent"
        DELIVERED = "delivered", "Delivered"
        UNDELIVERED = "undelivered", "Not delivered"
        REFUSED = "refused", "Refused by the provider"
        UNKNOWN = "unknown", "Not known whether it was sent"
        EXPIRED = "expired", "Not sent: too late"
        SUPERSEDED = "superseded", "Not sent: a newer message replaced it"
        WITHDRAWN = "withdrawn", "Not sent: no longer needed"
        SUPPRESSED = "suppressed", "Not sent: not allowed"
        FAILED = "failed", "Not sent: could not be prepared"

    class Why(models.TextChoices):
        """Why a message waits or ended as it did; callers of ``withdraw`` give their own words."""

        QUIET_HOURS = "quiet-hours", "waiting for the morning where the patient lives"
        ONE_A_DAY = "one-a-day", "another message is the one of the day"
        PROVIDER_BUSY = "provider-busy", "the provider asked us to wait"
        PROVIDER_FULL = "provider-full", "so many leave at once that it waits for its turn"
        PROVIDER_UNREACHABLE = "provider-unreachable", "the provider cannot be reached"
        PROVIDER_TRIED = "provider-tried", "another message shows whether the provider is back"
        TRYING_AGAIN = "trying-again", "no answer the first time; one more try"
        PREPARING_FAILED = "preparing-failed", "an error while preparing it; trying again"
        READ_IN_INBOX = "read-in-inbox", "the person has read it on their own page"
        NOT_NEEDED = "not-needed", "what it was about is settled"
        NEWER = "newer", "a newer message of this kind goes out instead"
        TOGETHER = "together", "told in one message with another reminder of the day"
        MONTHLY_LIMIT = "monthly-limit", "the month's limit was reached; the next step goes out"
        TOO_LATE = "too-late", "its time had passed before it could be sent"
        LOCKED = "locked", "the account is locked"
        OPTED_OUT = "opted-out", "the person asked for no messages"
        OPTED_OUT_OF_THIS = "opted-out-of-this", "the person asked for no messages of this kind"
        NO_ADDRESS = "no-address", "no address is known"
        NO_CHANNEL = "no-channel", "no channel is set up for the addresses known"
        BAD_ADDRESS = "bad-address", "every known address has failed"
        NO_ANSWER = "no-answer", "the provider gave no clear answer"
        ADDRESS_REFUSED = "address-refused", "the provider refused the address or the message"
        NOT_DELIVERED = "not-delivered", "the carrier could not deliver it"
        NO_RECEIPT = "no-receipt", "no receipt arrived within a day"
        POISON = "poison", "it failed three times while being prepared"
        NO_ZONE = "no-zone", "the time zone of the person cannot be read"
        NO_PURPOSE = "no-purpose", "its purpose is not known to this version"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    purpose = models.CharField(max_length=40)
    # What supersedes what, and what is limited to one a day.
    kind = models.CharField(max_length=40)
    urgency = models.CharField(max_length=10, choices=Urgency.choices)
    about = models.CharField(max_length=80, help_text="<noun>:<id> of what it is about")
    variant = models.CharField(max_length=20, blank=True)
    other_way = models.BooleanField(
        default=False, help_text="by a channel that earlier messages about this did not use"
    )
    # A way in goes where its person did not say it should: to the other of their two ways.
    only_way = models.CharField(max_length=10, blank=True, help_text="the one channel it may use")
    # Found by the indexes below. A row is written anew with each state, and every index with it.
    patient = models.ForeignKey(
        Patient, models.PROTECT, null=True, blank=True, db_index=False, related_name="messages"
    )
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="messages"
    )
    clinic = models.ForeignKey(Clinic, models.PROTECT, db_index=False, related_name="messages")
    created_at = models.DateTimeField()
    send_after = models.DateTimeField()
    expires_at = models.DateTimeField()
    # The inbox on the patient's own page (G6): the row itself, so it is there exactly once.
    inbox_from = models.DateTimeField(null=True, blank=True, help_text="empty: for staff")
    read_at = models.DateTimeField(null=True, blank=True, help_text="on the patient's own page")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    state_reason = models.CharField(max_length=200, blank=True, help_text="Why, or free words")
    state_at = models.DateTimeField(help_text="since when it is in this state")
    claim = models.UUIDField(null=True, blank=True, help_text="whose lease it is")
    claimed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Claims since the last orderly end of one: a row that breaks its worker is caught (R1).
    attempts = models.PositiveSmallIntegerField(default=0)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    handled_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(patient__isnull=False, user__isnull=True)
                | Q(patient__isnull=True, user__isnull=False),
                name="message_has_exactly_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="claimed",
                    claim__isnull=False,
                    claimed_at__isnull=False,
                    lease_until__isnull=False,
                )
                | (~Q(state="claimed") & Q(claim__isnull=True, lease_until__isnull=True)),
                name="message_has_a_lease_while_claimed",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["planned", "claimed", "accepted", "delivered"],
                )
                | ~Q(state_reason=""),
                name="message_not_sent_says_why",
            ),
            both_or_neither("handled", model="message"),
        ]
        indexes = [
            # Claiming reads the front of this and nothing else.
            models.Index(
                fields=["urgency", "send_after"],
                condition=Q(state="planned"),
                name="message_to_send",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="claimed"), name="message_under_lease"
            ),
            models.Index(
                fields=["about"],
                condition=Q(state__in=["planned", "claimed"]),
                name="message_waiting_by_subject",
            ),
            models.Index(fields=["patient", "kind", "-send_after"], name="message_by_patient"),
            models.Index(fields=["clinic", "-send_after"], name="message_by_clinic"),
            models.Index(
                fields=["user"], condition=Q(user__isnull=False), name="message_by_user"
            ),
            models.Index(
                fields=["handled_by"],
                condition=Q(handled_by__isnull=False),
                name="message_by_handler",
            ),
            models.Index(
                fields=["patient", "-inbox_from"],
                condition=Q(inbox_from__isnull=False),
                name="message_in_inbox",
            ),
            models.Index(
                fields=["clinic", "state_at"],
                condition=Q(
                    handled_at__isnull=True,
                    state__in=[
                        "undelivered", "refused", "unknown", "expired", "suppressed", "failed",
                    ],
                ),
                name="message_for_a_person",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.purpose} {self.public_id} ({self.state})"
