"""The tasks of messaging. They carry nothing: what is due stands in PostgreSQL."""

from celery import shared_task

from messaging import bell
from messaging import dispatch as dispatching

# Messages that are worth a worker of their own.
_SHARE = 100


@shared_task(name="messaging.tasks.dispatch", time_limit=600)
def dispatch(**_: object) -> None:
    """Send what may be sent now, many hands together. Harmless to run twice, at once, or never."""
    waiting = dispatching.due(most=_SHARE * (bell.MOST_HANDS + 1))
    bell.call_hands("messaging.tasks.send_share", waiting=waiting, share=_SHARE)
    dispatching.run()


@shared_task(name="messaging.tasks.send_share", time_limit=600)
def send_share(**_: object) -> None:
    """One more hand for ``dispatch``: takes what is free, and calls nobody."""
    dispatching.run()
