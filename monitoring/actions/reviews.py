"""Keeping the list of what is to be read in step with the results (UX-06, LAB-6, LAB-8).

Part of every plan of a course: rows are opened, refreshed and ended here and nowhere else, so that
the list can never say something else than the results. A row that needs a decision stays until
somebody decides, whatever newer results say.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from audit import trail
from audit.kinds import Kind
from courses.actions.subject import happening
from monitoring.grounds import Ground
from monitoring.models import (
    Acknowledgement,
    Escalation,
    Observation,
    ResultReview,
    Specimen,
)
from protocol import labs
from protocol.facts import CourseFacts
from protocol.grading import Flag, Graded
from protocol.lab_actions import needs_confirmation
from protocol.ladders import LADDER_ANALYTES
from protocol.policy import ClinicPolicy
from protocol.timeline import course_boundary
from protocol.vocabulary import Analyte, ResultStatus, Tier

CLOSER = trail.System("normal results")
RULE = "normal-results"
# Normal results older than this wait for nobody; abnormal ones wait for ever.
RECENT_DAYS = 30
_COUNTS = frozenset({ResultStatus.FINAL, ResultStatus.CORRECTED})
_TO_DECIDE = frozenset({Tier.T2, Tier.T3, Tier.T4})
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


@dataclass(frozen=True, slots=True)
class Finding:
    """What one specimen asks for today."""

    collected_on: date
    graded: tuple[Graded, ...]
    needs_decision: bool
    corrected: bool
    doubtful: bool
    settled: bool
    current: bool

    @property
    def tier(self) -> Tier | None:
        """The highest tier."""
        return max((each.tier for each in self.graded if each.tier is not None), default=None)

    @property
    def said(self) -> list[str]:
        """Every result, tier and doubt that a reader would see."""
        return [f"{g.result.ref}|{g.tier}|{g.held}" for g in self.graded]

    @property
    def version(self) -> str:
        """Changes with what is said; see ``version_of``."""
        return version_of(self.said)


def version_of(said: Iterable[str]) -> str:
    """The mark of a finding that says this, in whatever order."""
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()


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
    waiting = {specimen for specimen, row in rows.items() if not row.ended}
    found = findings(ground.facts, policy=ground.policy, as_of=ground.today, waiting=waiting)
    return _Reviewed(ground, found, rows)


def findings(
    facts: CourseFacts, *, policy: ClinicPolicy, as_of: date, waiting: Collection[str] = ()
) -> dict[str, Finding]:
    """What specimens ask for, by reference: the newest, the recent ones and those ``waiting``.

    Every result is graded as the gate and the screens grade it, with its draw and what was
    reported.
    """
    reading = labs.read(facts, as_of=as_of, policy=policy, with_ctcae=False)
    newest = {
        each.result.specimen for each in (*reading.newest.values(), *reading.in_force.values())
    }
    recent = as_of - timedelta(days=RECENT_DAYS)
    boundary = course_boundary(facts)
    wanted = [
        result
        for result in facts.labs
        if (result.on >= recent or result.specimen in newest or result.specimen in waiting)
        and result.status in _COUNTS
        and result.on <= as_of
    ]
    by_specimen: dict[str, list[Graded]] = defaultdict(list)
    for each in labs.history(facts, as_of=as_of, policy=policy, only=wanted, with_ctcae=False):
        by_specimen[each.result.specimen].append(each)
    found = {}
    for specimen, graded in by_specimen.items():
        on = graded[0].result.on
        present = on >= recent and (boundary is None or on > boundary)
        found[specimen] = _finding(graded, facts, current=present and specimen in newest)
    return found


def _finding(graded: Sequence[Graded], facts: CourseFacts, *, current: bool) -> Finding:
    specimen = graded[0].result.specimen
    words = [
        word for word in facts.lab_acknowledged if not word.specimens or specimen in word.specimens
    ]
    # A decision says nothing about a value in doubt: that is settled by confirming it (LAB-6).
    unread = [
        each
        for each in graded
        if needs_confirmation(each) or not any(labs.acknowledges(word, each) for word in words)
    ]
    # What had been decided on and was then changed by the laboratory is decided anew (B5).
    corrected = any(each.result.status is ResultStatus.CORRECTED for each in unread) and any(
        word.specimens for word in words
    )
    doubtful = any(needs_confirmation(each) for each in unread)
    return Finding(
        collected_on=graded[0].result.on,
        graded=tuple(sorted(graded, key=_worst_first)),
        needs_decision=corrected or doubtful or any(each.tier in _TO_DECIDE for each in unread),
        corrected=corrected,
        doubtful=doubtful,
        settled=not unread,
        current=current,
    )


def _worst_first(graded: Graded) -> tuple[bool, int, str]:
    return not graded.held, -(graded.tier or 0), graded.analyte.value


def _add(reviewed: Sequence[_Reviewed], *, now: datetime) -> None:
    """Open a row for each specimen that asks for somebody and has none."""
    wanted = {
        specimen: each
        for each in reviewed
        for specimen, finding in each.found.items()
        if specimen not in each.rows
        and not finding.settled
        and (finding.needs_decision or finding.current)
    }
    if not wanted:
        return
    specimens = Specimen.objects.filter(
        public_id__in=[uuid.UUID(ref.partition(":")[2]) for ref in wanted]
    )
    fresh = []
    for specimen in specimens.order_by("pk"):
        ref = _ref(specimen.public_id)
        each = wanted[ref]
        course, finding = each.ground.course, each.found[ref]
        row = ResultReview(course=course, clinic_id=course.clinic_id, specimen=specimen, since=now)
        _copy(row, finding, each.ground.facts)
        row.escalates_at = _deadline(finding, each.ground.policy, now)
        each.rows[ref] = row
        fresh.append(row)
    ResultReview.objects.bulk_create(fresh)


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
        if row.version != finding.version or row.ended:
            row.since = now
        row.ended, row.ended_at = "", None
        _copy(row, finding, ground.facts)
        row.escalates_at = _deadline(finding, ground.policy, row.since)
    elif finding is not None and row.lines != (lines := _lines(finding, ground.facts)):
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


def _copy(row: ResultReview, finding: Finding, facts: CourseFacts) -> None:
    row.collected_on = finding.collected_on
    row.tier = finding.tier.value if finding.tier is not None else None
    row.needs_decision = finding.needs_decision
    row.corrected, row.doubtful = finding.corrected, finding.doubtful
    row.lines = _lines(finding, facts)
    row.version = finding.version


def _lines(finding: Finding, facts: CourseFacts) -> list[dict[str, object]]:
    return [_line(each, labs.earlier_values(facts, each)) for each in finding.graded]


def _line(graded: Graded, earlier: Sequence[Decimal]) -> dict[str, object]:
    result = graded.result
    return {
        "analyte": graded.analyte.value,
        "value": str(graded.number) if graded.number is not None else result.text,
        "comparator": result.comparator,
        "unit": graded.unit or result.unit,
        "high": str(graded.uln) if graded.uln is not None else "",
        "tier": graded.tier.value if graded.tier is not None else None,
        "flag": graded.flag.value if graded.flag is not None else "",
        "held": graded.held,
        "sender": result.flag,
        "earlier": [str(value) for value in earlier],
    }


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
        and _all_normal(specimen, each.found[specimen], each.ground.facts)
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


def _all_normal(specimen: str, finding: Finding, facts: CourseFacts) -> bool:
    """Every result of the specimen is plainly normal, and none is still preliminary."""
    return all(is_plainly_normal(each) for each in finding.graded) and not any(
        result.specimen == specimen and result.status is ResultStatus.PRELIMINARY
        for result in facts.labs
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


def is_plainly_normal(graded: Graded) -> bool:
    """Nothing about the result asks for a person: t0 within the laboratory's own range.

    Never a pregnancy test, a corrected, held or ungraded value, one with a sign, or one that was
    compared with a default range. An analyte without a ladder counts by the laboratory's range.
    """
    if graded.held or graded.analyte is Analyte.HCG or graded.default_range:
        return False
    if graded.result.status is not ResultStatus.FINAL or graded.result.comparator:
        return False
    if graded.flag is not Flag.NORMAL:
        return False
    return graded.tier is Tier.T0 or (graded.tier is None and graded.analyte not in LADDER_ANALYTES)


def _ref(public_id: uuid.UUID) -> str:
    return f"specimen:{public_id}"
