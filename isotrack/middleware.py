"""What every request passes: headers, session limits, the second factor."""

from collections.abc import Callable
from datetime import UTC, datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

Handler = Callable[[HttpRequest], HttpResponse]

# Pages a signed-in member of staff may open before a second factor exists.
_BEFORE_SECOND_FACTOR = ("/account/", "/static/", "/health/")


def headers(get_response: Handler) -> Handler:
    """Nothing with patient data is kept by a cache, and no page may use the device's sensors."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        response.setdefault(
            "Permissions-Policy", "geolocation=(), microphone=(), camera=(), payment=()"
        )
        return response

    return middleware


def session_limits(get_response: Handler) -> Handler:
    """End a session after 15 idle minutes for staff and 12 hours in all (SEC-10).

    Only a person's own navigation counts as activity: requests that a page makes by itself carry
    ``X-IsoTrack-Poll`` and do not extend the session.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            now = datetime.now(tz=UTC).timestamp()
            began = request.session.setdefault("began", now)
            seen = request.session.get("seen", now)
            epoch = request.session.setdefault("epoch", user.session_epoch)
            staff = request.session.get("staff")
            if staff is None:
                staff = request.session["staff"] = user.is_staff or is_staff_member(user)
            too_idle = staff and now - seen > settings.SESSION_IDLE_SECONDS
            too_old = now - began > settings.SESSION_ABSOLUTE_SECONDS
            if too_idle or too_old or epoch != user.session_epoch or not user.is_active:
                logout(request)
            elif "seen" not in request.session or (
                now - seen > 20 and "X-IsoTrack-Poll" not in request.headers
            ):
                request.session["seen"] = now
        return get_response(request)

    return middleware


def second_factor(get_response: Handler) -> Handler:
    """Staff without a second factor see nothing but the page that sets one up (SEC-07)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and request.session.get("staff")
            and not request.path.startswith(_BEFORE_SECOND_FACTOR)
            and not _has_second_factor(request)
        ):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return get_response(request)

    return middleware


def _has_second_factor(request: HttpRequest) -> bool:
    if request.session.get("second_factor"):
        return True
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    present = get_adapter().is_mfa_enabled(request.user, types=kinds)
    if present:
        request.session["second_factor"] = True
    return present


def is_staff_member(user: object) -> bool:
    """Whether the user works in any clinic."""
    return user.memberships.filter(active=True).exists()  # type: ignore[attr-defined]
