"""Filing one report's lines: specimens and observations, corrections and resends (B5, B12)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db.models import Q

from monitoring import copying
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


@dataclass(frozen=True, slots=True)
class ToFile:
    """A report that is a row already, with what it says and whose it is."""

    report: LabReport
    entry: IncomingReport
    patient: Patient


def file_reports(reports: Sequence[ToFile], *, now: datetime) -> list[list[FiledLine]]:
    """Store the lines of reports about different patients; what became of each report's lines.

    Known lines change nothing, newer ones supersede, older ones are kept. Part of an action: the
    caller holds the transaction. The patients' rows are locked, so that two messages about one
    specimen are filed one after the other.
    """
    patients = Patient.objects.filter(pk__in=[each.patient.pk for each in reports])
    list(patients.select_for_update().order_by("pk").values_list("pk"))
    placed = _placed(reports, now=now)
    filed = iter(_file_all(placed, now=now))
    return [[next(filed) for _ in each.entry.lines] for each in reports]


def _placed(reports: Sequence[ToFile], *, now: datetime) -> list[tuple[IncomingLine, Specimen]]:
    """Every line with its sample; samples that are not on file are added."""
    samples = [sample for each in reports for sample in each.entry.specimens]
    known: dict[int, list[Specimen]] = defaultdict(list)
    on_file = Specimen.objects.filter(
        Q(collected_on__in={sample.collected_on for sample in samples if sample.collected_on})
        | Q(collected_on__isnull=True),
        patient__in={each.patient.pk for each in reports},
        sender__in={each.entry.sender[:200] for each in reports},
    )
    for specimen in on_file.order_by("pk"):
        known[specimen.patient_id].append(specimen)
    fresh: list[Specimen] = []
    placed = []
    for each in reports:
        theirs = known[each.patient.pk]
        rows = []
        for sample in each.entry.specimens:
            row = next((row for row in theirs if _is_of(sample, each, row)), None)
            if row is None:
                row = _specimen(sample, each, now=now)
                theirs.append(row)
                fresh.append(row)
            rows.append(row)
        placed.append(rows)
    copying.add(fresh)
    return [
        (line, rows[line.specimen])
        for each, rows in zip(reports, placed, strict=True)
        for line in each.entry.lines
    ]


def _is_of(sample: IncomingSpecimen, filing: ToFile, row: Specimen) -> bool:
    return (
        row.sender == filing.entry.sender[:200]
        and row.collected_on == sample.collected_on
        and (not sample.accession or row.accession == sample.accession[:120])
    )


def _specimen(sample: IncomingSpecimen, filing: ToFile, *, now: datetime) -> Specimen:
    return Specimen(
        patient=filing.patient,
        report=filing.report,
        sender=filing.entry.sender[:200],
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
    """Lines with their samples, in order: one query to look, two to write what is new."""
    rows = Observation.objects.select_for_update().filter(
        specimen__in={specimen.pk for _, specimen in placed}, current=True
    )
    on_file = {_key(row): row for row in rows}
    filed: list[FiledLine] = []
    writing = _Writing()
    for line, specimen in placed:
        fresh = _observation(line, specimen, now=now)
        before = on_file.get(_key(fresh))
        if before is not None and _same(before, fresh):
            filed.append(FiledLine(line, "duplicate", "known already"))
            continue
        if before is not None and before.pk is None:
            # It came earlier in this message, and must be a row before it can be superseded.
            _flush(writing)
        if before is not None and _RANK[ResultStatus(before.status)] > _RANK[line_status(line)]:
            fresh.current = False
            writing.fresh.append(fresh)
            why = f"a {before.status} result is on file"
            filed.append(FiledLine(line, "superseded", why, fresh))
            continue
        if before is not None:
            before.current = False
            writing.replaced.append(before.pk)
            fresh.supersedes = before
        writing.fresh.append(fresh)
        on_file[_key(fresh)] = fresh
        filed.append(FiledLine(line, line.disposition.value, line.why, fresh, before))
    _flush(writing)
    return filed


@dataclass(slots=True)
class _Writing:
    """Rows that wait to be written: what they replace first, as only one may be current."""

    fresh: list[Observation] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)


def _flush(writing: _Writing) -> None:
    if writing.replaced:
        Observation.objects.filter(pk__in=writing.replaced).update(current=False)
    copying.add(writing.fresh)
    writing.fresh, writing.replaced = [], []


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
