"""Every URL: the portal at the root, staff under /clinic/, support under /console/."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

handler400 = "isotrack.errors.bad_request"
handler403 = "isotrack.errors.forbidden"
handler404 = "isotrack.errors.not_found"
handler500 = "isotrack.errors.server_error"

urlpatterns = [
    path("", include("portal.urls")),
    path("clinic/", include("clinic.urls")),
    path("account/", include("isotrack.account_urls")),
    path("console/", admin.site.urls),
    path("api/v1/labs/", include("monitoring.exchange.urls")),
    path("hooks/", include("messaging.urls")),
    path("", include("isotrack.health_urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("dev/", include("local.urls")))
