"""PHQ-2, PHQ-9 and PHQ-A: scores, and how soon a clinician must look (MH-1 to MH-7).

Item 9 asks about thoughts of self-harm. It is never imputed and never outweighed by a low total.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache

from protocol.crisis import crisis_lines
from protocol.facts import CourseFacts, Questionnaire
from protocol.treatment import last_stop
from protocol.treatment import newest as newest_course
from protocol.vocabulary import Instrument

_ITEMS = {Instrument.PHQ2: 2, Instrument.PHQ9: 9}
_ITEM_MAX = 3
_MOST_MISSING = 2
_PHQ2_POSITIVE = 3
_ITEM_9 = 8
_RISE = 5
_ADOLESCENT_AGES = range(11, 18)


class BadAnswers(ValueError):
    """The answers do not belong to this questionnaire: wrong number, or not 0 to 3."""


class Severity(StrEnum):
    """Bands of the PHQ-9 total (MH-1)."""

    MINIMAL = "minimal"
    MILD = "mild"
    MODERATE = "moderate"
    MODERATELY_SEVERE = "moderately-severe"
    SEVERE = "severe"


_BANDS = (
    (4, Severity.MINIMAL),
    (9, Severity.MILD),
    (14, Severity.MODERATE),
    (19, Severity.MODERATELY_SEVERE),
    (27, Severity.SEVERE),
)


class Item9(StrEnum):
    """Thoughts of self-harm (MH-2, MH-3)."""

    NO = "no"
    YES = "yes"
    UNANSWERED = "unanswered"


class MoodLevel(StrEnum):
    """How soon a clinician must look, mildest first (MH-3, MH-4)."""

    NONE = "none"
    REVIEW_BEFORE_NEXT = "review-before-next"
    REVIEW_1_WORKING_DAY = "review-1-working-day"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodAssessment:
    """What one questionnaire says.

    ``score`` is None where too many items are blank (MH-2). ``item9`` and ``severity`` are None for
    the PHQ-2. ``offer_phq9``: the PHQ-2 asks for the longer one. ``asks_review``: total or rise
    call for a clinician before the next prescription (MH-4), also where no score can be made.
    ``crisis_lines`` are to be shown with it at once.
    """

    questionnaire: Questionnaire
    score: int | None
    severity: Severity | None
    prorated: bool
    item9: Item9 | None
    rise: int | None
    level: MoodLevel
    asks_review: bool
    offer_phq9: bool
    crisis_lines: tuple[str, ...]


def instrument_name(instrument: Instrument, age: int | None) -> str:
    """What the questionnaire is called for a patient of this age: PHQ-A from 11 to 17 (MH-5)."""
    if instrument is Instrument.PHQ2:
        return "PHQ-2"
    return "PHQ-A" if age in _ADOLESCENT_AGES else "PHQ-9"


def severity_of(score: int) -> Severity:
    """Band of a PHQ-9 total of 0 to 27 (MH-1). Raises ValueError outside."""
    if score < 0:
        raise ValueError(f"a PHQ-9 total of {score} does not exist")
    for highest, severity in _BANDS:
        if score <= highest:
            return severity
    raise ValueError(f"a PHQ-9 total of {score} does not exist")


@lru_cache(maxsize=1024)
def _total(instrument: Instrument, answers: tuple[int | None, ...]) -> tuple[int | None, bool]:
    """``score_of`` without the person: the same few rows of answers are scored again and again."""
    items = _ITEMS[instrument]
    if len(answers) != items:
        raise BadAnswers(f"{instrument} has {items} items")
    given = [answer for answer in answers if answer is not None]
    if given and not (min(given) >= 0 and max(given) <= _ITEM_MAX):
        raise BadAnswers("every answer is 0 to 3, or blank")
    missing = items - len(given)
    if missing == 0:
        return sum(given), False
    if instrument is Instrument.PHQ2 or missing > _MOST_MISSING:
        return None, False
    exact = Decimal(sum(given) * items) / len(given)
    return int(exact.to_integral_value(rounding=ROUND_HALF_UP)), True


def score_of(questionnaire: Questionnaire) -> tuple[int | None, bool]:
    """Total and whether it was prorated (MH-1, MH-2); None where it cannot be made.

    PHQ-9: up to two blank items are made up for in proportion, rounded half up. PHQ-2: both items
    are needed. Raises BadAnswers.
    """
    return _total(questionnaire.instrument, questionnaire.answers)


def is_quiet(questionnaire: Questionnaire, *, baseline: Questionnaire | None) -> bool:
    """Nothing in it asks for a clinician: the short way for the many that do not."""
    if _is_mild(questionnaire.instrument, questionnaire.answers):
        return True
    return assess(questionnaire, baseline=baseline, country="").level is MoodLevel.NONE


@lru_cache(maxsize=1024)
def _is_mild(instrument: Instrument, answers: tuple[int | None, ...]) -> bool:
    """Answers that ask for no clinician, whatever the patient's baseline is."""
    if instrument is Instrument.PHQ2:
        return True
    score, _ = _total(instrument, answers)
    return score is not None and score < _RISE and answers[_ITEM_9] == 0


def assess(
    questionnaire: Questionnaire, *, baseline: Questionnaire | None, country: str
) -> MoodAssessment:
    """Read one questionnaire; ``baseline`` is the first PHQ-9 of the course (MH-1 to MH-4, MH-11).

    A baseline that is this questionnaire, or newer than it, is not compared with.
    Raises BadAnswers where the answers do not belong to the instrument.
    """
    if questionnaire.instrument is Instrument.PHQ2:
        return _assess_phq2(questionnaire)
    score, prorated = score_of(questionnaire)
    ninth = questionnaire.answers[_ITEM_9]
    item9 = Item9.UNANSWERED if ninth is None else Item9.YES if ninth >= 1 else Item9.NO
    rise = None
    compared = baseline is not None and baseline is not questionnaire
    if baseline is not None and compared and baseline.on <= questionnaire.on and score is not None:
        before, _ = score_of(baseline)
        rise = score - before if before is not None else None
    asks_review = score is None or score >= 10 or (rise is not None and rise >= _RISE)
    if item9 is Item9.YES:
        level = MoodLevel.RED
    elif score is not None and score >= 15:
        level = MoodLevel.REVIEW_1_WORKING_DAY
    elif asks_review or item9 is Item9.UNANSWERED:
        level = MoodLevel.REVIEW_BEFORE_NEXT
    else:
        level = MoodLevel.NONE
    # A blank item 9 may hide what would have been red: the lines are shown with it too.
    urgent = level in (MoodLevel.RED, MoodLevel.REVIEW_1_WORKING_DAY)
    shown = urgent or item9 is Item9.UNANSWERED
    return MoodAssessment(
        questionnaire=questionnaire,
        score=score,
        severity=severity_of(score) if score is not None else None,
        prorated=prorated,
        item9=item9,
        rise=rise,
        level=level,
        asks_review=asks_review,
        offer_phq9=False,
        crisis_lines=crisis_lines(country) if shown else (),
    )


def _assess_phq2(questionnaire: Questionnaire) -> MoodAssessment:
    """PHQ-2: 3 or more asks for the PHQ-9 (MH-1), and so does a blank that could make it 3."""
    score, _ = score_of(questionnaire)
    most = sum(_ITEM_MAX if answer is None else answer for answer in questionnaire.answers)
    return MoodAssessment(
        questionnaire=questionnaire,
        score=score,
        severity=None,
        prorated=False,
        item9=None,
        rise=None,
        level=MoodLevel.NONE,
        asks_review=False,
        offer_phq9=most >= _PHQ2_POSITIVE,
        crisis_lines=(),
    )


def course_baseline(facts: CourseFacts, *, as_of: date) -> Questionnaire | None:
    """The first PHQ-9 of the present course that has a score (MH-4), None without any.

    Answers up to the first dosing day belong to the course that begins then; those after the end
    of an earlier course do too.
    """
    course = newest_course(facts, as_of=as_of)
    after = course.after if course is not None else None
    if course is None or course.last_dose is not None:
        after = last_stop(facts, as_of=as_of)
    for questionnaire in facts.questionnaires:
        if questionnaire.instrument is Instrument.PHQ9 and (
            after is None or questionnaire.on > after
        ):
            try:
                score, _ = score_of(questionnaire)
            except BadAnswers:
                continue
            if score is not None:
                return questionnaire
    return None


def baseline_for(
    facts: CourseFacts, questionnaire: Questionnaire, *, as_of: date
) -> Questionnaire | None:
    """What one questionnaire is compared with: the course's first PHQ-9, unless it is this one."""
    baseline = course_baseline(facts, as_of=as_of)
    if baseline is None or baseline is questionnaire or baseline.on > questionnaire.on:
        return None
    return baseline


def newest_assessment(facts: CourseFacts, *, as_of: date) -> MoodAssessment | None:
    """The newest questionnaire known by the end of a day, assessed; None without any."""
    known = [item for item in facts.questionnaires if item.on <= as_of]
    if not known:
        return None
    last = known[-1]
    return assess(
        last,
        baseline=course_baseline(facts, as_of=as_of),
        country=facts.person.country,
    )
