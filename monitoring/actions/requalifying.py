"""After a missed window: what must be done anew is opened, and the patient is told."""

from datetime import datetime

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import locked, record
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
    held = locked(course)
    found = supply_page(held, now=now)
    asked = found.requalification
    if asked is None:
        raise NothingMissed
    key = f"requalify:{held.public_id}:{asked.test_from.isoformat()}"
    if outbox.known([key]):
        trail.unchanged()
        return asked
    record(
        Kind.REQUALIFICATION_BEGUN,
        held,
        by=by,
        now=now,
        edition=asked.edition,
        test_from=asked.test_from.isoformat(),
        steps=[
            {"reason": step.reason.value, "from": step.first_day and step.first_day.isoformat()}
            for step in asked.steps
        ],
    )
    planning.replan(held, now=now)
    item = DueItem.objects.filter(
        course=held,
        ended="",
        requirement=Requirement.PREGNANCY_TEST.value,
        opens_on__lte=found.today,
    ).first()
    if item is not None and asked.test_from <= found.today:
        outbox.enqueue(
            purpose=purposes.DUE_ITEM_REMINDER,
            key=key,
            about=f"due-item:{item.public_id}",
            patient=held.patient,
            clinic=held.clinic,
            variant="on",
            send_after=now,
            now=now,
        )
    return asked
