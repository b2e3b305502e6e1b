"""The one task of messaging. It carries nothing: what is due stands in PostgreSQL."""

from celery import shared_task

from messaging import dispatch as dispatching


@shared_task(name="messaging.tasks.dispatch", time_limit=600)
def dispatch(**_: object) -> None:
    """Send what may be sent now. Harmless to run twice, at once, or never again."""
    dispatching.run()
