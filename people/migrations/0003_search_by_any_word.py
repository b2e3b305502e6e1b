"""One index for the search by the beginning of any word of a patient's name or number."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Concat, Upper


class Migration(migrations.Migration):
    """``pg_trgm`` is a trusted extension: the owner of the database may create it."""

    dependencies = [
        ("people", "0002_cache_table"),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="patient",
            index=GinIndex(
                OpClass(
                    Upper(
                        Concat(
                            Value(" "),
                            "family_name",
                            Value(" "),
                            "given_name",
                            Value(" "),
                            "mrn",
                            output_field=models.TextField(),
                        )
                    ),
                    "gin_trgm_ops",
                ),
                name="patient_by_any_word",
            ),
        ),
    ]
