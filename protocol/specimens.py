"""Which pregnancy test counts for what: confirmation, window, lockout (US-05 to US-13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from protocol.facts import Contraception, PregnancyTest
from protocol.parameters import PregnancyTests
from protocol.question import Question, days_after
from protocol.vocabulary import TestResult, TestSetting


def test_rules(q: Question, test: PregnancyTest) -> PregnancyTests:
    """What the edition of the specimen's own day asks of a test (GEN-8)."""
    return q.edition_on(test.on).params.pregnancy_tests


def negatives(tests: tuple[PregnancyTest, ...]) -> tuple[PregnancyTest, ...]:
    """The negative ones, oldest first."""
    return tuple(test for test in tests if test.result is TestResult.NEGATIVE)


def home_is_allowed(q: Question, test: PregnancyTest) -> bool:
    """US-13: the prescriber's word on home tests, as it stood on the day of the specimen."""
    said = [word for word in q.facts.home_testing if word.on <= test.on]
    return bool(said) and said[-1].allowed


def is_verified(test: PregnancyTest) -> bool:
    """Somebody other than the patient vouches for the result (US-13)."""
    return test.verified or test.setting is TestSetting.REMOTE_SUPERVISED


def is_accepted(q: Question, test: PregnancyTest) -> bool:
    """The test was done where, and as, the programme takes it for this purpose (US-12, UK-13)."""
    rules = test_rules(q, test)
    if q.initiation:
        return test.setting in rules.first_settings
    if test.setting in rules.repeat_settings:
        return True
    return (
        rules.home_by_permission
        and test.setting in (TestSetting.HOME, TestSetting.REMOTE_SUPERVISED)
        and home_is_allowed(q, test)
        and is_verified(test)
    )


def relevant(q: Question) -> tuple[PregnancyTest, ...]:
    """Tests that can open this prescription: of the course before it begins, else of the cycle."""
    return q.tests if q.initiation else q.of_cycle(q.facts.pregnancy_tests)


def contraception_since(q: Question) -> date | None:
    """The day from which the methods now stated have been used without a break (US-06, UK-11).

    Each side's newest statement counts, and the later of the two. A statement that names no day
    takes over the day of an unbroken run of statements of the same methods, and else its own.
    """
    days = [
        _run_began(q.facts.contraception, side)
        for side in ("by_patient", "by_prescriber")
        if any(getattr(said, side) for said in q.facts.contraception)
    ]
    return max(days) if days else None


def _run_began(statements: tuple[Contraception, ...], side: str) -> date:
    own = [said for said in statements if getattr(said, side)]
    began = own[-1].on
    for said in reversed(own):
        if set(said.methods) != set(own[-1].methods):
            break
        if said.since is not None:
            return said.since
        began = said.on
    return began


@dataclass(frozen=True, slots=True)
class Opening:
    """The specimen that decides the window, and the one that locks it out (US-09, US-11)."""

    specimen: PregnancyTest
    locked_by: PregnancyTest | None = None


def window_last_day(q: Question, specimen: PregnancyTest) -> date | None:
    """US-09: the specimen's day is day 1; None where the programme has no such window."""
    days = q.edition_on(specimen.on).params.window.days_from_specimen
    return None if days is None else days_after(specimen.on, days - 1)


def covers(q: Question, specimen: PregnancyTest, on: date) -> bool:
    """The day lies in the window that the specimen opens."""
    last = window_last_day(q, specimen)
    return last is not None and specimen.on <= on <= last


def opening(q: Question) -> Opening | None:
    """The specimen whose window is judged; None when no test can open one.

    Before the first dose the screening test opens nothing, and under US-2021 a specimen taken
    before the waiting time is over opens nothing either (US-11). Otherwise the newest specimen
    that the programme accepts decides, unless an unaccepted newer one leaves no open window.
    """
    if "opening" not in q.memory:
        q.memory["opening"] = _opening(q)
    return cast("Opening | None", q.memory["opening"])


def _opening(q: Question) -> Opening | None:
    candidates = negatives(relevant(q))
    if q.initiation:
        candidates = candidates[q.params.pregnancy_tests.before_start - 1 :]
    if not candidates:
        return None
    accepted = [test for test in candidates if is_accepted(q, test)]
    locks = dict(_locked(q, accepted)) if q.initiation and not q.treated else {}
    for specimen in reversed(accepted):
        if specimen.ref not in locks and covers(q, specimen, q.on):
            return Opening(specimen)
    newest = candidates[-1]
    return Opening(newest, locks.get(newest.ref))


def _locked(q: Question, accepted: list[PregnancyTest]) -> Iterator[tuple[str, PregnancyTest]]:
    """Specimens that open no window of their own, each with the one before it that did (US-11).

    Within an open first window a further test neither closes nor prolongs it: once that window
    has been missed, it too was taken before the waiting time was over.
    """
    opened: PregnancyTest | None = None
    for specimen in accepted:
        if not is_confirmation(q, specimen):
            continue
        wait = q.edition_on(specimen.on).params.window.first_window_lockout_days
        if (
            opened is not None
            and wait is not None
            and specimen.on < days_after(opened.on, wait)
            and specimen.on != opened.on
        ):
            yield specimen.ref, opened
        else:
            opened = specimen


def screening_tests(q: Question, confirmation: PregnancyTest) -> tuple[PregnancyTest, ...]:
    """US-07: accepted negative tests early enough before ``confirmation`` to be its first test."""
    apart = test_rules(q, confirmation).days_between or 1
    return tuple(
        test
        for test in negatives(q.tests)
        if is_accepted(q, test) and test.on <= confirmation.on - timedelta(days=apart)
    )


def is_confirmation(q: Question, test: PregnancyTest) -> bool:
    """US-05 to US-07: a second test that could open the first window."""
    since = contraception_since(q)
    before = q.edition_on(test.on).params.contraception.days_before
    long_enough = since is not None and (before is None or test.on >= days_after(since, before))
    return long_enough and bool(screening_tests(q, test))


def first_confirmation_day(q: Question, *, not_before: date | None = None) -> date:
    """The first day, from the one judged, on which a new specimen could open the first window.

    ``not_before`` counts from another day than the one judged.

    Weighs US-07 (days after the first test), US-06 (days after the methods began) and US-11 (days
    after a missed window, while the edition of the new specimen's day still says so).
    """
    rules = q.params.pregnancy_tests
    today = q.on if not_before is None else not_before
    day = today
    screened = [test for test in negatives(q.tests) if is_accepted(q, test)]
    day = max(day, days_after(screened[0].on if screened else today, rules.days_between or 1))
    if q.params.contraception.days_before is not None:
        began = contraception_since(q) or today
        day = max(day, days_after(began, q.params.contraception.days_before))
    if q.treated:
        return day
    locks = dict(_locked(q, screened))
    openers = [test for test in screened if is_confirmation(q, test) and test.ref not in locks]
    if not openers:
        return day
    while _is_locked_on(q, openers[-1], day):
        day = days_after(day, 1)
    return day


def _is_locked_on(q: Question, opened: PregnancyTest, day: date) -> bool:
    wait = q.edition_on(day).params.window.first_window_lockout_days
    return wait is not None and opened.on < day < days_after(opened.on, wait)
