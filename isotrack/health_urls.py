"""Paths for machines: fixed by contract, without a slash at the end."""

from django.urls import path

from isotrack import health

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
]
