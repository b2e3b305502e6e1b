"""What a page's form carries unseen, as a test sends it (whose it is, its number, its version)."""

from __future__ import annotations

import re
import uuid

from django.test import Client

from courses.models import Course
from monitoring import dossier
from monitoring.versions import version_of


def guard(course: Course, watched: tuple[str, ...] = ()) -> dict[str, str]:
    """The hidden fields of a page that is shown now."""
    return {
        "guard-patient": str(course.patient.public_id),
        "guard-nonce": str(uuid.uuid4()),
        "guard-version": version_of(dossier.load_one(course), watched) if watched else "",
    }


def hidden(client: Client, path: str) -> dict[str, str]:
    """The hidden fields of the page at an address, as a browser would send them."""
    page = client.get(path).content.decode()
    return dict(re.findall(r'type="hidden" name="((?:guard-)?[a-z]+)" value="([^"]*)"', page))
