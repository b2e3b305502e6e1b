"""May the patient photograph a test at home, and what do its readers' words come to (US-13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from protocol.category import effective_category
from protocol.facts import CourseFacts
from protocol.policy import ClinicPolicy
from protocol.programmes import EditionUnknown, edition_for
from protocol.timeline import course_boundary, known_by, started_on
from protocol.vocabulary import Category, TestResult

# A reader's word that is no result: the picture shows none.
UNREADABLE = "unreadable"


def may_be_photographed(facts: CourseFacts, *, as_of: date, policy: ClinicPolicy) -> bool:
    """US-13, CA-03, AU-02: the programme allows it and the prescriber's newest word does.

    Never before the first dose; after the last one as during the course (US-24). What is not
    known is no.
    """
    known = known_by(facts, as_of)
    if effective_category(known.person) is not Category.FCP:
        return False
    if started_on(known) is None and course_boundary(known) is None:
        return False
    if not known.home_testing or not known.home_testing[-1].allowed:
        return False
    try:
        rules = edition_for(known.programme, as_of, policy=policy).params
    except EditionUnknown:
        return False
    return rules.pregnancy_tests.home_by_permission


def agreed(readings: Sequence[str], *, readers: int) -> TestResult | str | None:
    """What ``readers`` people have read; None: somebody has still to look.

    One who sees a positive or an unclear test is enough, for that must not wait. Negative counts
    only when everybody asked says so. One who cannot read the picture is enough to ask for another
    one (evidence D).
    """
    if TestResult.POSITIVE in readings:
        return TestResult.POSITIVE
    if TestResult.INDETERMINATE in readings:
        return TestResult.INDETERMINATE
    if UNREADABLE in readings:
        return UNREADABLE
    return TestResult.NEGATIVE if len(readings) >= readers else None
