"""FHIR R4 results to incoming reports: Bundle, DiagnosticReport or Observation.

One entry per patient of the file. What a result does not say itself (patient, sample, day) it has
from the panel it is a member of, then from its report. The sample's day comes from the Specimen,
the Observation and the report, in this order, and never from `issued`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.intake.catalogue import Coding, resolve
from monitoring.intake.code_map import EMPTY, CodeMap
from monitoring.intake.fasting import asks_for_fasting
from monitoring.intake.fhir_patients import NOBODY, patient_of
from monitoring.intake.fhir_resources import (
    Library,
    NotReadable,
    Resource,
    open_library,
    text_of,
)
from monitoring.intake.fhir_samples import place_sample
from monitoring.intake.fhir_values import (
    STATUSES,
    codings_of,
    fasting_answer,
    fasting_by_extension,
    flag_of,
    limits_of,
    reading_of,
)
from monitoring.intake.lines import SentResult, Specimens, build_lines
from monitoring.intake.report import (
    Entry,
    Format,
    IncomingReport,
    PatientHints,
    Rejected,
    ResultStatus,
)
from monitoring.intake.values import Reading

# A panel of panels of panels; also where members that name each other in a ring stop.
DEEPEST_PANEL = 6
_ABSENT = "the result gives a value and says why there is none"
VOIDED = ("entered-in-error", "cancelled")


@dataclass(frozen=True, slots=True)
class _Found:
    """An Observation with the chain of panels and the report above it, nearest first."""

    resource: Resource
    above: tuple[Resource, ...] = ()

    @property
    def chain(self) -> tuple[Resource, ...]:
        """The Observation itself, then what stands above it."""
        return (self.resource, *self.above)


@dataclass(frozen=True, slots=True)
class _Missing:
    """A result that a report or panel refers to and the file does not hold."""

    resource: Resource
    above: tuple[Resource, ...]
    display: str

    @property
    def chain(self) -> tuple[Resource, ...]:
        """The report or panel that refers to the result, then what stands above it."""
        return (self.resource, *self.above)


@dataclass(slots=True)
class _Person:
    """What the file holds for one patient."""

    hints: PatientHints
    results: list[_Found | _Missing] = field(default_factory=list)
    reports: list[Resource] = field(default_factory=list)


def read(
    data: bytes, *, file: str, zone: ZoneInfo, as_of: date, code_map: CodeMap = EMPTY
) -> tuple[Entry, ...]:
    """All entries of a FHIR file. `as_of` is today on the clinic's calendar."""
    try:
        library = open_library(data)
    except NotReadable as error:
        return (Rejected(str(error), file, Format.FHIR),)
    people = _people(library)
    control_id = _control_id(library.root)
    if not people:
        why = "the file holds no result (no Observation)"
        return (Rejected(why, file, Format.FHIR, control_id=control_id),)
    return tuple(
        _entry(
            person,
            library,
            file=file,
            control_id=control_id,
            zone=zone,
            as_of=as_of,
            code_map=code_map,
        )
        for person in people
    )


def _entry(
    person: _Person,
    library: Library,
    *,
    file: str,
    control_id: str,
    zone: ZoneInfo,
    as_of: date,
    code_map: CodeMap,
) -> Entry:
    sender = _sender(person, library)
    if not person.results:
        unclear = next((each.unclear for each in person.reports if each.unclear), "")
        why = unclear or "the report holds no result (no Observation)"
        return Rejected(why, file, Format.FHIR, sender, control_id, person.hints)
    specimens = Specimens(as_of, person.hints.born)
    sent: list[SentResult] = []
    # A question about fasting answers for the samples of its own day.
    answers: dict[date | None, bool] = {}
    for found in person.results:
        if isinstance(found, _Missing):
            sent.append(_missing_result(found, library, specimens, zone))
            continue
        results = list(_results(found, library, specimens, zone))
        sent += [each for each, _ in results]
        for each, model in results:
            fasting = fasting_answer(model) if asks_for_fasting(resolve(each.codings)) else None
            if fasting is not None:
                answers[specimens.found[each.specimen].collected_on] = fasting
    lines = build_lines(
        (replace(each, fasting=_fasting(each, specimens, answers)) for each in sent),
        specimens,
        sender=sender,
        code_map=code_map,
    )
    return IncomingReport(
        format=Format.FHIR,
        file=file,
        sender=sender,
        control_id=control_id,
        content_hash=_content_hash(person),
        patient=person.hints,
        specimens=tuple(specimens.found),
        lines=lines,
    )


def _fasting(
    sent: SentResult, specimens: Specimens, answers: dict[date | None, bool]
) -> bool | None:
    if sent.fasting is not None:
        return sent.fasting
    return answers.get(specimens.found[sent.specimen].collected_on)


def _people(library: Library) -> list[_Person]:
    """Every patient of the file with results or a report, in the order of the file."""
    people: dict[Hashable, _Person] = {}
    tree = _Tree(library)

    def person_of(chain: tuple[Resource, ...]) -> _Person:
        key, hints = _subject(chain, library)
        return people.setdefault(key, _Person(hints))

    for report in library.of_kind("DiagnosticReport"):
        person_of((report,)).reports.append(report)
    for found in tree.results():
        person_of(found.chain).results.append(found)
    return list(people.values())


class _Tree:
    """Reports, panels and results: who is a member of what."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.observations = library.of_kind("Observation")
        self.reports = library.of_kind("DiagnosticReport")
        self.panel_of: dict[int, Resource] = {}
        self.report_of: dict[int, Resource] = {}
        for holders, name, above in (
            (self.observations, "hasMember", self.panel_of),
            (self.reports, "result", self.report_of),
        ):
            for holder in holders:
                for _, member in self._members(holder, name):
                    if member is not None:
                        above.setdefault(id(member), holder)

    def results(self) -> Iterator[_Found | _Missing]:
        """Every result once: those of reports in their order, then the rest."""
        seen: set[int] = set()
        for report in self.reports:
            yield from self._below(report, "result", seen)
        tops = [each for each in self.observations if id(each) not in self.panel_of]
        for observation in (*tops, *self.observations):
            if id(observation) not in seen:
                seen.add(id(observation))
                yield _Found(observation, self._above(observation))
                yield from self._below(observation, "hasMember", seen)

    def _members(self, holder: Resource, name: str) -> Iterator[tuple[str, Resource | None]]:
        for reference in getattr(holder.model, name, None) or ():
            target = self.library.follow(reference, holder)
            if target is None or target.kind == "Observation":
                yield text_of(reference.display), target

    def _below(self, holder: Resource, name: str, seen: set[int]) -> Iterator[_Found | _Missing]:
        waiting = [(holder, name)]
        while waiting:
            current, field_name = waiting.pop(0)
            for display, member in self._members(current, field_name):
                if member is None:
                    yield _Missing(current, self._above(current), display)
                elif id(member) not in seen:
                    seen.add(id(member))
                    yield _Found(member, self._above(member))
                    waiting.append((member, "hasMember"))

    def _above(self, resource: Resource) -> tuple[Resource, ...]:
        """Panels, nearest first, then the report that lists the result or one of its panels."""
        chain = [resource]
        while len(chain) < DEEPEST_PANEL and (panel := self.panel_of.get(id(chain[-1]))):
            chain.append(panel)
        report = next((found for each in chain if (found := self.report_of.get(id(each)))), None)
        report = report or resource.parent
        return (*chain[1:], report) if report is not None else tuple(chain[1:])


def _subject(chain: tuple[Resource, ...], library: Library) -> tuple[Hashable, PatientHints]:
    """Who a result is about: its own subject, else the panel's, else the report's."""
    for resource in chain:
        if (reference := resource.part("subject")) is not None:
            return patient_of(reference, resource, library)
    return NOBODY, PatientHints()


def _results(
    found: _Found, library: Library, specimens: Specimens, zone: ZoneInfo
) -> Iterator[tuple[SentResult, Any]]:
    """The results that one Observation holds: its own value, and each of its components."""
    resource, model = found.resource, found.resource.model
    doubts = tuple(dict.fromkeys(each.unclear for each in found.chain if each.unclear))
    contradiction = _contradicts_report(found, library)
    if contradiction:
        doubts += (contradiction,)
    if model is None:
        yield _unreadable(found, library, specimens, zone, doubts), None
        return
    status = _status(found)
    parts = [(model, "")]
    parts += [(part, f".{number}") for number, part in enumerate(model.component or (), start=1)]
    for part, suffix in parts:
        reading, units = reading_of(part)
        is_panel = part is model and (model.hasMember or model.component)
        if is_panel and not reading.text and part.dataAbsentReason is None:
            continue
        absent = reading.text and part.dataAbsentReason is not None
        limits, range_text = limits_of(part)
        codings = codings_of(part.code)
        place = place_sample(found.chain, codings, library, specimens, zone)
        yield (
            SentResult(
                codings=codings,
                reading=reading,
                status=status,
                specimen=place,
                set_id=resource.id + suffix,
                filler=_filler(found),
                units=units,
                range_text=range_text,
                limits=limits,
                flag=flag_of(part),
                fasting=fasting_by_extension(model),
                notes=tuple(text_of(note.text) for note in model.note or ()),
                doubts=(*doubts, _ABSENT) if absent else doubts,
            ),
            part,
        )


def _unreadable(
    found: _Found,
    library: Library,
    specimens: Specimens,
    zone: ZoneInfo,
    doubts: tuple[str, ...],
) -> SentResult:
    """A result that is not valid FHIR keeps its place in the report, and waits."""
    codings = codings_of(found.resource.part("code"))
    return SentResult(
        codings=codings,
        reading=Reading(""),
        status=ResultStatus.PRELIMINARY,
        specimen=place_sample(found.chain, codings, library, specimens, zone),
        set_id=found.resource.id,
        filler=_filler(found),
        doubts=doubts,
    )


def _missing_result(
    missing: _Missing, library: Library, specimens: Specimens, zone: ZoneInfo
) -> SentResult:
    codings = (Coding("", missing.display),) if missing.display else ()
    return SentResult(
        codings=codings,
        reading=Reading(""),
        status=ResultStatus.PRELIMINARY,
        specimen=place_sample(missing.chain, codings, library, specimens, zone),
        filler=_filler(missing),
        doubts=("the report refers to a result that the file does not hold",),
    )


def _contradicts_report(found: _Found, library: Library) -> str:
    """Own subject and report's subject must be the same person."""
    subjects = {
        patient_of(reference, resource, library)[0]
        for resource in found.chain
        if (reference := resource.part("subject")) is not None
    }
    return "the result and its report name different patients" if len(subjects) > 1 else ""


def _status(found: _Found) -> ResultStatus:
    """The result's own status; a report that was voided voids its results."""
    if any(getattr(each.model, "status", "") in VOIDED for each in found.above):
        return ResultStatus.CANCELLED
    return STATUSES.get(text_of(found.resource.model.status), ResultStatus.PRELIMINARY)


def _filler(found: _Found | _Missing) -> str:
    """The laboratory's number for the order: the report's, else the result's own."""
    for resource in (*reversed(found.above), found.resource):
        for identifier in getattr(resource.model, "identifier", None) or ():
            if value := text_of(identifier.value):
                return value
    return (found.above[-1] if found.above else found.resource).id


def _control_id(root: dict[str, Any]) -> str:
    identifier = root.get("identifier")
    first = identifier[0] if isinstance(identifier, list) and identifier else identifier
    named = text_of(first.get("value")) if isinstance(first, dict) else ""
    return named or text_of(root.get("id"))


def _sender(person: _Person, library: Library) -> str:
    """Who sent the file: the message header's source, else the first performer that is named."""
    for header in library.of_kind("MessageHeader"):
        if header.model is not None and header.model.source is not None:
            source = header.model.source
            return text_of(source.name) or str(source.endpoint or "")
    found = [each.resource for each in person.results if isinstance(each, _Found)]
    for resource in (*person.reports, *found):
        for performer in getattr(resource.model, "performer", None) or ():
            if named := text_of(performer.display) or text_of(performer.reference):
                return named
    return ""


def _content_hash(person: _Person) -> str:
    found = [each.resource for each in person.results if isinstance(each, _Found)]
    raws = [
        {key: value for key, value in each.raw.items() if key not in ("meta", "text", "contained")}
        for each in (*person.reports, *found)
    ]
    content = json.dumps([raws, repr(person.hints)], sort_keys=True, default=str)
    return hashlib.sha256(content.encode("utf-8", errors="surrogatepass")).hexdigest()
