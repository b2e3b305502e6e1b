"""ChannelPause: until when a provider wants to be left alone."""

from django.db import models


class ChannelPause(models.Model):
    """One row per channel that asked us to wait (429), or that could not be reached (REM-15)."""

    channel = models.CharField(max_length=10, primary_key=True)
    paused_until = models.DateTimeField()
    reason = models.CharField(max_length=40)
    # Grows with each failure in a row; an accept removes the row.
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.channel} paused until {self.paused_until:%Y-%m-%d %H:%M}"
