import django.db.models.deletion
import people.encryption
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("courses", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("given_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="courses.course",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("course",),
                        name="one_open_assignment_per_course",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="assignment_ended_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "read_at",
                    models.DateTimeField(
                        blank=True, help_text="when a calendar last asked", null=True
                    ),
                ),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to="people.patient",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClinicPolicyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("effective_from", models.DateField()),
                (
                    "settings",
                    models.JSONField(
                        default=dict, help_text="fields of protocol.policy.ClinicPolicy"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policy_versions",
                        to="people.clinic",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CodeMeaning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sender", models.CharField(blank=True, max_length=200)),
                ("code", models.CharField(blank=True, max_length=60)),
                ("code_system", models.CharField(blank=True, max_length=120)),
                (
                    "words",
                    models.CharField(
                        blank=True, help_text="as compared, in lower case", max_length=200
                    ),
                ),
                (
                    "text",
                    models.CharField(
                        blank=True, help_text="the words as first sent", max_length=200
                    ),
                ),
                (
                    "analyte",
                    models.CharField(blank=True, help_text="empty: not monitored", max_length=20),
                ),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.clinic",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("clinic", "sender", "code", "code_system", "words"),
                        name="one_meaning_in_force_per_local_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="code_meaning_ended_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CourseStanding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phase", models.CharField(max_length=10)),
                ("attention", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("owner", models.CharField(blank=True, max_length=12)),
                ("level", models.CharField(max_length=8)),
                ("open_checks", models.PositiveSmallIntegerField(default=0)),
                ("ready_to_sign", models.BooleanField(default=False)),
                ("window_closes_at", models.DateTimeField(null=True)),
                ("next_due_on", models.DateField(null=True)),
                ("next_requirement", models.CharField(blank=True, max_length=20)),
                ("week", models.PositiveSmallIntegerField(null=True)),
                ("daily_mg", models.DecimalField(decimal_places=1, max_digits=6, null=True)),
                (
                    "mg_per_kg_so_far",
                    models.DecimalField(decimal_places=1, max_digits=7, null=True),
                ),
                ("latest_lab", models.JSONField(default=dict)),
                ("unread_results", models.PositiveSmallIntegerField(default=0)),
                ("worst_tier", models.PositiveSmallIntegerField(null=True)),
                ("edition", models.CharField(blank=True, max_length=20)),
                (
                    "runs_out_on",
                    models.DateField(help_text="first day without capsules", null=True),
                ),
                ("capsules_left", models.PositiveSmallIntegerField(null=True)),
                ("earliest_pickup_on", models.DateField(null=True)),
                ("contact_outcome", models.CharField(blank=True, max_length=20)),
                ("contacted_at", models.DateTimeField(null=True)),
                ("replan_after", models.DateTimeField(null=True)),
                ("refreshed_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.clinic",
                    ),
                ),
                (
                    "course",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standing",
                        to="courses.course",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["replan_after"], name="standing_to_replan"),
                    models.Index(
                        fields=["clinic", "attention", "next_due_on"], name="standing_worklist"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DueItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=60)),
                ("requirement", models.CharField(max_length=20)),
                ("cycle", models.PositiveSmallIntegerField()),
                ("opens_on", models.DateField()),
                ("due_on", models.DateField()),
                ("closes_on", models.DateField(blank=True, null=True)),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("met", "Done"),
                            ("waived", "Waived"),
                            ("lapsed", "Not done in time"),
                            ("withdrawn", "No longer needed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "met_by",
                    models.CharField(
                        blank=True, help_text="<kind>:<id> of the evidence", max_length=80
                    ),
                ),
                ("met_on", models.DateField(blank=True, null=True)),
                ("waived_at", models.DateTimeField(blank=True, null=True)),
                ("waived_reason", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="due_items",
                        to="courses.course",
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended", "")),
                        fields=["due_on"],
                        name="open_due_item_by_day",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended", "")),
                        fields=("course", "key"),
                        name="one_open_due_item_per_course_and_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opens_on__lte", models.F("due_on"))),
                        name="due_item_opens_before_it_is_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", ""), ("ended_at__isnull", True)),
                            models.Q(
                                models.Q(("ended", ""), _negated=True), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="due_item_ends_with_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", "met"), _negated=True),
                            models.Q(("met_by", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="met_due_item_has_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", "waived"), _negated=True),
                            ("waived_at__isnull", False),
                            _connector="OR",
                        ),
                        name="waived_due_item_names_who",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("waived_at__isnull", True), ("waived_by__isnull", True)),
                            models.Q(("waived_at__isnull", False), ("waived_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="due_item_waived_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EditionActivation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("edition", models.CharField(max_length=20)),
                ("effective_from", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("recorded_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        help_text="empty: every clinic",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edition_activations",
                        to="people.clinic",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("symptom", "Red symptom"),
                            ("mood", "Mood alert"),
                            ("pregnancy-test", "Positive or unclear pregnancy test"),
                            ("result", "Critical result"),
                            ("corrected-result", "Corrected result after a signature"),
                            ("unread-result", "Result not read in time"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reasons", models.JSONField(default=list, help_text="reason codes, newest last")),
                ("evidence", models.CharField(blank=True, max_length=80)),
                ("raised_at", models.DateTimeField()),
                ("rung", models.PositiveSmallIntegerField(default=0)),
                ("climbs_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, max_length=500)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="courses.course",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("acknowledged_at__isnull", True), ("closed_at__isnull", True)
                        ),
                        fields=["climbs_at"],
                        name="escalation_to_climb",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("course", "kind"),
                        name="one_open_escalation_per_course_and_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("acknowledged_at__isnull", True), ("acknowledged_by__isnull", True)
                            ),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("acknowledged_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="escalation_acknowledged_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="escalation_closed_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GateDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("action", models.CharField(max_length=10)),
                ("level", models.CharField(max_length=8)),
                ("judged_at", models.DateTimeField()),
                ("judged_on", models.DateField()),
                ("edition", models.CharField(max_length=20)),
                ("edition_hash", models.CharField(max_length=64)),
                ("policy_version", models.CharField(max_length=40)),
                ("decision", models.JSONField()),
                ("asked_by", models.CharField(max_length=80)),
                (
                    "prescription",
                    models.UUIDField(help_text="public id of what was signed on it", null=True),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_decisions",
                        to="courses.course",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LabMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("file", "File"),
                            ("upload", "Upload page"),
                            ("api", "HTTP"),
                            ("mllp", "MLLP"),
                            ("typed", "Typed by staff"),
                        ],
                        max_length=10,
                    ),
                ),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("format", models.CharField(blank=True, max_length=10)),
                ("sender", models.CharField(blank=True, max_length=200)),
                ("control_id", models.CharField(blank=True, max_length=200)),
                ("content_hash", models.CharField(max_length=64)),
                ("raw", people.encryption.EncryptedTextField(place="monitoring.labmessage.raw")),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=80)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lab_messages",
                        to="people.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinic", "sender", "control_id", "content_hash"),
                        name="one_message_per_sender_control_id_and_content",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LabToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "label",
                    models.CharField(help_text="the laboratory or its system", max_length=80),
                ),
                (
                    "prefix",
                    models.CharField(
                        help_text="how the token begins, to recognise it", max_length=12
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("counted_from", models.DateTimeField(blank=True, null=True)),
                ("calls", models.PositiveIntegerField(default=0)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lab_tokens",
                        to="people.clinic",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="monitoring.labtoken",
                    ),
                ),
                (
                    "revoked_by",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="lab_token_revoked_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("label", ""), _negated=True),
                        name="lab_token_has_a_label",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("form_key", models.UUIDField()),
                ("text", people.encryption.EncryptedTextField(place="monitoring.letter.text")),
                ("written_at", models.DateTimeField()),
                (
                    "taken_at",
                    models.DateTimeField(
                        blank=True, help_text="first read by the clinic", null=True
                    ),
                ),
                (
                    "answer",
                    people.encryption.EncryptedTextField(
                        blank=True, null=True, place="monitoring.letter.answer"
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="people.patient",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["patient", "written_at"],
                        name="letters_to_answer",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("patient", "form_key"), name="one_letter_per_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at__isnull", True), ("taken_by__isnull", True)),
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="letter_taken_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                            models.Q(
                                ("answered_at__isnull", False), ("answered_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="letter_answered_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer__isnull", True), ("answered_at__isnull", True)),
                            models.Q(
                                ("answer__isnull", False),
                                ("answered_at__isnull", False),
                                ("taken_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="answered_letter_has_been_taken_and_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PharmacyLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "prescription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pharmacy_links",
                        to="courses.prescription",
                    ),
                ),
                (
                    "revoked_by",
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
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("prescription",),
                        name="one_pharmacy_link_per_prescription_unless_revoked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="pharmacy_link_revoked_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PregnancyTest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("collected_on", models.DateField()),
                ("result", models.CharField(blank=True, max_length=15)),
                ("setting", models.CharField(blank=True, max_length=20)),
                ("specimen", models.CharField(default="urine", max_length=10)),
                ("verified", models.BooleanField(default=False)),
                (
                    "reader",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("staff", "A member of staff"),
                            ("device", "A device"),
                            ("patient", "The patient"),
                        ],
                        help_text="who read the result",
                        max_length=10,
                    ),
                ),
                ("cycle_day", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("omitted_reason", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=300)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pregnancy_tests",
                        to="courses.course",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("result", ""), ("omitted_reason", ""), _connector="XOR"
                        ),
                        name="test_has_a_result_or_a_reason_for_omission",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="pregnancy_test_withdrawn_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pulse",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("detail", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="RememberedLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sender", models.CharField(max_length=200)),
                (
                    "identifier",
                    people.encryption.EncryptedTextField(
                        place="monitoring.rememberedlink.identifier"
                    ),
                ),
                (
                    "lookup",
                    models.CharField(help_text="blind index of the identifier", max_length=64),
                ),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.clinic",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.patient",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
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
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("clinic", "sender", "lookup"),
                        name="one_remembered_patient_per_sender_and_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sender", ""), _negated=True),
                        name="remembered_link_names_a_sender",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="remembered_link_revoked_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=40)),
                ("show", models.CharField(blank=True, max_length=20)),
                ("who", models.CharField(blank=True, max_length=10)),
                ("created_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.clinic",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "clinic", "name"),
                        name="one_saved_view_per_user_clinic_and_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SentForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.UUIDField(unique=True)),
                ("sent_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.course",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attention", models.PositiveSmallIntegerField()),
                ("rank", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=40)),
                ("owner", models.CharField(max_length=12)),
                ("closes_at", models.DateTimeField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("waits_until", models.DateField(null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.clinic",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="work_items",
                        to="courses.course",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["clinic", "attention", "rank", "closes_at", "due_on", "id"],
                        name="work_item_in_order",
                    ),
                    models.Index(
                        fields=[
                            "clinic",
                            "reason",
                            "attention",
                            "rank",
                            "closes_at",
                            "due_on",
                            "id",
                        ],
                        name="work_item_by_reason",
                    ),
                    models.Index(
                        condition=models.Q(("assignee__isnull", False)),
                        fields=["clinic", "assignee", "attention", "rank"],
                        name="work_item_by_assignee",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("course", "reason"), name="one_work_item_per_course_and_reason"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("wording", models.CharField(max_length=40)),
                (
                    "answers",
                    people.encryption.EncryptedTextField(
                        help_text="JSON: question name to answer",
                        place="monitoring.checkin.answers",
                    ),
                ),
                (
                    "assessment",
                    models.JSONField(
                        default=dict, help_text="urgency and reason codes, no answers"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("submitted_on", models.DateField(blank=True, null=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="courses.course",
                    ),
                ),
                (
                    "due_item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="monitoring.dueitem",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("submitted_at__isnull", False)),
                        fields=["course", "submitted_on"],
                        name="submitted_check_ins",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("due_item",), name="one_check_in_per_due_item")
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached", "Reached, will do it"),
                            ("call-later", "Call again"),
                            ("no-answer", "No answer"),
                            ("left-message", "Left a message"),
                            ("wrong-number", "Wrong number"),
                            ("declined", "Declined"),
                            ("done-elsewhere", "Done elsewhere"),
                            ("moved", "Moved away"),
                        ],
                        max_length=20,
                    ),
                ),
                ("next_on", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="courses.course",
                    ),
                ),
                (
                    "due_item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="monitoring.dueitem",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["course", "-at"], name="contact_newest_first")],
            },
        ),
        migrations.CreateModel(
            name="DueItemStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "told",
                    models.CharField(
                        choices=[("nurse", "Nurse"), ("prescriber", "Prescriber")], max_length=10
                    ),
                ),
                ("on", models.DateField(help_text="the ladder's day")),
                ("at", models.DateTimeField(help_text="when it was noticed")),
                (
                    "due_item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="monitoring.dueitem",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("due_item", "told"), name="one_step_per_due_item_and_role"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EscalationStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rung", models.PositiveSmallIntegerField()),
                ("told", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="monitoring.escalation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("escalation", "rung", "told"), name="one_step_per_rung_and_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LabReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "part",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="position in the message"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("accepted", "Filed"),
                            ("unmatched", "Patient not found"),
                            ("rejected", "Not usable"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "hints",
                    people.encryption.EncryptedTextField(
                        blank=True,
                        help_text="JSON: what the message says about its patient",
                        place="monitoring.labreport.hints",
                    ),
                ),
                (
                    "suggestions",
                    models.JSONField(
                        default=list, help_text="public ids of patients it may belong to"
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("settled_note", models.CharField(blank=True, max_length=300)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lab_reports",
                        to="people.clinic",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="monitoring.labmessage",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.patient",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("settled_at__isnull", True), ("status__in", ["unmatched", "rejected"])
                        ),
                        fields=["clinic", "received_at"],
                        name="lab_report_queue",
                    ),
                    models.Index(fields=["clinic", "-received_at"], name="lab_report_by_arrival"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("message", "part"), name="one_report_per_message_part"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "accepted"), _negated=True),
                            ("patient__isnull", False),
                            _connector="OR",
                        ),
                        name="filed_report_has_a_patient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_by__isnull", True)),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="lab_report_settled_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PathwayStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=24)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("done", "Done"), ("not-needed", "Not needed")],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pathway",
                        to="monitoring.escalation",
                    ),
                ),
                (
                    "settled_by",
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
                        fields=("escalation", "step"), name="one_pathway_step_per_concern_and_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("settled_at__isnull", True)),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                ("settled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="pathway_step_is_settled_with_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "not-needed"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="pathway_step_is_left_out_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_by__isnull", True)),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="pathway_step_settled_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PharmacyReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dispensed", "Dispensed"),
                            ("out-of-stock", "Out of stock"),
                            ("returned", "Returned to stock"),
                            ("problem", "Problem"),
                        ],
                        max_length=12,
                    ),
                ),
                ("pharmacy", models.CharField(max_length=120)),
                ("brand", models.CharField(blank=True, max_length=60)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("settled_why", models.CharField(blank=True, max_length=40)),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="monitoring.pharmacylink",
                    ),
                ),
                (
                    "prescription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pharmacy_reports",
                        to="courses.prescription",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["prescription"],
                        name="open_pharmacy_report",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "problem"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="pharmacy_problem_says_what",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "said",
                    models.CharField(
                        choices=[
                            ("later", "Remind me later"),
                            ("done", "Done already"),
                            ("help", "Needs help"),
                        ],
                        max_length=6,
                    ),
                ),
                ("on", models.DateField(help_text="the day of saying, or on which it was done")),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("appointment", "No appointment to be had"),
                            ("order", "No order or form"),
                            ("cost", "Cost or insurance"),
                            ("travel", "Away, or no way to get there"),
                            ("unsure", "Not sure what to do"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "caller",
                    models.ForeignKey(
                        help_text="who spoke with the patient; empty where another answer replaced it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "due_item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="monitoring.dueitem",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("due_item",),
                        name="one_standing_answer_per_due_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("said", "later"), ("until__isnull", False)),
                            models.Q(
                                models.Q(("said", "later"), _negated=True), ("until__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="later_has_a_day_and_nothing_else_has",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("said", "help"), _negated=True),
                            models.Q(("trouble", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="help_says_what_is_in_the_way",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.patient",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="monitoring.labreport",
                    ),
                ),
                (
                    "to_patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.patient",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_patient", models.F("to_patient")), _negated=True),
                        name="report_moves_to_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="report_moves_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Specimen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sender", models.CharField(blank=True, max_length=200)),
                ("accession", models.CharField(blank=True, max_length=120)),
                (
                    "kind",
                    models.CharField(
                        blank=True, help_text="urine, serum, blood or empty", max_length=10
                    ),
                ),
                ("collected_on", models.DateField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "dated_at",
                    models.DateTimeField(
                        blank=True, help_text="when staff set the collection date", null=True
                    ),
                ),
                (
                    "dated_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="specimens",
                        to="people.patient",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="specimens",
                        to="monitoring.labreport",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "collected_on"], name="specimen_by_day")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dated_at__isnull", True), ("dated_by__isnull", True)),
                            models.Q(("dated_at__isnull", False), ("dated_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="specimen_dated_at_and_by_together",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("no-action", "No action"),
                            ("repeat", "Repeat the test"),
                            ("reduce", "Reduce the dose"),
                            ("hold", "Hold treatment"),
                            ("stop", "Stop the course"),
                            ("contact", "Refer or contact"),
                        ],
                        max_length=10,
                    ),
                ),
                ("plan", models.CharField(max_length=500)),
                ("tier", models.CharField(blank=True, max_length=2)),
                (
                    "results",
                    models.JSONField(
                        default=list, help_text="public ids of the results that were read"
                    ),
                ),
                ("repeat_on", models.DateField(blank=True, null=True)),
                ("repeat", models.JSONField(default=list, help_text="analytes to be drawn again")),
                (
                    "told",
                    models.BooleanField(default=False, help_text="the patient was written to"),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True,
                        help_text="own words to the patient; empty: the ready-made",
                        max_length=600,
                    ),
                ),
                ("rule", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="courses.course",
                    ),
                ),
                (
                    "specimen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="monitoring.specimen",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by__isnull", False), ("rule", "")),
                            models.Q(("by__isnull", True), models.Q(("rule", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="acknowledgement_names_a_person_or_a_rule",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("filler", models.CharField(blank=True, max_length=120)),
                ("set_id", models.CharField(blank=True, max_length=20)),
                ("analyte", models.CharField(blank=True, max_length=20)),
                ("code", models.CharField(max_length=60)),
                ("code_system", models.CharField(blank=True, max_length=120)),
                ("code_text", models.CharField(blank=True, max_length=200)),
                ("value_text", models.CharField(blank=True, max_length=200)),
                (
                    "value",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True),
                ),
                ("comparator", models.CharField(blank=True, max_length=2)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("unit_as_sent", models.CharField(blank=True, max_length=40)),
                (
                    "lln",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True),
                ),
                (
                    "uln",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True),
                ),
                ("range_text", models.CharField(blank=True, max_length=300)),
                ("flag", models.CharField(blank=True, max_length=20)),
                ("fasting", models.BooleanField(null=True)),
                ("status", models.CharField(max_length=12)),
                (
                    "held",
                    models.CharField(
                        blank=True, help_text="why it waits; empty if it counts", max_length=300
                    ),
                ),
                (
                    "ungraded",
                    models.CharField(
                        blank=True, help_text="why it cannot be graded", max_length=300
                    ),
                ),
                ("monitored", models.BooleanField(default=True)),
                ("notes", models.JSONField(default=list)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "unit_set_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="when staff said which unit the value is in",
                        null=True,
                    ),
                ),
                ("set_aside_at", models.DateTimeField(blank=True, null=True)),
                ("set_aside_reason", models.CharField(blank=True, max_length=300)),
                ("current", models.BooleanField(default=True)),
                ("received_at", models.DateTimeField()),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_aside_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="monitoring.observation",
                    ),
                ),
                (
                    "unit_set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "specimen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="monitoring.specimen",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("confirmed_at__isnull", True),
                            ("current", True),
                            models.Q(("held", ""), _negated=True),
                        ),
                        fields=["specimen"],
                        name="observation_in_doubt",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=("specimen", "code", "code_system"),
                        name="one_current_observation_per_specimen_and_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", True), ("confirmed_by__isnull", True)
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False), ("confirmed_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="observation_confirmed_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit_set_at__isnull", True), ("unit_set_by__isnull", True)),
                            models.Q(
                                ("unit_set_at__isnull", False), ("unit_set_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="observation_unit_set_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("set_aside_at__isnull", True), ("set_aside_by__isnull", True)
                            ),
                            models.Q(
                                ("set_aside_at__isnull", False), ("set_aside_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="observation_set_aside_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("set_aside_at__isnull", True), ("current", False), _connector="OR"
                        ),
                        name="what_was_set_aside_does_not_count",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResultReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("collected_on", models.DateField()),
                ("since", models.DateTimeField(help_text="when what is to be read became known")),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        help_text="highest; empty: none was graded", null=True
                    ),
                ),
                ("needs_decision", models.BooleanField(default=False)),
                (
                    "corrected",
                    models.BooleanField(
                        default=False, help_text="the laboratory changed what had been decided on"
                    ),
                ),
                (
                    "doubtful",
                    models.BooleanField(
                        default=False, help_text="a value waits to be confirmed (LAB-6)"
                    ),
                ),
                (
                    "lines",
                    models.JSONField(
                        default=list, help_text="the results as lists show them, worst first"
                    ),
                ),
                (
                    "version",
                    models.CharField(help_text="hash of what is to be read", max_length=64),
                ),
                (
                    "escalates_at",
                    models.DateTimeField(help_text="empty: not, or it has been raised", null=True),
                ),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("decided", "Decided"),
                            ("by-rule", "Closed by the clinic's rule"),
                            ("superseded", "Normal, and newer ones have come"),
                            ("withdrawn", "Nothing is left to read"),
                        ],
                        max_length=12,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.clinic",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="result_reviews",
                        to="courses.course",
                    ),
                ),
                (
                    "specimen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="monitoring.specimen",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended", "")),
                        fields=["clinic", "needs_decision", "tier", "since"],
                        name="result_review_to_read",
                    ),
                    models.Index(
                        condition=models.Q(("ended", "")),
                        fields=["escalates_at"],
                        name="result_review_to_escalate",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("course", "specimen"),
                        name="one_result_review_per_course_and_specimen",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", ""), ("ended_at__isnull", True)),
                            models.Q(
                                models.Q(("ended", ""), _negated=True), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="result_review_ends_with_a_time",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clinicpolicyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cb0e4951c107837707e03e727f5fc3727223d04d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c71a2",
                    table="monitoring_clinicpolicyversion",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="codemeaning",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="21e973dca54f6e0aa95cd7c5d01b1e057d6f2982",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_bc91c",
                    table="monitoring_codemeaning",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="codemeaning",
            trigger=pgtrigger.compiler.Trigger(
                name="meaning_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."analyte" IS DISTINCT FROM (NEW."analyte") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."code_system" IS DISTINCT FROM (NEW."code_system") OR OLD."sender" IS DISTINCT FROM (NEW."sender") OR OLD."words" IS DISTINCT FROM (NEW."words"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="6c936547ba54364979fcbe72ea2e0fd6da85aeb7",
                    operation="UPDATE",
                    pgid="pgtrigger_meaning_never_changes_7a7f7",
                    table="monitoring_codemeaning",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="editionactivation",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="8fc794d729be8046bef87082ab81af5a90ab531a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_97a26",
                    table="monitoring_editionactivation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gatedecision",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="366de190f14ccd77c5ce927e79328cccec5ff8fb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e2778",
                    table="monitoring_gatedecision",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="labmessage",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="87fe9c0361a6e9d9c67aabc237c61c6e57ec6995",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_48dc7",
                    table="monitoring_labmessage",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="labtoken",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="597997336cdf97ef4624f0f3b892a38d07319c91",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_66f90",
                    table="monitoring_labtoken",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="labtoken",
            trigger=pgtrigger.compiler.Trigger(
                name="secret_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."token_hash" IS DISTINCT FROM (NEW."token_hash"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="87cf9250ddd90b7a7fbb255a8f5145df423f92df",
                    operation="UPDATE",
                    pgid="pgtrigger_secret_never_changes_7efe9",
                    table="monitoring_labtoken",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="letter",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="6ac4d4573c4e96281fbdde1fcf7d0e82c71d9b39",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_bd258",
                    table="monitoring_letter",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="letter",
            trigger=pgtrigger.compiler.Trigger(
                name="letter_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."form_key" IS DISTINCT FROM (NEW."form_key") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."written_at" IS DISTINCT FROM (NEW."written_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a1ef725764d015d7490cf426655123e97d1da6cb",
                    operation="UPDATE",
                    pgid="pgtrigger_letter_never_changes_7062f",
                    table="monitoring_letter",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="letter",
            trigger=pgtrigger.compiler.Trigger(
                name="immutable_once_answered",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."answered_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="5e05b01802f2a95ed3657b447ed83eaca3cf66f3",
                    operation="UPDATE",
                    pgid="pgtrigger_immutable_once_answered_60bea",
                    table="monitoring_letter",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pregnancytest",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="4ec3f68a26382896a119b82faa652fe879f059b8",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_3ace9",
                    table="monitoring_pregnancytest",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pregnancytest",
            trigger=pgtrigger.compiler.Trigger(
                name="result_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."collected_on" IS DISTINCT FROM (NEW."collected_on") OR OLD."course_id" IS DISTINCT FROM (NEW."course_id") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."setting" IS DISTINCT FROM (NEW."setting") OR OLD."specimen" IS DISTINCT FROM (NEW."specimen"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="bc948888fad5c945d491654b410b915e661d362e",
                    operation="UPDATE",
                    pgid="pgtrigger_result_never_changes_fd60c",
                    table="monitoring_pregnancytest",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rememberedlink",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="45956d61e3ccc6cff182805fcc702f1e80341591",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_09dfd",
                    table="monitoring_rememberedlink",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rememberedlink",
            trigger=pgtrigger.compiler.Trigger(
                name="link_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."identifier" IS DISTINCT FROM (NEW."identifier") OR OLD."lookup" IS DISTINCT FROM (NEW."lookup") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."sender" IS DISTINCT FROM (NEW."sender"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="9255eeb8fdd1e2791a0973c97fadbb72b7c2d123",
                    operation="UPDATE",
                    pgid="pgtrigger_link_never_changes_c3fbb",
                    table="monitoring_rememberedlink",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sentform",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="facb827474579ee64e75d12f3b574c1aec10fd6b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_2d2fc",
                    table="monitoring_sentform",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkin",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d57a6c5af58a5c97ac6e8a98371d5ccda66fb242",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_111f7",
                    table="monitoring_checkin",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="checkin",
            trigger=pgtrigger.compiler.Trigger(
                name="immutable_once_submitted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."submitted_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c4c690bb1437d669e19aea7709228e0dc34e929b",
                    operation="UPDATE",
                    pgid="pgtrigger_immutable_once_submitted_1fbe0",
                    table="monitoring_checkin",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="labreport",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="f10e84c159171a0f98b7bf8fc048f1e27d2c5127",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_9857d",
                    table="monitoring_labreport",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="labreport",
            trigger=pgtrigger.compiler.Trigger(
                name="report_has_its_specimens_patient",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n    IF EXISTS (\n        SELECT 1 FROM monitoring_specimen s JOIN monitoring_labreport r ON r.id = s.report_id\n        WHERE r.id = NEW.id AND r.patient_id IS DISTINCT FROM s.patient_id\n    ) THEN\n        RAISE EXCEPTION 'a specimen and its report must belong to the same patient';\n    END IF;\n    RETURN NULL;\n",
                    hash="87ec11a704a15ceadd9e17642fb061c378b76aae",
                    operation='UPDATE OF "patient_id"',
                    pgid="pgtrigger_report_has_its_specimens_patient_223e4",
                    table="monitoring_labreport",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pharmacyreport",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="16254bb02fc18c489067a44c62d15d35ae0b609c",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_67fa1",
                    table="monitoring_pharmacyreport",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportmove",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="039b3bc7df31bfae5c5b087b7d87fb205abdc104",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c0c26",
                    table="monitoring_reportmove",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="specimen",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="240017c3d02139b7020e6ed0e4b8cc27fd4faaf6",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_b72db",
                    table="monitoring_specimen",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="specimen",
            trigger=pgtrigger.compiler.Trigger(
                name="specimen_has_its_reports_patient",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n    IF EXISTS (\n        SELECT 1 FROM monitoring_specimen s JOIN monitoring_labreport r ON r.id = s.report_id\n        WHERE s.id = NEW.id AND r.patient_id IS DISTINCT FROM s.patient_id\n    ) THEN\n        RAISE EXCEPTION 'a specimen and its report must belong to the same patient';\n    END IF;\n    RETURN NULL;\n",
                    hash="a61ff78fbf1cfd3be202c9aa8e9ef70b10b40596",
                    operation='INSERT OR UPDATE OF "patient_id", "report_id"',
                    pgid="pgtrigger_specimen_has_its_reports_patient_31c3b",
                    table="monitoring_specimen",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="acknowledgement",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fa33d6b86cc31b9bdcbd0af0b12d6fe8d0c1037e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6859d",
                    table="monitoring_acknowledgement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="observation",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="b395ca45806df9e1c6db27fd96502f04054ea5b4",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_b84fa",
                    table="monitoring_observation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="observation",
            trigger=pgtrigger.compiler.Trigger(
                name="value_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."analyte" IS DISTINCT FROM (NEW."analyte") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."comparator" IS DISTINCT FROM (NEW."comparator") OR OLD."lln" IS DISTINCT FROM (NEW."lln") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."uln" IS DISTINCT FROM (NEW."uln") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."value" IS DISTINCT FROM (NEW."value") OR OLD."value_text" IS DISTINCT FROM (NEW."value_text"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ce3c3d3963c61afc60dcff150af5dd754e0436e0",
                    operation="UPDATE",
                    pgid="pgtrigger_value_never_changes_7579f",
                    table="monitoring_observation",
                    when="BEFORE",
                ),
            ),
        ),
    ]
