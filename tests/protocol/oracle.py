"""A second opinion on window, lockout and contraception, written from the rule book's sentences.

It shares no code with the product, knows days as whole numbers and nothing else, and walks from day
to day instead of working anything out. It only says whether a patient of the US programme who can
become pregnant may be given the capsules on a day (US-05 to US-07, US-09, US-11 to US-13, US-16,
US-17, US-23).
"""

from __future__ import annotations

from dataclasses import dataclass, field

WINDOW = 7
LOCKOUT = 19
BETWEEN_TESTS = 19
CONTRACEPTION_FIRST = 30
PRIMARY = {
    "combined-pill",
    "patch",
    "vaginal-ring",
    "injection",
    "implant",
    "hormonal-iud",
    "copper-iud",
    "tubal-sterilisation",
    "partner-vasectomy",
}
SECONDARY = {"male-condom", "diaphragm-spermicide", "cervical-cap-spermicide", "sponge"}


@dataclass(frozen=True)
class Specimen:
    """A pregnancy test: ``where`` is clinic, home, remote-supervised or unknown."""

    day: int
    outcome: str
    where: str
    verified: bool


@dataclass(frozen=True)
class Story:
    """One patient, up to the day on which capsules are asked for."""

    asked_on: int
    specimens: tuple[Specimen, ...]
    methods: frozenset[str]
    methods_since: int
    fills: tuple[int, ...] = ()
    home_words: tuple[tuple[int, bool], ...] = ()
    newer_edition_from: int = 10_000


@dataclass
class Verdict:
    """May the capsules be given, and every objection in words."""

    objections: set[str] = field(default_factory=set)

    @property
    def allowed(self) -> bool:
        """Nothing speaks against it."""
        return not self.objections


def judge(story: Story) -> Verdict:
    """Walk from day to day and say what stands in the way."""
    verdict = Verdict()
    if not two_methods(story.methods):
        verdict.objections.add("methods")
    if pregnancy_in_doubt(story):
        verdict.objections.add("result")
    if story.fills:
        if not monthly_window_is_open(story):
            verdict.objections.add("window")
    elif not first_window_is_open(story):
        verdict.objections.add("window")
    return verdict


def two_methods(methods: frozenset[str]) -> bool:
    """US-16: two at once, one at least primary. US-17: abstinence needs no second."""
    if "abstinence" in methods:
        return True
    for first in methods:
        for second in methods:
            if first != second and first in PRIMARY and second in PRIMARY | SECONDARY:
                return True
    return False


def pregnancy_in_doubt(story: Story) -> bool:
    """US-23: a positive or unclear test that no supervised negative one of a later day answers."""
    doubt = False
    for day in range(story.asked_on + 1):
        results = [s for s in story.specimens if s.day == day]
        if any(
            s.outcome == "negative" and s.where in ("clinic", "remote-supervised") for s in results
        ):
            doubt = False
        if any(s.outcome in ("positive", "indeterminate") for s in results):
            doubt = True
    return doubt


def first_window_is_open(story: Story) -> bool:
    """Before the first fill: day by day, which specimen opens a window, and is it open today?"""
    opened_on: int | None = None
    screening_days: list[int] = []
    for day in range(story.asked_on + 1):
        in_clinic = [
            s
            for s in story.specimens
            if s.day == day and s.outcome == "negative" and s.where == "clinic"
        ]
        if not in_clinic:
            continue
        first_test_is_old_enough = any(day - s >= BETWEEN_TESTS for s in screening_days)
        methods_long_enough = day - story.methods_since >= CONTRACEPTION_FIRST
        screening_days.append(day)
        if not (first_test_is_old_enough and methods_long_enough):
            continue
        older_rules = day < story.newer_edition_from
        if opened_on is None or not older_rules:
            opened_on = day
        elif day <= opened_on + WINDOW - 1:
            # The first window is still open: nothing has been missed, nothing new opens.
            continue
        elif day >= opened_on + LOCKOUT:
            opened_on = day
    return opened_on is not None and opened_on <= story.asked_on <= opened_on + WINDOW - 1


def monthly_window_is_open(story: Story) -> bool:
    """After a fill: a new negative test, in a clinic or by permission and verified."""
    last_fill = max(story.fills)
    for specimen in story.specimens:
        if specimen.outcome != "negative" or specimen.day <= last_fill:
            continue
        if not specimen.day <= story.asked_on <= specimen.day + WINDOW - 1:
            continue
        if specimen.where == "clinic":
            return True
        words = [allowed for day, allowed in story.home_words if day <= specimen.day]
        permitted = bool(words) and words[-1]
        vouched_for = specimen.verified or specimen.where == "remote-supervised"
        if specimen.where in ("home", "remote-supervised") and permitted and vouched_for:
            return True
    return False
