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
from protocol.programmes import EditionUnknown, edition_for
from protocol.vocabulary import Action, Category


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
    days = [*visits[-1:], day, *_days_that_fit_the_test(setting)]
    return [each for each in days if each <= day and (fill is None or each > fill)] or [day]


def _days_that_fit_the_test(setting: Setting) -> list[date]:
    """The last days for which the story's newest test is fresh enough, and the test's own.

    A prescription written then may still be valid, though the test is too old for one of today.
    """
    story = setting.story
    newest = setting.of(PregnancyTest)[-1:]
    if not newest or story.patient.category is Category.NCP:
        return []
    try:
        edition = edition_for(story.programme, setting.day, policy=story.policy)
    except EditionUnknown:
        return []  # the gate says so
    tests = edition.params.pregnancy_tests
    fresh = {days for days in (tests.first_fresh_days, tests.repeat_fresh_days) if days is not None}
    last_days = [newest[0] + timedelta(days=days) for days in sorted(fresh, reverse=True)]
    return [*last_days, *newest] if fresh else []


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
