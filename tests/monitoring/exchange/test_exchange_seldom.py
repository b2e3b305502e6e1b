"""A sender who fails again and again does not fill the log."""

from __future__ import annotations

import logging

import pytest

from monitoring.exchange.seldom import Seldom


def test_a_line_comes_once_a_minute_with_the_number_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = [0.0]
    seldom = Seldom(logging.getLogger("seldom"), clock=lambda: clock[0])
    for second in range(121):
        clock[0] = float(second)
        seldom.say(logging.WARNING, "too many are open")
        if second == 5:
            seldom.say(logging.WARNING, "another line")
    assert [each.getMessage() for each in caplog.records] == [
        "too many are open",
        "another line",
        "too many are open (59 more since the last line)",
        "too many are open (59 more since the last line)",
    ]
