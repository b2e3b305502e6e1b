"""Clocks that lie, schedulers that die or come twice, nights on which an hour is missing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.faults.matrix import Seen, count, row
from tests.faults.rig import NOON, Rig


@row("F-08", "everything down for 26 hours over a day on which messages were due")
def all_down(rig: Rig, size: int) -> Seen:
    """Several steps of one kind fell due for each patient: one text, by day, and then no more."""
    rig.fresh(at=NOON - timedelta(hours=4))
    meant = rig.hand.plan(many=size, after_s=3600)
    rig.hand.plan(many=size, after_s=4 * 3600, step=1)
    rig.hand.plan(many=size, after_s=9 * 3600, step=2)
    rig.advance(26 * 3600 - 6 * 3600)  # nine in the evening in New York
    rig.workers(2)
    rig.settle_until(datetime(2026, 11, 24, 14, 0, tzinfo=UTC), every=timedelta(hours=1))
    took = rig.settle()
    hours = {
        rig.moment(call.at).astimezone(ZoneInfo("America/New_York")).hour
        for call in rig.sms.accepted
    }
    assert max(rig.sms.times().values()) == 1, "one text each, however many steps were missed"
    states = {state: len(who) for state, who in rig.hand.states().items()}
    assert states == {"accepted": size, "superseded": 2 * size}
    return count(rig, meant, recovery_s=took, note=f"2 of 3 steps superseded; sent at {min(hours)}")


@row("F-09", "beat dead for two hours")
def beat_dead(rig: Rig, size: int) -> Seen:
    """Nothing rings. The alarm is due in ten minutes; `sweep` from cron is enough to send."""
    rig.fresh()
    rig.worker(children=1)
    assert rig.sweep() == 0
    address, _ = rig.web()
    meant = rig.hand.plan(many=size)
    alarm = rig.alarm_after(address, minutes=20)
    assert alarm <= 10, f"the alarm came after {alarm} minutes"
    rig.advance(2 * 3600 - alarm * 60)
    assert not rig.sms.calls, "nobody has rung"
    began = rig.now()
    while rig.waiting():
        assert rig.sweep() == 0
    took = (rig.now() - began).total_seconds()
    return count(rig, meant, recovery_s=took, note=f"alarm after {alarm} min; sent by `sweep`")


@row("F-10", "two beats, then five")
def many_beats(rig: Rig, size: int) -> Seen:
    """Every ring comes five times; courses are planned five times at once."""
    rig.fresh()
    courses = rig.hand.courses(many=3)
    meant = rig.hand.plan(many=size // 2)
    rig.workers(2)
    for _ in range(2):
        rig.beat(minute_s=2)
    rig.until(lambda: not rig.waiting(), "two beats send everything", 60)
    # A week before the end of the month three things come in sight for each course.
    rig.advance(3 * 86_400)
    rig.until(lambda: len(rig.hand.planned_keys()) >= 9, "reminders are planned", 60)
    rig.until(lambda: not rig.waiting(), "two beats send the reminders", 60)
    for _ in range(3):
        rig.beat(minute_s=2)
    rig.advance(7 * 86_400)  # and here they are due
    meant += rig.hand.plan(many=size - size // 2, first=size // 2)
    rig.until(lambda: len(rig.hand.planned_keys()) >= 18, "reminders are planned", 60)
    rig.until(lambda: not rig.waiting(), "five beats send everything", 60)
    for each in rig.running:
        if each.shows is None:
            each.kill()
    rig.quiet()
    keys = rig.hand.planned_keys()
    assert len(keys) == len(set(keys)) == 18, f"{len(keys)} reminders planned"
    rig.hand.replan_all()
    assert sorted(rig.hand.planned_keys()) == sorted(keys), "planning again plans nothing"
    times = rig.sms.times()
    # Three things due on one day are one text; two days, two texts.
    assert {times[who] for who in courses} == {2}, "one text a day"
    note = f"{len(keys)} reminders of {len(courses)} courses planned once each"
    return count(rig, meant, apart=courses, note=note)


@row("F-12", "a worker whose clock is two hours fast, another two hours slow")
def wrong_clocks(rig: Rig, size: int) -> Seen:
    """Nothing leaves early; what is due leaves though a clock says that it is not."""
    rig.fresh()
    due = rig.hand.plan(many=size // 2)
    later = rig.hand.plan(many=size // 2, first=size // 2, after_s=3600)
    for shift in ("7200", "-7200"):
        rig.worker(children=1, RIG_SHIFT_S=shift)
    rig.ring(4)
    rig.until(lambda: len(rig.sms.accepted) >= len(due), "what is due is sent")
    rig.quiet()
    early = set(later) & set(rig.sms.times())
    assert not early, f"{len(early)} sent an hour early"
    rig.advance(3601)
    took = rig.settle()
    return count(rig, due + later, recovery_s=took, note="none early, none late")


@row(
    "F-13",
    "the clock jumps a day ahead, and back",
    allowed="one for the worker that was killed",
    within_s=10 * 60,
)
def jumped(rig: Rig, size: int) -> Seen:
    """A worker dies, and a provider fails, while it is a day too late."""
    rig.fresh()
    meant = rig.hand.plan(many=size)
    worker = rig.worker(children=1)
    rig.advance(86_400)
    rig.sms.before_answer = lambda call: worker.kill() if call.number == size // 3 else None
    rig.ring()
    rig.until(lambda: len(rig.sms.accepted) >= size // 3, "a third is sent")
    rig.until(lambda: worker.process.poll() is not None, "the worker is dead")
    rig.sms.before_answer = lambda call: None
    rig.advance(-86_400)
    rig.worker(children=1)
    took = rig.settle(minutes=15)
    return count(rig, meant, most_plain=1, recovery_s=took, note="1 worker killed meanwhile")


# Where the clinic is, when its day begins, and the instant at which that is on such a night.
NIGHTS = (
    ("America/New_York", "02:30", "2027-03-14T04:00Z", "2027-03-14T07:00Z", "no 02:30"),
    ("America/New_York", "01:30", "2026-11-01T04:00Z", "2026-11-01T05:30Z", "01:30 twice"),
    ("America/New_York", "08:00", "2026-11-01T04:00Z", "2026-11-01T13:00Z", "due at night"),
    ("Europe/London", "01:30", "2027-03-27T22:00Z", "2027-03-28T01:00Z", "no 01:30"),
    ("Europe/London", "01:30", "2026-10-24T22:00Z", "2026-10-25T00:30Z", "01:30 twice"),
    ("Australia/Lord_Howe", "02:15", "2026-10-03T13:00Z", "2026-10-03T15:30Z", "no 02:15"),
    ("Australia/Lord_Howe", "01:45", "2027-04-03T12:00Z", "2027-04-03T14:45Z", "01:45 twice"),
)


@row("F-16", "due in the night, and on nights that change the clock")
def nights(rig: Rig, size: int) -> Seen:
    """It leaves when the clinic's day begins, once, also where that time does not exist."""
    rig.fresh()
    total: Counter[str] = Counter()
    for zone, opens, begins, expected, _ in NIGHTS:
        start, due = datetime.fromisoformat(begins), datetime.fromisoformat(expected)
        rig.again(at=start)
        rig.hand.zone(name=zone, opens=opens, closes="20:00")
        meant = rig.hand.plan(many=5)
        rig.settle_until(due - timedelta(seconds=30), every=timedelta(minutes=15))
        assert not rig.sms.calls, f"{zone} {opens}: sent before {expected}"
        rig.settle_until(due + timedelta(seconds=5), every=timedelta(minutes=15))
        assert sorted(rig.sms.times()) == sorted(meant), f"{zone} {opens}: not sent at {expected}"
        rig.settle_until(due + timedelta(hours=3), every=timedelta(minutes=30))
        seen = count(rig, meant)
        total.update(occurrences=5, loss=seen.loss, key=seen.dup_key, plain=seen.dup_plain)
    return Seen(
        occurrences=total["occurrences"],
        loss=total["loss"],
        dup_key=total["key"],
        dup_plain=total["plain"],
        note=f"{len(NIGHTS)} nights in New York, London and Lord Howe",
    )
