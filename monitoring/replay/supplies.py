"""What a prescription or a fill names in a story: ``with`` of an ask, fields of an event."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from monitoring.replay.reading import Mapping
from protocol.supplies import Supply, SupplyLine, one_strength
from protocol.vocabulary import Formulation

SUPPLY_KEYS = frozenset(
    [
        "capsules",
        "strength_mg",
        "daily_mg",
        "pattern",
        "days",
        "refills",
        "formulation",
        "excipients",
        "rma",
        "substitute_for",
        "dated",
    ]
)


@dataclass(frozen=True, slots=True)
class Named:
    """What is named, by key; what is left out is not known. ``rma`` is None where it is null."""

    given: frozenset[str] = frozenset()
    capsules: int | None = None
    strength_mg: Decimal | None = None
    pattern: tuple[Decimal, ...] = ()
    days: Decimal | None = None
    refills: int | None = None
    formulation: Formulation = Formulation.STANDARD
    excipients: tuple[str, ...] = ()
    rma: str | None = None
    substitute_for: Formulation | None = None
    dated: date | None = None

    @property
    def names_supply(self) -> bool:
        """Something of the supply itself is named, not only the fill's number or day."""
        return bool(self.given - {"rma", "dated"})

    def as_supply(self) -> Supply:
        """The supply as named, the rest not stated."""
        return Supply(
            lines=one_strength(self.capsules, self.strength_mg),
            pattern=self.pattern,
            days=self.days,
            refills=self.refills,
            formulation=self.formulation,
            excipients=self.excipients,
            substitute_for=self.substitute_for,
        )

    def over(self, supply: Supply) -> Supply:
        """``supply`` with everything that is named here put in its place."""
        named: dict[str, object] = {
            key: getattr(self, key)
            for key in ("days", "refills", "excipients")
            if key in self.given
        }
        if self.pattern:
            named["pattern"] = self.pattern
        if self.given & {"capsules", "strength_mg"}:
            named["lines"] = self._lines(supply)
            if "days" not in self.given:
                named["days"] = None  # the capsules say how long they last
        if "formulation" in self.given:
            named["formulation"] = self.formulation
        if "substitute_for" in self.given:
            named["substitute_for"] = self.substitute_for
        return replace(supply, **named)  # type: ignore[arg-type]

    def _lines(self, supply: Supply) -> tuple[SupplyLine, ...]:
        """What is named of the one strength of a story, over what the supply states of it."""
        there = supply.lines[0] if supply.lines else SupplyLine()
        return one_strength(
            self.capsules if "capsules" in self.given else there.capsules,
            self.strength_mg if "strength_mg" in self.given else there.strength_mg,
        )


def read_pattern(fields: Mapping) -> tuple[Decimal, ...]:
    """``daily_mg`` as a pattern of one day, or ``pattern`` as written; empty where neither is."""
    daily = fields.get("daily_mg")
    pattern = fields.get("pattern")
    if daily is not None and pattern is not None:
        raise pattern.refuse("stands beside daily_mg; one of them says the dose")
    if daily is not None:
        return (daily.as_number(),)
    if pattern is None:
        return ()
    amounts = tuple(item.as_number() for item in pattern.as_list())
    if not amounts:
        raise pattern.refuse("a pattern has at least one day")
    return amounts


def read_supply(fields: Mapping) -> Named:
    """Read the keys of ``SUPPLY_KEYS``; raises StoryError where one cannot be read."""
    capsules = fields.get("capsules")
    strength = fields.get("strength_mg")
    days = fields.get("days")
    refills = fields.get("refills")
    formulation = fields.get("formulation")
    excipients = fields.get("excipients")
    rma = fields.get("rma")
    substitute_for = fields.get("substitute_for")
    dated = fields.get("dated")
    return Named(
        given=frozenset(fields.entries),
        capsules=capsules.as_integer(0) if capsules else None,
        strength_mg=strength.as_number() if strength else None,
        pattern=read_pattern(fields),
        days=days.as_number() if days else None,
        refills=refills.as_integer(0) if refills else None,
        formulation=formulation.as_word(Formulation) if formulation else Formulation.STANDARD,
        excipients=tuple(item.as_text() for item in excipients.as_list()) if excipients else (),
        rma=rma.as_text() if rma else None,
        substitute_for=substitute_for.as_word(Formulation) if substitute_for else None,
        dated=dated.as_date() if dated else None,
    )
