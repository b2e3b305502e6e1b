"""What we mean to tell somebody, each attempt to do so, and what came back."""

from messaging.models.channels import ChannelPause
from messaging.models.deliveries import Delivery
from messaging.models.inbound import InboundText
from messaging.models.messages import Message, Urgency

__all__ = ["ChannelPause", "Delivery", "InboundText", "Message", "Urgency"]
