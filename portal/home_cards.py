"""What the patient's first page says, decided from one reading of the course."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from look.templatetags.clinical import number_text
from monitoring.portal_queries import Home
from portal import advice, wording
from portal.home_dates import END_TEST, LOOK_BACKS, Coming, coming_dates
from protocol.findings import CheckResult, Finding
from protocol.plan import PlannedItem
from protocol.supplies import SupplyLine
from protocol.vocabulary import ItemStatus, Level, Owner, Phase, Reason, Requirement, Said

_PRESSING = {ItemStatus.DUE_SOON, ItemStatus.DUE, ItemStatus.OVERDUE}
_WEEK = 7
# Picking up has a card of its own, and what is only told is nothing to do.
_TESTS = {Requirement.PREGNANCY_TEST, Requirement.FINAL_TEST}
_NOT_A_STEP = {Requirement.COLLECT, Requirement.NOTE, Requirement.LOOK_BACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The one thing to do next; ``url`` only where it can be done here.

    ``task`` and ``said``: the open task that may be answered otherwise, and what was said last.
    ``here``: it is done on these pages and nowhere else, so nobody has done it unseen.
    ``capsules``: what the pharmacy hands out, strength by strength.

    A deadline that is an instant is read with its weekday and zone.
    """

    title: str | Promise
    text: str | Promise
    deadline: date | datetime | None
    deadline_zone: str
    status: str
    url: str = ""
    label: str | Promise = ""
    task: uuid.UUID | None = None
    said: Said | None = None
    here: bool = False
    capsules: tuple[str, ...] = ()

    @property
    def weekday(self) -> str | Promise:
        """The weekday of the deadline on its own clock."""
        if not isinstance(self.deadline, datetime):
            return ""
        return WEEKDAYS[self.deadline.astimezone(ZoneInfo(self.deadline_zone)).weekday()]

    @property
    def zone_words(self) -> str | Promise:
        """The zone of the deadline as people say it."""
        return wording.zone_words(self.deadline_zone)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of "why can't I pick up yet"; ``from_on`` is when it is over or begins to count."""

    title: str | Promise
    text: str | Promise
    who: str | Promise
    status: str
    done_on: date | None = None
    from_on: date | None = None


@dataclass(frozen=True, slots=True)
class Cards:
    """The first page: next step, checklist, dates.

    ``alert`` stands above everything; ``so_far`` is whole mg/kg for the ring. ``asks_skin``: the
    look back is open while another step comes first.
    """

    next_step: NextStep
    steps: tuple[Step, ...]
    done: int
    coming: tuple[Coming, ...]
    state: str
    so_far: int | None = None
    alert: advice.Advice | None = None
    asks_skin: bool = False


def cards_for(home: Home) -> Cards:
    """The cards for where the course stands, with the whole figure for the ring."""
    taken = home.progress.mg_per_kg if home.progress is not None else None
    return replace(
        _cards(home),
        so_far=int(taken) if taken is not None else None,
        alert=_alert(home),
    )


def _alert(home: Home) -> advice.Advice | None:
    if home.decision is None:
        return advice.alert_after(home.concerns)
    found = advice.alert(home.decision.reasons)
    return found or (advice.pause() if home.capsules_stopped else None)


def _takes_no_capsules(home: Home) -> bool:
    reasons = home.decision.reasons if home.decision is not None else ()
    return home.capsules_stopped or advice.stops_capsules(reasons)


def _cards(home: Home) -> Cards:
    """The cards for where the course stands.

    1. nothing on record; 2. over; 3. ready to be picked up; 4. the soonest thing to do; 5. waiting
    for somebody else; 6. nothing to do for now.
    """
    coming = coming_dates(home)
    if home.phase is None:
        return Cards(_no_course(home), (), 0, (), "none")
    if home.phase in {Phase.FOLLOW_UP, Phase.CLOSED}:
        step = _after(home)
        asks = not home.pregnancy and step.url != reverse("portal:skin") and _asks_skin(home)
        return Cards(step, (), 0, coming, "ended", asks_skin=asks)
    if home.ready is not None:
        return Cards(_pick_up(home), (), 0, coming, "ready")
    steps = _steps(home)
    done = sum(step.status == "ok" for step in steps)
    pressing = _pressing(home)
    if pressing is not None and pressing.requirement in _TESTS and _is_being_read(home):
        return Cards(_photo_sent(home), steps, done, coming, "waiting")
    if _clinic_calls_first(home):
        return Cards(_clinic_calls(home), steps, done, coming, "waiting")
    if pressing is not None:
        return Cards(_to_do(pressing, home), steps, done, coming, "to-do")
    if home.phase is Phase.PAUSED:
        text = _("Take no capsules for now. Your clinic tells you when to go on.")
        return Cards(_calm(_("Your course is paused"), text, home), steps, done, coming, "paused")
    if _cycle_is_open(home):
        return Cards(_waiting(steps, home), steps, done, coming, "waiting")
    if _takes_no_capsules(home):
        text = _("They know about it. You don’t need to do anything else here.")
        return Cards(_calm(_("Your clinic will call you"), text, home), (), 0, coming, "waiting")
    text = _("Take your capsules as your clinic told you.")
    return Cards(_calm(_("Nothing to do for now"), text, home), (), 0, coming, "calm")


def _no_course(home: Home) -> NextStep:
    text = _("When your clinic plans a course for you, you see it here.")
    return _calm(_("No course yet"), text, home)


def _calm(title: str, text: str, home: Home) -> NextStep:
    return NextStep(title=title, text=text, deadline=None, deadline_zone=home.zone, status="ok")


def _pick_up(home: Home) -> NextStep:
    ready = home.ready
    if ready is None:
        raise ValueError("nothing is ready")
    return NextStep(
        title=_("Pick up your capsules"),
        text=_("Your doctor has signed. Your pharmacy can hand them out."),
        capsules=tuple(_capsules(line) for line in ready.lines),
        deadline=ready.closes_at,
        deadline_zone=ready.zone,
        status="due" if ready.closes_at else "ok",
    )


def _capsules(line: SupplyLine) -> str:
    """One strength of the supply as the box says it."""
    number = line.capsules or 0
    words = ngettext("%(number)s capsule of %(mg)s mg", "%(number)s capsules of %(mg)s mg", number)
    return words % {"number": number, "mg": number_text(line.strength_mg or 0)}


def _to_do(item: PlannedItem, home: Home) -> NextStep:
    late = item.status is ItemStatus.OVERDUE
    text, url, label = _how(item.requirement, home)
    return NextStep(
        title=wording.REQUIREMENTS[item.requirement],
        text=text,
        deadline=item.due_on,
        deadline_zone=home.zone,
        status="warning" if late else "due",
        url=url,
        label=label,
        task=home.task_ids.get(item.key),
        said=item.said,
        here=item.requirement in wording.DONE_HERE,
    )


def _how(requirement: Requirement, home: Home) -> tuple[str, str, str]:
    """What is said of a task, and its address and button where it can be done here."""
    if requirement is Requirement.CHECK_IN and home.check_in_open:
        return "", reverse("portal:check-in"), _("Start, about 2 minutes")
    test = home.home_test
    if requirement in _TESTS and test is not None and test.may:
        text = _("You can do it at home, with one photo.")
        if test.state == "repeat":
            text = _("Your clinic could not read the last photo. Please do one more test.")
        return text, reverse("portal:home-test"), _("Start, about 10 minutes")
    return _("Your clinic tells you where. It shows here when it is done."), "", ""


def _is_being_read(home: Home) -> bool:
    return home.home_test is not None and home.home_test.state == "waiting"


def _photo_sent(home: Home) -> NextStep:
    text = _(
        "Your clinic reads it, most often within a working day. You don’t need to do anything."
    )
    return _calm(_("We have your photo"), text, home)


def _clinic_calls_first(home: Home) -> bool:
    """A test was positive or not clear, and no new one counts yet: two orders would frighten."""
    found = home.decision.findings if home.decision is not None else ()
    return any(
        each.reason in wording.CLINIC_CALLS
        and (each.reason is Reason.TEST_POSITIVE or _is_to_come(each, home.today))
        for each in found
    )


def _is_to_come(finding: Finding, today: date) -> bool:
    counts_from = finding.clears_on or finding.remedy_on
    return counts_from is None or counts_from > today


def _clinic_calls(home: Home) -> NextStep:
    text = _("They know about your test and tell you what comes next. You don’t need to do a test.")
    return _calm(_("Your clinic will call you"), text, home)


def _waiting(steps: tuple[Step, ...], home: Home) -> NextStep:
    mine = next((step for step in steps if step.who == wording.YOURS), None)
    if mine is not None:
        return NextStep(
            title=mine.title,
            text=mine.text,
            deadline=None,
            deadline_zone=home.zone,
            status="due",
        )
    if all(step.status == "ok" for step in steps):
        text = _("All is there. Your doctor can sign now. You don’t need to do anything.")
        return _calm(_("Your doctor signs next"), text, home)
    text = _("Your clinic can see what is missing. You don’t need to do anything.")
    return NextStep(
        title=_("We are on it"), text=text, deadline=None, deadline_zone=home.zone, status="info"
    )


def _after(home: Home) -> NextStep:
    if home.pregnancy:
        # No reminder of a test, no question about the skin: the clinic is there.
        text = _("Your clinic is there for you and tells you what comes next. Call them any time.")
        return _calm(_("Your course has ended"), text, home)
    test = _test_after(home)
    if test is not None:
        if _is_being_read(home):
            return _photo_sent(home)
        _text, url, label = _how(Requirement.FINAL_TEST, home)
        first = test.key == END_TEST
        text = _("Your course has ended. This test is due now. The last one follows in a month.")
        return NextStep(
            title=wording.REQUIREMENTS[Requirement.PREGNANCY_TEST if first else test.requirement],
            text=text if first else _("Your course has ended. One last test is still to do."),
            deadline=test.due_on,
            deadline_zone=home.zone,
            status="due",
            url=url if test.due_on <= home.today else "",
            label=label,
        )
    if _asks_skin(home):
        return NextStep(
            title=_("How is your skin?"),
            text=_("For some people spots come back within a year. Tell us how yours is."),
            deadline=None,
            deadline_zone=home.zone,
            status="due",
            url=reverse("portal:skin"),
            label=_("Answer three questions"),
        )
    return _calm(_("Your course has ended"), _("Thank you for all your care."), home)


def _test_after(home: Home) -> PlannedItem | None:
    """The test that is asked for; once the last one is due it stands for the one at the end too."""
    tests = [item for item in home.items if item.requirement is Requirement.FINAL_TEST]
    waiting = [item for item in tests if item.met_by is None]
    due = [item for item in waiting if item.due_on <= home.today]
    return due[-1] if due else next(iter(waiting), None)


def _asks_skin(home: Home) -> bool:
    return any(
        item.key in LOOK_BACKS and item.opens_on <= home.today and item.met_by is None
        for item in home.items
    )


def _pressing(home: Home) -> PlannedItem | None:
    # Picking up is the next step only once it is signed, and then it comes first (_pick_up).
    waiting = [
        item
        for item in home.items
        if item.met_by is None and item.status in _PRESSING and item.requirement not in _NOT_A_STEP
    ]
    if home.check_in_open:
        # What can be done here and now comes before what needs an appointment on the same day.
        waiting.sort(key=lambda item: (item.due_on, item.requirement is not Requirement.CHECK_IN))
    else:
        waiting.sort(key=lambda item: item.due_on)
    return waiting[0] if waiting else None


def _cycle_is_open(home: Home) -> bool:
    """The next supply is on its way: nothing to take yet, or what is in hand ends within a week.

    Where no fill is on record (a course taken over while it ran), what is open or was done lately
    says so instead.
    """
    if home.phase is Phase.PLANNED:
        return True
    if home.capsules_left_days is not None:
        return home.capsules_left_days <= _WEEK
    lately = home.today - timedelta(days=_WEEK)
    theirs = {Requirement.LABS, *_NOT_A_STEP}
    of_cycle = [item for item in home.items if item.requirement not in theirs]
    done = [item.met_by.on for item in of_cycle if item.met_by is not None and item.met_by.on]
    waiting = [item for item in of_cycle if item.met_by is None]
    return any(day > lately for day in done) or any(i.opens_on <= home.today for i in waiting)


def _steps(home: Home) -> tuple[Step, ...]:
    """The gate in the patient's words: one row a theme that is met, one a reason that is not."""
    decision = home.decision
    if decision is None:
        return ()
    opened: dict[tuple[str, str], Step] = {}
    met: dict[str, Step] = {}
    for check in decision.checks:
        title = wording.CHECKS[check.check]
        stopping = [each for each in check.findings if each.level >= Level.OVERRIDE]
        for finding in stopping:
            words = wording.finding_words(finding)
            text = words.text
            if finding.reason is Reason.TEST_MISSING and home.phase is Phase.PLANNED:
                text = _("The test before you start is not there yet.")
            status = _status(finding)
            step = Step(words.title, text, words.who, status, from_on=words.from_on)
            opened.setdefault((str(words.title), str(text)), step)
        if not stopping:
            earlier = met.get(str(title))
            days = [_met_on(check), earlier.done_on if earlier else None]
            newest = max((day for day in days if day is not None), default=None)
            met[str(title)] = Step(title, "", "", "ok", newest)
    blocked = {str(wording.CHECKS[c.check]) for c in decision.checks if _stops(c)}
    done = [step for title, step in met.items() if title not in blocked]
    mine_first = sorted(opened.values(), key=lambda step: step.who != wording.YOURS)
    return (*mine_first, *done)


def _stops(check: CheckResult) -> bool:
    return any(finding.level >= Level.OVERRIDE for finding in check.findings)


def _status(finding: Finding) -> str:
    return "due" if finding.owner is Owner.PATIENT else "info"


def _met_on(check: CheckResult) -> date | None:
    return max((ref.on for ref in check.evidence if ref.on is not None), default=None)
