"""The console at ``/console/``: Django's admin for support, behind the same sign-in (SEC-08)."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF
from csp.decorators import csp_update
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
        self.disable_action("delete_selected")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django's own scripts are files without a nonce: files of this site are allowed here."""
        return csp_update({"script-src": [SELF]})(super().admin_view(view, cacheable))
