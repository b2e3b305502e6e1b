"""How allauth behaves here: no open sign-up, encrypted second factors, a door per audience."""

from collections.abc import Collection

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse

from people.encryption import decrypt, encrypt
from people.guardian_queries import guardian_of
from people.models import User

_PLACE = "mfa.authenticator.data"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by a clinic, never by a stranger."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff to the dashboard, support to the console, patients to their page."""
        user = request.user
        if not isinstance(user, User):
            return reverse("account_login")
        if user.memberships.filter(active=True).exists():
            return reverse("clinic:today")
        if user.is_staff:
            return reverse("admin:index")
        return reverse("portal:family" if guardian_of(user) else "portal:home")


class MFAAdapter(DefaultMFAAdapter):
    """Second-factor secrets are encrypted with the field key (SEC-19)."""

    def is_mfa_enabled(self, user: User, types: Collection[str] | None = None) -> bool:
        """Of people outside a passkey opens alone; it is no second step after their password."""
        if user.is_anonymous:
            return False
        staff = user.is_staff or user.memberships.filter(active=True).exists()
        if types is not None and not staff:
            types = [kind for kind in types if kind != Authenticator.Type.WEBAUTHN]
        enabled: bool = super().is_mfa_enabled(user, types=types)
        return enabled

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return encrypt(text, place=_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a stored secret."""
        return decrypt(encrypted_text, place=_PLACE)
