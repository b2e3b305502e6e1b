"""What if my dose were another? The clinic's own forecast, to look at."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse

from monitoring.queries.outlooks import OwnOutlook, own_outlook
from portal.forms.what_if import WhatIfForm
from portal.views.page import PatientPage
from protocol.calendar import add_months
from protocol.what_if import Outlook, Step

_MONTHS = 6


class WhatIf(PatientPage):
    """Sent, so that no dose stands in an address; nothing is saved and nobody is told."""

    tab = "home"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The plan as it is."""
        found = own_outlook(self.patient, now=self.now)
        return self._page(found, None if found is None else WhatIfForm(days=_days(found.today)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """The plan beside the dose written."""
        found = own_outlook(self.patient, now=self.now)
        if found is None:
            return self._page(None, None)
        form = WhatIfForm(request.POST, days=_days(found.today))
        if not form.is_valid():
            return self._page(found, form, status=422)
        mg, starts = form.cleaned_data["mg"], form.cleaned_data["starts_on"]
        then = found.with_change(Step(starts=starts, pattern=(Decimal(mg),)))
        return self._page(found, form, then)

    def _page(
        self,
        found: OwnOutlook | None,
        form: WhatIfForm | None,
        then: Outlook | None = None,
        status: int = 200,
    ) -> HttpResponse:
        return self.show(
            "portal/what_if.html",
            status=status,
            found=found,
            planned=found.planned if found else None,
            form=form,
            then=then,
        )


def _days(today: date) -> list[date]:
    """Today, and the first day of each of the next months."""
    first = today.replace(day=1)
    return [today, *(add_months(first, number) for number in range(1, _MONTHS + 1))]
