"""Every course is planned again at the next ticks, so that its work items come to be."""

from django.db import migrations
from django.db.models.functions import Now


def plan_again(apps, schema_editor):
    apps.get_model("monitoring", "CourseStanding").objects.update(replan_after=Now())


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0010_worklist_and_pharmacy")]

    operations = [migrations.RunPython(plan_again, migrations.RunPython.noop)]
