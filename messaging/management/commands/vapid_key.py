"""``manage.py vapid_key``: a new key for notifications on patients' devices."""

from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand

_BYTES = 32


class Command(BaseCommand):
    """Prints the line for the environment; nothing is stored."""

    help = "Make a key for web push. A new key ends every subscription made with the old one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        key = urlsafe_b64encode(number.to_bytes(_BYTES, "big")).decode().rstrip("=")
        self.stdout.write(f"VAPID_PRIVATE_KEY={key}")
