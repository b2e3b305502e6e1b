"""A rule that broke: said to the trail once a day for each course, and to whoever runs the system.

The gate shuts by itself. But nobody can sign at a gate that is shut, so the failure has to be found
where every course is judged anew: with its plan, after each change and at each tick.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from audit.kinds import Kind
from audit.models import Event
from audit.trail import Happening
from courses.actions.subject import happening
from courses.models import Course
from protocol.findings import Decision
from protocol.vocabulary import Reason

_log = logging.getLogger(__name__)
_ONCE_IN = timedelta(days=1)


def failed_rules(decision: Decision) -> list[dict[str, str]]:
    """The rules that broke in a decision: which, and with what kind of error. No facts."""
    return [
        {"id": finding.rule, **dict(finding.detail)}
        for finding in decision.findings
        if finding.reason is Reason.RULE_FAILED
    ]


def happenings(judged: Iterable[tuple[Course, Decision]], *, now: datetime) -> list[Happening]:
    """An event for each course at whose gate a rule broke, unless a day's event says so already.

    Each is logged too, by the rule's name and the kind of error and without the patient. Asks the
    database only when something broke.
    """
    broken = [
        (happening(Kind.RULE_FAILED, course, rules=failed), failed)
        for course, decision in judged
        if (failed := failed_rules(decision))
    ]
    if not broken:
        return []
    told = set(
        Event.objects.filter(
            kind=Kind.RULE_FAILED.value,
            patient__in=[each.patient for each, _ in broken],
            at__gt=now - _ONCE_IN,
        ).values_list("subject", flat=True)
    )
    new = [(each, failed) for each, failed in broken if each.subject not in told]
    for _, failed in new:
        for one in failed:
            _log.error("gate rule %s (%s) failed: %s", one["id"], one["rule"], one["error"])
    return [each for each, _ in new]
