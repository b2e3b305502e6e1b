"""What a text from a patient asks for: STOP, START, HELP, or something a machine must not read."""

import re
import unicodedata

from messaging.models import InboundText

_TABLE: dict[InboundText.Keyword, frozenset[str]] = {
    InboundText.Keyword.STOP: frozenset(
        {
            "stop", "stopall", "stop all", "stop texts", "stop messages", "stop texting me",
            "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out",
            "alto", "parar", "pare", "baja", "cancelar", "detener", "no mas",
        }
    ),
    InboundText.Keyword.START: frozenset(
        {"start", "unstop", "subscribe", "optin", "opt in", "opt-in", "alta", "iniciar", "empezar"}
    ),
    InboundText.Keyword.HELP: frozenset({"help", "info", "ayuda", "hilfe", "aide"}),
}  # fmt: skip
_POLITE = re.compile(r"^(?:please|pls|por favor)\s+|\s+(?:please|pls|thanks|por favor|gracias)$")


def keyword(body: str) -> InboundText.Keyword:
    """The keyword that the *whole* text is, in any case, with or without polite words around it.

    A text that only contains one is free text: ``STOP 12345`` may mean something else (R14).
    """
    plain = unicodedata.normalize("NFKD", body.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = " ".join(re.sub(r"[^\w\s-]", " ", plain).split())
    words = _POLITE.sub("", words)
    for meaning, spellings in _TABLE.items():
        if words in spellings:
            return meaning
    return InboundText.Keyword.NONE
