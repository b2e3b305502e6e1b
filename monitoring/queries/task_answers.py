"""One open task, as the patient may answer it."""

import uuid
from dataclasses import dataclass
from datetime import date

from monitoring.actions.task_answers import LONGEST_AGO, days_for_later
from monitoring.models import DueItem, TaskAnswer
from people.models import Patient
from people.queries import NotFound
from protocol.vocabulary import Requirement, Said


@dataclass(frozen=True, slots=True)
class OpenTask:
    """What is due, what was said about it last, and which days may be asked for.

    ``said``, ``on`` and ``until`` are of the answer that stands, if any. ``since`` is the earliest
    day on which it may have been done. No days are offered to who has asked for help: somebody
    calls, and a reminder would take the call off the list.
    """

    public_id: uuid.UUID
    requirement: Requirement
    due_on: date
    said: Said | None
    on: date | None
    until: date | None
    days: tuple[date, ...]
    since: date


def open_task(patient: Patient, public_id: uuid.UUID, *, today: date) -> OpenTask:
    """One of the patient's open tasks.

    Raises:
        NotFound: another person's, or it has ended.
    """
    item = DueItem.objects.filter(public_id=public_id, course__patient=patient, ended="").first()
    if item is None:
        raise NotFound
    answer = TaskAnswer.objects.filter(due_item=item, ended_at__isnull=True).first()
    return OpenTask(
        public_id=item.public_id,
        requirement=Requirement(item.requirement),
        due_on=item.due_on,
        said=Said(answer.said) if answer else None,
        on=answer.on if answer else None,
        until=answer.until if answer else None,
        days=()
        if answer is not None and answer.said == Said.HELP
        else days_for_later(item, today=today),
        since=today - LONGEST_AGO,
    )
