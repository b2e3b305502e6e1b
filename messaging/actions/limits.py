"""A clinic says at which hours its messages may leave, and how many a month."""

from datetime import datetime, time

from audit import trail
from audit.kinds import Kind
from messaging.models import ClinicLimits
from people.models import Clinic, User


@trail.action
def set_limits(
    clinic: Clinic,
    *,
    day_begins: time,
    day_ends: time,
    most_a_month: int,
    by: User,
    now: datetime,
) -> ClinicLimits:
    """Limits from now on; messages that wait are asked again when their time comes.

    Args:
        day_begins, day_ends: by the patient's wall clock, the first included.
        most_a_month: messages to one patient in 30 days, of which early reminders are left out.
    """
    row, _ = ClinicLimits.objects.select_for_update().get_or_create(clinic=clinic)
    old = (row.day_begins, row.day_ends, row.most_a_month)
    if old == (day_begins, day_ends, most_a_month):
        trail.unchanged()
        return row
    row.day_begins, row.day_ends, row.most_a_month = day_begins, day_ends, most_a_month
    row.save()
    trail.record(
        Kind.MESSAGE_LIMITS_CHANGED,
        by=by,
        subject=f"clinic:{clinic.slug}",
        now=now,
        clinic=clinic.slug,
        old=[str(each) for each in old],
        new=[str(day_begins), str(day_ends), most_a_month],
    )
    return row
