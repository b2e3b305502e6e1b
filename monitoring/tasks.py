"""What beat rings. Tasks read the clock, call one function and answer; they need no retries.

The clock is the database's, as for sending: a worker whose own is wrong neither wakes a concern
early nor lets one sleep (REM-05).
"""

from celery import shared_task

from audit import chains
from messaging import bell
from messaging.clock import database_now
from monitoring import heartbeat
from monitoring.actions import addresses, escalations, planning, unread
from monitoring.actions.pulses import beat
from people import links

# Courses that are worth a worker of their own.
_SHARE = 500


@shared_task(name="monitoring.tasks.tick", ignore_result=True)
def tick(**_: object) -> None:
    """Plan again what has come due, many hands together."""
    now = database_now()
    addresses.notice(now=now)
    waiting = planning.due(now=now, most=_SHARE * (bell.MOST_HANDS + 1))
    bell.call_hands("monitoring.tasks.plan_share", waiting=waiting, share=_SHARE)
    beat("tick", now=now, courses=planning.tick(now=now), sealed=chains.seal())
    heartbeat.ping(now=now)


@shared_task(name="monitoring.tasks.plan_share", ignore_result=True)
def plan_share(**_: object) -> None:
    """One more hand for ``tick``: takes courses that are free, and calls nobody."""
    planning.tick(now=database_now())


@shared_task(name="monitoring.tasks.sweep_escalations", ignore_result=True)
def sweep_escalations(**_: object) -> None:
    """Raise results that nobody has read in time, and climb what waits too long."""
    now = database_now()
    unread_results = unread.sweep(now=now)
    beat("escalations", now=now, climbed=escalations.sweep(now=now), unread=unread_results)


@shared_task(name="monitoring.tasks.rebuild", ignore_result=True)
def rebuild(**_: object) -> None:
    """Plan and sort everything anew, and note how much had drifted."""
    now = database_now()
    looked, drifted = planning.rebuild(now=now)
    chains.seal(everything=True)
    links.forget_failures(now=now)
    beat("rebuild", now=now, courses=looked, drifted=drifted)
