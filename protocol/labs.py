"""What a patient's blood tests say together, and what is to be done (LAB-4 to LAB-9, 5.2).

Every analyte is read from its own newest final result, so that a later draw of lipids alone never
hides a liver value. The highest tier wins (LAB-7).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from protocol.facts import CourseFacts, LabAcknowledged, LabResult
from protocol.grading import LIPIDS, LIVER_ENZYMES, Flag, Graded, Held, grade
from protocol.ladders import DEFAULT_LADDER, LADDER_ANALYTES, LabLadder
from protocol.policy import ClinicPolicy
from protocol.treatment import Treatment
from protocol.treatment import newest as newest_course
from protocol.vocabulary import Analyte, ResultStatus, Tier

__all__ = ["Graded", "Held", "LabAction", "LabNote", "LabReading", "grade", "read"]

_ORDER = tuple(Analyte)
_FINAL = frozenset({ResultStatus.FINAL, ResultStatus.CORRECTED})
# Analytes on which a decision rests: the ladder's, and bilirubin for the liver rule. A doubtful
# value of any other analyte is shown but stops nothing.
_DECISIVE = frozenset({*LADDER_ANALYTES, Analyte.BILIRUBIN})
# Signs of high blood glucose among the features a symptom can carry (5.2, glucose t4).
_GLUCOSE_FEATURES = frozenset({"nausea", "vomiting", "weakness", "visual-change"})
_GLUCOSE_SYMPTOM_DAYS = 14


class LabAction(StrEnum):
    """What to do next, mildest first; the most severe of all analytes is the answer."""

    CONTINUE = "continue"
    ACKNOWLEDGE = "acknowledge"
    REPEAT = "repeat"
    CONFIRM_UNIT = "confirm-unit"
    REDUCE = "reduce"
    HOLD = "hold"
    STOP = "stop"


_SEVERITY = {action: rank for rank, action in enumerate(LabAction)}


class LabNote(StrEnum):
    """What belongs to the action (rule book 5.2, tier actions; LAB-7, LAB-9)."""

    PROBABLE_MUSCLE_SOURCE = "probable-muscle-source"
    WITH_CK_AND_BILIRUBIN = "with-ck-and-bilirubin"
    FASTING_REPEAT = "fasting-repeat"
    RENAL_FUNCTION = "renal-function"
    NO_STRENUOUS_EXERCISE = "no-strenuous-exercise"
    SAME_DAY_CONTACT = "same-day-contact"
    HEPATOLOGY = "hepatology"
    PANCREATITIS_SCREEN = "pancreatitis-screen"
    RHABDOMYOLYSIS_WORK_UP = "rhabdomyolysis-work-up"
    LIFESTYLE = "lifestyle"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabReading:
    """The newest results of every analyte, read together on one day.

    ``newest`` holds each analyte's newest final result, held back or not; ``in_force`` its newest
    result that could be graded, which stays in force while a newer one is in doubt. ``tier`` is the
    highest in force, None without any. ``awaiting`` are results of t2 and above that no prescriber
    has acknowledged (LAB-8), ``to_confirm`` those held for a doubtful value or unit (LAB-6),
    ``pending`` what is still preliminary. ``repeat_within_days`` counts from the collection date.
    """

    newest: Mapping[Analyte, Graded]
    in_force: Mapping[Analyte, Graded]
    tier: Tier | None
    action: LabAction
    repeat_within_days: int | None
    notes: tuple[LabNote, ...]
    default_range: bool
    awaiting: tuple[Graded, ...]
    to_confirm: tuple[Graded, ...]
    pending: tuple[LabResult, ...]
    collected_on: date | None

    @property
    def tiers(self) -> dict[Analyte, Tier | None]:
        """Tier by analyte of the newest results, None where it could not be graded."""
        return {analyte: graded.tier for analyte, graded in self.newest.items()}

    @property
    def ctcae(self) -> dict[Analyte, int | None]:
        """CTCAE grade by analyte of the newest results, None where there is none."""
        return {analyte: graded.ctcae for analyte, graded in self.newest.items()}

    @property
    def acknowledged(self) -> bool:
        """Nothing waits for a prescriber's acknowledgement (LAB-8)."""
        return not self.awaiting

    @property
    def awaiting_tier(self) -> Tier | None:
        """The highest tier that nobody has acknowledged."""
        return max((graded.tier for graded in self.awaiting if graded.tier), default=None)


def group_of(analyte: Analyte) -> str:
    """The line of the tier actions (5.2) that an analyte belongs to."""
    if analyte in LIVER_ENZYMES:
        return "liver"
    return "lipids" if analyte in LIPIDS else analyte.value


def non_fasting(graded: Graded) -> bool:
    """A lipid in t1 to t3 that is known not to be fasting (LAB-9); unknown is read as fasting."""
    return (
        graded.analyte in LIPIDS
        and graded.result.fasting is False
        and graded.tier in (Tier.T1, Tier.T2, Tier.T3)
    )


def action_for(graded: Graded) -> LabAction:
    """The action of one result by its tier (5.2), LAB-6 and LAB-9."""
    if needs_confirmation(graded):
        return LabAction.CONFIRM_UNIT
    if non_fasting(graded):
        return LabAction.REPEAT
    if graded.tier is Tier.T4:
        return LabAction.STOP
    if graded.tier is Tier.T3:
        by_group = {"liver": LabAction.HOLD, "lipids": LabAction.REDUCE}
        return by_group.get(group_of(graded.analyte), LabAction.REPEAT)
    return LabAction.ACKNOWLEDGE if graded.tier is Tier.T2 else LabAction.CONTINUE


def needs_confirmation(graded: Graded) -> bool:
    """Held for a reason that a person must settle before anything is decided on it (LAB-6)."""
    return (
        graded.analyte in _DECISIVE
        and bool(graded.held)
        and graded.held not in (Held.NOT_FINAL, Held.CANCELLED)
    )


def repeat_within(graded: Graded, ladder: LabLadder) -> int | None:
    """Days within which one result is to be repeated (5.2, LAB-9), None where none are named."""
    if graded.tier is None:
        return None
    if non_fasting(graded):
        return ladder.non_fasting_repeat_days
    return ladder.repeat_days.get((group_of(graded.analyte), graded.tier))


def notes_for(graded: Graded) -> tuple[LabNote, ...]:
    """What goes with the action of one result (5.2)."""
    analyte, tier = graded.analyte, graded.tier
    notes: list[LabNote] = []
    if tier is Tier.T1:
        notes.append(LabNote.LIFESTYLE)
    if tier is Tier.T4:
        notes.append(LabNote.SAME_DAY_CONTACT)
    if analyte in LIVER_ENZYMES and tier is Tier.T3:
        notes.append(LabNote.WITH_CK_AND_BILIRUBIN)
    if analyte in LIVER_ENZYMES and tier is Tier.T4:
        notes.append(LabNote.HEPATOLOGY)
    if analyte in LIPIDS and (tier in (Tier.T2, Tier.T3) or non_fasting(graded)):
        notes.append(LabNote.FASTING_REPEAT)
    if analyte is Analyte.TRIGLYCERIDES and tier is Tier.T4:
        notes.append(LabNote.PANCREATITIS_SCREEN)
    if analyte is Analyte.CK and tier in (Tier.T3, Tier.T4):
        notes += [LabNote.NO_STRENUOUS_EXERCISE, LabNote.RENAL_FUNCTION]
    if analyte is Analyte.CK and tier is Tier.T4:
        notes.append(LabNote.RHABDOMYOLYSIS_WORK_UP)
    if analyte is Analyte.GLUCOSE and tier and graded.result.fasting is False:
        notes.append(LabNote.FASTING_REPEAT)
    return tuple(notes)


def acknowledges(acknowledgement: LabAcknowledged, graded: Graded) -> bool:
    """A prescriber's acknowledgement settles this result (LAB-8); t3 and t4 need a plan in words.

    An acknowledgement that names no specimen covers everything collected by then.
    """
    result = graded.result
    if acknowledgement.specimens and result.specimen not in acknowledgement.specimens:
        return False
    if acknowledgement.on < result.on:
        return False
    both_timed = acknowledgement.at is not None and result.at is not None
    if both_timed and acknowledgement.at < result.at:  # type: ignore[operator]
        return False
    return graded.tier not in (Tier.T3, Tier.T4) or bool(acknowledgement.plan.strip())


def same_draw(one: LabResult, other: LabResult) -> bool:
    """Collected together: one specimen, or the same day."""
    return one.specimen == other.specimen or one.on == other.on


def _worst_of_day(of_day: Sequence[Graded]) -> Graded:
    """The result that stands for its day.

    The latest instant counts. Where the order within the day is not known, the worst does, and a
    result in doubt is worse than any other.
    """
    if len(of_day) == 1:
        return of_day[0]
    instants = [graded.result.at for graded in of_day if graded.result.at is not None]
    if len(instants) == len(of_day):
        last = max(instants)
        of_day = [graded for graded in of_day if graded.result.at == last]
    return max(of_day, key=lambda graded: (bool(graded.held), graded.tier or 0))


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a result is compared with: its own draw, and the patient's value before treatment."""

    facts: CourseFacts
    policy: ClinicPolicy
    as_of: date
    by_analyte: Mapping[Analyte, Sequence[LabResult]]
    with_ctcae: bool
    course: Treatment | None

    def newest(self, analyte: Analyte) -> tuple[Graded, Graded | None]:
        """The newest result of one analyte, and the newest one that could be graded.

        Only as many days are graded as that takes, however long the history is.
        """
        first: Graded | None = None
        left: Sequence[LabResult] = self.by_analyte[analyte]
        while left:
            day = max(result.on for result in left)
            of_day = [self.grade(result) for result in left if result.on == day]
            left = [result for result in left if result.on != day]
            first = first or _worst_of_day(of_day)
            usable = [graded for graded in of_day if not graded.held]
            if usable:
                return first, _worst_of_day(usable)
        if first is None:
            raise LookupError(analyte)
        return first, None

    def grade(self, result: LabResult) -> Graded:
        """Grade one result in its surroundings."""
        companions: Iterable[LabResult] = ()
        if result.analyte in LIVER_ENZYMES:
            companions = [
                other
                for other in self.by_analyte.get(Analyte.BILIRUBIN, ())
                if same_draw(result, other)
            ]
        return grade(
            result,
            person=self.facts.person,
            policy=self.policy,
            baseline=self.baseline(result) if self.with_ctcae else None,
            companions=companions,
            with_ctcae=self.with_ctcae,
            symptoms=result.analyte is Analyte.GLUCOSE
            and _glucose_symptoms(self.facts, result, self.as_of),
        )

    def baseline(self, result: LabResult) -> LabResult | None:
        """The newest value up to the first dosing day; none for a result drawn by then itself."""
        course = self.course
        if course is None or result.on <= course.started:
            return None
        earlier = [
            other
            for other in self.by_analyte[result.analyte]
            if other.on <= course.started
            and (course.after is None or other.on > course.after)
            and other.value is not None
        ]
        return max(earlier, key=lambda other: other.on, default=None)


def _glucose_symptoms(facts: CourseFacts, result: LabResult, as_of: date) -> bool:
    """A sign of high blood glucose was reported around the draw (5.2, glucose t4)."""
    first = result.on - timedelta(days=_GLUCOSE_SYMPTOM_DAYS)
    return any(
        first <= symptom.on <= as_of and _GLUCOSE_FEATURES.intersection(symptom.features)
        for symptom in facts.symptoms
    )


def _muscle_source(newest: Mapping[Analyte, Graded]) -> bool:
    """AST raised with ALT normal and CK raised in one draw (LAB-7); the tier stays as it is."""
    ast, alt, ck = (newest.get(analyte) for analyte in (Analyte.AST, Analyte.ALT, Analyte.CK))
    if ast is None or alt is None or ck is None:
        return False
    together = same_draw(ast.result, alt.result) and same_draw(ast.result, ck.result)
    alt_normal = alt.flag in (Flag.NORMAL, Flag.LOW)
    return together and ast.above_limit and alt_normal and ck.above_limit


def read(
    facts: CourseFacts, *, as_of: date, policy: ClinicPolicy, with_ctcae: bool = True
) -> LabReading:
    """Read the newest results known by the end of ``as_of`` (rule book 5.2, LAB-6 to LAB-9).

    ``with_ctcae`` False leaves the grades out, for the gate, which does not use them.
    """
    ladder = policy.ladder or DEFAULT_LADDER
    known = [result for result in facts.labs if result.on <= as_of]
    by_analyte: dict[Analyte, list[LabResult]] = {}
    for result in known:
        if result.status in _FINAL:
            by_analyte.setdefault(result.analyte, []).append(result)
    reader = _Reader(
        facts=facts,
        policy=policy,
        as_of=as_of,
        by_analyte=by_analyte,
        with_ctcae=with_ctcae,
        course=newest_course(facts, as_of=as_of) if with_ctcae else None,
    )
    pairs = {analyte: reader.newest(analyte) for analyte in _ORDER if analyte in by_analyte}
    newest = {analyte: first for analyte, (first, _) in pairs.items()}
    in_force = {analyte: usable for analyte, (_, usable) in pairs.items() if usable is not None}
    acknowledgements = [item for item in facts.lab_acknowledged if item.on <= as_of]
    to_confirm = tuple(graded for graded in newest.values() if needs_confirmation(graded))
    actions = [action_for(graded) for graded in (*in_force.values(), *to_confirm)]
    repeats = [
        days for graded in in_force.values() if (days := repeat_within(graded, ladder)) is not None
    ]
    notes = dict.fromkeys(note for graded in in_force.values() for note in notes_for(graded))
    if _muscle_source(newest):
        notes[LabNote.PROBABLE_MUSCLE_SOURCE] = None
    return LabReading(
        newest=newest,
        in_force=in_force,
        tier=max((g.tier for g in in_force.values() if g.tier is not None), default=None),
        action=max(actions, key=_SEVERITY.__getitem__, default=LabAction.CONTINUE),
        repeat_within_days=min(repeats, default=None),
        notes=tuple(notes),
        default_range=any(graded.default_range for graded in newest.values()),
        awaiting=tuple(
            graded
            for graded in in_force.values()
            if graded.tier in (Tier.T2, Tier.T3, Tier.T4)
            and not any(acknowledges(item, graded) for item in acknowledgements)
        ),
        to_confirm=to_confirm,
        pending=tuple(item for item in known if item.status is ResultStatus.PRELIMINARY),
        collected_on=max((graded.result.on for graded in newest.values()), default=None),
    )
