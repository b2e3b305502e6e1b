"""How every rule answers: findings, checks and decisions."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from protocol.vocabulary import Action, Check, Level, Owner, Reason


class Ref(NamedTuple):
    """Points at a fact: what kind it is, its row id and its day.

    A tuple, because a decision makes dozens of them.
    """

    kind: str
    ref: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's answer about one thing.

    ``clears_on`` is the date on which it clears without anyone acting, or None: someone must act.
    ``remedy_on`` is the first date on which what someone does counts (a new specimen after a
    waiting time); None: at once. ``final``: nothing can clear it, as a pregnancy. ``detail``
    holds the values the wording tables need (dates, counts), never prose.
    """

    reason: Reason
    level: Level
    owner: Owner
    rule: str
    check: Check
    evidence: tuple[Ref, ...] = ()
    clears_on: date | None = None
    detail: tuple[tuple[str, str], ...] = ()
    remedy_on: date | None = None
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One row of the gate checklist: a requirement with everything that was found about it.

    ``level`` is ALLOW when it is met. ``evidence`` names what met it (or what is wrong with it).
    ``rules`` are the rule ids that were asked.
    """

    check: Check
    level: Level
    rules: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Ref, ...] = ()

    @property
    def met(self) -> bool:
        """Nothing above ALLOW was found."""
        return self.level is Level.ALLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days in which the action is allowed; instants are UTC, last day counted whole."""

    first_day: date
    last_day: date
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All findings about one action at one instant, under one edition and one policy.

    ``checks`` lists every requirement that applies, met or not. ``earliest_on`` is the first date
    on which the same action could be allowed if everything that must be done anew is done on the
    first day it counts; None where nothing can make it so. ``days_supply`` is how long the supply
    in question lasts, not rounded (DOSE-7); None where there is none or it cannot be said.
    """

    action: Action
    level: Level
    judged_at: datetime
    judged_on: date
    edition: str
    edition_hash: str
    policy_version: str
    findings: tuple[Finding, ...]
    checks: tuple[CheckResult, ...]
    window: Window | None = None
    earliest_on: date | None = None
    days_supply: Decimal | None = None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason code once, in finding order."""
        return tuple(dict.fromkeys(finding.reason for finding in self.findings))

    @property
    def overridable(self) -> bool:
        """A prescriber may go on with a recorded reason."""
        return self.level is Level.OVERRIDE
