"""What providers call: receipts of texts, and texts that people send back."""

from django.urls import path

from messaging import webhooks

app_name = "messaging"

urlpatterns = [
    path("sms/", webhooks.receipt, name="receipts"),
    path("sms/inbound/", webhooks.inbound, name="inbound"),
]
