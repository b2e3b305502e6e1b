"""The Today page and the worklist."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from audit import trail
from clinic.rows import work_row
from clinic.views.base import StaffPage
from look.templatetags.clinical import moment_text
from messaging.queries import count_for_a_person
from monitoring.queries import worklist
from monitoring.queries.worklist import Tile, WorklistRow

# Tile: label, status, hint.
_TILES = {
    "pregnancy-test": ("Pregnancy test to read", "critical", "Positive or unclear"),
    "critical-result": ("Critical lab results", "critical", "Not settled"),
    "alert": ("Mood or symptom alert", "critical", "Call today"),
    "window": ("Windows ending ≤ 48 h", "due", "First ends"),
    "ready": ("Ready to sign", "ok", "Nothing stops them"),
}
# Filter of the worklist: its label.
FILTER_LABELS = {
    "": "Everything open",
    "act": "Act today",
    "staff": "Waiting on lab or you",
    "patient": "Waiting on patient",
    **{name: label for name, (label, _, _) in _TILES.items()},
}


class Today(StaffPage):
    """Who must not go home without, whose window ends, what can be signed."""

    current = "today"
    template_name = "clinic/today.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One read, one page."""
        found = worklist.today(self.place, now=self.now)
        groups = [
            ("act", "Act today", found.act, "Safety first, then the soonest deadline"),
            ("staff", "Waiting on lab or you", found.staff, "Results, reviews and late items"),
            ("patient", "Waiting on patient", found.patient, "Reminders go out by themselves"),
        ]
        self._log([row for _, _, rows, _ in groups for row in rows])
        return self.page(
            tiles=[self._tile(tile) for tile in found.tiles],
            groups=[
                {
                    "name": name,
                    "title": title,
                    "count": found.counts[name],
                    "hint": hint,
                    "rows": self._rows(rows),
                    "url": f"{reverse('clinic:worklist')}?show={name}",
                    "more": found.counts[name] > len(rows),
                }
                for name, title, rows, hint in groups
            ],
            found=found,
            unreached=count_for_a_person(clinic=self.place.slug),
            title_count=found.counts["act"],
        )

    def turned_away(self, request: HttpRequest) -> HttpResponse:
        """Everybody is sent here after signing in; an administrator's first page is another."""
        first = next((page for page in self._navigation()), None)
        if first is None or request.method != "GET" or request.path != reverse("clinic:today"):
            return super().turned_away(request)
        return redirect(str(first["url"]))

    def _tile(self, tile: Tile) -> dict[str, object]:
        label, status, hint = _TILES[tile.name]
        if tile.name == "window" and tile.soonest is not None:
            hint = f"{hint} {moment_text(tile.soonest, self.place.timezone)}"
        url = f"{reverse('clinic:worklist')}?show={tile.name}" if tile.count else ""
        return {"label": label, "value": tile.count, "status": status, "hint": hint, "url": url}

    def _rows(self, rows: tuple[WorklistRow, ...]) -> list[object]:
        return [work_row(row, today=self.today, now=self.now) for row in rows]

    def _log(self, rows: list[WorklistRow]) -> None:
        trail.saw_many(
            self.user,
            page=self.current,
            now=self.now,
            patients=[row.patient.public_id for row in rows],
            clinic=self.place.slug,
        )


class Worklist(Today):
    """Everything that needs somebody, filtered by the address."""

    current = "worklist"
    template_name = "clinic/worklist.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of rows; the filter stands in the address and names nobody."""
        show = request.GET.get("show", "")
        name = show if show in FILTER_LABELS else ""
        found = worklist.worklist(
            self.place, name=name, text="", page=_whole(request.GET.get("page")), now=self.now
        )
        self._log(list(found.rows))
        return self.page(
            found=found,
            rows=self._rows(found.rows),
            show=name,
            label=FILTER_LABELS[name],
            filters=[
                {"name": key, "label": label, "count": found.counts.get(key), "on": key == name}
                for key, label in FILTER_LABELS.items()
            ],
        )


def _whole(text: Any) -> int:
    return int(text) if text and str(text).isdecimal() else 1
