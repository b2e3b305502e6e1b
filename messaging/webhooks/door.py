"""The door for providers: size first, then the provider's own proof; every call is counted."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from prometheus_client import Counter

from messaging.clock import database_now

_CALLS = Counter("isotrack_sms_hook_calls", "Calls of providers", ["hook", "effect"])


class Rejected(Exception):
    """The call is not taken in; ``status`` is the answer, ``effect`` what is counted."""

    def __init__(self, status: int, effect: str) -> None:
        super().__init__(effect)
        self.status = status
        self.effect = effect


# The request, unread but short enough, and the instant; the answer, and the effect to count.
Hook = Callable[..., tuple[HttpResponse, str]]


def door(*, longest: int) -> Callable[[Hook], Callable[..., HttpResponse]]:
    """A page that only its provider may call; the hook itself proves who calls.

    Args:
        longest: bytes of body that are read at most.
    """

    def opened(hook: Hook) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @login_not_required
        @require_POST
        def view(request: HttpRequest, **address: object) -> HttpResponse:
            now: datetime = database_now()
            try:
                if int(request.META.get("CONTENT_LENGTH") or 0) > longest:
                    raise Rejected(413, "too-big")
                response, effect = hook(request, now, **address)
            except Rejected as rejected:
                response, effect = HttpResponse(status=rejected.status), rejected.effect
            _CALLS.labels(hook=hook.__name__, effect=effect).inc()
            return response

        view.__doc__ = hook.__doc__
        return view

    return opened
