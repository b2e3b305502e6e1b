"""What a log line may hold: no link that opens something, and nothing that fakes a second line."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Links of tasks, pharmacists, sign-ins and password resets, and calendars' addresses open
# something for whoever reads them (SEC-13).
_OPENERS = re.compile(r"(/t/|/in/|/p/|/calendar/|/reset/key/)[^/\s?\"']+")
# A laboratory's token, wherever a library may have quoted it.
_LAB_TOKEN = re.compile(r"\bitl_[\w-]{20,}")
# Line breaks and terminal commands from outside would read as lines of ours (ASVS 16.4.1).
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(10, 32), 127)}


def told(text: str) -> str:
    """The text as it may be written into a log."""
    return _LAB_TOKEN.sub("[token]", _OPENERS.sub(r"\1[link]", text)).translate(_CONTROL)


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog step: every text of the event as it may be told."""
    for name, value in event.items():
        if isinstance(value, str) and name != "exception":
            event[name] = told(value)
    return event


class Redacted(logging.Filter):
    """The same for lines that Django and the libraries write."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Write the message anew; every line is let through."""
        record.msg, record.args = told(record.getMessage()), ()
        return True


def configure() -> None:
    """Structured lines with the request's context, redacted last of all."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty()),
        ]
    )
