"""What one prescription or fill names: its capsules by strength, for which doses, for how long."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from protocol.vocabulary import Formulation

# One prescription: so many strengths make up any dose, and so many lines fit a pharmacist's label.
MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class SupplyLine:
    """So many capsules of one strength. ``None`` means not stated."""

    capsules: int | None = None
    strength_mg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """What is prescribed or handed out. ``None`` means not stated; no excipients, none to mind.

    ``lines`` are its strengths: one prescription, one window and one signature cover them all.
    """

    lines: tuple[SupplyLine, ...] = ()
    pattern: tuple[Decimal, ...] = ()
    days: Decimal | None = None
    refills: int | None = None
    formulation: Formulation = Formulation.STANDARD
    excipients: tuple[str, ...] | None = ()
    substitute_for: Formulation | None = None

    @property
    def capsules(self) -> int | None:
        """Capsules of all strengths together; None where a line does not state its number."""
        stated = [line.capsules for line in self.lines if line.capsules is not None]
        return sum(stated) if stated and len(stated) == len(self.lines) else None

    @property
    def capsule_mg(self) -> Decimal | None:
        """Mg in all capsules together (DOSE-7); None where a line states only a part."""
        if not self.lines:
            return None
        total = Decimal(0)
        for line in self.lines:
            if line.capsules is None or line.strength_mg is None:
                return None
            total += line.capsules * line.strength_mg
        return total


def one_strength(
    capsules: int | None = None, strength_mg: Decimal | None = None
) -> tuple[SupplyLine, ...]:
    """The lines of a supply of a single strength; none where neither is stated."""
    if capsules is None and strength_mg is None:
        return ()
    return (SupplyLine(capsules, strength_mg),)
