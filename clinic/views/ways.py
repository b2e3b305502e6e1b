"""How one patient is reached: addresses in order, wishes, and correcting what does not work."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic import message_words, wording
from clinic.forms.messages import AddressForm
from clinic.views.base import StaffPage
from messaging import own_queries
from messaging.consents import agreements
from people.actions.patients import UnknownAddress, Unusable, correct_address
from people.permissions import Permission
from people.queries import Patient, patient_for, patient_row


class Ways(StaffPage):
    """Every way with its state, what was agreed to when, and the right address for a wrong one.

    What the patient switched off stays off: only they can take that back.
    """

    need = Permission.READ_MESSAGES
    current = "messages"
    template_name = "clinic/ways.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """As it is."""
        return self._page(self._patient(public_id))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Correct one address; the same one again gives it another try."""
        if not self.place.may(Permission.ADD_PATIENT):
            return self.turned_away(request)
        patient = self._patient(public_id)
        form = AddressForm(request.POST, today=self.today)
        if not form.is_valid():
            return self._page(patient, form, status=422)
        try:
            correct_address(patient, **form.cleaned_data, by=self.user, now=self.now)
        except Unusable as error:
            form.add_error("address", str(error))
            return self._page(patient, form, status=422)
        except UnknownAddress:
            raise Http404 from None
        messages.success(request, "Saved. Messages use it from now on.")
        return redirect("clinic:ways", public_id)

    def _patient(self, public_id: uuid.UUID) -> Patient:
        return patient_for(self.user, public_id, need=self.need, page="ways", now=self.now)

    def _page(
        self, patient: Patient, form: AddressForm | None = None, *, status: int = 200
    ) -> HttpResponse:
        may = self.place.may(Permission.ADD_PATIENT)
        wishes = own_queries.wishes(patient, whole=may)
        return self.page(
            patient=patient_row(patient),
            ways=[(way, wording.WAYS.get(way.channel, way.channel)) for way in wishes.ways],
            wishes=wishes,
            unwanted=[wording.PURPOSES.get(name, name) for name in sorted(wishes.unwanted)],
            hours=" to ".join(f"{each:%H:%M}" for each in wishes.hours or ()),
            agreed=message_words.agreed(agreements(patient)),
            form=form,
            may_correct=may,
            status=status,
        )
