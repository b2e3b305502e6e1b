"""Pages of a development run, wired in only under DEBUG."""

from django.urls import path

from local import outbox_views

app_name = "dev"
urlpatterns = [path("outbox/", outbox_views.outbox, name="outbox")]
