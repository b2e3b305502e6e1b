"""Error pages that say what happened and what to do, without saying anything about anyone (A7)."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_ASK_AGAIN_S = "30"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere."""
    return render(request, "errors/403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: also the answer for a record of another clinic."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 while the database is away, locked or full: asking again will help."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        away = render(request, "errors/503.html", status=503)
        away["Retry-After"] = _ASK_AGAIN_S
        return away
    return render(request, "errors/500.html", status=500)
