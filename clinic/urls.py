"""Routes of the staff's screens."""

from django.urls import URLPattern

app_name = "clinic"
urlpatterns: list[URLPattern] = []
