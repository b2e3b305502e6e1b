"""Rows about due items to facts: waivers, what the patient said, and which notes they read."""

import uuid
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from messaging.models import Message
from monitoring.models import Acknowledgement, DueItem, SkinReport, TaskAnswer
from protocol import facts as f
from protocol.vocabulary import Requirement, Said

Rows = dict[int, dict[str, list[f.Fact]]]


def load(ids: Sequence[int], rows: Rows, zones: Mapping[int, ZoneInfo]) -> None:
    """Add the facts of each course to ``rows``, in five queries."""
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
    _load_notes(ids, rows, zones)
    for report in SkinReport.objects.filter(course_id__in=ids).order_by("on", "pk"):
        rows[report.course_id]["skin_reports"].append(
            f.SkinReport(ref=f"skin-report:{report.pk}", on=report.on, month=report.month)
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


def _load_notes(ids: Sequence[int], rows: Rows, zones: Mapping[int, ZoneInfo]) -> None:
    """What the clinic wrote about results, and whether the message that said so has been read."""
    written = Acknowledgement.objects.filter(course_id__in=ids, told=True)
    notes = list(written.select_related("specimen").order_by("at", "pk"))
    read_at = dict(
        Message.objects.filter(key__in=[note_key(note) for note in notes]).values_list(
            "key", "read_at"
        )
    )
    for note in notes:
        key, zone = note_key(note), zones[note.course_id]
        if key not in read_at:
            continue  # the patient was never written to: nothing waits to be read
        seen = read_at[key]
        rows[note.course_id]["result_notes"].append(
            f.ResultNote(
                ref=f"result-note:{note.pk}",
                on=note.at.astimezone(zone).date(),
                read_on=None if seen is None else seen.astimezone(zone).date(),
            )
        )


def note_key(note: Acknowledgement) -> str:
    """The key of the message that tells a patient of a note."""
    return f"result-note:{uuid.uuid5(note.specimen.public_id, str(note.pk))}"
