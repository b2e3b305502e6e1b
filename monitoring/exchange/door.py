"""Who may hand in results over HTTP: a laboratory's token, within a number of calls a minute.

Counted in PostgreSQL, so that the limits hold in every process and while Redis is away (SEC-09).
"""

import hmac
import re
from datetime import datetime, timedelta

from django.db import transaction

from monitoring.actions.lab_tokens import MARK, hash_of
from monitoring.models import LabToken
from people.models import LinkFailure

CALLS_A_MINUTE = 600
FAILURES_A_MINUTE = 30
_MINUTE = timedelta(minutes=1)
_TOKEN = re.compile(re.escape(MARK) + r"[A-Za-z0-9_-]{43}")


class NotLetIn(Exception):
    """No token, or none that is valid. Why is never told: wrong, ended and revoked look the same.

    ``sent`` says whether there was a token at all.
    """

    def __init__(self, *, sent: bool) -> None:
        super().__init__("not let in")
        self.sent = sent


class TooOften(Exception):
    """The limit is reached; ``retry_after`` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too often")
        self.retry_after = retry_after


def admit(authorization: str, *, origin_hash: str, now: datetime) -> LabToken:
    """The token of a call, with its clinic; the call is counted.

    Args:
        authorization: the header as it came.
        origin_hash: from ``people.links.origin_of``: where wrong tokens are counted against.
        now: the instant of the call.

    Raises:
        NotLetIn: for every cause alike.
        TooOften: too many calls with this token, or wrong ones from this place, in a minute.
    """
    failures = LinkFailure.objects.filter(origin=origin_hash, at__gt=now - _MINUTE).count()
    if failures >= FAILURES_A_MINUTE:
        raise TooOften(int(_MINUTE.total_seconds()))
    scheme, _, text = authorization.strip().partition(" ")
    sent = scheme.lower() == "bearer" and bool(text.strip())
    token = _counted(text.strip(), now=now) if sent else None
    if token is None:
        if sent:
            LinkFailure.objects.create(origin=origin_hash, at=now)
        raise NotLetIn(sent=sent)
    if token.calls > CALLS_A_MINUTE:
        raise TooOften(60 - now.second)
    return token


@transaction.atomic
def _counted(text: str, *, now: datetime) -> LabToken | None:
    # Found by a keyed hash: how long the look-up takes tells nothing about any token.
    wanted = hash_of(text)
    token = (
        LabToken.objects.select_for_update(of=("self",))
        .select_related("clinic")
        .filter(token_hash=wanted)
        .first()
    )
    known = token.token_hash if token else "0" * len(wanted)
    same = hmac.compare_digest(known, wanted)
    if token is None or not same or not _TOKEN.fullmatch(text) or not token.valid(now=now):
        return None
    minute = now.replace(second=0, microsecond=0)
    token.calls = token.calls + 1 if token.counted_from == minute else 1
    token.counted_from, token.last_used_at = minute, now
    token.save(update_fields=["calls", "counted_from", "last_used_at"])
    return token
