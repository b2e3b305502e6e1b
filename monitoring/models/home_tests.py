"""A pregnancy test that the patient photographs at home, and who has read the picture (US-13)."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from courses.models import Course
from monitoring.models.pictures import Picture
from monitoring.models.results import APPEND_ONLY, PregnancyTest
from people.encryption import EncryptedTextField
from people.models import User


class HomeTest(models.Model):
    """One code and, once it was sent, the picture beside which it is written.

    ``outcome`` empty: open, or waiting to be read.
    """

    class Outcome(models.TextChoices):
        COUNTED = "counted", "Read"
        REPEAT = "repeat", "To be done again"
        REPLACED = "replaced", "Another code was asked for"

    class Doubt(models.TextChoices):
        SAME_FILE = "same-file", "The same picture was sent before"
        LIKE = "like", "Looks like a picture that was sent before"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="home_tests")
    code = EncryptedTextField(place="monitoring.hometest.code")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    picture = models.OneToOneField(Picture, on_delete=models.PROTECT, null=True, blank=True)
    # What the patient sees on the test; nobody is shown it before they have read for themselves.
    said = EncryptedTextField(place="monitoring.hometest.said", blank=True)
    doubt = models.CharField(max_length=10, choices=Doubt.choices, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    test = models.OneToOneField(PregnancyTest, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="home_test_settled_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__settled_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(outcome=""),
                name="one_open_home_test_per_course",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True)
                | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="settled_home_test_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome="counted", test__isnull=False, picture__isnull=False)
                | (~Q(outcome="counted") & Q(test__isnull=True)),
                name="counted_home_test_has_picture_and_result",
            ),
        ]

    def __str__(self) -> str:
        return f"home test {self.public_id}"


class HomeTestReading(models.Model):
    """What one member of staff read in the picture, knowing neither name nor history."""

    class Read(models.TextChoices):
        NEGATIVE = "negative", "Negative"
        POSITIVE = "positive", "Positive"
        INDETERMINATE = "indeterminate", "Unclear result"
        UNREADABLE = "unreadable", "Picture cannot be read"

    home_test = models.ForeignKey(HomeTest, on_delete=models.PROTECT, related_name="readings")
    read = models.CharField(max_length=13, choices=Read.choices)
    code_matches = models.BooleanField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(
                fields=["home_test", "by"], name="one_reading_per_home_test_and_reader"
            ),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"
