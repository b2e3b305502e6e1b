"""Strict readers of the environment: a value that cannot be read refuses to start and names itself.

Each reader takes the variable's name and an optional default; without a default the variable is
required. Nothing is guessed: ``DEBUG=ture`` is an error, not false.
"""

import os
from base64 import urlsafe_b64encode
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.exceptions import ImproperlyConfigured
from py_vapid import Vapid02

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_REQUIRED = object()
# 32 bytes in base64url without padding.
_KEY_LENGTH = 43


def text(name: str, default: object = _REQUIRED) -> str:
    """The variable's text, stripped; required unless a default is given."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is _REQUIRED:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example.")
    return str(default)


def flag(name: str, default: bool) -> bool:
    """A yes-or-no variable."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither true nor false.")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, empty parts dropped."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    """One of the allowed words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} is not one of {', '.join(allowed)}.")
    return value


def secret(name: str, *, length: int = 32) -> str:
    """A secret that must be set and long enough; its value never appears in the message."""
    value = text(name)
    if len(value) < length:
        raise ImproperlyConfigured(f"{name} must be at least {length} characters long.")
    return value


def database(name: str) -> dict[str, object]:
    """A PostgreSQL URL as Django's settings: ``postgresql://user:pass@host:port/name?host=/dir``.

    A socket directory may stand in the query (``host=/path``), as libpq writes it.
    """
    parts = urlsplit(text(name))
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host/name.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    try:
        port = parts.port or query.get("port", "")
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is not a number.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.get("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "") or parts.hostname or ""),
        "PORT": str(port),
    }


def vapid_keys(name: str, private: str | None = None) -> tuple[str, str]:
    """The private key of web push (43 characters, base64url) and the public one; or two empties.

    The private key never appears in the message.
    """
    private = text(name, "") if private is None else private
    if not private:
        return "", ""
    try:
        if len(private) != _KEY_LENGTH:
            raise ValueError("length")
        point = Vapid02.from_raw(private.encode()).public_key.public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
    except Exception as error:  # noqa: BLE001 - the library lets every kind of error through
        raise ImproperlyConfigured(
            f"{name} is no key for web push ({type(error).__name__}): see manage.py vapid_key."
        ) from None
    return private, urlsafe_b64encode(point).decode().rstrip("=")


# Hosted providers of e-mail: the backend, and the names of its settings.
_HOSTED = {
    "mailgun": ("MAILGUN_API_KEY", "MAILGUN_API_URL", "MAILGUN_WEBHOOK_SIGNING_KEY"),
    "postmark": ("POSTMARK_SERVER_TOKEN", "POSTMARK_API_URL", "WEBHOOK_SECRET"),
}


def mail(name: str, default: str, *, proof: str) -> dict[str, object]:
    """Where e-mail leaves, as settings.

    ``smtp://user:pass@host:port`` (``smtps`` for TLS, ``smtp+tls`` for STARTTLS), or a hosted
    provider: ``mailgun://KEY@sending.domain``, ``postmark://TOKEN@``, each with ``?api=https://…``
    where it is reached in another region.

    Args:
        proof: what proves a hosted provider's reports; required with one.
    """
    parts = urlsplit(text(name, default))
    if parts.scheme in _HOSTED:
        return _hosted_mail(name, parts, proof)
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"} or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must look like smtp://user:password@host:port, or name a provider: "
            f"{', '.join(f'{each}://' for each in sorted(_HOSTED))}."
        )
    try:
        port = parts.port or (465 if parts.scheme == "smtps" else 25)
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is not a number.") from None
    return {
        "EMAIL_PROVIDER": "smtp",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "ANYMAIL": {},
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }


def _hosted_mail(name: str, parts: SplitResult, secret: str) -> dict[str, object]:
    provider = parts.scheme
    key, api, proves = _HOSTED[provider]
    if not parts.username or (provider == "mailgun" and not parts.hostname):
        raise ImproperlyConfigured(
            f"{name} must look like mailgun://KEY@sending.domain or postmark://TOKEN@."
        )
    # Without it a bounce would go unnoticed: the provider's reports could not be believed.
    if not secret or (provider == "postmark" and ":" not in secret):
        shape = "user:password" if provider == "postmark" else "the provider's signing key"
        raise ImproperlyConfigured(f"{name}={provider}:// needs EMAIL_WEBHOOK_SECRET, {shape}.")
    hosted: dict[str, object] = {key: unquote(parts.username), proves: secret}
    hosted["REQUESTS_TIMEOUT"] = 10
    if provider == "mailgun":
        hosted["MAILGUN_SENDER_DOMAIN"] = parts.hostname
    if address := dict(parse_qsl(parts.query)).get("api"):
        hosted[api] = address
    return {
        "EMAIL_PROVIDER": provider,
        "EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend",
        "ANYMAIL": hosted,
        "EMAIL_HOST": "",
        "EMAIL_PORT": 25,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": False,
    }
