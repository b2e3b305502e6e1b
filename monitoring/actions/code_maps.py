"""Saying what a laboratory's local code stands for; waiting results are read again at once (B4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from audit import trail
from audit.kinds import Kind
from monitoring import lab_files
from monitoring.actions import filing, rereading
from monitoring.intake import catalogue
from monitoring.intake.code_map import CodeMap, LocalCode
from monitoring.intake.report import IncomingLine, IncomingReport
from monitoring.intake.units import is_known
from monitoring.intake.values import presence_of
from monitoring.models import CodeMeaning, LabReport, Observation
from monitoring.queries.code_maps import code_map_of, local_code_of
from people.models import Clinic, Patient, User
from protocol.units import measures
from protocol.vocabulary import Analyte


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a meaning changed: results that were read again, and those of them that still wait."""

    meaning: CodeMeaning
    read: int
    still_waiting: int


class NotThisTest(Exception):
    """The code cannot stand for that test; ``why`` says what speaks against it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@trail.action
def map_code(
    clinic: Clinic, *, code: LocalCode, analyte: Analyte | None, text: str, by: User, now: datetime
) -> Mapped:
    """Say what a sender's code stands for, from now on and for everything that came with it.

    ``analyte`` None: it is a test that the clinic does not monitor. A meaning that holds already
    ends; what was read by it is read anew.

    Raises:
        NotThisTest: the code's shape, a unit or a value speaks against it.
    """
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    before = (
        CodeMeaning.objects.select_for_update()
        .filter(
            clinic=clinic,
            sender=code.sender,
            code=code.code,
            code_system=code.system,
            words=code.words,
            ended_at__isnull=True,
        )
        .first()
    )
    rows = _rows(clinic, code)
    if analyte is not None:
        _refuse_mismatch(code, analyte, rows)
    if before is not None and before.analyte == (analyte or ""):
        trail.unchanged()
        return Mapped(before, 0, 0)
    if before is not None:
        before.ended_at, before.ended_by = now, by
        before.save(update_fields=["ended_at", "ended_by"])
    meaning = CodeMeaning.objects.create(
        clinic=clinic,
        sender=code.sender,
        code=code.code,
        code_system=code.system,
        words=code.words,
        text=text[:200],
        analyte=analyte.value if analyte else "",
        made_at=now,
        made_by=by,
    )
    trail.record(
        Kind.CODE_MAPPED,
        by=by,
        subject=f"code-meaning:{meaning.public_id}",
        now=now,
        clinic=clinic.slug,
        analyte=meaning.analyte or "not-monitored",
        before=(before.analyte or "not-monitored") if before else "",
    )
    changed = _read_again(clinic, rows, by=by, now=now)
    return Mapped(meaning, len(changed), sum(bool(row.held) for row in changed))


def _refuse_mismatch(code: LocalCode, analyte: Analyte, rows: Iterable[Observation]) -> None:
    if analyte is Analyte.HCG and catalogue.looks_like_loinc(code.code):
        # 2106-3 is a pregnancy test in LOINC and a race in another table (rule book 6, traps).
        raise NotThisTest("a code that may be a race or ethnicity is never a pregnancy test")
    for row in rows:
        if is_known(row.unit) and not measures(analyte, row.unit):
            raise NotThisTest(f"results with this code came in {row.unit}")
        if analyte is not Analyte.HCG and row.value is None and presence_of(row.value_text):
            raise NotThisTest("results with this code came as positive or negative")


def _rows(clinic: Clinic, code: LocalCode) -> list[Observation]:
    """Every result in force that came with the code."""
    rows = Observation.objects.filter(
        specimen__patient__clinic=clinic,
        specimen__sender=code.sender,
        code=code.code,
        current=True,
        unit_set_at__isnull=True,
    ).select_related("specimen__patient", "specimen__report__message")
    return [row for row in rows.order_by("pk") if local_code_of(row) == code]


def _read_again(
    clinic: Clinic, rows: list[Observation], *, by: User, now: datetime
) -> list[Observation]:
    """Results by today's code map, patient by patient; returns what is in force instead."""
    code_map = code_map_of(clinic.pk)
    by_patient: dict[Patient, list[Observation]] = {}
    for row in sorted(rows, key=lambda each: each.specimen.patient_id):
        by_patient.setdefault(row.specimen.patient, []).append(row)
    everything: list[Observation] = []
    for patient, theirs in by_patient.items():
        Patient.objects.select_for_update().get(pk=patient.pk)
        read = _Messages(clinic, patient, code_map, now)
        fresh = [new for row in theirs if (new := _reread(row, read, now=now)) is not None]
        rereading.doubt_prescription(
            patient, [row for row in theirs if row.analyte and not row.current], by=by, now=now
        )
        counting = [row for row in fresh if row.monitored and not row.held]
        rereading.read_again(patient, counting, by=by, now=now)
        everything += fresh
    return everything


def _reread(row: Observation, read: "_Messages", *, now: datetime) -> Observation | None:
    line = read.line_for(row)
    if line is None:
        return None
    if not line.analyte and not row.analyte:
        row.held, row.monitored = line.held[:300], line.monitored
        row.save(update_fields=["held", "monitored"])
        return row
    filed = filing.file_line(line, row.specimen, now=now)
    row.refresh_from_db(fields=["current"])
    return filed.observation


class _Messages:
    """The stored messages of one patient, each read once by today's code map."""

    def __init__(self, clinic: Clinic, patient: Patient, code_map: CodeMap, now: datetime) -> None:
        self._patient, self._code_map = patient, code_map
        self._zone = ZoneInfo(clinic.timezone)
        self._as_of = now.astimezone(self._zone).date()
        self._entries: dict[int, IncomingReport | None] = {}

    def line_for(self, row: Observation) -> IncomingLine | None:
        """The line from which the result was made, or None where no message holds it any more."""
        reports = LabReport.objects.filter(
            patient=self._patient, message__sender=row.specimen.sender
        ).select_related("message")
        # The sample's own report first; a later one may have brought this result to it.
        ordered = sorted(reports, key=lambda each: (each.pk != row.specimen.report_id, -each.pk))
        for report in ordered:
            entry = self._entry(report)
            for line in entry.lines if entry else ():
                if _is_line_of(line, entry, row):
                    return line
        return None

    def _entry(self, report: LabReport) -> IncomingReport | None:
        if report.pk not in self._entries:
            entries = lab_files.stored(
                report.message.raw.encode("latin-1"),
                file=report.message.file_name,
                wire=report.message.format,
                zone=self._zone,
                as_of=self._as_of,
                code_map=self._code_map,
            )
            entry = entries[report.part] if report.part < len(entries) else None
            self._entries[report.pk] = entry if isinstance(entry, IncomingReport) else None
        return self._entries[report.pk]


def _is_line_of(line: IncomingLine, entry: IncomingReport | None, row: Observation) -> bool:
    if entry is None:
        return False
    return (
        LocalCode.of(
            sender=entry.sender, code=line.code, system=line.code_system, text=line.code_text
        )
        == local_code_of(row)
        and line.unit_as_sent[:40] == row.unit_as_sent
        and line.range_text[:300] == row.range_text
        and line.status.value == row.status
        and line.comparator == row.comparator
        and line.collected_on == row.specimen.collected_on
        and _same_value(line.value, row.value_text)
    )


def _same_value(one: str, other: str) -> bool:
    """As sent, or the same answer in the words of a pregnancy test."""
    mine, theirs = one[:200], other[:200]
    return mine == theirs or (presence_of(mine) != "" and presence_of(mine) == presence_of(theirs))
