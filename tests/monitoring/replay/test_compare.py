"""How expectations are compared: digits, minutes, days on the programme's clock, lists and sets."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.replay.compare import (
    all_among,
    exactly_these,
    none_among,
    plain,
    same,
    same_entries,
    same_list,
    same_moment,
    same_number,
)

EASTERN = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("written", "got", "holds"),
    [
        ("16.5", "16.538", True),
        ("16.5", "16.45", True),
        ("16.5", "16.449", False),
        ("16.5", "16.55", False),
        ("30", "30.4", True),
        ("30", "30.5", False),
        ("30.0", "30.04", True),
        ("30.0", "30.05", False),
        ("0", "0", True),
    ],
)
def test_numbers_are_compared_to_the_digits_written(written: str, got: str, holds: bool) -> None:
    assert same_number(Decimal(written))(Decimal(got)) is holds


@given(st.decimals(min_value=0, max_value=10_000, places=4), st.integers(0, 3))
def test_a_number_rounded_half_up_equals_what_it_was_rounded_from(
    exact: Decimal, digits: int
) -> None:
    scale = 10**digits
    rounded = Decimal(int(exact * scale + Decimal("0.5"))).scaleb(-digits)

    assert same_number(rounded)(exact)


def test_a_flag_is_no_number_and_nothing_is_nothing() -> None:
    assert not same_number(Decimal(1))(True)
    assert not same_number(Decimal(0))(None)
    assert same(None)(None)
    assert not same(None)(False)


def test_instants_are_compared_to_the_minute() -> None:
    holds = same_moment(datetime(2026, 7, 13, 3, 59, tzinfo=UTC), EASTERN)

    assert holds(datetime(2026, 7, 12, 23, 59, 59, tzinfo=EASTERN))
    assert not holds(datetime(2026, 7, 13, 4, 0, tzinfo=UTC))


def test_a_date_meets_an_instant_on_the_programmes_clock() -> None:
    closes = datetime(2026, 7, 13, 3, 59, 59, tzinfo=UTC)

    assert same_moment(date(2026, 7, 12), EASTERN)(closes)
    assert not same_moment(date(2026, 7, 13), EASTERN)(closes)
    assert same_moment(closes, EASTERN)(date(2026, 7, 12))


def test_lists_are_compared_in_full_and_in_order() -> None:
    holds = same_list([same("a"), same("b")])

    assert holds(["a", "b"])
    assert not holds(["b", "a"])
    assert not holds(["a", "b", "c"])


def test_sets_hold_as_the_contract_says() -> None:
    assert all_among(["A"])(["B", "A"])
    assert not all_among(["A", "C"])(["B", "A"])
    assert exactly_these(["A", "B"])(["B", "A"])
    assert not exactly_these([])(["B"])
    assert none_among(["C"])(["B", "A"])
    assert not none_among(["A"])(["B", "A"])
    assert not none_among(["A"])(None)


def test_only_the_named_entries_of_a_mapping_are_compared() -> None:
    holds = same_entries({"alt": same("t2")})

    assert holds({"alt": "t2", "ast": "t0"})
    assert not holds({"ast": "t2"})


def test_instants_leave_in_utc() -> None:
    at = datetime(2026, 7, 12, 23, 59, 59, tzinfo=EASTERN)

    assert plain(at) == "2026-07-13T03:59:59Z"
    assert plain([date(2026, 7, 12), Decimal("30.0"), Decimal("37.5"), None]) == [
        "2026-07-12",
        30,
        37.5,
        None,
    ]
