"""What is due: one row per requirement, cycle and course, and what staff did about it."""

import uuid

from django.db import models
from django.db.models import F, Q

from courses.models import Course
from people.constraints import both_or_neither
from people.models import User


class DueItem(models.Model):
    """One requirement of one cycle. Never edited by hand: ``replan`` makes rows and plan agree.

    It ends exactly one way: met by evidence, waived by a clinician, lapsed unmet, or withdrawn
    because nobody wants it any more.
    """

    class Ending(models.TextChoices):
        MET = "met", "Done"
        WAIVED = "waived", "Waived"
        LAPSED = "lapsed", "Not done in time"
        WITHDRAWN = "withdrawn", "No longer needed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="due_items")
    key = models.CharField(max_length=60)
    requirement = models.CharField(max_length=20)
    cycle = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField(null=True, blank=True)
    ended = models.CharField(max_length=10, choices=Ending.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    met_by = models.CharField(max_length=80, blank=True, help_text="<kind>:<id> of the evidence")
    met_on = models.DateField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    waived_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Among open items only: a stopped and resumed course may need the same key again.
            models.UniqueConstraint(
                fields=["course", "key"],
                condition=Q(ended=""),
                name="one_open_due_item_per_course_and_key",
            ),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on")),
                name="due_item_opens_before_it_is_due",
            ),
            models.CheckConstraint(
                condition=Q(ended="", ended_at__isnull=True)
                | (~Q(ended="") & Q(ended_at__isnull=False)),
                name="due_item_ends_with_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(ended="met") | ~Q(met_by=""),
                name="met_due_item_has_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(ended="waived") | Q(waived_at__isnull=False),
                name="waived_due_item_names_who",
            ),
            both_or_neither("waived", model="due_item"),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(ended=""), name="open_due_item_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of course {self.course_id}"


class DueItemStep(models.Model):
    """One rung of the ladder beyond the patient: from this day on somebody else has it (REM-17)."""

    class Told(models.TextChoices):
        NURSE = "nurse", "Nurse"
        PRESCRIBER = "prescriber", "Prescriber"

    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="steps")
    told = models.CharField(max_length=10, choices=Told.choices)
    on = models.DateField(help_text="the ladder's day")
    at = models.DateTimeField(help_text="when it was noticed")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["due_item", "told"], name="one_step_per_due_item_and_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.told} told of {self.due_item_id}"


class TaskAnswer(models.Model):
    """What the patient said about one due item: later, done already, or that help is needed.

    Never evidence: the item stays open until its evidence comes. The newest one counts until staff
    have spoken with the patient.
    """

    class Saying(models.TextChoices):
        LATER = "later", "Remind me later"
        DONE = "done", "Done already"
        HELP = "help", "Needs help"

    class Trouble(models.TextChoices):
        APPOINTMENT = "appointment", "No appointment to be had"
        ORDER = "order", "No order or form"
        COST = "cost", "Cost or insurance"
        TRAVEL = "travel", "Away, or no way to get there"
        UNSURE = "unsure", "Not sure what to do"
        OTHER = "other", "Something else"

    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="answers")
    said = models.CharField(max_length=6, choices=Saying.choices)
    on = models.DateField(help_text="the day of saying, or on which it was done")
    until = models.DateField(null=True, blank=True)
    trouble = models.CharField(max_length=12, choices=Trouble.choices, blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    caller = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="who spoke with the patient; empty where another answer replaced it",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["due_item"],
                condition=Q(ended_at__isnull=True),
                name="one_standing_answer_per_due_item",
            ),
            models.CheckConstraint(
                condition=Q(said="later", until__isnull=False)
                | (~Q(said="later") & Q(until__isnull=True)),
                name="later_has_a_day_and_nothing_else_has",
            ),
            models.CheckConstraint(
                condition=~Q(said="help") | ~Q(trouble=""), name="help_says_what_is_in_the_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.said} about {self.due_item_id}"


class Contact(models.Model):
    """The outcome of one attempt by staff to reach the patient about what is due."""

    class Outcome(models.TextChoices):
        REACHED = "reached", "Reached, will do it"
        CALL_LATER = "call-later", "Call again"
        NO_ANSWER = "no-answer", "No answer"
        LEFT_MESSAGE = "left-message", "Left a message"
        WRONG_NUMBER = "wrong-number", "Wrong number"
        DECLINED = "declined", "Declined"
        DONE_ELSEWHERE = "done-elsewhere", "Done elsewhere"
        MOVED = "moved", "Moved away"

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="contacts")
    due_item = models.ForeignKey(
        DueItem, on_delete=models.PROTECT, null=True, related_name="contacts"
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    next_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["course", "-at"], name="contact_newest_first")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.pk}"
