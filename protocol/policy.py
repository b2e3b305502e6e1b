"""A clinic's own settings, as the rules see them; every contested value names its source.

Rows of ``ClinicPolicyVersion`` become one of these. Nothing here is law: programme editions hold
what regulators fix, this holds what they leave to the clinic (rule book 13).
"""

from dataclasses import dataclass, field
from datetime import date, time

from protocol.ladders import LabLadder
from protocol.reminders import DEFAULT_LADDERS, ReminderLadder
from protocol.vocabulary import LabSchedule, Level, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicPolicy:
    """Settings of one clinic from one day on; ``version`` is stored with every decision."""

    version: str = "default"
    lab_schedule: LabSchedule = LabSchedule.MONTHLY
    ctcae_version: int = 5
    # The clinic's own ladder of action tiers; None is the rule book's (5.2).
    ladder: LabLadder | None = None
    us_2026_effective_from: date | None = None
    # Other editions whose first day an administrator has moved, by edition id (GEN-8).
    go_live: dict[str, date] = field(default_factory=dict)
    us_ncp_window_last_day: int = 29
    uk_rx_last_day: int = 7
    uk_supply_days: int = 30
    # Review codes that this clinic judges more strictly than the rule book (its section 12).
    review_levels: dict[Reason, Level] = field(default_factory=dict)
    # Results of tier t0 close by themselves, with a log; off until a clinic chooses it.
    close_normal_results: bool = False
    # A negative home test counts when two members of staff have read it so (evidence D).
    home_test_second_reader: bool = False
    # Hours after which an unread result is passed on, by tier, or ``doubtful`` (LAB-6). t4 is told
    # at once (5.2, same-day contact); t2 from "more than two working days" (UX-06); the rest D.
    result_hours: dict[str, int] = field(
        default_factory=lambda: {"t2": 48, "t3": 24, "t4": 1, "doubtful": 24}
    )
    reminder_time: time = time(9, 0)
    # Whom to tell when about what is due, by requirement value.
    reminders: dict[str, ReminderLadder] = field(default_factory=lambda: dict(DEFAULT_LADDERS))
