"""Events of the treatment: results, weights, doses, prescriptions and fills."""

import re
from decimal import Decimal

from monitoring.replay.observations import read_observation
from monitoring.replay.reading import Mapping, Value
from monitoring.replay.supplies import SUPPLY_KEYS, read_pattern, read_supply
from monitoring.replay.when import EventReader, When
from protocol.facts import (
    Dispensed,
    Dose,
    Fact,
    Hold,
    LabAcknowledged,
    LabResult,
    Missed,
    PlannedDose,
    Prescribed,
    Resume,
    Stopped,
    Weight,
)
from protocol.vocabulary import Analyte, Formulation

POUND_KG = Decimal("0.45359237")  # rule book 5.4
_SIGNED_VALUE = re.compile(r"\s*(<=|>=|<|>)\s*([0-9]+(?:\.[0-9]+)?)\s*")


def _hold(value: Value, when: When) -> tuple[Fact, ...]:
    value.as_nothing()
    return (Hold(**when.stamp),)


def _resume(value: Value, when: When) -> tuple[Fact, ...]:
    value.as_nothing()
    return (Resume(**when.stamp),)


_RESULT_KEYS = frozenset({"analyte", "value", "unit", "uln", "fasting"})


def _lab_result(fields: Mapping, when: When, ref: str) -> LabResult:
    written = fields["value"]
    amount: Decimal | None
    comparator, text = "", written.as_text()
    if written.is_number:
        amount = written.as_number()
    elif match := _SIGNED_VALUE.fullmatch(text):
        comparator, amount = match[1], Decimal(match[2])
    else:
        amount = None
    unit = fields.get("unit")
    uln = fields.get("uln")
    fasting = fields.get("fasting")
    return LabResult(
        ref=ref,
        on=when.on,
        at=when.at,
        specimen=when.ref,
        analyte=fields["analyte"].as_word(Analyte),
        value=amount,
        unit=unit.as_text() if unit else "",
        comparator=comparator,
        text=text,
        uln=uln.as_number() if uln else None,
        fasting=fasting.as_flag() if fasting else None,
    )


_NEEDED = ("analyte", "value")


def _lab(value: Value, when: When) -> tuple[Fact, ...]:
    outer = value.as_mapping(_RESULT_KEYS | {"results"})
    if "results" not in outer:
        return (_lab_result(value.as_mapping(_RESULT_KEYS, needed=_NEEDED), when, when.ref),)
    shared = value.as_mapping(frozenset({"results"}))
    return tuple(
        _lab_result(item.as_mapping(_RESULT_KEYS, needed=_NEEDED), when, f"{when.ref}.{number}")
        for number, item in enumerate(shared["results"].as_list(), start=1)
    )


def _lab_acknowledged(value: Value, when: When) -> tuple[Fact, ...]:
    # Without a plan a result is seen, which is enough for t2 and for nothing above (LAB-8).
    plan = value.as_mapping(frozenset({"plan"})).get("plan")
    return (LabAcknowledged(**when.stamp, plan=plan.as_text() if plan else ""),)


def _observation(value: Value, when: When) -> tuple[Fact, ...]:
    keys = frozenset({"system", "code", "value", "unit", "uln"})
    fields = value.as_mapping(keys, needed=("system", "code", "value"))
    unit = fields.get("unit")
    uln = fields.get("uln")
    fact = read_observation(
        **when.stamp,
        system=fields["system"].as_text(),
        code=fields["code"].as_text(),
        value=fields["value"].as_text(),
        unit=unit.as_text() if unit else "",
        uln=uln.as_number() if uln else None,
    )
    return () if fact is None else (fact,)


def _weight(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"kg", "lb"}))
    kilograms = fields.get("kg")
    pounds = fields.get("lb")
    if (kilograms is None) == (pounds is None):
        raise value.refuse("needs either kg or lb")
    kg = kilograms.as_number() if kilograms else pounds.as_number() * POUND_KG  # type: ignore[union-attr]
    if kg <= 0:
        raise value.refuse("a weight is more than nothing")
    return (Weight(**when.stamp, kg=kg),)


def _dose(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"daily_mg", "pattern", "formulation"}))
    pattern = read_pattern(fields)
    if not pattern:
        raise value.refuse("needs either daily_mg or pattern")
    formulation = fields.get("formulation")
    return (
        Dose(
            **when.stamp,
            pattern=pattern,
            formulation=formulation.as_word(Formulation) if formulation else Formulation.STANDARD,
        ),
    )


def _planned_dose(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"daily_mg", "from"}), needed=("daily_mg", "from"))
    return (
        PlannedDose(
            **when.stamp,
            starts=fields["from"].as_date(),
            pattern=(fields["daily_mg"].as_number(),),
        ),
    )


def _missed(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"dates"}), needed=("dates",))
    dates = tuple(item.as_date() for item in fields["dates"].as_list())
    return (Missed(**when.stamp, dates=dates),)


def _stopped(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"last_dose"}), needed=("last_dose",))
    last_dose = fields["last_dose"].as_date()
    return (Stopped(**when.stamp, last_dose=last_dose),)


def _prescribed(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(SUPPLY_KEYS)
    supply = read_supply(fields)
    dated = supply.dated or when.on
    return (
        Prescribed(
            ref=when.ref,
            on=dated,
            at=when.at if dated == when.on else None,
            supply=supply.as_supply(),
        ),
    )


def _dispensed(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"rma"}))
    rma = fields.get("rma")
    return (Dispensed(**when.stamp, rma=rma.as_text() if rma else ""),)


TREATMENT_EVENTS: dict[str, EventReader] = {
    "observation": _observation,
    "lab": _lab,
    "lab_acknowledged": _lab_acknowledged,
    "weight": _weight,
    "dose": _dose,
    "planned_dose": _planned_dose,
    "missed": _missed,
    "hold": _hold,
    "resume": _resume,
    "stopped": _stopped,
    "prescribed": _prescribed,
    "dispensed": _dispensed,
}
