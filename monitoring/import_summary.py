"""What ``import_labs --json`` and the laboratory API say about each message (contract)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from monitoring.actions.filing import FiledLine, line_status
from monitoring.actions.results import Receipt
from monitoring.intake import matching
from monitoring.intake.report import Disposition, IncomingLine, IncomingReport
from protocol import labs
from protocol.facts import LabResult, Person
from protocol.policy import ClinicPolicy
from protocol.vocabulary import Analyte, ResultStatus, TestResult, Tier

_COUNTS = {Disposition.STORED.value, "duplicate", "superseded"}
_FINAL = {ResultStatus.FINAL, ResultStatus.CORRECTED}
# Qualitative hCG (contract): what the word stands for on the ladder.
_QUALITATIVE = {
    TestResult.NEGATIVE.value: Tier.T0,
    TestResult.INDETERMINATE.value: Tier.T3,
    TestResult.POSITIVE.value: Tier.T4,
}


def message_entry(receipt: Receipt, *, policy: ClinicPolicy) -> dict[str, Any]:
    """One entry of ``messages``, in the contract's names."""
    entry = receipt.entry
    lines: Sequence[FiledLine] = receipt.lines
    if not lines and isinstance(entry, IncomingReport):
        lines = [FiledLine(line, line.disposition.value, line.why) for line in entry.lines]
    patient = receipt.patient
    person = Person(
        born=patient.born if patient else None, sex=patient.sex if patient else "unknown"
    )
    facts = {id(line): _fact(line.line, number) for number, line in enumerate(lines)}
    return {
        "file": entry.file,
        "control_id": entry.control_id,
        "status": receipt.status,
        "reason": receipt.reason if receipt.status in {"rejected", "unmatched"} else "",
        "patient": _patient(receipt),
        "results": [
            _result(line, facts[id(line)], tuple(facts.values()), person, policy) for line in lines
        ],
    }


def no_totals() -> dict[str, int]:
    """The sums before any message."""
    words = ("messages", "accepted", "duplicate", "unmatched", "rejected", "results")
    return dict.fromkeys(words, 0)


def add(sums: dict[str, int], entry: dict[str, Any]) -> None:
    """Count one entry into the sums at the end of the answer."""
    sums["messages"] += 1
    sums[entry["status"]] += 1
    sums["results"] += len(entry["results"])


def totals(entries: Iterable[dict[str, Any]]) -> dict[str, int]:
    """The sums at the end of the answer."""
    sums = no_totals()
    for entry in entries:
        add(sums, entry)
    return sums


def _patient(receipt: Receipt) -> dict[str, str]:
    match receipt.match:
        case matching.Matched():
            mrn = receipt.patient.mrn if receipt.patient else ""
            return {"status": "matched", "mrn": mrn, "why": ""}
        case matching.Unmatched(why=why, ambiguous=ambiguous):
            status = "ambiguous" if ambiguous else "unmatched"
            return {"status": status, "mrn": "", "why": why}
    return {"status": "unmatched", "mrn": "", "why": receipt.reason}


def _result(
    filed: FiledLine,
    fact: LabResult | None,
    drawn: Sequence[LabResult | None],
    person: Person,
    policy: ClinicPolicy,
) -> dict[str, Any]:
    line = filed.line
    tier = ""
    disposition, why = filed.disposition, filed.why
    counts = disposition in _COUNTS and not line.held and line_status(line) in _FINAL
    if counts and line.analyte == Analyte.HCG and line.value in _QUALITATIVE:
        tier = _QUALITATIVE[line.value].word
    elif counts and fact is not None:
        companions = [each for each in drawn if each is not None and each.specimen == fact.specimen]
        graded = labs.grade(fact, person=person, policy=policy, companions=companions)
        tier = graded.tier.word if graded.tier is not None else ""
        if graded.held and disposition == Disposition.STORED.value:
            disposition, why = Disposition.UNGRADED.value, graded.why
    return {
        "analyte": line.analyte,
        "code": line.code,
        "value": line.value,
        "comparator": line.comparator,
        "unit": line.unit,
        "low": line.low,
        "high": line.high,
        "status": line.status.value,
        "collected": line.collected_on.isoformat() if line.collected_on else "",
        "fasting": line.fasting,
        "disposition": disposition,
        "tier": tier,
        "why": why if disposition in {"pending", "ungraded", "superseded"} else "",
    }


def _fact(line: IncomingLine, number: int) -> LabResult | None:
    """The line as the rules read it; None for what they do not monitor or cannot place in time."""
    if line.analyte not in set(Analyte) or line.collected_on is None:
        return None
    return LabResult(
        ref=f"line:{number}",
        on=line.collected_on,
        specimen=f"specimen:{line.specimen}",
        analyte=Analyte(line.analyte),
        value=_number(line.value),
        unit=line.unit,
        comparator=line.comparator,
        text=line.value,
        lln=_number(line.low),
        uln=_number(line.high),
        fasting=line.fasting,
        status=line_status(line),
        held=line.held,
    )


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
