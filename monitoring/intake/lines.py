"""From what a message says of one result to an `IncomingLine`, with every reason to wait.

The parsers differ only in where they find things; what is doubtful is decided here, once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from monitoring.intake.catalogue import Coding, Resolved, looks_like_loinc, resolve
from monitoring.intake.code_map import EMPTY, UNMAPPED, CodeMap, LocalCode
from monitoring.intake.dates import WrittenDay, why_day_is_held
from monitoring.intake.fasting import asks_for_fasting
from monitoring.intake.report import IncomingLine, IncomingSpecimen, ResultStatus
from monitoring.intake.units import Quantity, canonical_unit, fits, is_known, same_unit
from monitoring.intake.values import Range, Reading, presence_of
from protocol.plausibility import plausible
from protocol.units import measures, units_of
from protocol.vocabulary import Analyte

_SEVERAL = "the message holds several different values of this test for one sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentResult:
    """One result as a parser found it. `units` are the slots in which a unit was sent."""

    codings: tuple[Coding, ...]
    reading: Reading
    status: ResultStatus
    specimen: int
    set_id: str = ""
    filler: str = ""
    units: tuple[str, ...] = ()
    range_text: str = ""
    limits: Range = field(default_factory=Range)
    flag: str = ""
    fasting: bool | None = None
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class Specimens:
    """The samples of one message, each listed once, in the order in which results name them."""

    as_of: date
    born: date | None = None
    found: list[IncomingSpecimen] = field(default_factory=list)
    _numbers: dict[IncomingSpecimen, int] = field(default_factory=dict)

    def place(
        self,
        day: WrittenDay,
        *,
        fasting: bool | None = None,
        accession: str = "",
        kind: str = "",
        kind_text: str = "",
        refused: str = "",
    ) -> int:
        """The number of the sample with these properties, added if it is new."""
        why = refused or why_day_is_held(day, as_of=self.as_of)
        if not why and self.born is not None and day.on is not None and day.on < self.born:
            why = "the collection date lies before the patient's birth"
        sample = IncomingSpecimen(day.on, day.text, fasting, accession, kind, kind_text, why)
        if sample not in self._numbers:
            self._numbers[sample] = len(self.found)
            self.found.append(sample)
        return self._numbers[sample]


def kind_of_sample(*texts: str) -> str:
    """urine, serum or blood where the words or codes for the sample say so, else ""."""
    words = {word for text in texts for word in text.lower().replace("-", " ").split()}
    if words & {"ur", "uri", "urine", "urin", "orina", "urinaire", "122575003"}:
        return "urine"
    if words & {"ser", "serum", "suero", "sérum", "119364003", "plas", "plasma", "119361006"}:
        return "serum"
    if words & {"bld", "blood", "blut", "sang", "sangre", "whole", "119297000"}:
        return "blood"
    return ""


def build_line(
    sent: SentResult, specimens: Specimens, *, sender: str = "", code_map: CodeMap = EMPTY
) -> IncomingLine:
    """Everything known about one result; fails closed: every doubt becomes a reason to wait.

    `code_map` holds what the clinic has said about local codes of `sender`.
    """
    specimen = specimens.found[sent.specimen]
    meaning = _mapped(resolve(sent.codings), sender, code_map)
    unit, unit_as_sent, unit_doubt = _unit(sent)
    presence = presence_of(sent.reading.text) if meaning.analyte == "hcg" else ""
    # "Was the patient fasting?" under a local code is understood, and no result to map.
    problem = "" if asks_for_fasting(meaning) else meaning.problem
    held = list(sent.doubts)
    ungraded = ""
    if problem:
        held.append(problem)
    if specimen.why_held and (meaning.analyte or problem):
        held.append(specimen.why_held)
    if meaning.analyte and sent.status is not ResultStatus.CANCELLED:
        if sent.reading.number is not None:
            held += _doubts_about_number(sent, sent.reading.number, meaning, unit, unit_doubt)
        elif sent.reading.doubt:
            held.append(sent.reading.doubt)
        elif not presence:
            ungraded = _why_not_gradable(sent)
        elif (flagged := presence_of(sent.flag)) and flagged != presence:
            held.append("the laboratory's flag contradicts the answer")
    monitored = bool(meaning.analyte)
    return IncomingLine(
        set_id=sent.set_id,
        filler=sent.filler,
        specimen=sent.specimen,
        analyte=meaning.analyte,
        code=meaning.code,
        code_system=meaning.system,
        code_text=meaning.text,
        value=presence or sent.reading.text,
        comparator=sent.reading.sign,
        unit=unit,
        unit_as_sent=unit_as_sent,
        low=sent.limits.low,
        high=sent.limits.high,
        range_text=sent.range_text,
        flag=sent.flag,
        status=sent.status,
        collected_on=specimen.collected_on,
        fasting=_fasting(meaning, sent, specimen),
        notes=sent.notes,
        held="; ".join(dict.fromkeys(held)) if monitored or problem else "",
        ungraded=ungraded,
        monitored=monitored,
    )


def build_lines(
    sent: Iterable[SentResult], specimens: Specimens, *, sender: str, code_map: CodeMap
) -> tuple[IncomingLine, ...]:
    """All lines of one report; answers to one question that differ are all held.

    Which of two values counts is for a person to say, above all where one of them is positive.
    """
    lines = [build_line(each, specimens, sender=sender, code_map=code_map) for each in sent]
    answers: dict[Hashable, set[tuple[str, str, str]]] = defaultdict(set)
    for line in lines:
        if line.analyte:
            answers[_question(line)].add((line.value, line.comparator, line.unit))
    return tuple(
        replace(line, held="; ".join(filter(None, (line.held, _SEVERAL))))
        if len(answers[_question(line)]) > 1
        else line
        for line in lines
    )


def _question(line: IncomingLine) -> Hashable:
    return line.specimen, line.code, line.code_system, line.status


def _mapped(meaning: Resolved, sender: str, code_map: CodeMap) -> Resolved:
    """What the clinic's code map makes of a code that nothing else explains."""
    if UNMAPPED not in meaning.problem or not code_map:
        return meaning
    key = LocalCode.of(sender=sender, code=meaning.code, system=meaning.system, text=meaning.text)
    if key not in code_map:
        return meaning
    analyte = code_map[key]
    if analyte is Analyte.HCG and looks_like_loinc(meaning.code):
        # 2106-3 and 2118-8 are races in another table (§6, traps), whatever somebody said.
        return meaning
    return replace(meaning, analyte=analyte.value if analyte else "", problem="")


def _unit(sent: SentResult) -> tuple[str, str, str]:
    """The canonical unit, the unit as sent, and the doubt if two slots name different units."""
    written = [text.strip() for text in sent.units if text.strip()]
    known = [unit for text in written if is_known(unit := canonical_unit(text))]
    behind = sent.reading.unit
    as_sent = written[0] if written else behind
    if behind:
        known = known or [canonical_unit(text) for text in written[:1]]
        known.append(behind)
    unit = known[0] if known else as_sent
    differ = any(not same_unit(unit, other) for other in known)
    return unit, as_sent, "two different units were sent" if differ else ""


def _doubts_about_number(
    sent: SentResult, number: Decimal, meaning: Resolved, unit: str, unit_doubt: str
) -> list[str]:
    """LAB-5, LAB-6, §5.4: there must be a unit that fits the analyte, the code and the value."""
    analyte = Analyte(meaning.analyte)
    if unit_doubt:
        return [unit_doubt]
    if meaning.quantity is Quantity.PRESENCE:
        return ["the code asks for positive or negative, but a number was sent"]
    if not unit:
        return ["no unit was sent"]
    if not measures(analyte, unit):
        return [f"{analyte.value} is not read in the unit that was sent: confirm the unit"]
    doubts = []
    impossible = plausible(analyte, number, unit)
    if not fits(meaning.quantity, unit):
        doubts.append(f"the code measures {meaning.quantity.value}, but the unit is {unit}")
        if not impossible and _fits_no_unit_of(meaning.quantity, analyte, number):
            doubts[-1] += f"; the value looks like {unit}"
    if impossible:
        doubts.append(f"{impossible}: confirm the unit")
    if sent.limits.unit and not same_unit(sent.limits.unit, unit):
        doubts.append(f"the reference range is in {sent.limits.unit}, the value in {unit}")
    return doubts


def _fits_no_unit_of(quantity: Quantity, analyte: Analyte, number: Decimal) -> bool:
    """Whether the value is impossible in what the code measures; g/L is too rare to count."""
    usual = [unit for unit in units_of(analyte) if fits(quantity, unit) and unit != "g/L"]
    return bool(usual) and all(plausible(analyte, number, unit) for unit in usual)


def _why_not_gradable(sent: SentResult) -> str:
    if sent.reading.text:
        return "the value is text that cannot be graded"
    if flagged := presence_of(sent.flag):
        return f"no value was sent, but the laboratory's flag says {flagged}"
    return "no value was sent, only a comment" if sent.notes else "no value was sent"


def _fasting(meaning: Resolved, sent: SentResult, specimen: IncomingSpecimen) -> bool | None:
    """What the result's own code says, then the result, then its sample; None is not known."""
    for each in (meaning.fasting, sent.fasting, specimen.fasting):
        if each is not None:
            return each
    return None
