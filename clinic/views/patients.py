"""Finding a patient, and the way from a patient to their course."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit import trail
from clinic.views.base import StaffPage
from courses.queries import latest_course_of
from people.permissions import Permission
from people.queries import patient_for, patient_row, search


class Patients(StaffPage):
    """Search by name, clinic number or birth date.

    What is typed is private: the form posts it, so that it never stands in an address (SEC-13).
    """

    current = "patients"
    template_name = "clinic/patients.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty search: the first patients by name."""
        return self._found("")

    def post(self, request: HttpRequest) -> HttpResponse:
        """What was searched for."""
        return self._found(request.POST.get("q", "")[:100])

    def _found(self, text: str) -> HttpResponse:
        rows = search(self.place, text)
        trail.saw_many(
            self.user,
            page="patients",
            now=self.now,
            patients=[row.public_id for row in rows],
            clinic=self.place.slug,
        )
        return self.page(
            rows=rows, search_value=text, may_add=self.place.may(Permission.ADD_PATIENT)
        )


class PatientHome(StaffPage):
    """A patient: their course if there is one, otherwise the way to start one."""

    current = "patients"
    template_name = "clinic/patient.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Go to the newest course, or show that there is none."""
        patient = patient_for(
            self.user, public_id, need=Permission.READ_COURSE, page="patient", now=self.now
        )
        course = latest_course_of(patient)
        if course is not None:
            return redirect("clinic:course", course.public_id)
        return self.page(
            patient=patient_row(patient),
            may_start=self.place.may(Permission.START_COURSE),
        )
