"""The link and the code of one prescription, for the pharmacy that fills it."""

import uuid
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic.rows import banner_row
from clinic.views.base import StaffPage
from courses.queries import course_for, prescription_of
from monitoring.actions import pharmacy
from monitoring.queries.course_page import banner_of
from monitoring.queries.pharmacy import link_of, reports_of
from people.permissions import Permission


class PharmacyLink(StaffPage):
    """Show or print the code, see what pharmacies did, withdraw the link or make another."""

    need = Permission.READ_SENSITIVE
    current = "patients"
    template_name = "clinic/pharmacy_link.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The link there is, or the button that makes one."""
        course, prescription = self._find(public_id)
        link = link_of(prescription, now=self.now)
        url = reverse("clinic:course", args=[course.public_id])
        address = f"{settings.SITE_URL}{link.path}" if link else ""
        return self.page(
            banner=banner_row(banner_of(course, now=self.now), url=url, today=self.today),
            rx=prescription,
            link=link,
            address=address,
            code=_code(address) if link and not link.closed else "",
            reports=reports_of(prescription),
            may_change=self.place.may(Permission.RECORD_DISPENSE),
            course_url=url,
        )

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Make a link, make another in its place, or withdraw it."""
        course, prescription = self._find(public_id)
        if not self.place.may(Permission.RECORD_DISPENSE):
            raise PermissionDenied
        if "withdraw" in request.POST:
            pharmacy.revoke(prescription, by=self.user, now=self.now)
            messages.success(request, "Withdrawn: the link opens nothing any more.")
        elif "replace" in request.POST:
            pharmacy.replace(prescription, by=self.user, now=self.now)
            messages.success(request, "A new link is made; the old one opens nothing any more.")
        else:
            pharmacy.issue(prescription, by=self.user, now=self.now)
            messages.success(request, f"Link made for {course.patient.full_name}.")
        return redirect("clinic:pharmacy-link", public_id)

    def _find(self, public_id: uuid.UUID) -> tuple[Any, Any]:
        prescription = prescription_of(public_id)
        course = course_for(
            self.user,
            prescription.course.public_id,
            need=self.need,
            page="pharmacy-link",
            now=self.now,
        )
        return course, prescription


def _code(address: str) -> str:
    """The address as a QR code in a data address: no other server learns of it."""
    drawn = segno.make(address, error="m", micro=False)
    return str(drawn.svg_data_uri(scale=5, border=4, light="#fff"))
