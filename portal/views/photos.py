"""Photos of the skin: take them, line them up with the last ones, see before and now."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from look.files import picture
from monitoring.actions import pictures as keeping
from monitoring.pictures import NotAPicture, TooLarge
from monitoring.portal_queries import local_today, newest_course
from monitoring.queries import pictures
from people.queries import NotFound
from portal import skin_words
from portal.forms.pictures import NOT_A_PICTURE, TOO_LARGE, PhotoForm
from portal.views.page import PatientPage

_CAMERA = "geolocation=(), microphone=(), camera=(self), payment=()"


class Photos(PatientPage):
    """Three views, each with its first and its newest photo. Password only: they show a face."""

    tab = "home"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What there is, and a place to add to it."""
        return self._page(PhotoForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep one photo."""
        course = newest_course(self.patient)
        if course is None:
            raise Http404
        form = PhotoForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            keeping.keep(
                course,
                view=form.cleaned_data["view"],
                sent=form.cleaned_data["photo"].read(),
                by=self.patient,
                today=local_today(self.patient, now=self.now),
                now=self.now,
            )
        except TooLarge:
            form.add_error("photo", TOO_LARGE)
        except NotAPicture:
            form.add_error("photo", NOT_A_PICTURE)
        except keeping.TooMany:
            form.add_error("photo", skin_words.TOO_MANY_PHOTOS)
        else:
            return redirect("portal:photos")
        return self._page(form, status=422)

    def _page(self, form: PhotoForm, *, status: int = 200) -> HttpResponse:
        course = newest_course(self.patient)
        pairs = pictures.pairs_of(course) if course is not None else ()
        today = local_today(self.patient, now=self.now)
        rows = [(pair, skin_words.VIEWS[pair.view], _is_of(pair, today)) for pair in pairs]
        answer = self.show(
            "portal/photos.html",
            status=status,
            form=form,
            rows=rows,
            wrong=form.data.get("view", ""),
            begun=any(pair.before for pair in pairs),
        )
        # The only page that may ask for the camera; the browser asks the patient again.
        answer["Permissions-Policy"] = _CAMERA
        return answer


class Photo(PatientPage):
    """One photo: shown, or taken back."""

    tab = "home"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The picture itself."""
        try:
            row = pictures.own_picture(self.patient, public_id)
        except NotFound:
            raise Http404 from None
        return picture(row.body, name="photo.jpg")

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Take it back: it is gone here and at the clinic."""
        try:
            row = pictures.own_picture(self.patient, public_id)
        except NotFound:
            raise Http404 from None
        keeping.take_back(row, by=self.patient, now=self.now)
        return redirect("portal:photos")


def _is_of(pair: pictures.Pair, today: object) -> bool:
    return pair.last is not None and pair.last.taken_on == today
