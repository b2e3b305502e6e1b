"""The list of results to read: abnormal ones one by one, normal ones together (UX-06)."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from audit import trail
from clinic.deciding_rows import review_row
from clinic.views.base import StaffPage
from monitoring.actions import acknowledging
from monitoring.queries import reading
from monitoring.queries.reading import ReviewRow
from people.permissions import Permission

_REFUSALS: dict[type[Exception], str] = {
    acknowledging.Changed: "changed since the list was shown",
    acknowledging.NeedsDecision: "needs a decision of its own now",
    acknowledging.StillDoubtful: "has a value that waits to be confirmed",
}


@dataclass(frozen=True, slots=True)
class Picked:
    """A row that was ticked, in the version that was on the page."""

    public_id: uuid.UUID
    version: str


class ToRead(StaffPage):
    """Everything that waits to be read; the summary before anything is closed; what became of it.

    Works without script: tick, press, read the names, press again.
    """

    need = Permission.READ_SENSITIVE
    current = "results"
    template_name = "clinic/to_read.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of rows, abnormal first."""
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Show whose results would be closed, then close them in one step."""
        if not self.place.may(Permission.ACKNOWLEDGE_RESULT):
            raise PermissionDenied
        picked = _picked(request.POST.getlist("pick"))
        if not picked:
            return self._page(request, error="Tick at least one row first.", status=422)
        rows = reading.chosen(self.place, [each.public_id for each in picked])
        self._log(list(rows.values()))
        if "sure" not in request.POST:
            return self._summary(picked, rows)
        return self._close(picked, rows)

    def _page(self, request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
        number = request.GET.get("page", "")
        since = _day(request.GET.get("since", ""))
        found = reading.to_read(
            self.place,
            page=int(number) if number.isdecimal() else 1,
            now=self.now,
            since=since,
        )
        self._log(list(found.rows))
        return self.page(
            found=found,
            since=since,
            rows=[review_row(row, now=self.now) for row in found.rows],
            may_close=self.place.may(Permission.ACKNOWLEDGE_RESULT),
            error=error,
            title_count=found.to_decide,
            status=status,
        )

    def _summary(self, picked: list[Picked], rows: dict[uuid.UUID, ReviewRow]) -> HttpResponse:
        self.template_name = "clinic/to_read_summary.html"
        ready = [each for each in picked if _why_not(each, rows) == ""]
        return self.page(
            # Whoever says "I have read these" has every value before their eyes.
            rows=[review_row(rows[each.public_id], now=self.now, whole=True) for each in ready],
            refused=self._refused(picked, rows),
        )

    def _close(self, picked: list[Picked], rows: dict[uuid.UUID, ReviewRow]) -> HttpResponse:
        self.template_name = "clinic/to_read_done.html"
        reviews = reading.reviews_by_id(self.place, rows)
        here = [each for each in picked if each.public_id in rows]
        refusals = acknowledging.read_together(
            [(reviews[each.public_id], each.version) for each in here], by=self.user, now=self.now
        )
        done: list[ReviewRow] = []
        refused: list[dict[str, Any]] = []
        for each in here:
            row = rows[each.public_id]
            refusal = refusals.get(reviews[each.public_id].pk)
            if refusal is None:
                done.append(row)
            else:
                refused.append({"patient": row.patient, "why": _REFUSALS[type(refusal)]})
        return self.page(
            done=[review_row(row, now=self.now) for row in done],
            refused=refused,
            gone=sum(each.public_id not in rows for each in picked),
        )

    def _refused(
        self, picked: list[Picked], rows: dict[uuid.UUID, ReviewRow]
    ) -> list[dict[str, Any]]:
        return [
            {"patient": rows[each.public_id].patient, "why": _why_not(each, rows)}
            for each in picked
            if each.public_id in rows and _why_not(each, rows)
        ]

    def _log(self, rows: list[ReviewRow]) -> None:
        trail.saw_many(
            self.user,
            page="to-read",
            now=self.now,
            patients=[row.patient.public_id for row in rows],
            clinic=self.place.slug,
        )


def _why_not(picked: Picked, rows: dict[uuid.UUID, ReviewRow]) -> str:
    row = rows.get(picked.public_id)
    if row is None:
        return "read by somebody else meanwhile"
    if row.needs_decision:
        return _REFUSALS[acknowledging.NeedsDecision]
    return "" if row.version == picked.version else _REFUSALS[acknowledging.Changed]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _picked(values: list[str]) -> list[Picked]:
    """What was ticked, each once; what is no row of ours is left out."""
    found: dict[uuid.UUID, Picked] = {}
    for value in values[: reading.PAGE]:
        name, _, version = value.partition(":")
        try:
            public_id = uuid.UUID(name)
        except ValueError:
            continue
        found[public_id] = Picked(public_id, version)
    return list(found.values())
