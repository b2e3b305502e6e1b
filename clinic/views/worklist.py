"""The worklist: filters in the address, a search that is not, hand-over, views one keeps."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from clinic.views.base import StaffPage
from clinic.views.today import ListPage, digest_of
from clinic.work_words import ABSENT, FILTERS, WHO, counted
from monitoring.actions import assigning
from monitoring.queries import worklist
from monitoring.queries.filters import COUNTED_UP_TO
from people.permissions import Permission
from people.queries import NotFound, colleagues_in

_LONGEST_SEARCH = 100
# Filters that keep their place when nobody is there; the others come when somebody is.
_ALWAYS = ("", "act", "staff", "patient", "ready", "later", "lost")


def address(show: str, who: str = "", page: int = 1) -> str:
    """The worklist under a filter; it names nobody (SEC-13)."""
    asked = {"show": show, "who": who, "page": page if page > 1 else ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("clinic:worklist") + (f"?{query}" if query else "")


class Worklist(ListPage):
    """Everything that needs somebody, one row a patient and reason."""

    current = "worklist"
    template_name = "clinic/worklist.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of rows under the filter of the address."""
        return self._list("")

    def post(self, request: HttpRequest) -> HttpResponse:
        """The same, narrowed by what was typed: it is posted, so that no address holds it."""
        return self._list(request.POST.get("q", "").strip()[:_LONGEST_SEARCH])

    def _list(self, text: str) -> HttpResponse:
        asked = self.request.GET
        show = asked.get("show", "")
        show = show if show in FILTERS else ""
        who = asked.get("who", "")
        who = who if who in WHO else ""
        number = asked.get("page", "")
        found = worklist.worklist(
            self.place,
            name=show,
            who=who,
            me=self.user,
            text=text,
            page=int(number) if number.isdecimal() and len(number) < 6 else 1,
            now=self.now,
        )
        digest = digest_of(found.rows, found.total)
        had = asked.get("have", "")
        if self.polled:
            self.template_name = "clinic/worklist.html#pulse"
        else:
            self.log(list(found.rows))
        return self.page(
            found=found,
            rows=self.work_rows(found.rows),
            show=show,
            who=who,
            here=address(show, who, found.page),
            label=FILTERS[show],
            total=counted(found.total + found.more, COUNTED_UP_TO),
            absent=ABSENT.get(show, "No course needs this now."),
            filters=[
                {
                    "url": address(key, who),
                    "label": label,
                    "count": counted(found.counts[key], COUNTED_UP_TO),
                    "any": found.counts[key] > 0,
                    "on": key == show,
                }
                for key, label in FILTERS.items()
                if key in _ALWAYS or key == show or found.counts[key]
            ],
            owners=[
                {"url": address(show, key), "label": label, "on": key == who}
                for key, label in WHO.items()
            ],
            views=[
                {
                    "id": view.public_id,
                    "name": view.name,
                    "url": address(view.show, view.who),
                    "on": (view.show, view.who) == (show, who),
                }
                for view in found.views
            ],
            earlier=address(show, who, found.page - 1) if found.page > 1 else "",
            later=address(show, who, found.page + 1) if found.page < found.pages else "",
            colleagues=colleagues_in(self.place, Permission.READ_COURSE),
            may_call=self.place.may(Permission.RECORD_CARE),
            # Once it has changed the page keeps saying so, until it is loaded anew.
            have=had if self.polled and had.isalnum() else digest,
            changed=self.polled and had != digest,
            title_count=counted(found.counts["act"], COUNTED_UP_TO),
            search_url=address(show, who),
            search_value=text,
            search_hint="Name, birth date or number",
        )


class _Change(StaffPage):
    """A change of the list that leads back to where one was."""

    current = "worklist"

    def back(self) -> HttpResponse:
        """To the filter one came from, if it is an address of ours."""
        asked = self.request.POST.get("back", "")
        safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
        start = reverse("clinic:worklist")
        return redirect(asked if safe and asked.startswith(start) else start)


class HandOver(_Change):
    """Ticked courses go to a colleague, to oneself, or back to everybody."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand them over, and say how many."""
        picked = [each for each in map(_uuid, request.POST.getlist("pick")) if each]
        if not picked:
            messages.warning(request, "Tick the rows first.")
            return self.back()
        asked = request.POST.get("to", "")
        people = {str(each.public_id): each for each in colleagues_in(self.place, self.need)}
        to = self.user if asked == "me" else people.get(asked)
        if to is None and asked != "nobody":
            raise NotFound
        moved = assigning.hand_over(
            picked,
            place=self.place,
            to=to,
            note=request.POST.get("note", "").strip()[:200],
            by=self.user,
            now=self.now,
        )
        words = f"{moved} course{'' if moved == 1 else 's'}"
        said = f"Given back: {words}." if to is None else f"Handed over to {to}: {words}."
        messages.success(request, said)
        return self.back()


class KeepView(_Change):
    """Keep the filter of the moment under a name."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it, or say what is missing."""
        name = " ".join(request.POST.get("name", "").split())[:40]
        show, who = request.POST.get("show", ""), request.POST.get("who", "")
        if not name or show not in FILTERS or who not in WHO:
            messages.warning(request, "Give the view a name.")
            return self.back()
        try:
            assigning.save_view(
                place=self.place, name=name, show=show, who=who, by=self.user, now=self.now
            )
        except assigning.TooManyViews:
            messages.warning(request, f"You keep {assigning.MOST_VIEWS} views; forget one first.")
        else:
            messages.success(request, "View kept.")
        return self.back()


class ForgetView(_Change):
    """Take one of one's own views off the list."""

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Forget it; another's does not exist."""
        if not assigning.forget_view(public_id, place=self.place, by=self.user, now=self.now):
            raise NotFound
        messages.success(request, "View forgotten.")
        return self.back()


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
