"""Which day a supplied prescription was written on, and which day its supplied test was taken on.

Where the contract leaves a date free ("a prescription that breaks no rule, still valid", "the
newest in time for what is asked"), every date that could serve is put to the gate itself, and the
first one that leaves the fewest objections is taken. No rule is written a second time here.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from monitoring.replay.given import Cycle, Setting
from monitoring.replay.story import Programme, Topic
from protocol.facts import Dispensed, PregnancyTest, Prescribed, Visit
from protocol.vocabulary import Action, Category

_LONGEST_VALIDITY = timedelta(days=7)
_LONGEST_RECENCY = 3


def cycles(setting: Setting) -> Iterator[Cycle]:
    """The dates that could serve, the most natural first; none for a question beside the gate."""
    if setting.ask.action is None:
        return
    seen: set[Cycle] = set()
    for prescribed_on in _prescription_days(setting):
        for tested_on in _test_days(setting, prescribed_on):
            cycle = Cycle(prescribed_on, tested_on)
            if cycle not in seen:
                seen.add(cycle)
                yield cycle


def _prescription_days(setting: Setting) -> list[date]:
    day = setting.day
    if setting.ask.action is not Action.DISPENSE:
        return [day]
    fill = max(setting.of(Dispensed), default=None)
    if not setting.story.supplies(Topic.PRESCRIPTION):
        written = [each for each in setting.of(Prescribed) if fill is None or each > fill]
        return [written[-1] if written else day]
    visits = []
    if not setting.story.supplies(Topic.VISIT):
        visits = [each for each in setting.of(Visit) if fill is None or each > fill]
    days = [*visits[-1:], day]
    if _test_belongs_to_the_visit(setting):
        # A test of the story may fit a prescription written on an earlier day that is still valid.
        for tested in setting.of(PregnancyTest)[-1:]:
            days += [tested + timedelta(days=late) for late in range(_LONGEST_RECENCY + 1)]
    first = day - _LONGEST_VALIDITY
    return [
        each
        for each in days
        if each <= day and (fill is None or each > fill) and (each >= first or each in visits)
    ] or [day]


def _test_belongs_to_the_visit(setting: Setting) -> bool:
    """The programme counts a test from the day of the prescription (UK-12), not from its own."""
    story = setting.story
    return (
        story.programme is not Programme.US_IPLEDGE and story.patient.category is not Category.NCP
    )


def _test_days(setting: Setting, prescribed_on: date) -> list[date]:
    """On the day asked about, or on the day of the prescription or its visit."""
    story = setting.story
    if story.patient.category is Category.NCP or not story.supplies(Topic.PREGNANCY_TESTS):
        return [setting.day]
    visits = [] if story.supplies(Topic.VISIT) else setting.of(Visit)
    seen_on = [each for each in visits if each <= prescribed_on][-1:]
    if story.programme is Programme.US_IPLEDGE:
        return [setting.day, prescribed_on, *seen_on]
    return [*seen_on, prescribed_on, setting.day]
