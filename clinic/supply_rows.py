"""Capsules in hand against the next pick-up, as the course page says it."""

from dataclasses import dataclass
from datetime import date

from monitoring.attention import RUNS_OUT_DAYS
from monitoring.queries.course_page import CoursePage
from protocol import gap
from protocol.vocabulary import Level


@dataclass(frozen=True, slots=True)
class SupplyPanel:
    """What the panel and the notice above the page say; ``warn`` is empty where all is well.

    ``warn`` is ``missed`` (a window is over), ``gap`` (days without capsules that cannot be
    avoided), or ``runs-out`` (few days left, and checks are open).
    """

    forecast: gap.SupplyForecast | None
    warn: str
    test_from: date | None
    window_last_day: date | None


def supply_panel(found: CoursePage) -> SupplyPanel:
    """From the record as it was read for the page: nothing is asked of the database."""
    decision = found.decision
    forecast = gap.forecast(
        found.facts, at=decision.judged_at, policy=found.policy, decision=decision
    )
    again = gap.requalification(found.facts, decision, policy=found.policy)
    if found.stopped_on is not None:
        again = None
    return SupplyPanel(
        forecast=forecast,
        warn=_warning(forecast, again, decision.level),
        test_from=again.test_from if again else None,
        window_last_day=again.window_last_day if again else None,
    )


def _warning(
    forecast: gap.SupplyForecast | None, again: gap.Requalification | None, level: Level
) -> str:
    if again is not None:
        return "missed"
    if forecast is None:
        return ""
    if forecast.gap_days:
        return "gap"
    return "runs-out" if level > Level.WARN and forecast.left_days < RUNS_OUT_DAYS else ""
