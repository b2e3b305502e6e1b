"""What every answer must say about itself (SEC-11, SEC-12)."""

from __future__ import annotations

import re

from django.http import HttpResponseBase

ALLOWED = {
    "default-src": {"'none'"},
    "script-src": {"'nonce'"},
    "style-src": {"'self'", "'nonce'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
    "worker-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "object-src": {"'none'"},
    "frame-ancestors": {"'none'"},
}
CONSOLE = {"script-src": {"'nonce'", "'self'"}}
EXACT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NONCE = re.compile(r"'nonce-[A-Za-z0-9+/=_-]{20,}'")


def missing_headers(response: HttpResponseBase, *, console: bool = False) -> list[str]:
    """Every header that is absent or says something else, with what it says.

    The console may also load the script files that Django brings for it from this site.
    """
    wrong = [
        f"{name}: {response.headers.get(name)}"
        for name, value in EXACT.items()
        if response.headers.get(name) != value
    ]
    if "no-store" not in response.headers.get("Cache-Control", ""):
        wrong.append(f"Cache-Control: {response.headers.get('Cache-Control')}")
    said = policy_of(response)
    # A file to save, and nothing else, may be shut in further; bare, so that nothing reopens.
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        said = {name: words for name, words in said.items() if (name, words) != ("sandbox", set())}
    if said not in ([ALLOWED, ALLOWED | CONSOLE] if console else [ALLOWED]):
        wrong.append(f"Content-Security-Policy: {response.headers.get('Content-Security-Policy')}")
    return wrong


def policy_of(response: HttpResponseBase) -> dict[str, set[str]]:
    """The content security policy by directive, without the nonce's value.

    A page that asked for no nonce gives none, and then no script runs there at all.
    """
    text = _NONCE.sub("'nonce'", response.headers.get("Content-Security-Policy", ""))
    parts = [part.split() for part in text.split(";") if part.strip()]
    said = {name: set(values) for name, *values in parts}
    for name in ("script-src", "style-src"):
        if name in said:
            said[name].add("'nonce'")
    return said
