"""What providers ask of us: to be left alone for a while, and not to be sent too much at once."""

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


class ChannelRate(models.Model):
    """One row per channel with a limit: when the next text may leave, and how long the lines are.

    Its instants are by the database's clock; they only ever move forward (``rates``).
    """

    channel = models.CharField(max_length=10, primary_key=True)
    next_at = models.DateTimeField(help_text="before it, every turn is taken")
    safety_line_until = models.DateTimeField(help_text="the end of the line for safety messages")
    courtesy_line_until = models.DateTimeField(help_text="the end of the line for courtesy")

    def __str__(self) -> str:
        return f"{self.channel} next at {self.next_at:%Y-%m-%d %H:%M:%S}"
