"""The console at ``/console/``: Django's admin for support, behind the same sign-in (SEC-08)."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite


class ConsoleSite(AdminSite):
    """Stock admin with IsoTrack's name; its own sign-in form is replaced by allauth's."""

    site_header = "IsoTrack console"
    site_title = "IsoTrack console"
    index_title = "Support"
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.login = secure_admin_login(self.login)  # type: ignore[method-assign]
