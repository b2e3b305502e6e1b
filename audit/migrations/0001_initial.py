import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Access",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("actor", models.CharField(max_length=80)),
                ("actor_name", models.CharField(blank=True, max_length=200)),
                ("patient", models.UUIDField(null=True)),
                ("clinic", models.CharField(blank=True, max_length=60)),
                ("page", models.CharField(max_length=120)),
                ("refused", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "accesses",
                "indexes": [models.Index(fields=["patient", "at"], name="audit_access_patient")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                (
                    "actor",
                    models.CharField(
                        help_text="user:<uuid>, patient:<uuid> or system:<name>", max_length=80
                    ),
                ),
                ("actor_name", models.CharField(blank=True, max_length=200)),
                (
                    "subject",
                    models.CharField(help_text="<noun>:<id> of what was acted on", max_length=80),
                ),
                ("patient", models.UUIDField(null=True)),
                (
                    "clinic",
                    models.CharField(blank=True, help_text="slug of the clinic", max_length=60),
                ),
                ("at", models.DateTimeField()),
                ("detail", models.JSONField(default=dict)),
                ("correlation", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "at"], name="audit_event_patient"),
                    models.Index(fields=["clinic", "at"], name="audit_event_clinic"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.CharField(max_length=60)),
                ("number", models.PositiveBigIntegerField()),
                ("event", models.BigIntegerField(unique=True)),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chain", "number"), name="one_seal_per_chain_and_number"
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="access",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="00e7d6be01fa15e6cd87a434a3bf37497331d85e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7761d",
                    table="audit_access",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e1de01de2c9f0df2033cadb85ebc9cff5820c148",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7d947",
                    table="audit_event",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="seal",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="425da599b8e4cf7384a383a64e17697a9d08a345",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4de12",
                    table="audit_seal",
                    when="BEFORE",
                ),
            ),
        ),
    ]
