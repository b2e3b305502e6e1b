import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(),
        migrations.CreateModel(
            name="Course",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "number",
                    models.PositiveSmallIntegerField(default=1, help_text="1 for the first course"),
                ),
                (
                    "programme",
                    models.CharField(
                        choices=[
                            ("us-ipledge", "United States, iPLEDGE"),
                            ("uk-mhra", "United Kingdom, MHRA"),
                            ("eu-ppp", "European Union, PPP"),
                            ("ca", "Canada"),
                            ("au", "Australia"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "lab_schedule",
                    models.CharField(blank=True, help_text="empty: the clinic's", max_length=20),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        help_text="as planned; an enrolment's category comes before it",
                        max_length=3,
                    ),
                ),
                ("indication", models.CharField(blank=True, max_length=200)),
                (
                    "planned_on",
                    models.DateField(help_text="day the course was planned or recorded"),
                ),
                (
                    "started_on",
                    models.DateField(blank=True, help_text="day of the first dose", null=True),
                ),
                ("last_dose_on", models.DateField(blank=True, null=True)),
                (
                    "stop_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("completed", "Course completed"),
                            ("adverse-effect", "Side effect"),
                            ("pregnancy", "Pregnancy or positive test"),
                            ("patient-choice", "Patient's wish"),
                            ("lost", "Lost to follow-up"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("due_from", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="people.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="people.patient",
                    ),
                ),
                (
                    "prescriber",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stopped_by",
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
                        condition=models.Q(("stopped_at__isnull", True)),
                        fields=("patient",),
                        name="one_open_course_per_patient",
                    ),
                    models.UniqueConstraint(
                        fields=("patient", "number"), name="one_course_per_patient_and_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_dose_on__isnull", True),
                            ("started_on__isnull", True),
                            ("last_dose_on__gte", models.F("started_on")),
                            _connector="OR",
                        ),
                        name="course_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stop_reason", ""), ("stopped_at__isnull", True)),
                            models.Q(
                                ("stopped_at__isnull", False),
                                models.Q(("stop_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="course_has_a_stop_reason_iff_stopped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stopped_at__isnull", True), ("stopped_by__isnull", True)),
                            models.Q(("stopped_at__isnull", False), ("stopped_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="course_stopped_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryItem",
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
                            ("medication", "Medicine"),
                            ("condition", "Condition"),
                            ("allergy", "Allergy"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("noted_on", models.DateField()),
                ("stopped_on", models.DateField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history_items",
                        to="people.patient",
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
            name="CourseEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "number",
                    models.PositiveSmallIntegerField(default=1, help_text="1 for the first course"),
                ),
                (
                    "programme",
                    models.CharField(
                        choices=[
                            ("us-ipledge", "United States, iPLEDGE"),
                            ("uk-mhra", "United Kingdom, MHRA"),
                            ("eu-ppp", "European Union, PPP"),
                            ("ca", "Canada"),
                            ("au", "Australia"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "lab_schedule",
                    models.CharField(blank=True, help_text="empty: the clinic's", max_length=20),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        help_text="as planned; an enrolment's category comes before it",
                        max_length=3,
                    ),
                ),
                ("indication", models.CharField(blank=True, max_length=200)),
                (
                    "planned_on",
                    models.DateField(help_text="day the course was planned or recorded"),
                ),
                (
                    "started_on",
                    models.DateField(blank=True, help_text="day of the first dose", null=True),
                ),
                ("last_dose_on", models.DateField(blank=True, null=True)),
                (
                    "stop_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("completed", "Course completed"),
                            ("adverse-effect", "Side effect"),
                            ("pregnancy", "Pregnancy or positive test"),
                            ("patient-choice", "Patient's wish"),
                            ("lost", "Lost to follow-up"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("due_from", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="people.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="people.patient",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="courses.course",
                    ),
                ),
                (
                    "prescriber",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DoseStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField()),
                (
                    "pattern",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=1, max_digits=5), size=14
                    ),
                ),
                ("formulation", models.CharField(default="standard", max_length=12)),
                ("planned", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("recorded_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dose_steps",
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
            ],
        ),
        migrations.CreateModel(
            name="EarlierSupply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dispensed_on", models.DateField()),
                ("days", models.DecimalField(decimal_places=2, max_digits=5)),
                ("recorded_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earlier_supplies",
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
            ],
            options={
                "verbose_name_plural": "earlier supplies",
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[("fcp", "Can become pregnant"), ("ncp", "Cannot become pregnant")],
                        max_length=3,
                    ),
                ),
                (
                    "span",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="half-open; open end while in force"
                    ),
                ),
                ("registry_id", models.CharField(blank=True, max_length=40)),
                ("prescriber_certified", models.BooleanField(default=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
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
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("course", "="), ("span", "&&")],
                        name="enrolment_spans_do_not_overlap",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("resumed_on", models.DateField(blank=True, null=True)),
                ("held_at", models.DateTimeField()),
                ("resumed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="courses.course",
                    ),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resumed_by",
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
                        condition=models.Q(("resumed_on__isnull", True)),
                        fields=("course",),
                        name="one_open_hold_per_course",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resumed_on__isnull", True),
                            ("resumed_on__gte", models.F("held_on")),
                            _connector="OR",
                        ),
                        name="hold_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resumed_at__isnull", True), ("resumed_by__isnull", True)),
                            models.Q(("resumed_at__isnull", False), ("resumed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="hold_resumed_at_and_by_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MissedDose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("missed_on", models.DateField()),
                ("reported_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="missed_doses",
                        to="courses.course",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("course", "missed_on"), name="one_missed_dose_per_course_and_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Prescription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("signed_at", models.DateTimeField()),
                ("signed_on", models.DateField(help_text="the day on the programme's clock")),
                ("capsules", models.PositiveSmallIntegerField()),
                ("strength_mg", models.DecimalField(decimal_places=1, max_digits=5)),
                (
                    "pattern",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=1, max_digits=5), size=14
                    ),
                ),
                (
                    "days",
                    models.DecimalField(
                        decimal_places=2, help_text="days' supply, not rounded", max_digits=5
                    ),
                ),
                ("formulation", models.CharField(default="standard", max_length=12)),
                (
                    "excipients",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, null=True, size=None
                    ),
                ),
                ("window_opens_at", models.DateTimeField(null=True)),
                ("window_closes_at", models.DateTimeField(null=True)),
                ("level", models.CharField(max_length=8)),
                ("edition", models.CharField(max_length=20)),
                ("edition_hash", models.CharField(max_length=64)),
                ("policy_version", models.CharField(max_length=40)),
                ("override_reason", models.CharField(blank=True, max_length=500)),
                ("form_nonce", models.UUIDField(unique=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prescriptions",
                        to="courses.course",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
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
                            models.Q(("level__in", ["allow", "warn"]), ("override_reason", "")),
                            models.Q(
                                ("level", "override"),
                                models.Q(("override_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="prescription_is_allowed_or_overridden_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capsules__gt", 0)), name="prescription_has_capsules"
                    ),
                    models.UniqueConstraint(
                        fields=("course", "signed_on"), name="one_prescription_per_course_and_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
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
                            ("consent", "Form signed"),
                            ("counselling", "Counselling given"),
                            ("contraception", "Contraception stated"),
                            ("comprehension", "Questions answered"),
                            ("second-prescriber", "Second prescriber agrees"),
                            ("home-testing", "Home testing allowed or not"),
                            ("sexual-function", "Sexual function asked"),
                            ("questionnaire", "Mood questionnaire"),
                            ("symptom", "Symptom reported"),
                            ("review", "Reviewed by a clinician"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "speaker",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("prescriber", "Prescriber"),
                            ("both", "Both"),
                        ],
                        max_length=10,
                    ),
                ),
                ("stated_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "wording",
                    models.CharField(help_text="version of the words they saw", max_length=40),
                ),
                ("content", models.JSONField(default=dict)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="courses.course",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="empty: the patient",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["course", "kind", "stated_on"], name="statement_by_kind")
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("visited_on", models.DateField()),
                ("remote", models.BooleanField(default=False)),
                ("lead_prescriber", models.BooleanField(default=True)),
                ("first", models.BooleanField(default=False)),
                ("recorded_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
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
            ],
        ),
        migrations.CreateModel(
            name="Weight",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("measured_on", models.DateField()),
                ("kg", models.DecimalField(decimal_places=2, max_digits=5)),
                ("recorded_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="weights",
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kg__gte", 20), ("kg__lte", 350)),
                        name="weight_is_human",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispense",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dispensed_on", models.DateField()),
                ("dispensed_at", models.DateTimeField()),
                ("rma", models.CharField(blank=True, max_length=40)),
                ("pharmacy", models.CharField(blank=True, max_length=120)),
                ("recorded_at", models.DateTimeField()),
                ("reversed_at", models.DateTimeField(blank=True, null=True)),
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
                    "reverser",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prescription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispenses",
                        to="courses.prescription",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reversed_at__isnull", True)),
                        fields=("prescription",),
                        name="one_dispense_per_prescription_unless_reversed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reverser__isnull", True),
                            ("reversed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="dispense_is_reversed_at_a_time",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="course",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="c3b66b96d58aa661482b90639597297406094da1",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_eb897",
                    table="courses_course",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="course",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "courses_courseevent" ("category", "clinic_id", "created_at", "due_from", "id", "indication", "lab_schedule", "last_dose_on", "number", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "prescriber_id", "programme", "public_id", "started_on", "stop_reason", "stopped_at", "stopped_by_id") VALUES (NEW."category", NEW."clinic_id", NEW."created_at", NEW."due_from", NEW."id", NEW."indication", NEW."lab_schedule", NEW."last_dose_on", NEW."number", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."planned_on", NEW."prescriber_id", NEW."programme", NEW."public_id", NEW."started_on", NEW."stop_reason", NEW."stopped_at", NEW."stopped_by_id"); RETURN NULL;',
                    hash="fa4a8f0c65f35e8d56f95f68c84ad23b9704ab75",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f7e33",
                    table="courses_course",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="course",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "courses_courseevent" ("category", "clinic_id", "created_at", "due_from", "id", "indication", "lab_schedule", "last_dose_on", "number", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "prescriber_id", "programme", "public_id", "started_on", "stop_reason", "stopped_at", "stopped_by_id") VALUES (NEW."category", NEW."clinic_id", NEW."created_at", NEW."due_from", NEW."id", NEW."indication", NEW."lab_schedule", NEW."last_dose_on", NEW."number", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."planned_on", NEW."prescriber_id", NEW."programme", NEW."public_id", NEW."started_on", NEW."stop_reason", NEW."stopped_at", NEW."stopped_by_id"); RETURN NULL;',
                    hash="9acd6f78f699a3bbc28a481a114f8b27c88837d6",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_160be",
                    table="courses_course",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="historyitem",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="ed5f8a1c4aa50ff18db0910e7bbe21838a55da03",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_c2400",
                    table="courses_historyitem",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dosestep",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ae92b850408ec78f3a4b2f8b9a0ae9589ab03742",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_fc2ce",
                    table="courses_dosestep",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="earliersupply",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="19796933fa87ba6ba4430fd60843e0f6160c0e47",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_5a171",
                    table="courses_earliersupply",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="enrolment",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="21b88a79360a65e87a7dcb94e3eacd815a9ee00f",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_7679a",
                    table="courses_enrolment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="hold",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="e2d008c66147aa2ed177c8b5ec6935de09300767",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_92f65",
                    table="courses_hold",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="misseddose",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bc1b6e6e7926fe2681b0d30b74af0f561f968110",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ba3a8",
                    table="courses_misseddose",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="prescription",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f65238ec2c46c86014673ce8b984dfb0779962fa",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8785e",
                    table="courses_prescription",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statement",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0045ecbf24222ef1820835518dcd9ee7959c52c1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a3f7c",
                    table="courses_statement",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b4496792f9a780ea734d911056b30b8548aa0a29",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8a241",
                    table="courses_visit",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="weight",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fcc50079660d817162304c4fc97c7c314e8cfee6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_68a38",
                    table="courses_weight",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dispense",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="8633ab64ee327667b9261df719888033e331011b",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_a0850",
                    table="courses_dispense",
                    when="BEFORE",
                ),
            ),
        ),
    ]
