"""What was sent, what waits and why not; and choosing the clinic one works in."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from audit import trail
from clinic import message_words, wording
from clinic.forms.messages import ReasonForm
from clinic.rows import message_row
from clinic.views.base import StaffPage
from messaging import own_queries
from messaging.actions import handling
from messaging.holds import held_since
from messaging.queries import (
    LedgerRow,
    bad_addresses,
    count_for_a_person,
    ledger,
    needs_a_person,
    one,
)
from monitoring.queries.reminders import FORETOLD_DAYS, forecast, handed_over
from people.permissions import Permission
from people.queries import members_of, patient_for, patient_row, search

# A page of the ledger; a telephone shows it in three or four screens.
_ROWS = 30
_MOST_BROKEN = 10
FILTERS = (
    ("", "All"),
    ("waiting", "Waiting"),
    ("sent", "Sent"),
    ("not-sent", "Not sent"),
    ("failed", "Did not reach them"),
    ("to-settle", "To settle"),
    ("escalated", "Escalated"),
)


class Messages(StaffPage):
    """The ledger of the clinic's messages, or of one patient's, newest first."""

    need = Permission.READ_MESSAGES
    current = "messages"
    template_name = "clinic/messages.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of the ledger, by ``patient``, ``show`` and ``page`` of the address."""
        group = request.GET.get("show", "")
        number = _number(request.GET.get("page", ""))
        patient = self._patient(request.GET.get("patient", ""))
        rows = ledger(
            clinic=self.place.slug,
            patient=patient,
            group=group,
            limit=_ROWS + 1,
            skip=_ROWS * (number - 1),
        )
        first = not group and number == 1
        whole = first and patient is None
        broken = needs_a_person(clinic=self.place.slug, limit=_MOST_BROKEN) if whole else []
        query = request.GET.copy()
        query.pop("page", None)
        return self.page(
            why=self._why(rows) if patient is not None and first else [],
            broken=[message_row(row) for row in broken],
            all_broken=count_for_a_person(clinic=self.place.slug) if broken else 0,
            bad=bad_addresses(clinic=self.place.slug) if whole else [],
            rows=[message_row(row) for row in rows[:_ROWS]],
            number=number,
            query=f"{query.urlencode()}&" if query else "",
            more=len(rows) > _ROWS,
            patient=self._who,
            group=group,
            filters=FILTERS,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find one patient's messages; what is typed is private and stays out of the address."""
        text = request.POST.get("q", "").strip()[:100]
        found = search(self.place, text) if text else []
        if len(found) == 1:
            return redirect(f"{reverse('clinic:messages')}?patient={found[0].public_id}")
        trail.saw_many(
            self.user,
            page="messages",
            now=self.now,
            patients=[row.public_id for row in found],
            clinic=self.place.slug,
        )
        return self.page(asked=text, found=found, filters=FILTERS, group="")

    def _why(self, rows: list[LedgerRow]) -> list[message_words.Line]:
        """The answer to "why did she not get it?", in a line or two."""
        return message_words.answers(
            rows,
            own_queries.wishes(self._person),
            handed=handed_over(self._person.public_id),
            held=held_since(self.place.clinic_id),
            zone=self.place.timezone,
            now=self.now,
        )

    def _patient(self, asked: str) -> uuid.UUID | None:
        self._who = None
        if not asked:
            return None
        try:
            public_id = uuid.UUID(asked)
        except ValueError:
            raise Http404 from None
        self._person = patient_for(
            self.user, public_id, need=self.need, page="messages", now=self.now
        )
        self._who = patient_row(self._person)
        return public_id


class OneMessage(StaffPage):
    """One message: every attempt with its text, why it waits or ended, what can be done."""

    need = Permission.READ_MESSAGES
    current = "messages"
    template_name = "clinic/message.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Its story."""
        return self._page(self._row(public_id), ReasonForm(today=self.today))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Take it back, or send it once more, with the reason."""
        if not self.place.may(Permission.RECORD_CARE):
            return self.turned_away(request)
        row = self._row(public_id)
        form = ReasonForm(request.POST, today=self.today)
        if not form.is_valid():
            return self._page(row, form, status=422)
        act = handling.cancel if "cancel" in request.POST else handling.send_again
        try:
            act(
                public_id,
                clinic_id=self.place.clinic_id,
                reason=form.cleaned_data["reason"],
                by=self.user,
                now=self.now,
            )
        except handling.NothingToHandle:
            raise Http404 from None
        except (handling.TooLate, handling.NotAgain):
            form.add_error(None, "Meanwhile its state has changed: look at it again.")
            return self._page(self._row(public_id), form, status=422)
        said = "Taken back." if "cancel" in request.POST else "Planned once more."
        messages.success(request, said)
        return redirect("clinic:messages")

    def _row(self, public_id: uuid.UUID) -> LedgerRow:
        row = one(clinic=self.place.slug, public_id=public_id)
        if row is None:
            raise Http404
        return row

    def _page(self, row: LedgerRow, form: ReasonForm, status: int = 200) -> HttpResponse:
        if row.patient is not None:
            trail.saw(
                self.user,
                page="message",
                now=self.now,
                patient=row.patient,
                clinic=self.place.slug,
            )
        may = self.place.may(Permission.RECORD_CARE)
        return self.page(
            message=message_row(row),
            story=message_words.story(
                row,
                zone=self.place.timezone,
                now=self.now,
                held=held_since(self.place.clinic_id),
            ),
            row=row,
            form=form,
            may_cancel=may and row.state == "planned",
            may_settle=may and row.needs_a_person,
            may_send_again=may and row.state in handling.SENDABLE_AGAIN,
            search_url="",
            status=status,
        )


class Forecast(StaffPage):
    """What will go out in the next days, if nothing is done meanwhile: nothing is sent by it."""

    need = Permission.READ_MESSAGES
    current = "messages"
    template_name = "clinic/forecast.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of messages in order, and how many fall on each day."""
        found = forecast(self.place, now=self.now)
        rows = Paginator(found.rows, _ROWS).get_page(request.GET.get("page"))
        trail.saw_many(
            self.user,
            page="messages to come",
            now=self.now,
            patients=sorted({row.patient for row in rows}),
            clinic=self.place.slug,
        )
        most = max((count for _, count in found.by_day), default=1)
        return self.page(
            days=FORETOLD_DAYS,
            total=len(found.rows),
            pages=rows,
            by_day=[(day, count, round(100 * count / most)) for day, count in found.by_day],
            rows=[(row, wording.PURPOSES.get(row.purpose, row.purpose)) for row in rows],
        )


class SettleMessage(StaffPage):
    """Somebody has reached the patient another way: the message leaves the list."""

    need = Permission.RECORD_CARE

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Note who and how."""
        note = request.POST.get("note", "").strip()[:200] or "reached another way"
        try:
            handling.handle(
                public_id, clinic_id=self.place.clinic_id, note=note, by=self.user, now=self.now
            )
        except handling.NothingToHandle:
            raise Http404 from None
        return redirect("clinic:messages")


class ChooseClinic(StaffPage):
    """Work in another clinic of one's own."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Remember the choice for this session; a foreign clinic changes nothing."""
        slug = request.POST.get("clinic", "")
        if slug in {place.slug for place in self.places}:
            request.session["clinic"] = slug
        return redirect("clinic:today")


class Team(StaffPage):
    """Who works in the clinic, for its administrator; changes are made in the console."""

    need = Permission.EDIT_STAFF
    current = "team"
    template_name = "clinic/team.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Members with their roles and whether their second factor is set up."""
        return self.page(members=members_of(self.place))


def _number(asked: str) -> int:
    """The page of the ledger that the address asks for; anything else is the first."""
    return min(max(int(asked), 1), 1_000) if asked.isdecimal() and len(asked) < 6 else 1
