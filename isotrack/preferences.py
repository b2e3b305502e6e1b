"""What a person may choose about the look, kept in a cookie of this browser only."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEMES = ("light", "dark", "auto")
_A_YEAR = 31_536_000


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep ``light``, ``dark`` or ``auto`` for a year and go back to the page it was chosen on."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponseBadRequest("theme is light, dark or auto")
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(urlsplit(came_from).path if ours and came_from else "/")
    response.set_cookie(
        "theme", chosen, max_age=_A_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    return response
