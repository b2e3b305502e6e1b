"""Filing one report's lines: specimens and observations, corrections and resends (B5, B12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from monitoring.intake.report import Disposition, IncomingLine, IncomingReport, IncomingSpecimen
from monitoring.models import LabReport, Observation, Specimen
from people.models import Patient
from protocol.vocabulary import ResultStatus

# How far a laboratory stands behind a result; a lower word never replaces a higher one.
_RANK = {
    ResultStatus.PRELIMINARY: 0,
    ResultStatus.FINAL: 1,
    ResultStatus.CORRECTED: 2,
    ResultStatus.CANCELLED: 2,
}


@dataclass(frozen=True, slots=True)
class FiledLine:
    """One line and what became of it; ``observation`` is None for what was known already."""

    line: IncomingLine
    disposition: str
    why: str
    observation: Observation | None = None
    replaced: Observation | None = None

    @property
    def changed(self) -> bool:
        """Whether the record is different because of it."""
        return self.observation is not None and self.observation.current


def file_lines(
    report: LabReport, entry: IncomingReport, *, patient: Patient, now: datetime
) -> list[FiledLine]:
    """Store an entry's lines. Known ones change nothing, newer ones supersede, older ones are kept.

    Part of an action: the caller holds the transaction. The patient's row is locked, so that two
    messages about one specimen are filed one after the other.
    """
    Patient.objects.select_for_update().values_list("pk").get(pk=patient.pk)
    specimens = [
        _specimen(sample, entry, report, patient=patient, now=now) for sample in entry.specimens
    ]
    return _file_all([(line, specimens[line.specimen]) for line in entry.lines], now=now)


def _specimen(
    sample: IncomingSpecimen,
    entry: IncomingReport,
    report: LabReport,
    *,
    patient: Patient,
    now: datetime,
) -> Specimen:
    known = Specimen.objects.filter(
        patient=patient, sender=entry.sender[:200], collected_on=sample.collected_on
    )
    if sample.accession:
        known = known.filter(accession=sample.accession[:120])
    found = known.order_by("pk").first()
    if found is not None:
        return found
    return Specimen.objects.create(
        patient=patient,
        report=report,
        sender=entry.sender[:200],
        accession=sample.accession[:120],
        kind=sample.kind[:10],
        collected_on=sample.collected_on,
        received_at=now,
    )


def file_line(line: IncomingLine, specimen: Specimen, *, now: datetime) -> FiledLine:
    """One line of a sample: new, known, newer or older than what is on file. Part of an action."""
    (filed,) = _file_all([(line, specimen)], now=now)
    return filed


def _file_all(placed: Sequence[tuple[IncomingLine, Specimen]], *, now: datetime) -> list[FiledLine]:
    """Lines with their samples, in order: one query to look, one to write what is new."""
    rows = Observation.objects.select_for_update().filter(
        specimen__in={specimen.pk for _, specimen in placed}, current=True
    )
    on_file = {_key(row): row for row in rows}
    filed: list[FiledLine] = []
    waiting: list[Observation] = []
    for line, specimen in placed:
        fresh = _observation(line, specimen, now=now)
        before = on_file.get(_key(fresh))
        if before is not None and _same(before, fresh):
            filed.append(FiledLine(line, "duplicate", "known already"))
            continue
        if before is not None and before.pk is None:
            # It came earlier in this message, and must be a row before it can be superseded.
            Observation.objects.bulk_create(waiting)
            waiting = []
        if before is not None and _RANK[ResultStatus(before.status)] > _RANK[line_status(line)]:
            fresh.current = False
            waiting.append(fresh)
            why = f"a {before.status} result is on file"
            filed.append(FiledLine(line, "superseded", why, fresh))
            continue
        if before is not None:
            before.current = False
            before.save(update_fields=["current"])
            fresh.supersedes = before
        waiting.append(fresh)
        on_file[_key(fresh)] = fresh
        filed.append(FiledLine(line, line.disposition.value, line.why, fresh, before))
    Observation.objects.bulk_create(waiting)
    return filed


def _key(row: Observation) -> tuple[int, str, str]:
    return row.specimen_id, row.code, row.code_system


def line_status(line: IncomingLine) -> ResultStatus:
    """The line's status in the vocabulary of the rules."""
    return ResultStatus(line.status.value)


def _observation(line: IncomingLine, specimen: Specimen, *, now: datetime) -> Observation:
    # A preliminary result waits by its status; ``held`` is kept for doubts a person must settle.
    return Observation(
        specimen=specimen,
        filler=line.filler[:120],
        set_id=line.set_id[:20],
        analyte=line.analyte,
        code=line.code[:60],
        code_system=line.code_system[:120],
        code_text=line.code_text[:200],
        value_text=line.value[:200],
        value=_number(line.value),
        comparator=line.comparator,
        unit=line.unit[:20],
        unit_as_sent=line.unit_as_sent[:40],
        lln=_number(line.low),
        uln=_number(line.high),
        range_text=line.range_text[:300],
        flag=line.flag[:20],
        fasting=line.fasting,
        status=line_status(line).value,
        held=line.held[:300] if line.disposition is Disposition.PENDING else "",
        ungraded=line.ungraded[:300],
        monitored=line.monitored,
        notes=list(line.notes),
        received_at=now,
    )


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(100_000_000):
        return None
    return round(number, 6)


def _same(before: Observation, fresh: Observation) -> bool:
    if before.unit_set_at is not None and before.supersedes is not None:
        # Staff said which unit it is; a resend says again what they answered.
        before = before.supersedes
    names = ("analyte", "value_text", "comparator", "unit", "status", "range_text", "lln", "uln")
    return all(getattr(before, name) == getattr(fresh, name) for name in names)
