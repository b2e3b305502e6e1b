"""How one patient is reached: addresses in order, wishes, and correcting what does not work."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from clinic import message_words, wording
from clinic.forms.base import StaffForm
from clinic.forms.messages import AddressForm, NewAddressForm, RemoveAddressForm
from clinic.views.of_patient import PatientFormPage
from messaging import own_queries
from messaging.consents import agreements
from monitoring.actions import addresses
from people.actions.patients import Unusable
from people.actions.ways import UnknownAddress, add_address
from people.permissions import Permission
from people.queries import Patient, patient_row

_OFF = "It is switched off, and only START from it or the patient’s own page switches it on."


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
        """Correct or remove one address (``do=remove``), or write down a new one (``do=add``)."""
        do = self.request.POST.get("do")
        kind = {"add": NewAddressForm, "remove": RemoveAddressForm}.get(do or "", AddressForm)
        form = kind(self.request.POST, today=self.today)
        if form.is_valid():
            try:
                messages.success(self.request, self._saved(patient, form))
                return redirect("clinic:ways", patient.public_id)
            except Unusable as error:
                form.add_error("address" if "address" in form.fields else None, str(error))
            except UnknownAddress:
                raise Http404 from None
        return self._page(patient, form, status=422)

    def _saved(self, patient: Patient, form: StaffForm) -> str:
        values = form.cleaned_data
        if isinstance(form, NewAddressForm):
            new = add_address(patient, address=values["address"], by=self.user, now=self.now)
            if new.opted_out_at is not None:
                return f"Added. {_OFF}"
            return "Added. It is tried after the others; the patient can change that."
        if isinstance(form, RemoveAddressForm):
            addresses.remove(patient, values["pk"], by=self.user, now=self.now)
            return "Removed. Nothing goes there any more."
        point = addresses.correct(patient, **values, by=self.user, now=self.now)
        if point.opted_out_at is not None:
            return f"Saved. {_OFF}"
        return "Saved. Messages use it from now on."

    def _page(
        self, patient: Patient, form: StaffForm | None = None, *, status: int = 200
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
            new=form if isinstance(form, NewAddressForm) else NewAddressForm(today=self.today),
            may_correct=may,
            status=status,
        )
