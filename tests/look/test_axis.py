"""The round top of an axis, for every number that a laboratory might send."""

from __future__ import annotations

import pytest

from look.drawing import ceiling


@pytest.mark.parametrize(
    ("highest", "top", "step"),
    [
        (0.0, 1.0, 0.2),
        (5e-324, 1.0, 0.2),
        (1e-6, 1e-6, 2e-7),
        (1.0, 1.0, 0.2),
        (41.0, 50.0, 10.0),
        (188.0, 200.0, 50.0),
    ],
)
def test_axis_ends_at_a_round_number(highest: float, top: float, step: float) -> None:
    assert ceiling(highest) == pytest.approx((top, step))
