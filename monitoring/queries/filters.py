"""The filters of the worklist: a name for the address, and the work items it shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from monitoring.attention import Attention
from monitoring.models import CourseStanding, WorkItem
from people.kept import Given, HowMany, Kept
from people.models import Clinic, User
from people.queries import Place
from protocol.vocabulary import Requirement

# No list is counted further than this, so that a page costs the same however large a clinic is.
COUNTED_UP_TO = 500
# Whose: everybody's, my own, those that nobody has taken.
WHO = ("", "me", "nobody")
_ORDER = ("attention", "rank", "closes_at", "due_on", "id")


@dataclass(frozen=True, slots=True)
class _Filter:
    """Work items of some reasons or of some groups; ``later``: those planned for another day."""

    reasons: tuple[str, ...] = ()
    groups: tuple[Attention, ...] = ()
    contacts: tuple[str, ...] = ()
    later: bool | None = None

    def condition(self, today: Any) -> Q:
        """As a condition on work items."""
        asked = Q()
        if self.reasons:
            asked &= Q(reason__in=self.reasons)
        if self.groups:
            asked &= Q(attention__in=[group.value for group in self.groups])
        if self.contacts:
            asked &= Q(course__standing__contact_outcome__in=self.contacts)
        if self.later is True:
            asked &= Q(waits_until__gt=today)
        if self.later is False:
            asked &= Q(waits_until__isnull=True) | Q(waits_until__lte=today)
        return asked


def _each(*kinds: str) -> tuple[str, ...]:
    return tuple(f"{kind}:{each.value}" for kind in kinds for each in Requirement)


_OPEN = (Attention.ACT, Attention.STAFF, Attention.PATIENT, Attention.READY)
FILTERS: dict[str, _Filter] = {
    "": _Filter(groups=_OPEN, later=False),
    "act": _Filter(groups=(Attention.ACT,), later=False),
    "staff": _Filter(groups=(Attention.STAFF,), later=False),
    "patient": _Filter(groups=(Attention.PATIENT,), later=False),
    "pregnancy-test": _Filter(
        reasons=(
            "concern:pregnancy-test",
            "TEST_POSITIVE",
            "TEST_INDETERMINATE",
            "CONDITION_PREGNANCY",
        )
    ),
    "critical-result": _Filter(
        reasons=(
            "concern:result",
            "concern:corrected-result",
            "concern:unread-result",
            "LAB_T3",
            "LAB_T4",
        )
    ),
    "mood": _Filter(reasons=("concern:mood", "MH_ITEM9")),
    "symptom": _Filter(reasons=("concern:symptom", "SYMPTOM_RED")),
    "window": _Filter(reasons=("window-closing",)),
    "ready": _Filter(reasons=("ready-to-sign",)),
    "gap": _Filter(reasons=("runs-out", "gap-ahead")),
    "missed": _Filter(reasons=("WINDOW_EXPIRED", "LOCKOUT_19")),
    "overdue": _Filter(reasons=_each("overdue", "unanswered"), later=False),
    "pharmacy": _Filter(reasons=("pharmacy:out-of-stock", "pharmacy:returned", "pharmacy:problem")),
    "no-answer": _Filter(
        groups=_OPEN, contacts=("no-answer", "left-message", "wrong-number"), later=False
    ),
    "later": _Filter(groups=_OPEN, later=True),
    "after": _Filter(
        reasons=tuple(
            f"{kind}:{Requirement.FINAL_TEST.value}" for kind in ("due", "overdue", "unanswered")
        )
    ),
    "lost": _Filter(groups=(Attention.LOST,)),
}


def count_of(found: QuerySet[Any]) -> HowMany:
    """The number of rows as a column of another statement, counted no further than lists are."""
    return HowMany(found.order_by()[: COUNTED_UP_TO + 1])


def items(
    place: Place, name: str, *, today: date, who: str = "", me: User | None = None
) -> QuerySet[WorkItem]:
    """The work items of a clinic under a filter, in the order of the list."""
    return _items(name, who, clinic=place.clinic_id, today=today, me=me.pk if me else None)


def _items(name: str, who: str, *, clinic: Any, today: Any, me: Any) -> QuerySet[WorkItem]:
    found = WorkItem.objects.filter(FILTERS[name].condition(today), clinic_id=clinic)
    if who == "me":
        found = found.filter(assignee_id=me)
    elif who == "nobody":
        found = found.filter(assignee__isnull=True)
    return found.order_by(*_ORDER)


def to_be_given(name: str, who: str = "") -> QuerySet[WorkItem]:
    """The same for a query that is kept; what is asked then is what ``given`` says."""
    return _items(name, who, clinic=Given("clinic"), today=Given("today"), me=Given("me"))


def given(place: Place, *, today: date, me: User | None = None) -> dict[str, object]:
    """What a query of ``to_be_given`` is told."""
    return {"clinic": place.clinic_id, "today": today, "me": me.pk if me else None}


@lru_cache
def counts(who: str = "") -> Kept:
    """How many each filter shows, and ``nothing``, as the one row of a query for ``given``.

    At most ``COUNTED_UP_TO`` and one more; :func:`by_name` names them.
    """
    wanted = {f"n{number}": to_be_given(name, who) for number, name in enumerate(FILTERS)}
    nothing = CourseStanding.objects.filter(
        clinic_id=Given("clinic"), attention=Attention.NOTHING.value
    )
    counted = {column: count_of(found) for column, found in wanted.items()}
    return Kept(
        lambda: Clinic.objects.filter(pk=Given("clinic")).annotate(
            **counted, nothing=count_of(nothing)
        ),
        *(*counted, "nothing"),
    )


def by_name(counted: Iterable[int]) -> dict[str, int]:
    """The row of ``counts`` by the filters' names."""
    return dict(zip((*FILTERS, "nothing"), counted, strict=True))
