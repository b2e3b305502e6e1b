"""After a missed window: what must be done anew is opened, and the patient is told."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import record
from courses.models import Course
from messaging import outbox
from monitoring import purposes
from monitoring.actions import planning
from monitoring.models import DueItem
from monitoring.queries.supply import supply_page
from people.models import User
from protocol.gap import Requalification
from protocol.vocabulary import Requirement


class NothingMissed(Exception):
    """No window was missed, or it is put right already."""


@trail.action
def begin(course: Course, *, by: User, now: datetime) -> Requalification:
    """Plan the course anew, keep what was asked for by which edition, and remind the patient.

    Pressed again it changes nothing. Before the first day on which a new test counts nobody is
    written to: the plan does so on that day.

    Raises:
        NothingMissed: there is no missed window.
    """
    locked = (
        Course.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic", "patient__clinic")
        .get(pk=course.pk)
    )
    found = supply_page(locked, now=now)
    asked = found.requalification
    if asked is None:
        raise NothingMissed
    key = f"requalify:{locked.public_id}:{asked.test_from.isoformat()}"
    if outbox.known([key]):
        trail.unchanged()
        return asked
    record(
        Kind.REQUALIFICATION_BEGUN,
        locked,
        by=by,
        now=now,
        edition=asked.edition,
        test_from=asked.test_from.isoformat(),
        steps=[
            {"reason": step.reason.value, "from": step.first_day and step.first_day.isoformat()}
            for step in asked.steps
        ],
    )
    planning.replan(locked, now=now)
    item = DueItem.objects.filter(
        course=locked,
        ended="",
        requirement=Requirement.PREGNANCY_TEST.value,
        opens_on__lte=found.today,
    ).first()
    if item is not None and asked.test_from <= found.today:
        outbox.enqueue(
            purpose=purposes.DUE_ITEM_REMINDER,
            key=key,
            about=f"due-item:{item.public_id}",
            patient=locked.patient,
            clinic=locked.clinic,
            variant="on",
            send_after=now,
            now=now,
        )
    return asked
