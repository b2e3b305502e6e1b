"""The one reason for which a course is on the list: a table in the order of the worklist."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monitoring.attention import Attention, Situation, points_of
from protocol.findings import Decision, Finding, Window
from protocol.plan import PlannedItem
from protocol.vocabulary import (
    Action,
    Check,
    ItemStatus,
    Level,
    Owner,
    Phase,
    Reason,
    Requirement,
)

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def finding(reason: Reason, level: Level, owner: Owner = Owner.PRESCRIBER) -> Finding:
    return Finding(reason=reason, level=level, owner=owner, rule="X", check=Check.LABS)


def window(hours: float) -> Window:
    closes = NOW + timedelta(hours=hours)
    return Window(
        first_day=TODAY - timedelta(days=5),
        last_day=closes.date(),
        opens_at=NOW - timedelta(days=5),
        closes_at=closes,
    )


def decision(*findings: Finding, closes_in: float | None = None) -> Decision:
    return Decision(
        action=Action.PRESCRIBE,
        level=max((each.level for each in findings), default=Level.ALLOW),
        judged_at=NOW,
        judged_on=TODAY,
        edition="us-2026",
        edition_hash="",
        policy_version="default",
        findings=findings,
        checks=(),
        window=window(closes_in) if closes_in is not None else None,
    )


def item(requirement: Requirement, status: ItemStatus, in_days: int) -> PlannedItem:
    due_on = TODAY + timedelta(days=in_days)
    return PlannedItem(
        key=f"{requirement.value}/1",
        requirement=requirement,
        cycle=1,
        opens_on=due_on - timedelta(days=7),
        due_on=due_on,
        closes_on=None,
        status=status,
    )


BLOCKED = decision(finding(Reason.TEST_MISSING, Level.BLOCK, Owner.PATIENT))
LATE = (item(Requirement.LABS, ItemStatus.OVERDUE, -9),)
SOON = (item(Requirement.CHECK_IN, ItemStatus.DUE_SOON, 3),)

CASES: list[tuple[str, dict[str, Any], Attention, str, Owner]] = [
    (
        "open concern first of all",
        {"concerns": ("mood",)},
        Attention.ACT,
        "concern:mood",
        Owner.PRESCRIBER,
    ),
    (
        "alarming finding",
        {"decision": decision(finding(Reason.LAB_T3, Level.OVERRIDE), closes_in=1)},
        Attention.ACT,
        "LAB_T3",
        Owner.PRESCRIBER,
    ),
    (
        "window ends within 48 hours, waiting on the patient",
        {
            "decision": decision(
                finding(Reason.COMPREHENSION_MISSING, Level.BLOCK, Owner.PATIENT), closes_in=48
            )
        },
        Attention.ACT,
        "window-closing",
        Owner.PATIENT,
    ),
    (
        "window ends after 48 hours",
        {
            "decision": decision(
                finding(Reason.COMPREHENSION_MISSING, Level.BLOCK, Owner.PATIENT), closes_in=48.1
            )
        },
        Attention.NOTHING,
        "nothing-due",
        Owner.NOBODY,
    ),
    (
        "signed, window about to close",
        {"decision": decision(closes_in=5), "signed_unfilled": True},
        Attention.ACT,
        "window-closing",
        Owner.PHARMACY,
    ),
    (
        "supply in hand outlasts the window",
        {"decision": decision(closes_in=5), "supply_ends_on": TODAY + timedelta(days=20)},
        Attention.NOTHING,
        "nothing-due",
        Owner.NOBODY,
    ),
    (
        "raised result to read",
        {"decision": decision(finding(Reason.LAB_T2, Level.WARN))},
        Attention.STAFF,
        "LAB_T2",
        Owner.PRESCRIBER,
    ),
    (
        "signed and not collected",
        {"decision": decision(), "signed_unfilled": True},
        Attention.STAFF,
        "signed-not-collected",
        Owner.PATIENT,
    ),
    (
        "ready, supply ends in 7 days",
        {"decision": decision(), "supply_ends_on": TODAY + timedelta(days=7)},
        Attention.READY,
        "ready-to-sign",
        Owner.PRESCRIBER,
    ),
    (
        "not ready, supply ends in 8 days",
        {"decision": decision(), "supply_ends_on": TODAY + timedelta(days=8)},
        Attention.NOTHING,
        "nothing-due",
        Owner.NOBODY,
    ),
    ("late blood test", {"items": LATE}, Attention.STAFF, "overdue:labs", Owner.LABORATORY),
    (
        "late blood test that the prescriber has been told of",
        {"items": tuple(replace(each, prescriber_on=TODAY) for each in LATE)},
        Attention.STAFF,
        "unanswered:labs",
        Owner.PRESCRIBER,
    ),
    (
        "check-in that the nurse has been told of before it is overdue",
        {"items": tuple(replace(each, nurse_on=TODAY) for each in SOON)},
        Attention.STAFF,
        "overdue:check-in",
        Owner.PATIENT,
    ),
    (
        "check-in that is the nurse's tomorrow",
        {"items": tuple(replace(each, nurse_on=TODAY + timedelta(days=1)) for each in SOON)},
        Attention.PATIENT,
        "due:check-in",
        Owner.PATIENT,
    ),
    (
        "supply to collect is no task of its own",
        {"items": tuple(replace(each, requirement=Requirement.COLLECT) for each in SOON)},
        Attention.NOTHING,
        "nothing-due",
        Owner.NOBODY,
    ),
    ("check-in due", {"items": SOON}, Attention.PATIENT, "due:check-in", Owner.PATIENT),
    ("planned course", {"phase": Phase.PLANNED}, Attention.STAFF, "not-started", Owner.PATIENT),
    ("bad address", {"bad_address": True}, Attention.STAFF, "bad-address", Owner.NURSE),
    (
        "bad address after the course",
        {"bad_address": True, "phase": Phase.CLOSED},
        Attention.NOTHING,
        "closed",
        Owner.NOBODY,
    ),
    ("letter", {"letter": True, "items": LATE}, Attention.STAFF, "letter", Owner.NURSE),
    (
        "letter after the course",
        {"letter": True, "phase": Phase.CLOSED},
        Attention.STAFF,
        "letter",
        Owner.NURSE,
    ),
    (
        "letter, and a concern",
        {"letter": True, "concerns": ("mood",)},
        Attention.ACT,
        "concern:mood",
        Owner.PRESCRIBER,
    ),
    ("on hold", {"phase": Phase.PAUSED}, Attention.NOTHING, "nothing-due", Owner.NOBODY),
    ("closed", {"phase": Phase.CLOSED, "items": LATE}, Attention.NOTHING, "closed", Owner.NOBODY),
]


@pytest.mark.parametrize(
    ("changes", "attention", "reason", "owner"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_course_is_listed_for_its_gravest_reason(
    changes: dict[str, Any], attention: Attention, reason: str, owner: Owner
) -> None:
    plain: dict[str, Any] = {
        "phase": Phase.ACTIVE,
        "decision": BLOCKED,
        "items": (),
        "concerns": (),
        "signed_unfilled": False,
        "supply_ends_on": None,
        "today": TODAY,
        "now": NOW,
    }

    point = points_of(Situation(**{**plain, **changes}))[0]

    assert (point.attention, point.reason, point.owner) == (attention, reason, owner)
