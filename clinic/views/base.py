"""What every staff page shares: the clinic in force, the permission, navigation, the clock.

Views parse, call once, answer. They read the clock here, once a request, and hand it down.
"""

from datetime import date, datetime
from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from audit import trail
from clinic.work_words import reminded
from messaging.holds import banner_shows
from monitoring.queries.background import late_banner
from people.permissions import Permission
from people.queries import NotFound, NotPermitted, Place, places_of
from protocol.calendar import date_in

# Name of the page, label, route, icon, and the permission that shows it.
NAVIGATION: tuple[tuple[str, str, str, str, Permission], ...] = (
    ("today", "Today", "clinic:today", "home", Permission.READ_COURSE),
    ("worklist", "Worklist", "clinic:worklist", "list", Permission.READ_COURSE),
    ("patients", "Patients", "clinic:patients", "people", Permission.READ_COURSE),
    ("results", "Results", "clinic:results", "flask", Permission.LINK_RESULT),
    ("messages", "Messages", "clinic:messages", "message", Permission.READ_MESSAGES),
    ("rules", "Rules", "clinic:rules", "lock", Permission.EDIT_POLICY),
    ("team", "Clinic", "clinic:team", "person", Permission.EDIT_STAFF),
    ("trail", "Trail", "clinic:trail", "list", Permission.READ_AUDIT),
)


class StaffPage(View):
    """A page for members of a clinic's staff who hold ``need`` there.

    A user without any clinic gets 404: the staff's side does not exist for them. A member whose
    role lacks the permission gets 403.
    """

    need: Permission = Permission.READ_COURSE
    current = ""
    template_name = ""

    place: Place
    places: list[Place]
    now: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Find the clinic in force, check the role, then go on."""
        self.now = timezone.now()
        self.places = places_of(self.user)
        if not self.places:
            raise Http404
        self.place = self._in_force(request)
        if not self.place.may(self.need):
            return self.turned_away(request)
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]
        except NotFound:
            raise Http404 from None
        except NotPermitted:
            raise PermissionDenied from None

    def turned_away(self, request: HttpRequest) -> HttpResponse:
        """The answer to a member of staff whose role does not open this page; written down."""
        trail.saw(
            self.user,
            page=self.current or "staff",
            now=self.now,
            clinic=self.place.slug,
            refused=True,
        )
        raise PermissionDenied

    def _in_force(self, request: HttpRequest) -> Place:
        chosen = request.session.get("clinic")
        for place in self.places:
            if place.slug == chosen:
                return place
        return self.places[0]

    @property
    def today(self) -> date:
        """The clinic's calendar date."""
        return date_in(self.now, self.place.timezone)

    @property
    def reminding(self) -> str:
        """What becomes of reminders now, in the words of lists."""
        held = banner_shows(self.place.clinic_id)
        return reminded(held=held, late=late_banner(self.place.clinic_id, now=self.now))

    @property
    def user(self) -> Any:
        """The member of staff."""
        return self.request.user

    def page(self, *, status: int = 200, **context: object) -> HttpResponse:
        """Render the page with what every staff page needs."""
        shared = {
            "nav": self._navigation(),
            "me": {"name": str(self.user), "initials": _initials(str(self.user))},
            "place": self.place,
            "places": self.places,
            "zone": self.place.timezone,
            "now": self.now,
            "today": self.today,
            "as_of": self.now,
            "sending_held": banner_shows(self.place.clinic_id),
            "may_let_go": self.place.may(Permission.READ_MESSAGES),
            "work_late": late_banner(self.place.clinic_id, now=self.now),
            "polled": "X-IsoTrack-Poll" in self.request.headers,
            # A page about one patient shows no search, so that nothing leads to another by mistake.
            "search_url": _address("clinic:patients")
            if "banner" not in context and self.place.may(Permission.READ_COURSE)
            else "",
        }
        return render(self.request, self.template_name, {**shared, **context}, status=status)

    def _navigation(self) -> list[dict[str, object]]:
        return [
            {"label": label, "url": _address(route), "icon": icon, "current": name == self.current}
            for name, label, route, icon, need in NAVIGATION
            if self.place.may(need)
        ]


@cache
def _address(route: str) -> str:
    """Of a page that every page leads to."""
    return reverse(route)


def _initials(name: str) -> str:
    words = [word for word in name.replace("Dr ", "").split() if word[:1].isalpha()]
    return "".join(word[0] for word in words[:1] + words[-1:]).upper()
