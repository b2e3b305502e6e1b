"""What a guardian may see on a day: both sides of each boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from people.guardianship import Area, Decider, Grant, Rule, decider, may_see

ALL = frozenset(Area.values)
OPEN = Rule(allowed=True, alone_from=16, areas=ALL)
BORN = date(2010, 3, 12)
CHILD, TEEN, ADULT_DAY = date(2026, 3, 11), date(2026, 3, 12), date(2028, 3, 12)
GRANT = Grant(from_on=date(2025, 1, 1), until_on=None, areas=ALL, agreed=False, ended=False)


@pytest.mark.parametrize(
    ("day", "rule", "who"),
    [
        (CHILD, OPEN, Decider.CLINIC),
        (TEEN, OPEN, Decider.PATIENT),
        (date(2028, 3, 11), OPEN, Decider.PATIENT),
        (ADULT_DAY, OPEN, Decider.NOBODY),
        (date(2028, 3, 11), replace(OPEN, alone_from=18), Decider.CLINIC),
        (ADULT_DAY, replace(OPEN, alone_from=18), Decider.NOBODY),
        (CHILD, Rule(), Decider.NOBODY),
        (CHILD, replace(OPEN, allowed=False), Decider.NOBODY),
    ],
)
def test_who_decides(day: date, rule: Rule, who: Decider) -> None:
    assert decider(BORN, today=day, rule=rule) is who


@pytest.mark.parametrize(
    ("day", "grant", "rule", "seen"),
    [
        (CHILD, GRANT, OPEN, set(Area)),
        (CHILD, replace(GRANT, areas=frozenset({"dose"})), OPEN, {Area.DOSE}),
        (CHILD, GRANT, replace(OPEN, areas=frozenset({"dates"})), {Area.DATES}),
        # An area that no longer exists, or never did, opens nothing.
        (CHILD, replace(GRANT, areas=frozenset({"mood"})), replace(OPEN, areas={"mood"}), set()),
        (CHILD, replace(GRANT, ended=True), OPEN, set()),
        (CHILD, GRANT, replace(OPEN, allowed=False), set()),
        (CHILD, replace(GRANT, from_on=CHILD), OPEN, set(Area)),
        (CHILD, replace(GRANT, from_on=TEEN), OPEN, set()),
        (CHILD, replace(GRANT, until_on=CHILD), OPEN, set(Area)),
        (CHILD, replace(GRANT, until_on=date(2026, 3, 10)), OPEN, set()),
        (TEEN, GRANT, OPEN, set()),
        (TEEN, replace(GRANT, agreed=True), OPEN, set(Area)),
        (ADULT_DAY, replace(GRANT, agreed=True), OPEN, set()),
    ],
)
def test_what_is_open(day: date, grant: Grant, rule: Rule, seen: set[Area]) -> None:
    assert may_see(BORN, grant, today=day, rule=rule) == seen
