from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_lists_at_size")]

    operations = [
        migrations.AlterField(
            model_name="contactpoint",
            name="created_at",
            field=models.DateTimeField(help_text="given for messages, as the clinic records it"),
        ),
        migrations.AlterField(
            model_name="contactpointevent",
            name="created_at",
            field=models.DateTimeField(help_text="given for messages, as the clinic records it"),
        ),
    ]
