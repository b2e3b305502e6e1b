"""Signs of life: when each regular job last ended well."""

from django.db import models


class Pulse(models.Model):
    """One row per regular job, read by ``/health/ready``."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"
