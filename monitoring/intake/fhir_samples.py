"""Which sample a FHIR result comes from, and on which day it was taken."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitoring.intake.catalogue import Coding, resolve
from monitoring.intake.dates import WrittenDay
from monitoring.intake.fhir_resources import Library, Resource, text_of
from monitoring.intake.fhir_values import (
    NO_DAY,
    codings_of,
    collection_day,
    effective_day,
    fasting_of_specimen,
)
from monitoring.intake.lines import Specimens, kind_of_sample

REFUSED = ("unsatisfactory", "entered-in-error", "unavailable")


def place_sample(
    chain: tuple[Resource, ...],
    codings: tuple[Coding, ...],
    library: Library,
    specimens: Specimens,
    zone: ZoneInfo,
) -> int:
    """Place a result's sample; the nearest Specimen wins, then the nearest effective day.

    `chain` is the Observation, the panels it is a member of, and its report.
    """
    samples = next((held for each in chain if (held := _specimens(each, library))), [])
    days = {collection_day(each.model, zone) for each in samples}
    days.discard(NO_DAY)
    day = next(iter(days)) if len({each.on for each in days}) == 1 else NO_DAY
    if day == NO_DAY:
        day = _effective(chain, zone)
    sample = samples[0].model if len(samples) == 1 else None
    kind_text = ""
    if sample is not None and sample.type is not None:
        slots = codings_of(sample.type)
        kind_text = " ".join(text for slot in slots for text in (slot.code, slot.text) if text)
    accession = sample.accessionIdentifier if sample is not None else None
    refused = sample is not None and text_of(sample.status) in REFUSED
    return specimens.place(
        day,
        fasting=fasting_of_specimen(sample) if sample is not None else None,
        accession=text_of(accession.value) if accession is not None else "",
        kind=resolve(codings).kind or kind_of_sample(kind_text),
        kind_text=kind_text,
        refused="the laboratory refused the sample" if refused else "",
    )


def _specimens(resource: Resource, library: Library) -> list[Resource]:
    held = getattr(resource.model, "specimen", None)
    references = held if isinstance(held, list) else [held] if held is not None else []
    targets = [library.follow(reference, resource) for reference in references]
    return [each for each in targets if each is not None and each.model is not None]


def _effective(chain: tuple[Resource, ...], zone: ZoneInfo) -> WrittenDay:
    for resource in chain:
        if resource.model is None:
            continue
        day = effective_day(resource.model, zone)
        if day.text:
            return day
    return NO_DAY
