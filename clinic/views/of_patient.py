"""Pages about one patient whom the clinic may change: shown to more than may change them."""

import uuid

from django.http import HttpRequest, HttpResponse

from clinic.views.base import StaffPage
from people.permissions import Permission
from people.queries import Patient, patient_for


class PatientFormPage(StaffPage):
    """``get`` shows the page; ``post`` goes to :meth:`change` if the role may change patients."""

    # As the access log calls the page.
    logged_as = ""

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """As it is."""
        return self.as_it_is(self._patient(public_id))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """What was sent, by somebody who may change patients."""
        if not self.place.may(Permission.ADD_PATIENT):
            return self.turned_away(request)
        return self.change(self._patient(public_id))

    def as_it_is(self, patient: Patient) -> HttpResponse:
        """The page as it is shown first."""
        raise NotImplementedError

    def change(self, patient: Patient) -> HttpResponse:
        """Do what was sent, or show the page again with what is wrong."""
        raise NotImplementedError

    def _patient(self, public_id: uuid.UUID) -> Patient:
        return patient_for(self.user, public_id, need=self.need, page=self.logged_as, now=self.now)
