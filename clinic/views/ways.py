"""How one patient is reached: addresses in order, wishes, and correcting what does not work."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from clinic import message_words, wording
from clinic.forms.messages import AddressForm
from clinic.views.of_patient import PatientFormPage
from messaging import own_queries
from messaging.consents import agreements
from monitoring.actions import addresses
from people.actions.patients import UnknownAddress, Unusable
from people.permissions import Permission
from people.queries import Patient, patient_row


class Ways(PatientFormPage):
    """Every way with its state, what was agreed to when, and the right address for a wrong one.

    What the patient switched off stays off: only they can take that back.
    """

    need = Permission.READ_MESSAGES
    current = "messages"
    template_name = "clinic/ways.html"
    logged_as = "ways"

    def as_it_is(self, patient: Patient) -> HttpResponse:
        """As it is."""
        return self._page(patient)

    def change(self, patient: Patient) -> HttpResponse:
        """Correct one address; the same one again gives it another try."""
        form = AddressForm(self.request.POST, today=self.today)
        if not form.is_valid():
            return self._page(patient, form, status=422)
        try:
            addresses.correct(patient, **form.cleaned_data, by=self.user, now=self.now)
        except Unusable as error:
            form.add_error("address", str(error))
            return self._page(patient, form, status=422)
        except UnknownAddress:
            raise Http404 from None
        messages.success(self.request, "Saved. Messages use it from now on.")
        return redirect("clinic:ways", patient.public_id)

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
