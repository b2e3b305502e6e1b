"""Whether a positive pregnancy test stands (US-23, CI-01), for the plan and for the pathway."""

from __future__ import annotations

from protocol.question import Question
from protocol.vocabulary import TestResult, TestSetting

_SUPERVISED = (TestSetting.CLINIC, TestSetting.REMOTE_SUPERVISED)


def pregnancy_stands(q: Question) -> bool:
    """A positive test that no later supervised negative one has answered (US-23).

    Nothing of the next supply falls due meanwhile. An unclear test is another thing: its repeat
    is what is due.
    """
    positive = [test.on for test in q.tests if test.result is TestResult.POSITIVE]
    if not positive:
        return False
    return not any(
        test.result is TestResult.NEGATIVE
        and test.setting in _SUPERVISED
        and test.on > positive[-1]
        for test in q.tests
    )
