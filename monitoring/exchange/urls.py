"""Addresses for laboratories' systems: fixed by contract, without a slash at the end."""

from django.urls import path

from monitoring.exchange import http

app_name = "laboratory"

urlpatterns = [
    path("hl7v2", http.hl7v2, name="hl7v2"),
    path("fhir", http.fhir, name="fhir"),
]
