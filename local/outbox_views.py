"""The development mailbox as a page: what would have reached people's phones and letter boxes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from isotrack import env

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as it was received."""

    kind: str
    at: datetime
    to: str
    subject: str
    text: str
    reference: str


def sent(folder: Path, *, most: int = SHOWN) -> list[Sent]:
    """The latest messages kept in ``folder``, newest first."""
    found = []
    for path in sorted(folder.glob("*.json"), reverse=True)[:most]:
        message = json.loads(path.read_text("utf-8"))
        found.append(
            Sent(
                kind={"email": "E-mail", "sms": "Text message"}[message["kind"]],
                at=datetime.fromisoformat(message["at"]),
                to=message["to"],
                subject=message.get("subject", ""),
                text=message["text"],
                reference=message["reference"],
            )
        )
    return found


@login_not_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The messages of this machine's clinic. Not found outside development."""
    folder = env.text("MAILBOX_DIR", "")
    if not settings.DEBUG or not folder:
        raise Http404
    return render(request, "dev/outbox.html", {"messages_sent": sent(Path(folder)), "most": SHOWN})
