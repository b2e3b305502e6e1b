"""Purposes: the kinds of message there are, declared by the apps that own them.

Messaging knows no medicine. An app declares a purpose once (in its ``purposes.py``, imported by
its ``AppConfig.ready``) and says here how urgent it is, whether night is respected, when it is too
late, which text it uses and how to ask whether it is still wanted.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from messaging.models import Urgency

__all__ = ["Audience", "Purpose", "Urgency", "UnknownPurpose", "all_purposes", "declare", "named"]

# ``True``: still wanted. ``False`` or words: not wanted, the words say why (shown in the ledger).
Wanted = Callable[[str, datetime], bool | str]
# The same, of several subjects at once: one answer for each of them.
AllWanted = Callable[[Collection[str], datetime], Mapping[str, bool | str]]


class Audience(StrEnum):
    """Whom a purpose speaks to."""

    PATIENT = "patient"
    STAFF = "staff"
    GUARDIAN = "guardian"


class UnknownPurpose(LookupError):
    """No app of this version declares the purpose."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What every message of one purpose has in common.

    Attributes:
        name: ``due-item-reminder``; stored with each message.
        urgency: SAFETY and ESCALATION are tried once more after an unknown outcome, COURTESY
            never is (G5).
        expires_after: counted from ``send_after``; later it is not sent (R2).
        still_wanted: asked with ``(about, now)`` at the moment of sending (R3, REM-14).
        all_wanted: the same of several subjects at once, where that saves asking one by one.
        wanted_where: the same as an SQL condition on ``%(about)s``, asked in the very statement
            that begins to send; without it a message is asked about by itself.
        template: base name under ``templates/messages/<language>/``.
        quiet_hours: only between 08:00 and 20:00 where the patient lives (REM-12).
        task_link: the text carries a link that asks for the birth date; otherwise it carries the
            address to sign in at.
        sign_in_link: the text carries the link that its action made for this message's key.
        link_lasts: how long that link works.
        kind: what supersedes what; empty means the purpose's name.
        one_a_day: at most one of its kind per patient and local day.
        joins: several of these due on one day are told in one message: its page lists them all.
        yields: a reminder that can wait: it leaves on a day on which none of those does.
        variants: the texts it has; ``("",)`` if there is one only.
        spared_at_limit: those of them that are left out once the month's limit is reached.
        audience: patients, users of a clinic, or guardians.
    """

    name: str
    urgency: Urgency
    expires_after: timedelta
    still_wanted: Wanted
    template: str
    quiet_hours: bool = True
    task_link: bool = False
    sign_in_link: bool = False
    link_lasts: timedelta = timedelta(days=7)
    kind: str = ""
    one_a_day: bool = True
    joins: bool = False
    yields: bool = False
    variants: tuple[str, ...] = ("",)
    spared_at_limit: tuple[str, ...] = ()
    audience: Audience = field(default=Audience.PATIENT)
    all_wanted: AllWanted | None = None
    wanted_where: str = ""

    def __post_init__(self) -> None:
        """Refuse a purpose that could never send or never end."""
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", self.name):
            raise ValueError(f"{self.name!r} is not a purpose name such as due-item-reminder")
        if self.expires_after <= timedelta(0):
            raise ValueError(f"{self.name}: expires_after must be positive")
        if not set(self.spared_at_limit) <= set(self.variants):
            raise ValueError(f"{self.name}: spared_at_limit names a text it does not have")
        if not self.variants:
            raise ValueError(f"{self.name}: a purpose has at least one text")

    @property
    def default_kind(self) -> str:
        """The kind of a message whose caller names none."""
        return self.kind or self.name

    def why_unwanted(self, about: str, *, now: datetime) -> str | None:
        """``None`` while the message is wanted; otherwise the reason, possibly empty."""
        return _why_not(self.still_wanted(about, now))

    def why_unwanted_all(self, abouts: Collection[str], *, now: datetime) -> dict[str, str | None]:
        """:meth:`why_unwanted` of each subject."""
        if self.all_wanted is None:
            return {about: self.why_unwanted(about, now=now) for about in abouts}
        said = self.all_wanted(abouts, now)
        return {about: _why_not(said[about]) for about in abouts}


def _why_not(answer: bool | str) -> str | None:
    if answer is True:
        return None
    return answer if isinstance(answer, str) else ""


_declared: dict[str, Purpose] = {}


def declare(name: str, **properties: object) -> Purpose:
    """Declare a purpose; see :class:`Purpose` for the properties.

    Raises:
        ValueError: the name is declared twice with different properties, or is malformed.
    """
    purpose = Purpose(name=name, **properties)  # type: ignore[arg-type]
    if _declared.setdefault(name, purpose) != purpose:
        raise ValueError(f"purpose {name} is declared twice")
    return purpose


def named(name: str) -> Purpose:
    """The declared purpose.

    Raises:
        UnknownPurpose: nobody declares it.
    """
    try:
        return _declared[name]
    except KeyError:
        raise UnknownPurpose(name) from None


def all_purposes() -> tuple[Purpose, ...]:
    """Every declared purpose, by name."""
    return tuple(_declared[name] for name in sorted(_declared))


def yielding() -> tuple[str, ...]:
    """The names of the purposes whose messages leave the day to those that join."""
    return tuple(purpose.name for purpose in all_purposes() if purpose.yields)


def joining() -> tuple[str, ...]:
    """The names of the purposes whose messages one message may stand for."""
    return tuple(purpose.name for purpose in all_purposes() if purpose.joins)
