"""What we mean to tell somebody, each attempt to do so, and what came back."""

from messaging.models.channels import ChannelPause, ChannelRate
from messaging.models.deliveries import Delivery
from messaging.models.holds import SendingHold, SentFrom
from messaging.models.inbound import AddressReport, InboundText
from messaging.models.messages import Message, Urgency
from messaging.models.wishes import ClinicLimits, PatientHours, PurposeOptOut

__all__ = [
    "AddressReport",
    "ChannelPause",
    "ChannelRate",
    "ClinicLimits",
    "Delivery",
    "InboundText",
    "Message",
    "PatientHours",
    "PurposeOptOut",
    "SendingHold",
    "SentFrom",
    "Urgency",
]
