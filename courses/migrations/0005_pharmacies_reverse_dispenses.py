"""A pharmacy without an account may take a supply back: no user is named then."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("courses", "0004_plural_names")]

    operations = [
        migrations.RemoveConstraint(
            model_name="dispense", name="dispense_reversed_at_and_by_together"
        ),
        migrations.RenameField("dispense", "reversed_by", "reverser"),
        migrations.AddConstraint(
            model_name="dispense",
            constraint=models.CheckConstraint(
                condition=Q(reverser__isnull=True) | Q(reversed_at__isnull=False),
                name="dispense_is_reversed_at_a_time",
            ),
        ),
    ]
