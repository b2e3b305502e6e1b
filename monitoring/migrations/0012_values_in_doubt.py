"""An index for the values that wait for somebody who confirms them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Only an index."""

    dependencies = [
        ("monitoring", "0011_plan_again_after_upgrade"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="observation",
            index=models.Index(
                fields=["specimen"],
                condition=models.Q(("confirmed_at__isnull", True), ("current", True))
                & models.Q(("held", ""), _negated=True),
                name="observation_in_doubt",
            ),
        ),
    ]
