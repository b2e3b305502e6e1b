"""What has to be done about a positive or unclear pregnancy test, and by whom (US-23, 5.2).

The steps follow from the result, the programme and whether a dose may have been taken. The words
stand with the screens.
"""

from __future__ import annotations

from enum import StrEnum

from protocol.vocabulary import Owner, TestResult


class Step(StrEnum):
    """Steps in the order in which they are taken."""

    CONTACT_TODAY = "contact-today"
    STOP_TREATMENT = "stop-treatment"
    PAUSE_TREATMENT = "pause-treatment"
    REPEAT_TEST = "repeat-test"
    REFER = "refer"
    REPORT_PROGRAMME = "report-programme"
    REPORT_AUTHORITY = "report-authority"


OWNERS: dict[Step, Owner] = {
    Step.CONTACT_TODAY: Owner.NURSE,
    Step.STOP_TREATMENT: Owner.PRESCRIBER,
    Step.PAUSE_TREATMENT: Owner.PRESCRIBER,
    Step.REPEAT_TEST: Owner.NURSE,
    Step.REFER: Owner.PRESCRIBER,
    Step.REPORT_PROGRAMME: Owner.PRESCRIBER,
    Step.REPORT_AUTHORITY: Owner.PRESCRIBER,
}
# Programmes that keep a registry to which a pregnancy is reported (US-23).
_WITH_REGISTRY = frozenset({"us-ipledge"})


def steps_for(
    result: TestResult, *, programme: str, exposed: bool, running: bool
) -> tuple[Step, ...]:
    """The steps of a result, in order.

    ``exposed``: a dose has been taken, in this course or within the waiting time after it, so that
    the pregnancy is reported. ``running``: the course has begun and has not been stopped.
    Evidence: US-23 M for referral and reporting, UK-18 V1 for the Yellow Card; contact on the same
    day and the repeat of an unclear test after 48 hours 5.2, D.
    """
    if result is TestResult.NEGATIVE:
        return ()
    steps = [Step.CONTACT_TODAY]
    if result is TestResult.INDETERMINATE:
        if running:
            steps.append(Step.PAUSE_TREATMENT)
        steps.append(Step.REPEAT_TEST)
        return tuple(steps)
    if running:
        steps.append(Step.STOP_TREATMENT)
    steps.append(Step.REFER)
    if exposed:
        if programme in _WITH_REGISTRY:
            steps.append(Step.REPORT_PROGRAMME)
        steps.append(Step.REPORT_AUTHORITY)
    return tuple(steps)
