"""Review codes whose level a clinic may raise, and raising it (rule book 12, evidence D).

A clinic makes its gate stricter, never milder: what it chooses counts where it is above the level
that the rule itself gave.
"""

from collections.abc import Mapping
from dataclasses import replace

from protocol.findings import Finding
from protocol.vocabulary import Level, Reason

# The level that the rule book gives each of them.
OWN_LEVELS: Mapping[Reason, Level] = {
    Reason.LAB_OVERDUE: Level.OVERRIDE,
    Reason.LAB_BASELINE_MISSING: Level.OVERRIDE,
    Reason.LAB_UNIT_CONFIRM: Level.BLOCK,
    Reason.LAB_T2: Level.WARN,
    Reason.LAB_T3: Level.OVERRIDE,
    Reason.LAB_T4: Level.OVERRIDE,
    Reason.MH_ITEM9: Level.OVERRIDE,
    Reason.MH_ITEM9_UNANSWERED: Level.OVERRIDE,
    Reason.MH_REVIEW: Level.OVERRIDE,
    Reason.SEXUAL_FN_REVIEW: Level.OVERRIDE,
    Reason.SYMPTOM_RED: Level.BLOCK,
    Reason.SYMPTOM_URGENT: Level.OVERRIDE,
    Reason.WEIGHT_STALE: Level.WARN,
    Reason.COURSE_LENGTH: Level.WARN,
    Reason.CUMULATIVE_ALERT: Level.WARN,
    Reason.BLISTER_BROKEN: Level.WARN,
    Reason.TEST_CYCLE_DAY: Level.WARN,
}


class NotRaised(ValueError):
    """A code that a clinic may not touch, or a level below the rule's own."""


def stricter(code: Reason) -> tuple[Level, ...]:
    """The levels to which a clinic may raise the code; none where it is BLOCK already."""
    return tuple(level for level in Level if level > OWN_LEVELS[code])


def read_levels(stated: Mapping[str, str]) -> dict[Reason, Level]:
    """Codes and levels in the words of a stored setting or a scenario.

    Raises:
        NotRaised: a code without a level of its own here, an unknown level, or a lower one.
    """
    levels = {}
    for code, word in stated.items():
        own = OWN_LEVELS.get(Reason(code)) if code in Reason.__members__ else None
        level = Level.__members__.get(word.upper())
        if own is None:
            known = ", ".join(sorted(OWN_LEVELS))
            raise NotRaised(f"unknown code {code!r}; expected one of {known}")
        if level is None or level < own:
            raise NotRaised(f"{code} is {own.word} and can only be raised, not set to {word!r}")
        levels[Reason(code)] = level
    return levels


def raised(finding: Finding, levels: Mapping[Reason, Level]) -> Finding:
    """The finding at the clinic's level, where that is the stricter one."""
    level = levels.get(finding.reason)
    return finding if level is None or level <= finding.level else replace(finding, level=level)
