"""The product's routes and the gallery, which is routed only in a development place."""

from __future__ import annotations

from django.urls import include, path

from clinic.views.gallery import Gallery

urlpatterns = [path("gallery/", Gallery.as_view()), path("", include("isotrack.urls"))]
