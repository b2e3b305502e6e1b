"""What every request passes: headers, session limits, the second factor."""

from collections.abc import Callable
from datetime import UTC, datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]

# Pages a signed-in member of staff may open before a second factor exists.
_BEFORE_SECOND_FACTOR = ("/account/", "/static/", "/health/")
# Pages that only staff, laboratories and machines open.
_ENGLISH = ("/clinic/", "/p/", "/console/", "/api/", "/hooks/", "/health/")


# A telephone's photo, or a laboratory's file, with what a form adds. Doors for machines count for
# themselves.
MOST_BYTES = 13 * 1024 * 1024


def body_limit(get_response: Handler) -> Handler:
    """Refuse a body that nobody sends before any of it is read (SEC-21)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > MOST_BYTES and not request.path.startswith("/api/"):
            text = f"What was sent is longer than {MOST_BYTES:,} bytes: send it in parts.\n"
            kind = "text/plain; charset=utf-8"
            return HttpResponse(text, kind, 413, headers={"Connection": "close"})
        return get_response(request)

    return middleware


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


def language(get_response: Handler) -> Handler:
    """People outside read the language of their choice, or their browser's; staff read English.

    A page of a known patient is written in that patient's language: see ``portal.views.page``.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        staff = request.path.startswith(_ENGLISH)
        spoken = "en" if staff else translation.get_language_from_request(request)
        with translation.override(spoken):
            return get_response(request)

    return middleware


def polled(get_response: Handler) -> Handler:
    """A page that asks by itself after its session has ended is loaded anew: to the sign-in.

    Without this the sign-in page would be put inside the list, and the names would stay on a desk
    that everybody has left (SEC-10).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "X-IsoTrack-Poll" in request.headers and response.status_code in {301, 302}:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
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
            # Once staff, staff for the session; a role given meanwhile counts at the next request.
            staff = request.session.get("staff") or user.is_staff or is_staff_member(user)
            if staff and not request.session.get("staff"):
                request.session["staff"] = True
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
    """Staff without a second factor see nothing but the page that sets one up (SEC-07).

    A session that began with the password alone stays shut when the factor is set up in another
    one: whoever only knows the password could otherwise wait for that.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and request.session.get("staff")
            and not request.path.startswith(_BEFORE_SECOND_FACTOR)
            and (request.session.get("unfactored") or not _has_second_factor(user))
        ):
            request.session["unfactored"] = True
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        sets_up = (
            request.method == "POST"
            and request.path == reverse("mfa_activate_totp")
            and user.is_authenticated
            and not _has_second_factor(user)
        )
        response = get_response(request)
        # The view may have signed somebody in: ``request.user`` is asked again.
        if request.user.is_authenticated:
            if "unfactored" not in request.session:
                request.session["unfactored"] = not _has_second_factor(request.user)
            elif sets_up and _has_second_factor(request.user):
                request.session["unfactored"] = False
        return response

    return middleware


def _has_second_factor(user: object) -> bool:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(get_adapter().is_mfa_enabled(user, types=kinds))


def is_staff_member(user: object) -> bool:
    """Whether the user works in any clinic."""
    return user.memberships.filter(active=True).exists()  # type: ignore[attr-defined]
