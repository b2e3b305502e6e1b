"""Triage of reported symptoms (rule book 10): how urgent, and are the capsules stopped?

What the table does not know is never routine: an unknown symptom or feature is urgent.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from protocol.crisis import crisis_lines, emergency_number
from protocol.facts import CourseFacts, Medication, Symptom
from protocol.interactions import is_tetracycline, recently_taken
from protocol.reviews import is_reviewed
from protocol.steps import BadTable
from protocol.vocabulary import ReviewOf, Urgency

_TABLE = Path(__file__).parent / "tables" / "symptoms.toml"
_REPEAT_DAYS = 7
_RANK = {urgency: rank for rank, urgency in enumerate(Urgency)}
_ROW_KEYS = frozenset(
    {
        *("level", "red", "urgent", "usual", "hold", "repeats", "with_tetracycline"),
        *("with_symptom", "crisis_lines", "tip"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One symptom of the table."""

    level: Urgency
    features: Mapping[str, Urgency]
    hold: bool
    repeats: Urgency | None
    with_tetracycline: Urgency | None
    with_symptom: Mapping[str, Urgency]
    crisis_lines: bool
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """How urgent what was reported is.

    ``hold``: the capsules are stopped until a clinician has spoken with the patient (always with
    red). ``tips`` are keys of the wording tables. ``crisis_lines`` are numbers to show at once:
    all of the country's for thoughts of self-harm and low mood, the emergency number for any other
    red symptom. ``symptoms`` are the facts that were judged.
    """

    level: Urgency
    hold: bool
    tips: tuple[str, ...]
    crisis_lines: tuple[str, ...]
    symptoms: tuple[Symptom, ...]


def _row(code: str, body: Mapping[str, Any]) -> _Row:
    unknown = set(body) - _ROW_KEYS
    if unknown:
        raise BadTable(f"symptom.{code}: unknown key {sorted(unknown)[0]!r}")
    features: dict[str, Urgency] = {}
    for key, urgency in (
        ("usual", Urgency.ROUTINE),
        ("urgent", Urgency.URGENT),
        ("red", Urgency.RED),
    ):
        features.update(dict.fromkeys(body.get(key, ()), urgency))
    return _Row(
        level=Urgency(body["level"]),
        features=features,
        hold=bool(body.get("hold", False)),
        repeats=Urgency(body["repeats"]) if "repeats" in body else None,
        with_tetracycline=(
            Urgency(body["with_tetracycline"]) if "with_tetracycline" in body else None
        ),
        with_symptom={code: Urgency(word) for code, word in body.get("with_symptom", {}).items()},
        crisis_lines=bool(body.get("crisis_lines", False)),
        tip=str(body.get("tip", "")),
    )


_DOCUMENT = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
_ROWS = {code: _row(code, body) for code, body in _DOCUMENT["symptom"].items()}
_ANYWHERE: Mapping[str, Urgency] = {
    **dict.fromkeys(_DOCUMENT["features"]["urgent"], Urgency.URGENT),
    **dict.fromkeys(_DOCUMENT["features"]["red"], Urgency.RED),
}
_CRISIS_FEATURES = frozenset(_DOCUMENT["features"]["crisis_lines"])
_UNKNOWN = _Row(
    level=Urgency.URGENT,
    features={},
    hold=False,
    repeats=None,
    with_tetracycline=None,
    with_symptom={},
    crisis_lines=False,
    tip="",
)
SYMPTOM_CODES = frozenset(_ROWS)
FEATURES = frozenset(_ANYWHERE)


def _worst(urgencies: Iterable[Urgency]) -> Urgency:
    return max(urgencies, key=_RANK.__getitem__, default=Urgency.ROUTINE)


def urgency_of(
    symptom: Symptom,
    *,
    others: Iterable[Symptom] = (),
    medications: Iterable[Medication] = (),
) -> Urgency:
    """Urgency of one symptom (rule book 10).

    ``others`` are the symptoms reported before or with it: another headache of the last seven days
    makes one not single, joint pain turns an acne flare into a possible acne fulminans.
    ``medications`` are those on record: any headache with a tetracycline taken within seven days
    is red (CI-05).
    """
    row = _ROWS.get(symptom.code, _UNKNOWN)
    found = [row.level]
    for feature in symptom.features:
        found.append(row.features.get(feature, _ANYWHERE.get(feature, Urgency.URGENT)))
    first = symptom.on - timedelta(days=_REPEAT_DAYS)
    near = [other for other in others if other is not symptom and first <= other.on <= symptom.on]
    if row.repeats is not None and any(other.code == symptom.code for other in near):
        found.append(row.repeats)
    found += [row.with_symptom[other.code] for other in near if other.code in row.with_symptom]
    if row.with_tetracycline is not None and any(
        is_tetracycline(medication.name) and recently_taken(medication, on=symptom.on)
        for medication in medications
    ):
        found.append(row.with_tetracycline)
    return _worst(found)


def triage(
    symptoms: Iterable[Symptom],
    *,
    country: str,
    history: Iterable[Symptom] = (),
    medications: Iterable[Medication] = (),
) -> Triage:
    """Judge what was reported together; ``history`` are earlier reports of the same patient.

    Nothing reported is routine. The worst symptom decides (rule book 10).
    """
    reported = tuple(symptoms)
    others = (*history, *reported)
    medicines = tuple(medications)
    urgencies = [urgency_of(symptom, others=others, medications=medicines) for symptom in reported]
    level = _worst(urgencies)
    rows = [_ROWS.get(symptom.code, _UNKNOWN) for symptom in reported]
    in_crisis = any(row.crisis_lines for row in rows) or any(
        _CRISIS_FEATURES.intersection(symptom.features) for symptom in reported
    )
    lines: tuple[str, ...] = ()
    if in_crisis:
        lines = crisis_lines(country)
    elif level is Urgency.RED:
        number = emergency_number(country)
        lines = (number,) if number else crisis_lines(country)
    return Triage(
        level=level,
        hold=level is Urgency.RED or any(row.hold for row in rows),
        tips=tuple(dict.fromkeys(row.tip for row in rows if row.tip)),
        crisis_lines=lines,
        symptoms=reported,
    )


def standing_triage(facts: CourseFacts, *, as_of: date) -> Triage:
    """How urgent it is now: the newest word about each symptom that no clinician has reviewed.

    Routine when there is none. Another, milder symptom of a later day takes nothing from one that
    still waits; a later report of the same one takes its place here, though not at the gate, which
    asks for a review of each. The talk for which capsules were stopped has taken place with it.
    """
    waiting = [symptom for symptom, _ in open_symptoms(facts, as_of=as_of)]
    newest = {symptom.code: symptom.on for symptom in sorted(waiting, key=lambda each: each.on)}
    return triage(
        [symptom for symptom in waiting if symptom.on == newest[symptom.code]],
        country=facts.person.country,
        history=[symptom for symptom in facts.symptoms if symptom.on <= as_of],
        medications=[item for item in facts.medications if item.on <= as_of],
    )


def open_symptoms(facts: CourseFacts, *, as_of: date) -> tuple[tuple[Symptom, Urgency], ...]:
    """Every symptom that no clinician has reviewed, with its urgency, oldest first."""
    known = [symptom for symptom in facts.symptoms if symptom.on <= as_of]
    if not known:
        return ()
    reviews = [review for review in facts.reviewed if review.on <= as_of]
    medications = [item for item in facts.medications if item.on <= as_of]
    return tuple(
        (symptom, urgency_of(symptom, others=known, medications=medications))
        for symptom in known
        if not is_reviewed(symptom, reviews, of=ReviewOf.SYMPTOM)
    )
