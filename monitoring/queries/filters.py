"""The filters of the worklist: a name for the address, and the work items it shows."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import IntegerField, Q, QuerySet, Subquery

from monitoring.attention import Attention
from monitoring.models import CourseStanding, WorkItem
from people.models import Clinic, User
from people.permissions import Role
from people.queries import Place
from protocol.vocabulary import Requirement

# No list is counted further than this, so that a page costs the same however large a clinic is.
COUNTED_UP_TO = 1000
# Whose: everybody's, my own, those that nobody has taken.
WHO = ("", "me", "nobody")
# Stand-ins in the statement that is kept; nothing that is asked for has these values.
_CLINIC, _ME, _TODAY = -1, -2, date.max
_NOWHERE = Place(_CLINIC, "", "", "", "", Role.NURSE, lead_prescriber=False)
_ORDER = ("attention", "rank", "closes_at", "due_on", "id")


@dataclass(frozen=True, slots=True)
class _Filter:
    """Work items of some reasons or of some groups; ``later``: those planned for another day."""

    reasons: tuple[str, ...] = ()
    groups: tuple[Attention, ...] = ()
    contacts: tuple[str, ...] = ()
    later: bool | None = None

    def condition(self, today: date) -> Q:
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


class _Count(Subquery):
    """How many rows a query has; its limit stands inside."""

    template = "(SELECT count(*) FROM (%(subquery)s) _counted)"
    output_field = IntegerField()


def count_of(found: QuerySet[Any]) -> _Count:
    """The number of rows as a column of another statement, counted no further than lists are."""
    return _Count(found.order_by().values("pk")[: COUNTED_UP_TO + 1])


def items(
    place: Place, name: str, *, today: date, who: str = "", me: User | None = None
) -> QuerySet[WorkItem]:
    """The work items of a clinic under a filter, in the order of the list."""
    found = WorkItem.objects.filter(
        FILTERS[name].condition(today), clinic_id=place.clinic_id
    ).order_by(*_ORDER)
    if who == "me":
        found = found.filter(assignee=me)
    elif who == "nobody":
        found = found.filter(assignee__isnull=True)
    return found


def counts(place: Place, *, today: date, who: str = "", me: User | None = None) -> dict[str, int]:
    """How many each filter shows, and ``nothing``, in one statement.

    At most ``COUNTED_UP_TO`` and one more.
    """
    statement, asked = _statement(who)
    given: dict[Any, Any] = {
        _CLINIC: place.clinic_id,
        _TODAY: today,
        _ME: me.pk if me is not None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, [given.get(each, each) for each in asked])
        row = cursor.fetchone()
    return dict(zip((*FILTERS, "nothing"), row, strict=True))


@lru_cache
def _statement(who: str) -> tuple[str, tuple[Any, ...]]:
    """The counts as SQL, with stand-ins for what is asked; kept, as writing it takes longer than
    answering it.
    """
    wanted = {
        f"n{number}": count_of(items(_NOWHERE, name, today=_TODAY, who=who, me=User(pk=_ME)))
        for number, name in enumerate(FILTERS)
    }
    wanted["nothing"] = count_of(
        CourseStanding.objects.filter(clinic_id=_CLINIC, attention=Attention.NOTHING.value)
    )
    found = Clinic.objects.filter(pk=_CLINIC).annotate(**wanted).values_list(*wanted)
    statement, asked = found.query.sql_with_params()
    return statement, tuple(asked)
