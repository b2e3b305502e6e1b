"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """The debug flag, and the theme chosen in a cookie (``light``, ``dark`` or ``auto``)."""
    theme = request.COOKIES.get("theme", "auto")
    return {
        "debug_place": settings.DEBUG,
        "theme": theme if theme in {"light", "dark", "auto"} else "auto",
    }
