"""Rows about due items to facts: waivers, what the patient said, and which notes they read."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from monitoring.dossier_rows import Rows, note_key, when_notes_were_read
from protocol import facts as f
from protocol.vocabulary import Requirement, Said

Facts = dict[int, dict[str, list[f.Fact]]]


def add(read: Rows, facts: Facts, zones: Mapping[int, ZoneInfo]) -> None:
    """Add the facts of each course."""
    for item in read.waived:
        if item.waived_at is not None:
            facts[item.course_id]["waivers"].append(
                f.Waiver(
                    ref=f"due-item:{item.public_id}",
                    on=item.waived_at.astimezone(zones[item.course_id]).date(),
                    requirement=Requirement(item.requirement),
                    due_on=item.due_on,
                    reason=item.waived_reason,
                )
            )
    _add_notes(read, facts, zones, when_notes_were_read(read.acknowledged))
    for report in read.skin_reports:
        facts[report.course_id]["skin_reports"].append(
            f.SkinReport(ref=f"skin-report:{report.pk}", on=report.on, month=report.month)
        )
    for answer in read.task_answers:
        facts[answer.due_item__course_id]["task_answers"].append(
            f.TaskAnswer(
                ref=f"task-answer:{answer.pk}",
                on=answer.on,
                key=answer.due_item__key,
                said=Said(answer.said),
                until=answer.until,
            )
        )


def _add_notes(
    read: Rows,
    facts: Facts,
    zones: Mapping[int, ZoneInfo],
    read_at: Mapping[str, datetime | None],
) -> None:
    """What the clinic wrote about results, and whether the message that said so has been read."""
    for note in read.acknowledged:
        key, zone = note_key(note.specimen__public_id, note.pk), zones[note.course_id]
        if key not in read_at:
            continue  # the patient was never written to: nothing waits to be read
        seen = read_at[key]
        facts[note.course_id]["result_notes"].append(
            f.ResultNote(
                ref=f"result-note:{note.pk}",
                on=note.at.astimezone(zone).date(),
                read_on=None if seen is None else seen.astimezone(zone).date(),
            )
        )
