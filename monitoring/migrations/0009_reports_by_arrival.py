"""An index for when the newest report of a clinic arrived."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Only an index."""

    dependencies = [
        ("monitoring", "0008_task_answers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="labreport",
            index=models.Index(fields=["clinic", "-received_at"], name="lab_report_by_arrival"),
        ),
    ]
