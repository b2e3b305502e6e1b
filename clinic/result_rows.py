"""Rows of results: ours and the laboratory's flag side by side, and in words where they differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clinic import wording
from look.templatetags.clinical import FLAGS, NORMAL, flag_words, number_text
from protocol.grading import Flag, Graded
from protocol.vocabulary import ResultStatus, Tier

_OURS: dict[Tier, str] = {
    Tier.T0: "normal",
    Tier.T1: "mildly raised",
    Tier.T2: "raised, look at it",
    Tier.T3: "high, look at it",
    Tier.T4: "critical, act today",
}
_BELIEVED = frozenset({ResultStatus.FINAL, ResultStatus.CORRECTED})
# How far up or down a laboratory's flag points; 2 is its own critical.
_POINTS = {"h": 1, "hu": 1, ">": 1, "hh": 2, "l": -1, "lu": -1, "<": -1, "ll": -2, "n": 0}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One result with the laboratory's own range and both flags."""

    name: str
    value: str
    unit: str
    as_sent: str
    range: str
    flag: object
    sender: str
    differs: str
    tier_words: str
    tier_status: str
    ctcae: int | None
    default_range: bool
    note: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier value as it was read, with its day."""

    value: str
    on: date


def flag_of(graded: Graded) -> object:
    """What the flag tag shows: the tier where there is one, else where the value lies."""
    if graded.tier is not None and graded.tier > Tier.T0:
        return graded.tier
    if graded.flag is Flag.LOW:
        return Flag.LOW
    return graded.tier if graded.tier is not None else graded.flag


def result_row(graded: Graded) -> ResultRow:
    """One line of a results table."""
    result = graded.result
    words, status = (
        wording.TIERS[graded.tier] if graded.tier is not None else ("Not graded", "neutral")
    )
    value = number_text(graded.number) if graded.number is not None else result.text
    low = graded.flag is Flag.LOW
    return ResultRow(
        name=wording.ANALYTES[result.analyte.value],
        value=f"{result.comparator}{value}",
        unit=graded.unit or result.unit,
        as_sent=as_sent(graded),
        range=range_words(graded) or "Not recorded",
        flag=flag_of(graded),
        sender=sender_words(result.flag),
        differs=difference(result.flag, tier=graded.tier, low=low, flag=graded.flag or ""),
        tier_words=words,
        tier_status=status,
        ctcae=graded.ctcae,
        default_range=graded.default_range,
        note=graded.why,
        corrected=result.status is ResultStatus.CORRECTED,
    )


def values_before(graded: Graded, every: Iterable[Graded], *, count: int = 3) -> list[Before]:
    """The believed values of the same test from earlier days, newest first, each with its unit."""
    earlier = sorted(
        (
            each
            for each in every
            if each.analyte is graded.analyte
            and each.result.on < graded.result.on
            and each.number is not None
            and each.result.status in _BELIEVED
            and not each.held
        ),
        key=lambda each: each.result.on,
        reverse=True,
    )
    return [
        Before(
            value=f"{each.result.comparator}{number_text(each.number)} {each.unit}",
            on=each.result.on,
        )
        for each in earlier[:count]
        if each.number is not None
    ]


def range_words(graded: Graded) -> str:
    """``7–40`` or ``≤ 150`` in the unit of the value; empty where no limit is known.

    A value in doubt has no limit to be judged by; the laboratory's own helps to settle it.
    """
    low, high = graded.lln, graded.uln
    if high is None and graded.held:
        low, high = graded.result.lln, graded.result.uln
    if high is None:
        return ""
    return (
        f"{number_text(low)}–{number_text(high)}" if low is not None else f"≤ {number_text(high)}"
    )


def as_sent(graded: Graded) -> str:
    """``1.5 g/L`` where the value is shown in another unit than the laboratory's (UX-04)."""
    sent = graded.result.value
    if sent is None or not graded.converted:
        return ""
    return f"{graded.result.comparator}{number_text(sent)} {graded.result.unit}"


def sender_words(sent: str) -> str:
    """The laboratory's flag in words: ``▲ High``; a code of its own is quoted, none is empty."""
    if not sent:
        return ""
    known = sent.strip().lower() in FLAGS
    return flag_words(sent).text if known else f"“{sent}”"


def difference(sent: str, *, tier: int | None, low: bool, flag: str) -> str:
    """Both readings in words where the laboratory's flag and ours do not say the same.

    ``flag`` is where the value lies in the range. Empty where they agree or none was sent.
    """
    if not sent:
        return ""
    point = _POINTS.get(sent.strip().lower())
    if tier is None and not flag:
        ours, agree = "not graded", False
    elif low:
        ours, agree = "low", point in (-1, -2)
    elif tier:
        ours = _OURS[Tier(tier)]
        # A laboratory's critical flag is more than our first two tiers say.
        agree = point == 1 or (point == 2 and tier >= Tier.T3)
    elif flag == Flag.HIGH:
        ours, agree = "above the range, below our first tier", point == 1
    else:
        ours, agree = "normal", point == 0
    if point is None and flag_words(sent) is not NORMAL and ours not in ("normal", "not graded"):
        agree = True
    if agree:
        return ""
    word = flag_words(sent).word.lower() if sender_words(sent)[:1] != "“" else sender_words(sent)
    return f"Laboratory: {word}; ours: {ours}"


def series(earlier: Sequence[str], newest: Mapping[str, Any]) -> tuple[Decimal, ...]:
    """The values of a small line, oldest first; none where the newest is not one of them."""
    if not earlier or newest["comparator"]:
        return ()
    return tuple(Decimal(value) for value in (*earlier, newest["value"]))
