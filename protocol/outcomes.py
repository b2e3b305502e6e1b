"""Outcome scales: IGA, GAGS, lesion counts and the DLQI as a score (rule book 11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# Region factors of the GAGS; chest and upper back are one region (Doshi 1997, V2).
GAGS_FACTORS: Mapping[str, int] = {
    "forehead": 2,
    "right_cheek": 2,
    "left_cheek": 2,
    "nose": 1,
    "chin": 1,
    "trunk": 3,
}
# The owner's line must be shown wherever the score is (V1). The questions are not reproduced.
DLQI_COPYRIGHT = "Dermatology Life Quality Index. © A Y Finlay, G K Khan, April 1992."
_WORST_GRADE = 4
_DLQI_MAX = 30
_DLQI_AGE = 16


class BadScore(ValueError):
    """A grade or score that the scale does not have."""


class GagsBand(StrEnum):
    """Severity by GAGS; the published table has no band for 39."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    VERY_SEVERE = "very-severe"
    UNASSIGNED = "unassigned"


class DlqiBand(StrEnum):
    """Effect on the patient's life by DLQI."""

    NONE = "none"
    SMALL = "small"
    MODERATE = "moderate"
    VERY_LARGE = "very-large"
    EXTREMELY_LARGE = "extremely-large"


_GAGS_BANDS = (
    (0, GagsBand.NONE),
    (18, GagsBand.MILD),
    (30, GagsBand.MODERATE),
    (38, GagsBand.SEVERE),
    (39, GagsBand.UNASSIGNED),
    (44, GagsBand.VERY_SEVERE),
)
_DLQI_BANDS = (
    (1, DlqiBand.NONE),
    (5, DlqiBand.SMALL),
    (10, DlqiBand.MODERATE),
    (20, DlqiBand.VERY_LARGE),
    (30, DlqiBand.EXTREMELY_LARGE),
)


@dataclass(frozen=True, slots=True)
class Gags:
    """Total 0 to 44 and its band."""

    score: int
    band: GagsBand


@dataclass(frozen=True, slots=True)
class Dlqi:
    """Total 0 to 30, its band, and the owner's line to show with it."""

    score: int
    band: DlqiBand
    copyright: str = DLQI_COPYRIGHT


def _whole(value: int, highest: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        raise BadScore(f"{what} is a whole number from 0 to {highest}")
    return value


def iga(grade: int) -> int:
    """The grade, if the scale has it: 0 clear to 4 severe. Raises BadScore."""
    _whole(grade, _WORST_GRADE, "IGA")
    return grade


def iga_success(before: int, after: int) -> bool:
    """Clear or almost clear, and at least two grades better than at the start (IGA 0 to 4).

    Raises BadScore.
    """
    return iga(after) <= 1 and iga(before) - after >= 2


def gags(worst: Mapping[str, int]) -> Gags:
    """Region factor times worst lesion (0 none to 4 nodule), summed over all six regions.

    Raises BadScore where a region is missing or unknown, or a grade does not exist.
    """
    if set(worst) != set(GAGS_FACTORS):
        raise BadScore(f"GAGS needs exactly {', '.join(GAGS_FACTORS)}")
    score = sum(
        factor * _whole(worst[region], _WORST_GRADE, region)
        for region, factor in GAGS_FACTORS.items()
    )
    return Gags(score, next(band for highest, band in _GAGS_BANDS if score <= highest))


def dlqi(score: int) -> Dlqi:
    """Band of a DLQI total. Raises BadScore outside 0 to 30."""
    _whole(score, _DLQI_MAX, "DLQI")
    return Dlqi(score, next(band for highest, band in _DLQI_BANDS if score <= highest))


def dlqi_applies(age: int | None) -> bool:
    """The DLQI is for patients of 16 and over; younger ones have the CDLQI."""
    return age is not None and age >= _DLQI_AGE


def nodule_fall_percent(before: int, after: int) -> Decimal | None:
    """By how much the nodule count fell, in per cent of the start; None from no nodules at all.

    Negative where it rose. More than 70 allows an early end of the course (DOSE-8).
    """
    if before < 0 or after < 0:
        raise BadScore("a lesion count is not negative")
    return Decimal(100 * (before - after)) / before if before else None
