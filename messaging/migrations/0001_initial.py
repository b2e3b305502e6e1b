import datetime
import django.core.validators
import django.db.models.deletion
import people.encryption
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="makes a resend harmless", max_length=64, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bounce", "Mail to it came back"),
                            ("complaint", "Its owner called our mail spam"),
                            ("unsubscribe", "Its owner asked the provider for no more mail"),
                        ],
                        max_length=12,
                    ),
                ),
                ("received_at", models.DateTimeField()),
                (
                    "contact_point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="people.contactpoint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChannelPause",
            fields=[
                ("channel", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("paused_until", models.DateTimeField()),
                ("reason", models.CharField(max_length=40)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ClinicLimits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day_begins", models.TimeField(default=datetime.time(8, 0))),
                ("day_ends", models.TimeField(default=datetime.time(20, 0))),
                (
                    "most_a_month",
                    models.PositiveSmallIntegerField(
                        default=12, validators=[django.core.validators.MinValueValidator(4)]
                    ),
                ),
                (
                    "clinic",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_limits",
                        to="people.clinic",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "clinic limits",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("day_begins__lt", models.F("day_ends"))),
                        name="clinic_day_begins_before_it_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("most_a_month__gte", 4)),
                        name="clinic_sends_four_messages_a_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="makes a resend harmless", max_length=64, unique=True
                    ),
                ),
                (
                    "sender",
                    people.encryption.EncryptedTextField(place="messaging.inboundtext.sender"),
                ),
                ("sender_index", models.CharField(max_length=64)),
                ("body", people.encryption.EncryptedTextField(place="messaging.inboundtext.body")),
                (
                    "keyword",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("stop", "Stop"),
                            ("start", "Start"),
                            ("help", "Help"),
                            ("", "Free text"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("known", models.BooleanField(help_text="the number belongs to a patient")),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["sender_index", "received_at"], name="inbound_by_sender")
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=120, unique=True)),
                ("purpose", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=40)),
                (
                    "urgency",
                    models.CharField(
                        choices=[
                            ("escalation", "Escalation to staff"),
                            ("safety", "Safety"),
                            ("courtesy", "Courtesy"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "about",
                    models.CharField(help_text="<noun>:<id> of what it is about", max_length=80),
                ),
                ("variant", models.CharField(blank=True, max_length=20)),
                (
                    "other_way",
                    models.BooleanField(
                        default=False,
                        help_text="by a channel that earlier messages about this did not use",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("send_after", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "inbox_from",
                    models.DateTimeField(blank=True, help_text="empty: for staff", null=True),
                ),
                (
                    "read_at",
                    models.DateTimeField(
                        blank=True, help_text="on the patient's own page", null=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("claimed", "Being sent"),
                            ("accepted", "Sent"),
                            ("delivered", "Delivered"),
                            ("undelivered", "Not delivered"),
                            ("refused", "Refused by the provider"),
                            ("unknown", "Not known whether it was sent"),
                            ("expired", "Not sent: too late"),
                            ("superseded", "Not sent: a newer message replaced it"),
                            ("withdrawn", "Not sent: no longer needed"),
                            ("suppressed", "Not sent: not allowed"),
                            ("failed", "Not sent: could not be prepared"),
                        ],
                        default="planned",
                        max_length=12,
                    ),
                ),
                (
                    "state_reason",
                    models.CharField(blank=True, help_text="Why, or free words", max_length=200),
                ),
                ("state_at", models.DateTimeField(help_text="since when it is in this state")),
                ("claim", models.UUIDField(blank=True, help_text="whose lease it is", null=True)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("handled_at", models.DateTimeField(blank=True, null=True)),
                ("handled_note", models.CharField(blank=True, max_length=300)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="people.clinic",
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="people.patient",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "planned")),
                        fields=["urgency", "send_after"],
                        name="message_to_send",
                    ),
                    models.Index(
                        condition=models.Q(("state", "claimed")),
                        fields=["lease_until"],
                        name="message_under_lease",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["planned", "claimed"])),
                        fields=["about"],
                        name="message_waiting_by_subject",
                    ),
                    models.Index(
                        fields=["patient", "kind", "-send_after"], name="message_by_patient"
                    ),
                    models.Index(fields=["clinic", "-send_after"], name="message_by_clinic"),
                    models.Index(
                        condition=models.Q(("inbox_from__isnull", False)),
                        fields=["patient", "-inbox_from"],
                        name="message_in_inbox",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("handled_at__isnull", True),
                            (
                                "state__in",
                                [
                                    "undelivered",
                                    "refused",
                                    "unknown",
                                    "expired",
                                    "suppressed",
                                    "failed",
                                ],
                            ),
                        ),
                        fields=["clinic", "state_at"],
                        name="message_for_a_person",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("patient__isnull", False), ("user__isnull", True)),
                            models.Q(("patient__isnull", True), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="message_has_exactly_one_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("claim__isnull", False),
                                ("claimed_at__isnull", False),
                                ("lease_until__isnull", False),
                                ("state", "claimed"),
                            ),
                            models.Q(
                                models.Q(("state", "claimed"), _negated=True),
                                ("claim__isnull", True),
                                ("lease_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="message_has_a_lease_while_claimed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["planned", "claimed", "accepted", "delivered"]),
                            models.Q(("state_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="message_not_sent_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handled_at__isnull", True), ("handled_by__isnull", True)),
                            models.Q(("handled_at__isnull", False), ("handled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="message_handled_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PatientHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day_begins", models.TimeField()),
                ("day_ends", models.TimeField()),
                ("chosen_at", models.DateTimeField()),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_hours",
                        to="people.patient",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "patient hours",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("day_begins__lt", models.F("day_ends"))),
                        name="patient_day_begins_before_it_ends",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PurposeOptOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(max_length=40)),
                ("since", models.DateTimeField()),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="purpose_opt_outs",
                        to="people.patient",
                    ),
                ),
                (
                    "said_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("patient", "purpose"), name="one_opt_out_per_patient_and_purpose"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("sms", "Text message"),
                            ("push", "Notification"),
                        ],
                        max_length=10,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField()),
                ("language", models.CharField(max_length=12)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("body", models.TextField()),
                ("started_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("attempting", "Under way"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("not-sent", "Certainly not sent"),
                            ("unknown", "Not known"),
                        ],
                        default="attempting",
                        max_length=10,
                    ),
                ),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                (
                    "detail",
                    models.CharField(
                        blank=True, help_text="the provider's code, never text", max_length=200
                    ),
                ),
                ("provider_id", models.CharField(blank=True, max_length=120)),
                (
                    "receipt",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No receipt"),
                            ("undelivered", "Not delivered"),
                            ("failed", "Failed for good"),
                            ("delivered", "Delivered"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("receipt_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contact_point",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deliveries",
                        to="people.contactpoint",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="messaging.message",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(fields=["key"], name="delivery_by_key"),
                    models.Index(fields=["started_at"], name="delivery_by_time"),
                    models.Index(
                        condition=models.Q(
                            ("channel", "sms"), ("outcome", "accepted"), ("receipt", "")
                        ),
                        fields=["outcome_at"],
                        name="text_without_receipt",
                    ),
                    models.Index(
                        condition=models.Q(("receipt_at__isnull", False)),
                        fields=["receipt_at"],
                        name="delivery_by_receipt",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("message", "channel", "attempt"),
                        name="one_delivery_per_message_channel_and_attempt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "attempting"), ("outcome_at__isnull", True)),
                            models.Q(
                                models.Q(("outcome", "attempting"), _negated=True),
                                ("outcome_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_outcome_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("receipt", ""), ("receipt_at__isnull", True)),
                            models.Q(
                                models.Q(("receipt", ""), _negated=True),
                                ("receipt_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_receipt_has_a_time",
                    ),
                ],
            },
        ),
    ]
