"""What one specimen asks for today: whom its results wait for, and how lists show them (UX-06).

Pure: facts in, findings out. ``monitoring.actions.reviews`` keeps the rows in step with them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from protocol import labs
from protocol.facts import CourseFacts
from protocol.grading import Flag, Graded
from protocol.lab_actions import needs_confirmation
from protocol.ladders import LADDER_ANALYTES
from protocol.policy import ClinicPolicy
from protocol.timeline import course_boundary
from protocol.vocabulary import Analyte, ResultStatus, Tier

# Normal results older than this wait for nobody; abnormal ones wait for ever.
RECENT_DAYS = 30
_COUNTS = frozenset({ResultStatus.FINAL, ResultStatus.CORRECTED})
_TO_DECIDE = frozenset({Tier.T2, Tier.T3, Tier.T4})
_NOTHING: Mapping[Any, Any] = MappingProxyType({})

# What waits for a decision: the highest tier in which a test was read while it waited.
Asked = Mapping[Analyte, Tier]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one specimen asks for today.

    ``asks``: the tier in which each unread result asks for a decision, by its reference. It never
    falls while the result waits: a clinic that moves its ladder decides about what comes (UX-06).
    """

    collected_on: date
    graded: tuple[Graded, ...]
    needs_decision: bool
    corrected: bool
    doubtful: bool
    settled: bool
    current: bool
    asks: Mapping[str, Tier]

    @property
    def tier(self) -> Tier | None:
        """The highest tier, or the higher one in which a result has been waiting."""
        tiers = [each.tier for each in self.graded if each.tier is not None]
        return max((*tiers, *self.asks.values()), default=None)

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


def findings(
    facts: CourseFacts,
    *,
    policy: ClinicPolicy,
    as_of: date,
    waiting: Collection[str] = (),
    asked: Mapping[str, Asked] = _NOTHING,
) -> dict[str, Finding]:
    """What specimens ask for, by reference: the newest, the recent ones and those ``waiting``.

    Every result is graded as the gate and the screens grade it, with its draw and what was
    reported. ``asked``: what has been waiting for a decision of each specimen, see ``asked_in``;
    it goes on waiting however mild it is read by today's ladder.
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
        found[specimen] = _finding(
            graded,
            facts,
            current=present and specimen in newest,
            asked=asked.get(specimen, _NOTHING),
        )
    return found


def _finding(
    graded: Sequence[Graded], facts: CourseFacts, *, current: bool, asked: Asked
) -> Finding:
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
    tiers = {
        each.result.ref: max(each.tier or Tier.T0, asked.get(each.analyte, Tier.T0))
        for each in unread
    }
    asks = {ref: tier for ref, tier in tiers.items() if tier in _TO_DECIDE}
    return Finding(
        collected_on=graded[0].result.on,
        graded=tuple(sorted(graded, key=_worst_first)),
        needs_decision=corrected or doubtful or bool(asks),
        corrected=corrected,
        doubtful=doubtful,
        settled=not unread,
        current=current,
        asks=asks,
    )


def _worst_first(graded: Graded) -> tuple[bool, int, str]:
    return not graded.held, -(graded.tier or 0), graded.analyte.value


def lines_of(finding: Finding, facts: CourseFacts) -> list[dict[str, Any]]:
    """The results of a finding as lists show them, worst first."""
    return [
        _line(each, finding.asks.get(each.result.ref), labs.earlier_values(facts, each))
        for each in finding.graded
    ]


def asked_in(lines: Iterable[Mapping[str, Any]]) -> Asked:
    """What a waiting row's lines ask for, by test."""
    found: dict[Analyte, Tier] = {}
    for line in lines:
        # Lines from before this was kept say only how they were read.
        tier = Tier(line.get("asks", line["tier"]) or Tier.T0)
        if tier in _TO_DECIDE:
            analyte = Analyte(line["analyte"])
            found[analyte] = max(tier, found.get(analyte, tier))
    return found


def same_results(lines: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> bool:
    """Both show the same values, each believed or in doubt as before, however they are read."""
    names = ("analyte", "value", "comparator", "unit", "held")

    def said(every: Sequence[Mapping[str, Any]]) -> list[list[str]]:
        return sorted([str(line[name]) for name in names] for line in every)

    return said(lines) == said(others)


def _line(graded: Graded, asks: Tier | None, earlier: Sequence[Decimal]) -> dict[str, Any]:
    result = graded.result
    return {
        "analyte": graded.analyte.value,
        "value": str(graded.number) if graded.number is not None else result.text,
        "comparator": result.comparator,
        "unit": graded.unit or result.unit,
        "high": str(graded.uln) if graded.uln is not None else "",
        "tier": graded.tier.value if graded.tier is not None else None,
        "asks": asks.value if asks is not None else None,
        "flag": graded.flag.value if graded.flag is not None else "",
        "held": graded.held,
        "sender": result.flag,
        "earlier": [str(value) for value in earlier],
    }


def all_normal(specimen: str, finding: Finding, facts: CourseFacts) -> bool:
    """Every result of the specimen is plainly normal, and none is still preliminary."""
    return all(is_plainly_normal(each) for each in finding.graded) and not any(
        result.specimen == specimen and result.status is ResultStatus.PRELIMINARY
        for result in facts.labs
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
