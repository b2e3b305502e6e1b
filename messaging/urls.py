"""What providers call: receipts of texts, and texts that people send back."""

from django.urls import URLPattern

app_name = "messaging"

urlpatterns: list[URLPattern] = []
