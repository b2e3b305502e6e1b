"""Field encryption: AES-256-GCM, keys derived from ``FIELD_KEY``, with a blind index for look-up.

Each value is bound to its place by additional data (``model.field``), so a ciphertext copied into
another column does not decrypt (SEC-19). ``FIELD_KEY`` may hold several keys separated by commas:
the first encrypts, all of them decrypt; that is how a key is rotated.
"""

import base64
import functools
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_VERSION = "1"


class Undecipherable(Exception):
    """A stored value was made with a key that is not here, or has been tampered with."""


@functools.lru_cache(maxsize=8)
def _keys(material: str) -> tuple[tuple[str, AESGCM], ...]:
    keys = []
    for part in material.split(","):
        raw = hashlib.sha256(b"isotrack field key\0" + part.strip().encode()).digest()
        keys.append((hashlib.sha256(b"id\0" + raw).hexdigest()[:8], AESGCM(raw)))
    return tuple(keys)


def encrypt(text: str, *, place: str) -> str:
    """Encrypt ``text`` for ``place``; returns ``version:key id:base64(nonce + ciphertext)``."""
    key_id, sealed = _seal(text.encode(), place)
    return f"{_VERSION}:{key_id}:{base64.b64encode(sealed).decode()}"


def _seal(plain: bytes, place: str) -> tuple[str, bytes]:
    """The first key's id; nonce and ciphertext."""
    key_id, cipher = _keys(settings.FIELD_KEY)[0]
    nonce = os.urandom(12)
    return key_id, nonce + cipher.encrypt(nonce, plain, place.encode())


def _open(key_id: str, sealed: bytes, place: str) -> bytes:
    for known, cipher in _keys(settings.FIELD_KEY):
        if known == key_id:
            try:
                return cipher.decrypt(sealed[:12], sealed[12:], place.encode())
            except InvalidTag:
                raise Undecipherable(place) from None
    raise Undecipherable(place)


def encrypt_bytes(body: bytes, *, place: str) -> bytes:
    """Encrypt a file for ``place``; returns ``version:key id:`` and nonce with ciphertext."""
    key_id, sealed = _seal(body, place)
    return f"{_VERSION}:{key_id}:".encode() + sealed


def decrypt_bytes(stored: bytes, *, place: str) -> bytes:
    """Decrypt what :func:`encrypt_bytes` made.

    Raises:
        Undecipherable: unknown key, wrong place, or altered bytes.
    """
    version, _, rest = stored.partition(b":")
    key_id, colon, sealed = rest.partition(b":")
    if version != _VERSION.encode() or not colon:
        raise Undecipherable(place)
    return _open(key_id.decode("ascii", "replace"), sealed, place)


def decrypt(stored: str, *, place: str) -> str:
    """Decrypt what :func:`encrypt` made.

    Raises:
        Undecipherable: unknown key, wrong place, or altered text.
    """
    try:
        version, key_id, body = stored.split(":", 2)
        sealed = base64.b64decode(body, validate=True)
    except ValueError:
        raise Undecipherable(place) from None
    if version != _VERSION:
        raise Undecipherable(place)
    return _open(key_id, sealed, place).decode()


def blind_index(text: str, *, place: str) -> str:
    """A keyed hash of ``text`` that allows equality look-up without storing the text."""
    first = settings.FIELD_KEY.split(",")[-1].strip()
    key = hashlib.sha256(b"isotrack blind index\0" + first.encode()).digest()
    return hmac.new(key, f"{place}\0{text}".encode(), hashlib.sha256).hexdigest()


class _Placed(models.Field):
    """``place`` binds a ciphertext to its column; a history table keeps that of its original."""

    def __init__(self, *args: Any, place: str, **kwargs: Any) -> None:
        self.place = place
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Carry the place into migrations and history models."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "place": self.place}


class EncryptedTextField(_Placed, models.TextField):
    """Text that is encrypted in the database and plain in Python."""

    def get_prep_value(self, value: object) -> str | None:
        """Encrypt on the way in."""
        text = super().get_prep_value(value)
        return None if text is None else encrypt(text, place=self.place)

    def from_db_value(
        self, value: str | None, expression: object, connection: object
    ) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else decrypt(value, place=self.place)


class EncryptedBinaryField(_Placed, models.BinaryField):
    """A file that is encrypted in the database and plain in Python; empty stays empty."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Encrypt on the way in."""
        sealed = encrypt_bytes(bytes(value), place=self.place) if value else value
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: object, connection: object) -> bytes | None:
        """Decrypt on the way out."""
        return decrypt_bytes(bytes(value), place=self.place) if value else value
