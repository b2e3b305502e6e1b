"""What providers call: what became of texts and e-mails, and texts that people send back."""

from django.urls import path

from messaging.webhooks import gateway, mail, twilio

app_name = "messaging"

urlpatterns = [
    path("sms/", gateway.receipt, name="receipts"),
    path("sms/inbound/", gateway.inbound, name="inbound"),
    path("email/", mail.events, name="email"),
    path("twilio/status/<uuid:key>/", twilio.status, name="twilio-status"),
    path("twilio/inbound/", twilio.inbound, name="twilio-inbound"),
]
