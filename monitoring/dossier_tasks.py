"""Rows about due items to facts: what a clinician waived, and what the patient said."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from monitoring.models import DueItem, TaskAnswer
from protocol import facts as f
from protocol.vocabulary import Requirement, Said

Rows = dict[int, dict[str, list[f.Fact]]]


def load(ids: Sequence[int], rows: Rows, zones: Mapping[int, ZoneInfo]) -> None:
    """Add the facts of each course to ``rows``, in two queries."""
    waived = DueItem.objects.filter(course_id__in=ids, ended=DueItem.Ending.WAIVED)
    for item in waived.order_by("pk"):
        if item.waived_at is not None:
            rows[item.course_id]["waivers"].append(
                f.Waiver(
                    ref=f"due-item:{item.public_id}",
                    on=item.waived_at.astimezone(zones[item.course_id]).date(),
                    requirement=Requirement(item.requirement),
                    due_on=item.due_on,
                    reason=item.waived_reason,
                )
            )
    said = TaskAnswer.objects.filter(
        due_item__course_id__in=ids, due_item__ended="", ended_at__isnull=True
    )
    for answer in said.select_related("due_item").order_by("pk"):
        rows[answer.due_item.course_id]["task_answers"].append(
            f.TaskAnswer(
                ref=f"task-answer:{answer.pk}",
                on=answer.on,
                key=answer.due_item.key,
                said=Said(answer.said),
                until=answer.until,
            )
        )
