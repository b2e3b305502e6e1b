"""What a patient's blood tests say together, and what is to be done (LAB-4 to LAB-9, 5.2).

Every analyte is read from its own newest final result, so that a later draw of lipids alone never
hides a liver value. The highest tier wins (LAB-7).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter

from protocol.facts import CourseFacts, LabAcknowledged, LabResult
from protocol.grading import LIVER_ENZYMES, Flag, Graded, Held, grade
from protocol.lab_actions import (
    SEVERITY,
    LabAction,
    LabNote,
    action_for,
    needs_confirmation,
    notes_for,
    repeat_within,
)
from protocol.ladders import DEFAULT_LADDER, LabLadder
from protocol.memory import once_for, remembers
from protocol.policy import ClinicPolicy
from protocol.treatment import Treatment
from protocol.treatment import newest as newest_course
from protocol.vocabulary import Analyte, ResultStatus, Tier

__all__ = [
    "Graded",
    "Held",
    "LabAction",
    "LabNote",
    "LabReading",
    "earlier_values",
    "grade",
    "history",
    "read",
]

_ORDER = tuple(Analyte)
_DAY_OF = attrgetter("on")
_FINAL = frozenset({ResultStatus.FINAL, ResultStatus.CORRECTED})
_TO_ACKNOWLEDGE = frozenset({Tier.T2, Tier.T3, Tier.T4})  # LAB-8
# Signs of high blood glucose among the features a symptom can carry (5.2, glucose t4).
_GLUCOSE_FEATURES = frozenset({"nausea", "vomiting", "weakness", "visual-change"})
_GLUCOSE_SYMPTOM_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class LabReading:
    """The newest results of every analyte, read together on one day.

    ``newest`` holds each analyte's newest final result, held back or not; ``in_force`` its newest
    result that could be graded, which stays in force while a newer one is in doubt. ``awaiting``
    are results of t2 and above that no prescriber has acknowledged (LAB-8), ``to_confirm`` those
    held for a doubtful value or unit (LAB-6), ``pending`` what is still preliminary.
    """

    newest: Mapping[Analyte, Graded]
    in_force: Mapping[Analyte, Graded]
    awaiting: tuple[Graded, ...]
    to_confirm: tuple[Graded, ...]
    pending: tuple[LabResult, ...]
    ladder: LabLadder

    @property
    def tier(self) -> Tier | None:
        """The highest tier in force (LAB-7), None without any."""
        tiers = [graded.tier for graded in self.in_force.values() if graded.tier is not None]
        return max(tiers, default=None)

    @property
    def action(self) -> LabAction:
        """The most severe action of all analytes (5.2)."""
        asked = [action_for(graded) for graded in (*self.in_force.values(), *self.to_confirm)]
        return max(asked, key=SEVERITY.__getitem__, default=LabAction.CONTINUE)

    @property
    def repeat_within_days(self) -> int | None:
        """The shortest time to a repeat that any analyte asks for, from its collection date."""
        days = [repeat_within(graded, self.ladder) for graded in self.in_force.values()]
        return min((number for number in days if number is not None), default=None)

    @property
    def notes(self) -> tuple[LabNote, ...]:
        """Everything that goes with the actions, each once (5.2, LAB-7, LAB-9)."""
        found = [note for graded in self.in_force.values() for note in notes_for(graded)]
        if _muscle_source(self.newest):
            found.append(LabNote.PROBABLE_MUSCLE_SOURCE)
        return tuple(dict.fromkeys(found))

    @property
    def default_range(self) -> bool:
        """At least one of the newest results was graded by a default range (LAB-4)."""
        return any(graded.default_range for graded in self.newest.values())

    @property
    def collected_on(self) -> date | None:
        """The day of the newest draw."""
        return max((graded.result.on for graded in self.newest.values()), default=None)

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


def acknowledges(acknowledgement: LabAcknowledged, graded: Graded) -> bool:
    """A prescriber's acknowledgement settles this result (LAB-8); t3 and t4 need a plan in words.

    An acknowledgement that names no specimen covers everything collected by then; one that names
    results does not cover what has replaced them since (B5).
    """
    result = graded.result
    if acknowledgement.specimens and result.specimen not in acknowledgement.specimens:
        return False
    if acknowledgement.results and result.ref not in acknowledgement.results:
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
    # What has been graded already, by the identity of the facts' own results.
    done: dict[int, Graded]

    def newest(self, analyte: Analyte) -> tuple[Graded, Graded | None]:
        """The newest result of one analyte, and the newest one that could be graded.

        Only as many days are graded as that takes, however long the history is.
        """
        first: Graded | None = None
        left: Sequence[LabResult] = self.by_analyte[analyte]
        while left:
            day = max(map(_DAY_OF, left))
            of_day = [self.grade(result) for result in left if result.on == day]
            first = first or _worst_of_day(of_day)
            usable = [graded for graded in of_day if not graded.held]
            if usable:
                return first, _worst_of_day(usable)
            left = [result for result in left if result.on != day]
        if first is None:
            raise LookupError(analyte)
        return first, None

    def grade(self, result: LabResult) -> Graded:
        """Grade one result of the facts in its surroundings."""
        graded = self.done.get(id(result))
        if graded is None or graded.result is not result:
            graded = self.done[id(result)] = self._grade(result)
        return graded

    def _grade(self, result: LabResult) -> Graded:
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


def _reader(
    facts: CourseFacts, *, as_of: date, policy: ClinicPolicy, with_ctcae: bool
) -> tuple[_Reader, list[LabResult]]:
    """What results known by then are compared with, and those that are still preliminary."""
    by_analyte: defaultdict[Analyte, list[LabResult]] = defaultdict(list)
    pending: list[LabResult] = []
    # One pass: of a long history the results themselves are most of the work.
    for result in facts.labs:
        if result.on > as_of:
            continue
        if result.status in _FINAL:
            by_analyte[result.analyte].append(result)
        elif result.status is ResultStatus.PRELIMINARY:
            pending.append(result)
    done: dict[int, Graded] = {}
    return _Reader(
        facts=facts,
        policy=policy,
        as_of=as_of,
        by_analyte=by_analyte,
        with_ctcae=with_ctcae,
        course=newest_course(facts, as_of=as_of) if with_ctcae else None,
        done=once_for(facts, as_of, policy, lambda: done, "labs.graded"),
    ), pending


def read(
    facts: CourseFacts, *, as_of: date, policy: ClinicPolicy, with_ctcae: bool = True
) -> LabReading:
    """Read the newest results known by the end of ``as_of`` (rule book 5.2, LAB-6 to LAB-9).

    ``with_ctcae`` False leaves the grades out, for the gate, which does not use them; facts that
    remember are graded once, with them.
    """
    full = with_ctcae or remembers(facts)
    return once_for(
        facts,
        as_of,
        policy,
        lambda: _read(facts, as_of=as_of, policy=policy, with_ctcae=full),
        "labs.read",
    )


def _read(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy, with_ctcae: bool) -> LabReading:
    reader, pending = _reader(facts, as_of=as_of, policy=policy, with_ctcae=with_ctcae)
    by_analyte = reader.by_analyte
    pairs = {analyte: reader.newest(analyte) for analyte in _ORDER if analyte in by_analyte}
    newest = {analyte: first for analyte, (first, _) in pairs.items()}
    in_force = {analyte: usable for analyte, (_, usable) in pairs.items() if usable is not None}
    acknowledgements = [item for item in facts.lab_acknowledged if item.on <= as_of]
    return LabReading(
        newest=newest,
        in_force=in_force,
        awaiting=tuple(
            graded
            for graded in in_force.values()
            if graded.tier in _TO_ACKNOWLEDGE
            and not any(acknowledges(item, graded) for item in acknowledgements)
        ),
        to_confirm=tuple(graded for graded in newest.values() if needs_confirmation(graded)),
        pending=tuple(pending),
        ladder=policy.ladder or DEFAULT_LADDER,
    )


def history(
    facts: CourseFacts,
    *,
    as_of: date,
    policy: ClinicPolicy,
    only: Iterable[LabResult] | None = None,
    with_ctcae: bool = True,
) -> tuple[Graded, ...]:
    """Every result in the order of the facts, each graded in its surroundings as ``read`` does.

    The surroundings are the bilirubin of the same draw, the value before treatment and reported
    signs of high blood glucose (5.2, 5.3). Whoever shows a single result takes it from here, so
    that no screen calls it milder than the gate does. Preliminary and cancelled results, and those
    dated after ``as_of``, are there as well, held back or graded by what is known. ``only`` grades
    some of the facts' own results, and ``with_ctcae`` is as for ``read``.
    """
    full = with_ctcae or remembers(facts)
    reader, _ = _reader(facts, as_of=as_of, policy=policy, with_ctcae=full)
    return tuple(reader.grade(result) for result in (facts.labs if only is None else only))


def earlier_values(facts: CourseFacts, graded: Graded, *, count: int = 5) -> tuple[Decimal, ...]:
    """The values before one result, oldest first, at most ``count``, for a small line beside it.

    Only what can stand on one line: believed, without a sign, in the laboratory's same unit.
    """
    result = graded.result
    if graded.held or graded.converted or result.comparator:
        return ()
    earlier = sorted(
        (
            other
            for other in facts.labs
            if other.analyte is result.analyte
            and other.on < result.on
            and other.status in _FINAL
            and other.unit == result.unit
            and not (other.comparator or other.held)
        ),
        key=_DAY_OF,
    )
    return tuple(other.value for other in earlier[-count:] if other.value is not None)
