"""Keeping the list of what is to be read in step with the results (UX-06, LAB-6, LAB-8).

Part of every plan of a course: rows are opened, refreshed and ended here and nowhere else, so that
the list can never say something else than the results. A row that needs a decision stays until
somebody decides, whatever newer results or a moved ladder say.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import happening
from courses.models import Course
from monitoring import copying
from monitoring.grounds import Ground
from monitoring.models import (
    Acknowledgement,
    Escalation,
    Observation,
    ResultReview,
    Specimen,
)
from monitoring.to_read import Finding, all_normal, asked_in, findings, lines_of, same_results
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Tier

CLOSER = trail.System("normal results")
RULE = "normal-results"
# What a later plan may alter on a row.
_CHANGING = [
    "collected_on",
    "since",
    "tier",
    "needs_decision",
    "corrected",
    "doubtful",
    "lines",
    "version",
    "escalates_at",
    "ended",
    "ended_at",
]
_NORMAL_FLAGS = frozenset({"", "N"})


@dataclass(slots=True)
class _Reviewed:
    """A course with what its specimens ask for, and its rows by specimen."""

    ground: Ground
    found: dict[str, Finding]
    rows: dict[str, ResultReview]


def reconcile(courses: Sequence[Ground], *, now: datetime) -> None:
    """Make the rows of each course agree with its facts. Part of planning, under the courses' lock.

    Normal results are closed here as well where the clinic has switched that on.
    """
    rows: dict[int, dict[str, ResultReview]] = {each.course.pk: {} for each in courses}
    on_file = ResultReview.objects.filter(course__in=rows).select_related("specimen")
    for row in on_file.order_by("pk"):
        rows[row.course_id][_ref(row.specimen.public_id)] = row
    reviewed = [_reviewed(ground, rows[ground.course.pk]) for ground in courses]
    changed = [
        row
        for each in reviewed
        for specimen, row in each.rows.items()
        if _refresh(row, each.found.get(specimen), each.ground, now=now)
    ]
    if changed:
        ResultReview.objects.bulk_update(changed, _CHANGING)
    _add(reviewed, now=now)
    _close_normal([each for each in reviewed if each.ground.policy.close_normal_results], now=now)


def _reviewed(ground: Ground, rows: dict[str, ResultReview]) -> _Reviewed:
    waiting = {specimen: row for specimen, row in rows.items() if not row.ended}
    found = findings(
        ground.facts,
        policy=ground.policy,
        as_of=ground.today,
        waiting=waiting,
        asked={
            specimen: asked_in(row.lines) for specimen, row in waiting.items() if row.needs_decision
        },
    )
    return _Reviewed(ground, found, rows)


def _add(reviewed: Sequence[_Reviewed], *, now: datetime) -> None:
    """Open a row for each specimen that asks for somebody and has none.

    A patient's results belong to every course of theirs; they are read once, in the newest.
    """
    asking = [
        (specimen, each)
        for each in reviewed
        for specimen, finding in each.found.items()
        if specimen not in each.rows
        and not finding.settled
        and (finding.needs_decision or finding.current)
    ]
    if not asking:
        return
    over = _followed({each.ground.course.pk for _, each in asking})
    wanted = {specimen: each for specimen, each in asking if each.ground.course.pk not in over}
    specimens = Specimen.objects.filter(
        public_id__in=[uuid.UUID(ref.partition(":")[2]) for ref in wanted]
    )
    fresh = []
    for specimen in specimens.order_by("pk"):
        ref = _ref(specimen.public_id)
        each = wanted[ref]
        course, finding = each.ground.course, each.found[ref]
        row = ResultReview(course=course, clinic_id=course.clinic_id, specimen=specimen, since=now)
        _copy(row, finding, lines_of(finding, each.ground.facts))
        row.escalates_at = _deadline(finding, each.ground.policy, now)
        each.rows[ref] = row
        fresh.append(row)
    copying.add(fresh)


def _followed(course_ids: set[int]) -> set[int]:
    """Those of the courses that another course of the same patient has followed."""
    followed = Course.objects.filter(pk__in=course_ids, patient__courses__number__gt=F("number"))
    return set(followed.values_list("pk", flat=True))


def _refresh(row: ResultReview, finding: Finding | None, ground: Ground, *, now: datetime) -> bool:
    """One row that exists: end it, open it again, or bring it up to date; whether it differs."""
    ending = _ending(finding)
    if ending:
        if row.ended:
            return False
        row.ended, row.ended_at, row.escalates_at = ending, now, None
    elif finding is not None and (row.ended, row.version, row.needs_decision) != (
        "",
        finding.version,
        finding.needs_decision,
    ):
        before = row.tier or 0
        lines = lines_of(finding, ground.facts)
        # Read otherwise is no news: whoever waited goes on waiting from when it came.
        waits_on = not row.ended and row.needs_decision and same_results(row.lines, lines)
        if not waits_on:
            row.since = now
        row.ended, row.ended_at = "", None
        _copy(row, finding, lines)
        if not waits_on or row.escalates_at is not None or (row.tier or 0) > before:
            row.escalates_at = _deadline(finding, ground.policy, row.since)
    elif finding is not None and row.lines != (lines := lines_of(finding, ground.facts)):
        # What stands beside a value does not begin the waiting time anew.
        row.lines = lines
    else:
        return False
    return True


def _ending(finding: Finding | None) -> str:
    """How a row ends by what its specimen says now; empty while it waits."""
    if finding is None:
        return ResultReview.Ending.WITHDRAWN
    if finding.settled:
        return ResultReview.Ending.DECIDED
    if not finding.needs_decision and not finding.current:
        return ResultReview.Ending.SUPERSEDED
    return ""


def _copy(row: ResultReview, finding: Finding, lines: list[dict[str, Any]]) -> None:
    row.collected_on = finding.collected_on
    row.tier = finding.tier.value if finding.tier is not None else None
    row.needs_decision = finding.needs_decision
    row.corrected, row.doubtful = finding.corrected, finding.doubtful
    row.lines = lines
    row.version = finding.version


def _deadline(finding: Finding, policy: ClinicPolicy, since: datetime) -> datetime | None:
    if not finding.needs_decision:
        return None
    names = [finding.tier.word] if finding.tier is not None else []
    if finding.doubtful or finding.corrected:
        names.append("doubtful")
    hours = [policy.result_hours[name] for name in names if name in policy.result_hours]
    return since + timedelta(hours=min(hours, default=24))


def _close_normal(reviewed: Sequence[_Reviewed], *, now: datetime) -> None:
    """Close what the clinic's rule calls normal, with a decision that names the rule."""
    quiet = [
        (each, row, each.found[specimen])
        for each in reviewed
        for specimen, row in each.rows.items()
        if not row.ended
        and not row.needs_decision
        and all_normal(specimen, each.found[specimen], each.ground.facts)
    ]
    if not quiet:
        return
    # Whatever else was drawn, and whatever the laboratory itself calls abnormal, keeps it open.
    flags = Observation.objects.filter(
        specimen__in=[row.specimen_id for _, row, _ in quiet], current=True
    ).values_list("specimen_id", "flag")
    flagged = {specimen for specimen, flag in flags if flag.upper() not in _NORMAL_FLAGS}
    concerns = Escalation.objects.filter(
        course__in={row.course_id for _, row, _ in quiet}, closed_at__isnull=True
    )
    troubled = set(concerns.values_list("course_id", flat=True))
    closed = [
        (each, row, finding)
        for each, row, finding in quiet
        if row.specimen_id not in flagged and row.course_id not in troubled
    ]
    if not closed:
        return
    Acknowledgement.objects.bulk_create(_by_rule(row, finding, now) for _, row, finding in closed)
    for _, row, _ in closed:
        row.ended, row.ended_at = ResultReview.Ending.BY_RULE, now
    ResultReview.objects.bulk_update([row for _, row, _ in closed], ["ended", "ended_at"])
    trail.record_many(
        [happening(Kind.RESULT_CLOSED, each.ground.course, rule=RULE) for each, _, _ in closed],
        by=CLOSER,
        now=now,
    )


def _by_rule(row: ResultReview, finding: Finding, now: datetime) -> Acknowledgement:
    return Acknowledgement(
        specimen=row.specimen,
        course_id=row.course_id,
        action=Acknowledgement.Action.NO_ACTION,
        plan="Normal: closed by the clinic's rule",
        tier=Tier.T0.word,
        results=[each.result.ref.partition(":")[2] for each in finding.graded],
        rule=RULE,
        at=now,
    )


def _ref(public_id: uuid.UUID) -> str:
    return f"specimen:{public_id}"
