"""A prescription has lines: each strength with its quantity. Old rows become one line each."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models

# Prescriptions are append-only by trigger; what they say does not change, only where it stands.
_QUIET = "ALTER TABLE courses_prescription DISABLE TRIGGER USER"
_GUARDED = "ALTER TABLE courses_prescription ENABLE TRIGGER USER"
_CARRY = (
    "UPDATE courses_prescription"
    " SET strengths_mg = ARRAY[strength_mg], quantities = ARRAY[capsules]"
)
# Backwards, several strengths become the largest with all capsules: shown, not to be signed anew.
_CARRY_BACK = (
    "UPDATE courses_prescription SET strength_mg = strengths_mg[1],"
    " capsules = (SELECT sum(each) FROM unnest(quantities) AS each)"
)


def _strengths(**kwargs: object) -> django.contrib.postgres.fields.ArrayField:
    base = models.DecimalField(decimal_places=1, max_digits=5)
    return django.contrib.postgres.fields.ArrayField(base_field=base, size=3, **kwargs)


def _quantities(**kwargs: object) -> django.contrib.postgres.fields.ArrayField:
    base = models.PositiveSmallIntegerField()
    return django.contrib.postgres.fields.ArrayField(base_field=base, size=3, **kwargs)


def _stated(place: int) -> models.Q:
    return models.Q(
        (f"quantities__{place}__gt", 0),
        (f"quantities__{place}__isnull", False),
        (f"strengths_mg__{place}__gt", 0),
        (f"strengths_mg__{place}__isnull", False),
    )


class Migration(migrations.Migration):
    """Add, carry over, guard, and let go of the columns of a single strength."""

    dependencies: ClassVar = [("courses", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField("prescription", "strengths_mg", _strengths(null=True)),
        migrations.AddField("prescription", "quantities", _quantities(null=True)),
        migrations.RemoveConstraint("prescription", "prescription_has_capsules"),
        migrations.AlterField(
            "prescription", "capsules", models.PositiveSmallIntegerField(null=True)
        ),
        migrations.AlterField(
            "prescription",
            "strength_mg",
            models.DecimalField(decimal_places=1, max_digits=5, null=True),
        ),
        migrations.RunSQL(
            [_QUIET, _CARRY, _GUARDED],
            [_QUIET, _CARRY_BACK, _GUARDED],
        ),
        migrations.AlterField("prescription", "strengths_mg", _strengths()),
        migrations.AlterField("prescription", "quantities", _quantities()),
        migrations.AddConstraint(
            "prescription",
            models.CheckConstraint(
                condition=models.Q(
                    ("quantities__len", models.F("strengths_mg__len")),
                    ("quantities__len__gte", 1),
                    ("quantities__len__lte", 3),
                    ("quantities__0__gt", 0),
                    ("quantities__0__isnull", False),
                    ("strengths_mg__0__gt", 0),
                    ("strengths_mg__0__isnull", False),
                    models.Q(("quantities__len__lte", 1), _stated(1), _connector="OR"),
                    models.Q(("quantities__len__lte", 2), _stated(2), _connector="OR"),
                ),
                name="prescription_lines_are_whole",
            ),
        ),
        migrations.AddConstraint(
            "prescription",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("strengths_mg__len__lte", 1),
                        ("strengths_mg__1__lt", models.F("strengths_mg__0")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("strengths_mg__len__lte", 2),
                        ("strengths_mg__2__lt", models.F("strengths_mg__1")),
                        _connector="OR",
                    ),
                ),
                name="prescription_names_each_strength_once",
            ),
        ),
        migrations.RemoveField("prescription", "capsules"),
        migrations.RemoveField("prescription", "strength_mg"),
    ]
