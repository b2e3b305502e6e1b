"""The Today page: ten minutes in the morning, and it keeps itself fresh."""

import hashlib
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from audit import trail
from clinic.views.base import StaffPage
from clinic.work_rows import WorkRow, work_row
from clinic.work_words import counted
from look.templatetags.components import deadline_words
from messaging.queries import lost
from monitoring.queries import changes, letters, worklist
from monitoring.queries.filters import COUNTED_UP_TO
from monitoring.queries.worklist import WorklistRow
from people.permissions import Permission

# Filter of the worklist: label, status, what it means when there is somebody.
TILES = {
    "pregnancy-test": ("Pregnancy test", "critical", "Positive or unclear"),
    "critical-result": ("Critical labs", "critical", "Not settled"),
    "mood": ("Mood alert", "critical", "Call today"),
    "symptom": ("Red symptom", "critical", "Call today"),
    "window": ("Windows ≤ 48 h", "due", "First ends"),
    "ready": ("Ready to sign", "ok", "All checks met"),
}
GROUPS = (
    ("act", "Act today", "Safety first, then the soonest deadline"),
    ("staff", "Waiting on lab or you", "Results, reviews and what is late"),
    ("patient", "Waiting on patient", ""),
)


class ListPage(StaffPage):
    """A page of work rows; what it asks by itself does not count as activity (SEC-10)."""

    @property
    def polled(self) -> bool:
        """The page itself asks whether anything has changed."""
        return "X-IsoTrack-Poll" in self.request.headers

    def work_rows(self, rows: tuple[WorklistRow, ...]) -> list[WorkRow]:
        """Rows in words, for this member of staff."""
        reminding = self.reminding
        return [
            work_row(row, place=self.place, today=self.today, now=self.now, reminding=reminding)
            for row in rows
        ]

    def log(self, rows: list[WorklistRow]) -> None:
        """Write down whom this list showed, each patient once (SEC-17)."""
        trail.saw_many(
            self.user,
            page=self.current,
            now=self.now,
            patients=list(dict.fromkeys(row.patient.public_id for row in rows)),
            clinic=self.place.slug,
        )

    def unchanged(self, digest: str) -> bool:
        """The page that asks shows the same already."""
        return self.polled and self.request.GET.get("have") == digest


def digest_of(*shown: object) -> str:
    """Tells two states of a list apart, and nothing about anybody in it."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:24]


class Today(ListPage):
    """Who must not go home without, whose window ends, what can be signed."""

    current = "today"
    template_name = "clinic/today.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One read, one page; asked by the page itself, only what has changed."""
        found = worklist.today(self.place, now=self.now)
        groups = [
            {
                "name": name,
                "title": title,
                "count": found.counts[name],
                "counted": counted(found.counts[name], COUNTED_UP_TO),
                # Whoever waits on the patient is reminded, unless nothing leaves now.
                "hint": hint or self.reminding,
                "rows": self.work_rows(getattr(found, name)),
                "url": f"{reverse('clinic:worklist')}?show={name}",
                "more": found.counts[name] > len(getattr(found, name)),
            }
            for name, title, hint in GROUPS
        ]
        tiles = [self._tile(name, found) for name in TILES] + [self._unread(found), self._changed()]
        failed = lost(clinic=self.place.slug)
        written = letters.waiting(self.place)
        outside = (failed, written, found.queued_reports, found.to_decide)
        digest = digest_of(tiles, groups, *outside)
        if self.polled:
            self.template_name = "clinic/today.html#live"
        if self.unchanged(digest):
            self.template_name = "clinic/_as_of.html"
        else:
            self.log([*found.act, *found.staff, *found.patient])
        response = self.page(
            tiles=tiles,
            groups=groups,
            found=found,
            lost=counted(found.counts["lost"], COUNTED_UP_TO) if found.counts["lost"] else "",
            without=counted(found.counts["gap"], COUNTED_UP_TO),
            nothing=counted(found.counts["nothing"], COUNTED_UP_TO),
            unreached=failed.messages,
            letters=written,
            digest=digest,
            ready_url=self._ready_url(),
            bad_addresses=failed.addresses,
            title_count=counted(found.counts["act"], COUNTED_UP_TO),
        )
        if self.unchanged(digest):
            response.headers["HX-Reswap"] = "none"
        return response

    def turned_away(self, request: HttpRequest) -> HttpResponse:
        """Everybody is sent here after signing in; an administrator's first page is another."""
        first = next((page for page in self._navigation()), None)
        if first is None or request.method != "GET" or request.path != reverse("clinic:today"):
            return super().turned_away(request)
        return redirect(str(first["url"]))

    def _tile(self, name: str, found: worklist.Today) -> dict[str, object]:
        label, status, hint = TILES[name]
        count = found.counts[name]
        if name == "window" and found.window_ends is not None:
            words = deadline_words(found.window_ends, self.now, self.place.timezone)
            hint = f"{hint} {words[:1].lower()}{words[1:]}"
        url = f"{reverse('clinic:worklist')}?show={name}"
        if name == "ready":
            url = self._ready_url()
        return {
            "label": label,
            "value": counted(count, COUNTED_UP_TO),
            "status": status,
            "hint": hint,
            "url": url if count else "",
        }

    def _ready_url(self) -> str:
        """Where those who sign sign; the others see who is ready."""
        if self.place.may(Permission.SIGN_PRESCRIPTION):
            return reverse("clinic:ready")
        return f"{reverse('clinic:worklist')}?show=ready"

    def _changed(self) -> dict[str, object]:
        """What happened while the reader was away: since the last working day."""
        since = changes.last_working_day(self.today)
        count = changes.count_changed(self.place, since=since, me=self.user)
        return {
            "label": "Changed",
            "value": counted(count, COUNTED_UP_TO),
            "status": "info",
            "hint": f"Patients, since {since:%a}",
            "url": f"{reverse('clinic:changed')}?since={since.isoformat()}" if count else "",
        }

    def _unread(self, found: worklist.Today) -> dict[str, object]:
        yesterday = self.today - timedelta(days=1)
        return {
            "label": "Unread results",
            "value": counted(found.unread, COUNTED_UP_TO),
            "status": "info",
            "hint": "Since yesterday",
            "url": f"{reverse('clinic:to-read')}?since={yesterday.isoformat()}"
            if found.unread
            else "",
        }
