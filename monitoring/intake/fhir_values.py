"""Values, ranges, days and words of a FHIR Observation or Specimen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.intake.catalogue import Coding
from monitoring.intake.coded_answers import presence_by_code
from monitoring.intake.dates import WrittenDay, read_day
from monitoring.intake.fasting import fasting_said
from monitoring.intake.fhir_resources import text_of
from monitoring.intake.report import ResultStatus
from monitoring.intake.units import canonical_unit, is_known
from monitoring.intake.values import (
    NO_RANGE,
    SIGNS,
    Range,
    Reading,
    number_of,
    plain,
    presence_of,
    read_range,
    read_value,
)

STATUSES = {
    "registered": ResultStatus.PRELIMINARY,
    "preliminary": ResultStatus.PRELIMINARY,
    "final": ResultStatus.FINAL,
    "amended": ResultStatus.CORRECTED,
    "corrected": ResultStatus.CORRECTED,
    "cancelled": ResultStatus.CANCELLED,
    "entered-in-error": ResultStatus.CANCELLED,
}
NO_DAY = WrittenDay(None, "")


def codings_of(concept: Any) -> tuple[Coding, ...]:
    """Every coding of a CodeableConcept, and its text as one more."""
    if concept is None:
        return ()
    slots = [
        Coding(text_of(each.code), text_of(each.display), text_of(each.system))
        for each in concept.coding or ()
    ]
    if words := text_of(concept.text):
        slots.append(Coding("", words))
    return tuple(slots)


def reading_of(result: Any) -> tuple[Reading, tuple[str, ...]]:
    """The value of an Observation or component, and the slots in which its unit was sent."""
    if (quantity := result.valueQuantity) is not None:
        return _quantity(quantity), (text_of(quantity.unit), text_of(quantity.code))
    if result.valueCodeableConcept is not None:
        return _coded(result.valueCodeableConcept), ()
    if result.valueString is not None:
        return read_value(str(result.valueString)), ()
    if result.valueInteger is not None:
        return read_value(str(result.valueInteger)), ()
    return Reading(_other_value(result)), ()


def _other_value(result: Any) -> str:
    """A span, a ratio or a yes-or-no as text: kept as sent, never graded."""
    if (span := result.valueRange) is not None:
        return f"{_number_in(span.low)}-{_number_in(span.high)}"
    if (ratio := result.valueRatio) is not None:
        return f"{_number_in(ratio.numerator)}:{_number_in(ratio.denominator)}"
    return str(result.valueBoolean).lower() if result.valueBoolean is not None else ""


def _number_in(quantity: Any) -> str:
    return str(quantity.value) if quantity is not None and quantity.value is not None else ""


def _quantity(quantity: Any) -> Reading:
    if quantity.value is None:
        return Reading("")
    number = number_of(str(Decimal(quantity.value)))
    sign = text_of(quantity.comparator)
    if number is None or (sign and sign not in SIGNS):
        return Reading(str(quantity.value), doubt="the number cannot be read with certainty")
    return Reading(plain(number), SIGNS.get(sign, ""), number)


def _coded(concept: Any) -> Reading:
    """By code and system where known, else by words; a contradiction stays unread."""
    slots = codings_of(concept)
    said = {presence_by_code(slot.code, slot.system) for slot in slots}
    said |= {presence_of(slot.text) for slot in slots}
    said.discard("")
    words = next((slot.text for slot in reversed(slots) if slot.text), "")
    if len(said) > 1:
        return Reading(words, doubt="the coded answer contradicts its own words")
    if said:
        return Reading(said.pop())
    return read_value(words) if words else Reading(slots[0].code if slots else "")


def limits_of(result: Any) -> tuple[Range, str]:
    """The laboratory's normal range and its text; none where several could be meant."""
    ranges = [
        each
        for each in result.referenceRange or ()
        if _is_normal(each) and not each.appliesTo and each.age is None
    ]
    if len(ranges) != 1:
        every = result.referenceRange or ()
        return NO_RANGE, "; ".join(text for each in every if (text := text_of(each.text)))
    (only,) = ranges
    text = text_of(only.text)
    if only.low is None and only.high is None:
        return read_range(text), text
    units = {
        unit
        for limit in (only.low, only.high)
        if limit is not None
        for slot in (limit.unit, limit.code)
        if is_known(unit := canonical_unit(text_of(slot)))
    }
    if len(units) > 1:
        return NO_RANGE, text
    return Range(_limit(only.low), _limit(only.high), units.pop() if units else ""), text


def _is_normal(limits: Any) -> bool:
    """A range without a type is normal; `treatment`, `therapeutic` and the like are not."""
    codes = {text_of(each.code) for each in (limits.type.coding or ())} if limits.type else set()
    return not codes or "normal" in codes


def _limit(quantity: Any) -> str:
    if quantity is None or quantity.value is None:
        return ""
    number = number_of(str(Decimal(quantity.value)))
    return plain(number) if number is not None else ""


def flag_of(result: Any) -> str:
    """The laboratory's own flag, its code rather than its words."""
    for slot in (slot for each in result.interpretation or () for slot in codings_of(each)):
        if slot.code or slot.text:
            return slot.code or slot.text
    return ""


def effective_day(resource: Any, zone: ZoneInfo) -> WrittenDay:
    """The day of an Observation or DiagnosticReport: never `issued`, which is the report's."""
    if (period := resource.effectivePeriod) is not None:
        return _day(period.start, zone, unreadable="period without a start")
    if getattr(resource, "effectiveTiming", None) is not None:
        return WrittenDay(None, "timing")
    instant = getattr(resource, "effectiveInstant", None)
    return _day(resource.effectiveDateTime or instant, zone)


def collection_day(specimen: Any, zone: ZoneInfo) -> WrittenDay:
    """The day on which a Specimen was collected."""
    collection = specimen.collection
    if collection is None:
        return NO_DAY
    if (period := collection.collectedPeriod) is not None:
        return _day(period.start, zone, unreadable="period without a start")
    return _day(collection.collectedDateTime, zone)


def _day(value: date | datetime | str | None, zone: ZoneInfo, unreadable: str = "") -> WrittenDay:
    if value is None:
        return WrittenDay(None, unreadable)
    return read_day(value if isinstance(value, str) else value.isoformat(), zone=zone)


def fasting_of_specimen(specimen: Any) -> bool | None:
    """Specimen.collection.fastingStatus, where it says yes or no outright."""
    collection = specimen.collection
    if collection is None or collection.fastingStatusCodeableConcept is None:
        return None
    slots = codings_of(collection.fastingStatusCodeableConcept)
    return fasting_said(*(text for slot in slots for text in (slot.code, slot.text)))


def fasting_by_extension(result: Any) -> bool | None:
    """An extension that is named for fasting and says yes or no outright."""
    said = {
        answer
        for each in result.extension or ()
        if "fasting" in text_of(each.url).lower() and (answer := fasting_answer(each)) is not None
    }
    return said.pop() if len(said) == 1 else None


def fasting_answer(result: Any) -> bool | None:
    """The answer to "was the patient fasting?" in any type of value."""
    if result.valueBoolean is not None:
        return bool(result.valueBoolean)
    if result.valueCodeableConcept is not None:
        slots = codings_of(result.valueCodeableConcept)
        return fasting_said(*(text for slot in slots for text in (slot.code, slot.text)))
    return fasting_said(text_of(result.valueString))
