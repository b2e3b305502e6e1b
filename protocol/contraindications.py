"""Conditions, allergies and medicines that speak against isotretinoin (CI-01 to CI-14).

Age is judged with enrolment (CI-04), raised lipids with the laboratory results (CI-08). A condition
that the rule book does not name is a warning, never silence.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from protocol.facts import Contraception, CourseFacts, Supply
from protocol.findings import Finding, Ref
from protocol.interactions import active, clears_on
from protocol.vocabulary import Category, Check, Level, Method, Owner, Reason

_TABLE = Path(__file__).parent / "tables" / "conditions.toml"
_US = "us-ipledge"
_SOYA_ALLERGIES = frozenset({"soya", "peanut"})
# Leaflets write soybean oil, soya-bean oil, hydrogenated or refined soya oil, soya lecithin.
_SOYA = ("soy", "soja")
HORMONAL_METHODS = frozenset(
    {
        Method.COMBINED_PILL,
        Method.PATCH,
        Method.VAGINAL_RING,
        Method.INJECTION,
        Method.IMPLANT,
        Method.HORMONAL_IUD,
        Method.PROGESTIN_ONLY_PILL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ConditionRow:
    rule: str
    reason: Reason
    us: Level
    elsewhere: Level
    lasting: bool


def _load() -> dict[str, _ConditionRow]:
    document: dict[str, dict[str, Any]] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        name: _ConditionRow(
            rule=body["rule"],
            reason=Reason(body["reason"]),
            us=Level[body["us"].upper()],
            elsewhere=Level[body["elsewhere"].upper()],
            lasting=body["lasting"],
        )
        for name, body in document.items()
    }


_CONDITIONS = _load()
_UNLISTED = _ConditionRow(
    rule="CI-14",
    reason=Reason.CONDITION_HISTORY,
    us=Level.WARN,
    elsewhere=Level.WARN,
    lasting=True,
)


def condition_findings(facts: CourseFacts, *, on: date) -> Iterator[Finding]:
    """Every condition on record by the day (CI-01, CI-02, CI-06, CI-07, CI-14)."""
    for condition in dict.fromkeys(facts.conditions):
        if condition.on > on:
            continue
        row = _CONDITIONS.get(condition.name, _UNLISTED)
        level = row.us if facts.programme == _US else row.elsewhere
        yield Finding(
            reason=row.reason,
            level=level,
            owner=Owner.PRESCRIBER,
            rule=row.rule,
            check=Check.CONTRAINDICATIONS,
            evidence=(Ref("condition", condition.ref, condition.on),),
            detail=(("condition", condition.name),),
            final=row.lasting and level is Level.BLOCK,
        )


def allergy_findings(facts: CourseFacts, supply: Supply | None, *, on: date) -> Iterator[Finding]:
    """Hypersensitivity, and soya or peanut allergy with a soya-containing product (CI-03).

    ``supply`` None: the product is not asked about yet. A product whose excipients are not known
    stops a patient with a soya or peanut allergy too, for most contain soybean oil; a prescriber
    who knows the product may go on.
    """
    for allergy in facts.allergies:
        if allergy.on > on:
            continue
        reason, level, final = Reason.ALLERGY_EXCIPIENT, Level.BLOCK, False
        if allergy.name == "isotretinoin":
            reason, final = Reason.ALLERGY_ISOTRETINOIN, True
        elif allergy.name in _SOYA_ALLERGIES:
            if supply is None:
                continue
            if supply.excipients is not None and not _has_soya(supply.excipients):
                continue
            reason = Reason.ALLERGY_SOYA
            level = Level.OVERRIDE if supply.excipients is None else Level.BLOCK
        yield Finding(
            reason=reason,
            level=level,
            owner=Owner.PRESCRIBER,
            rule="CI-03",
            check=Check.CONTRAINDICATIONS,
            evidence=(Ref("allergy", allergy.ref, allergy.on),),
            detail=(("allergy", allergy.name),),
            final=final,
        )


def _has_soya(excipients: Iterable[str]) -> bool:
    return any(word in name.lower() for name in excipients for word in _SOYA)


def uses_hormonal_contraception(facts: CourseFacts, *, on: date) -> bool:
    """A hormonal method is in what patient or prescriber stated last; unknown counts as yes.

    For a patient who cannot become pregnant, silence means no.
    """
    said: list[Contraception] = []
    for of_patient in (True, False):
        stated = [
            item
            for item in facts.contraception
            if item.on <= on and (item.by_patient if of_patient else item.by_prescriber)
        ]
        said += stated[-1:]
    if not said:
        return facts.person.category is not Category.NCP
    return any(HORMONAL_METHODS.intersection(item.methods) for item in said)


def interaction_findings(facts: CourseFacts, *, on: date) -> Iterator[Finding]:
    """Every medicine that matters beside isotretinoin and counts on the day (CI-05 to CI-13)."""
    for medication, interaction in active(facts.medications, on=on):
        if interaction.with_hormonal_contraception and not uses_hormonal_contraception(
            facts, on=on
        ):
            continue
        free_from = clears_on(medication, on=on)
        yield Finding(
            reason=interaction.reason,
            level=interaction.level(facts.programme),
            owner=Owner.PRESCRIBER,
            rule=interaction.rule,
            check=Check.CONTRAINDICATIONS,
            evidence=(Ref("medication", medication.ref, medication.on),),
            clears_on=free_from if medication.stopped is not None else None,
            remedy_on=free_from if medication.stopped is None else None,
            detail=(("medicine", medication.name),),
        )
