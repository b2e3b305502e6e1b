"""The patient has read their inbox, or a link: what was waiting for that is met at once."""

from datetime import datetime

from django.db import transaction

from courses.models import Course
from messaging.actions import reaching
from monitoring.actions import planning
from monitoring.models import DueItem
from people.models import Patient
from protocol.vocabulary import Requirement


@transaction.atomic
def read(patient: Patient, *, now: datetime, about: str = "") -> int:
    """Take note that the patient has seen their inbox, or with ``about`` what a link was about.

    A word about results that has been read is not written about again, and leaves the nurse's list
    (REM-17). Returns how many messages were new.
    """
    new = reaching.read(patient, now=now, about=about)
    if new:
        waiting = DueItem.objects.filter(
            course__patient=patient, requirement=Requirement.NOTE, ended=""
        )
        for course in Course.objects.filter(pk__in=waiting.values("course")):
            planning.replan(course, now=now)
    return new
