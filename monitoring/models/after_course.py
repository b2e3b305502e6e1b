"""How the skin is after the course, as the patient says: at three, six, nine and twelve months."""

from django.db import models

from courses.models import Course
from monitoring.models.results import APPEND_ONLY


class SkinReport(models.Model):
    """One look back; ``skin`` is the patient's own view on the five steps of the IGA."""

    class Skin(models.IntegerChoices):
        CLEAR = 0, "Clear"
        ALMOST = 1, "Almost clear"
        MILD = 2, "Mild"
        MODERATE = 3, "Moderate"
        SEVERE = 4, "Severe"

    class Glad(models.TextChoices):
        YES = "yes", "Would do the course again"
        UNSURE = "unsure", "Not sure"
        NO = "no", "Would not do it again"

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="skin_reports")
    month = models.PositiveSmallIntegerField()
    skin = models.PositiveSmallIntegerField(choices=Skin.choices)
    glad = models.CharField(max_length=6, choices=Glad.choices)
    wants_call = models.BooleanField(help_text="asks to talk about what can be done")
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(
                fields=["course", "month"], name="one_skin_report_per_course_and_month"
            ),
            models.CheckConstraint(
                condition=models.Q(skin__lte=4), name="skin_is_on_the_five_steps"
            ),
        ]

    def __str__(self) -> str:
        return f"skin report {self.pk}"
