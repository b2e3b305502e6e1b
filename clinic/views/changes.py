"""What has changed since yesterday: whoever was away reads one page."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from audit import trail
from clinic.change_rows import changed_patient
from clinic.views.base import StaffPage
from look.templatetags.clinical import day_text
from monitoring.queries import changes


class Changed(StaffPage):
    """One row a patient, safety first; what the reader did is no news to the reader."""

    current = "today"
    template_name = "clinic/changed.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of patients since the day that the address asks for."""
        since = changes.since_day(request.GET.get("since", ""), today=self.today)
        number = request.GET.get("page", "")
        found = changes.changed(
            self.place,
            since=since,
            me=self.user,
            page=int(number) if number.isdecimal() else 1,
        )
        trail.saw_many(
            self.user,
            page="changed",
            now=self.now,
            patients=[row.patient.public_id for row in found.rows],
            clinic=self.place.slug,
        )
        return self.page(
            found=found,
            since=since,
            rows=[changed_patient(row, today=self.today) for row in found.rows],
            pages=Paginator(range(found.total), changes.PAGE).get_page(found.page),
            choices=self._choices(since),
            title_count=found.total,
            most=changes.MOST,
        )

    def _choices(self, since: date) -> list[dict[str, object]]:
        """Days to look back to: today, the last working day, a week, two weeks."""
        last = changes.last_working_day(self.today)
        days = (
            ("Today", self.today),
            (f"{last:%A}", last),
            ("A week", self.today - timedelta(days=7)),
            ("Two weeks", self.today - changes.FARTHEST),
        )
        return [
            {
                "label": label,
                "day": day_text(day),
                "url": f"{reverse('clinic:changed')}?since={day.isoformat()}",
                "current": day == since,
            }
            for label, day in days
        ]
