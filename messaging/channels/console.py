"""Texts on standard output, for development."""

import sys
from typing import TextIO

from messaging.channels.base import Accepted, Outgoing


class Console:
    """Writes texts out instead of sending them; only ever in use with DEBUG on."""

    name = "sms"

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    def send(self, outgoing: Outgoing) -> Accepted:
        """See :class:`messaging.channels.base.Channel`."""
        self._out.write(
            f"--- text to ...{outgoing.address[-2:]} ({outgoing.key})\n{outgoing.body}\n"
        )
        self._out.flush()
        return Accepted(provider_id=f"console:{outgoing.key}")

    def close(self) -> None:
        """Nothing is kept open."""
