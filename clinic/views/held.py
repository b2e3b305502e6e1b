"""Messages that are held after a restore: look at what would go, then let it go."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit import trail
from clinic import wording
from clinic.views.base import StaffPage
from messaging import holds
from people.permissions import Permission


class HeldMessages(StaffPage):
    """What waits, what of it may have been sent already, and two ways to let it go."""

    need = Permission.READ_MESSAGES
    current = "messages"
    template_name = "clinic/held_messages.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The first two hundred, and how many there are."""
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send everything, or leave out what may have been sent."""
        if not self.place.may(Permission.RECORD_CARE):
            return self.turned_away(request)
        choice = request.POST.get("release", "")
        if choice not in {"all", "certain"}:
            return self._page(status=422)
        try:
            left_out = holds.release(
                self.place.clinic_id, leave_out=choice == "certain", by=self.user, now=self.now
            )
        except holds.NothingHeld:
            messages.info(request, "They are not held any more.")
            return redirect("clinic:messages")
        said = f" {left_out} left out; they stand in the ledger." if left_out else ""
        messages.success(request, f"Messages go out again.{said}")
        return redirect("clinic:messages")

    def _page(self, status: int = 200) -> HttpResponse:
        held = holds.held(self.place.clinic_id, now=self.now)
        rows = held.rows if held is not None else ()
        trail.saw_many(
            self.user,
            page="messages to come",
            now=self.now,
            patients=sorted({row.patient for row in rows}),
            clinic=self.place.slug,
        )
        return self.page(
            held=held,
            rows=[(row, wording.PURPOSES.get(row.purpose, row.purpose)) for row in rows],
            certain=held.total - held.doubtful if held is not None else 0,
            may_release=self.place.may(Permission.RECORD_CARE),
            status=status,
        )
