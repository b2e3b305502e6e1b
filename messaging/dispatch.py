"""Dispatch: claim, send, settle. PostgreSQL is the queue; any number of processes may run this.

1. *Claim* takes messages by one UPDATE, with a lease on the database's clock.
2. *Prepare* asks everything again (``checks``), renders the texts, and takes their turns with the
   provider (``rates``), for a batch at once.
3. *Begin* commits the attempt of one message (``attempts``), if nothing has changed since.
4. *Call* hands the text to a channel while no transaction is open (REM-23).
5. *Settle* commits the outcome. A worker that dies in between leaves one attempt without outcome,
   which the next holder of the message reads as unknown; what it had not begun is merely planned.

Whatever is not plain (a second try, a message for staff, a provider that rests, two messages for
one person, anything that has changed in between) goes alone and carefully, by :func:`send`.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction

from messaging import attempts, channels, checks, kindness, outcomes, settling
from messaging.attempts import Attempt, Draft
from messaging.channels.base import (
    Accepted,
    Channel,
    NoAnswer,
    NotAccepted,
    Refused,
    Throttled,
)
from messaging.claims import Held, all_still_held, claim, give_back, locked, still_held
from messaging.clock import database_now
from messaging.facts import Facts, known_about
from messaging.holds import held_clinics
from messaging.models import Delivery, Message, Urgency
from messaging.quick import Taken, begin_unless_changed, settle_if_plain
from messaging.rates import Asked, Pace
from messaging.receipts import miss_receipts
from messaging.verdicts import End, Go, Verdict, Wait, wait

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

# Enough that what is asked once for all of them hardly counts for one.
_BATCH = 50
# While a whole batch leaves in less than a second, the next one is larger: what a worker holds when
# it dies is never more than it would have sent in about two.
_QUICK_BATCH, _QUICK_S = 100, 1.0
# What has not been begun by then is left to others: the lease is four times as long.
_HOLDS_FOR_S = 30.0
# What was read longer ago is read again; what a person may say is asked again in any case.
_FACTS_LAST_S = 2.0
# However slow it goes, so many are read together.
_FEWEST = 5
# Well below the tasks' time limit; the next ring goes on.
_BUDGET_S = 240.0


@dataclass(frozen=True, slots=True)
class _Drafts:
    """What became of a batch, by message: ready to leave, or settled. The rest goes alone."""

    ready: Mapping[int, Draft]
    settled: frozenset[int]


def due(*, most: int) -> int:
    """How many messages wait for a dispatch; counted up to ``most``."""
    waiting = Message.objects.filter(
        state=Message.State.PLANNED, urgency__in=Urgency.values, send_after__lte=database_now()
    )
    return waiting[:most].count()


def run(limit: int = 2_000, now: datetime | None = None) -> int:
    """Send what may be sent now; returns how many messages were taken in hand.

    Args:
        limit: take at most this many.
        now: for tests and simulated clocks; production asks the database each time.
    """
    clock: Clock = database_now if now is None else lambda: now
    stop_at = time.monotonic() + _BUDGET_S
    held = held_clinics(now=clock())
    pace = Pace(runs=now is None)
    taken, at_once = 0, _BATCH
    with channels.opened() as available:
        while taken < limit and time.monotonic() < stop_at:
            batch = claim(limit=min(at_once, limit - taken), now=clock(), held=held)
            if not batch and not pace.goes_on():
                break
            began = time.monotonic()
            _send_together(batch, available, clock, pace, runs=now is None)
            taken += len(batch)
            quickly = len(batch) == at_once and time.monotonic() - began < _QUICK_S
            at_once = _QUICK_BATCH if quickly else _BATCH
    miss_receipts(now=clock())
    return taken


def _send_together(
    batch: Sequence[Held],
    available: Mapping[str, Channel],
    clock: Clock,
    pace: Pace,
    *,
    runs: bool,
) -> None:
    """Bring a batch as far as it gets: what is plain quickly, the rest one by one.

    An acceptance is written down in the transaction that begins the next attempt, so that a worker
    that dies leaves one unknown outcome and no more.

    Args:
        runs: whether time passes by the clock; otherwise it is a simulated one that stands still.
    """
    left = deque(batch)
    at_once = len(left)
    give_back_at = time.monotonic() + _HOLDS_FOR_S
    while left:
        known_at, read_at = clock(), time.monotonic()
        read = deque(left.popleft() for _ in range(min(at_once, len(left))))
        plain = [held for held in read if not held.again]
        drafts = _prepare_all(plain, available, pace, now=known_at)
        taken: Taken | None = None
        elapsed_s, before = 0.0, len(read)
        while read and elapsed_s <= _FACTS_LAST_S:
            held = read.popleft()
            if held.message_id in drafts.ready:
                pace.wait_for_turn(held.message_id)
            elapsed_s = time.monotonic() - read_at
            if held.message_id in drafts.settled:
                continue
            # The database's clock, carried on by the time that has passed since it was asked.
            now = known_at + timedelta(seconds=elapsed_s if runs else 0)
            draft = drafts.ready.get(held.message_id)
            attempt = None
            if draft is not None and elapsed_s <= _FACTS_LAST_S:
                attempt, taken = _begin_quickly(
                    held, draft, available, known_at=known_at, now=now, taken=taken
                )
            if attempt is None:
                _written_down(taken)
                taken = None
                send(held, available, clock, pace)
                continue
            answer = _call(attempt)
            elapsed_s = time.monotonic() - read_at
            now = known_at + timedelta(seconds=elapsed_s if runs else 0)
            if isinstance(answer, Accepted):
                taken = Taken(held, attempt, answer, now)
            elif _settle(held, attempt, answer, now=now):
                send(held, available, clock, pace)
        _written_down(taken)
        # What has been read and not used is read anew: as much as was used, or twice all of it.
        at_once = max(_FEWEST, before - len(read) if read else 2 * before)
        left.extendleft(reversed(read))
        if left and time.monotonic() > give_back_at:
            give_back(left, now=clock())
            return


def _written_down(taken: Taken | None) -> None:
    if taken is not None:
        _settle(taken.held, taken.attempt, taken.answer, now=taken.at)


def _prepare_all(
    batch: Sequence[Held], available: Mapping[str, Channel], pace: Pace, *, now: datetime
) -> _Drafts:
    """Decide about a batch with what is read once for all of it; where that fails, about none."""
    try:
        return _decide_all(batch, available, pace, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - one row must not stop the others (R1)
        log.warning("batch_goes_one_by_one", error=type(error).__name__)
        return _Drafts({}, frozenset())


@transaction.atomic
def _decide_all(
    batch: Sequence[Held], available: Mapping[str, Channel], pace: Pace, *, now: datetime
) -> _Drafts:
    """End and put off what is not to leave now, and draft what is plain; the rest goes alone."""
    ready: dict[int, Draft] = {}
    settled: set[int] = set()
    for facts in known_about(all_still_held(batch, now=now), now=now):
        message = facts.message
        if facts.deliveries or message.patient is None:
            continue
        decided = checks.verdict(facts, channels=available.keys(), now=now)
        if not isinstance(decided, Go):
            _conclude(message, decided, now=now)
            settled.add(message.pk)
        elif not _is_plain(facts, decided):
            continue
        elif (draft := _draft_or_none(facts, decided, now=now)) is not None:
            ready[message.pk] = draft
    asked = [Asked(draft.message, draft.go.channel) for draft in ready.values()]
    for pk, until in pace.put_off(asked, now=now).items():
        _put_in_line(ready.pop(pk).message, until=until, now=now)
        settled.add(pk)
    attempts.let_in(list(ready.values()), now=now)
    return _Drafts(ready, frozenset(settled))


def _is_plain(facts: Facts, go: Go) -> bool:
    """Whether it may begin the quick way, which looks at one address and one message again."""
    in_hand = any(not other.sent for other in facts.others)
    return not (in_hand or go.also or go.channel in facts.pauses)


def _draft_or_none(facts: Facts, go: Go, *, now: datetime) -> Draft | None:
    """A text that cannot be rendered is left to the careful way, which says why and counts."""
    try:
        return attempts.drafted(facts, go, now=now)
    except Exception:  # noqa: BLE001 - whatever it is, it comes again there
        return None


def _begin_quickly(
    held: Held,
    draft: Draft,
    available: Mapping[str, Channel],
    *,
    known_at: datetime,
    now: datetime,
    taken: Taken | None,
) -> tuple[Attempt | None, Taken | None]:
    """The attempt of a plain message, committed; ``None`` if it has to be looked at again.

    With it ``taken`` is written down; it is returned where that has to be done by itself.
    """
    purpose = draft.go.purpose
    try:
        unwanted = None
        if not purpose.wanted_where:
            unwanted = purpose.why_unwanted(draft.message.about, now=now)
        if unwanted is not None:
            return None, taken
        attempt, noted = begin_unless_changed(
            held,
            draft,
            available[draft.go.channel],
            known_at=known_at,
            now=now,
            after=taken,
        )
    except (OperationalError, InterfaceError):
        # The acceptance went with it; one more try, for if only this statement was in the way.
        _written_down(taken)
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it comes again there, counted
        log.warning("not_begun_quickly", message=held.message_id, error=type(error).__name__)
        return None, taken
    return attempt, None if noted else taken


def send(held: Held, available: Mapping[str, Channel], clock: Clock, pace: Pace) -> None:
    """Bring one claimed message as far as it gets, by every address of the person if need be."""
    while True:
        try:
            attempt = _prepare(held, available, pace, now=clock())
        except (OperationalError, InterfaceError):
            # The database is away: nothing can be written; the lease brings the message back.
            raise
        except Exception as error:  # noqa: BLE001 - one row must not stop the others (R1)
            log.error("message_not_prepared", message=held.message_id, error=type(error).__name__)
            _stumble(held, now=clock())
            return
        if attempt is None:
            return
        pace.wait_for_turn(held.message_id)
        answer = _call(attempt)
        if not _settle(held, attempt, answer, now=clock()):
            return


@transaction.atomic
def _prepare(
    held: Held, available: Mapping[str, Channel], pace: Pace, *, now: datetime
) -> Attempt | None:
    """Decide, and commit the attempt before it is made; ``None`` if there is nothing to send."""
    if held.patient_id is not None:
        kindness.one_at_a_time(held.patient_id)
    message = still_held(held, now=now)
    if message is None:
        return None
    deliveries = list(message.deliveries.order_by("started_at", "pk"))
    outcomes.name_lost_attempts(deliveries, now=now)
    # First, because what kills its workers may do so where the rest is read.
    decided: Verdict | None = checks.by_what_happened(message, deliveries)
    if decided is None:
        (facts,) = known_about([message], now=now)
        decided = checks.verdict(facts, channels=available.keys(), now=now)
    if not isinstance(decided, Go):
        _conclude(message, decided, now=now)
        return None
    others_wait = settling.one_tries(decided.channel, now=now)
    if others_wait is not None:
        settling.wait(message, until=others_wait, why=Message.Why.PROVIDER_TRIED, now=now)
        return None
    draft = attempts.drafted(facts, decided, now=now)
    for until in pace.put_off([Asked(message, decided.channel)], now=now).values():
        _put_in_line(message, until=until, now=now)
        return None
    attempts.let_in([draft], now=now)
    return attempts.begin(draft, available[decided.channel], earlier=deliveries, now=now)


def _conclude(message: Message, decided: End | Wait, *, now: datetime) -> None:
    match decided:
        case End(state=state, why=why):
            settling.end(message, state, why=why, now=now)
        case Wait(until=until, why=why):
            settling.wait(message, until=until, why=why, now=now)


def _put_in_line(message: Message, *, until: datetime, now: datetime) -> None:
    decided = wait(message, until, Message.Why.PROVIDER_FULL)
    _conclude(message, decided, now=now)


def _call(attempt: Attempt) -> outcomes.Answer:
    """Use the network. An error no channel has a name for leaves the outcome unknown."""
    try:
        return attempt.channel.send(attempt.outgoing)
    except (NotAccepted, NoAnswer) as answer:
        return answer
    except Exception as error:  # noqa: BLE001 - after the attempt, nobody knows what left
        log.error("channel_broke", channel=attempt.channel.name, error=type(error).__name__)
        return NoAnswer(type(error).__name__)


def _settle(held: Held, attempt: Attempt, answer: outcomes.Answer, *, now: datetime) -> bool:
    """Write the outcome down; true if the message is still ours and another way may be tried."""
    if isinstance(answer, Accepted) and attempt.quick:
        taken = Taken(held, attempt, answer, now)
        if settle_if_plain(taken):
            return False
    return _settle_carefully(held, attempt, answer, now=now)


@transaction.atomic
def _settle_carefully(
    held: Held, attempt: Attempt, answer: outcomes.Answer, *, now: datetime
) -> bool:
    message, ours = locked(held)
    delivery = message.deliveries.select_for_update().get(pk=attempt.delivery_id)
    outcomes.note(delivery, answer, now=now)
    name = attempt.channel.name
    if isinstance(answer, Accepted):
        settling.resume(name, now=now)
        if answer.ended and message.patient is not None:
            settling.end_devices(message.patient, answer.ended, now=now)
        # A slow worker that lost its claim may still learn of the accept.
        if ours or settling.waits_for_an_answer(message):
            settling.accepted(message, delivery, now=now)
        return False
    if isinstance(answer, NoAnswer):
        if ours:
            if delivery.outcome == Delivery.Outcome.ACCEPTED:
                settling.accepted(message, delivery, now=now)
            else:
                settling.unknown(message, now=now)
        return False
    if isinstance(answer, Refused):
        settling.resume(name, now=now)
        if answer.bad_address and delivery.contact_point is not None:
            settling.spoil(delivery.contact_point, why=answer.code, now=now)
        return ours
    if isinstance(answer, Throttled):
        why = Message.Why.PROVIDER_BUSY
        settling.pause(name, now=now, why=why, seconds=answer.retry_after_s)
    else:
        settling.pause(name, now=now, why=Message.Why.PROVIDER_UNREACHABLE)
    return ours


@transaction.atomic
def _stumble(held: Held, *, now: datetime) -> None:
    message, ours = locked(held)
    if ours:
        outcomes.name_lost_attempts(message.deliveries.all(), now=now)
        settling.stumble(message, now=now)
