"""One run of the laboratory benchmark: a fresh database, N messages, three ways to take them in.

``python -m benchmarks.laboratory_run N`` prints one line of JSON. It is a process of its own, so
that peak memory is that of this run alone; ``benchmarks.laboratory`` starts it with a database.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import django
from django.core.management import call_command
from django.db import transaction

DRAWS = 5
# Bare rows are written at one rate whatever their number, each message with a commit of its own.
INSERTED = 1_000
RESULTS = (
    ("1742-6^Alanine aminotransferase^LN", 12, 45, "U/L", "7-56"),
    ("1920-8^Aspartate aminotransferase^LN", 12, 38, "U/L", "10-40"),
    ("6768-6^Alkaline phosphatase^LN", 40, 110, "U/L", "30-120"),
    ("2324-2^Gamma glutamyl transferase^LN", 6, 35, "U/L", "5-36"),
    ("1975-2^Bilirubin.total^LN", 0.2, 1.1, "mg/dL", "0.1-1.2"),
    ("2571-8^Triglycerides^LN", 60, 145, "mg/dL", "<150"),
    ("2093-3^Cholesterol^LN", 130, 195, "mg/dL", "<200"),
    ("2085-9^HDL cholesterol^LN", 51, 70, "mg/dL", ">40"),
    ("13457-7^LDL cholesterol^LN", 60, 120, "mg/dL", "<130"),
)
ZONE = ZoneInfo("America/New_York")


def mrn_of(number: int) -> str:
    """The invented patient's number."""
    return f"BENCH-{number:06}"


def message(number: int, *, patients: int, today: date, rng: Random) -> str:
    """One report of nine results; each patient has one draw a month."""
    patient, draw = number % patients, number // patients
    drawn = today - timedelta(days=2 + 30 * (DRAWS - 1 - draw))
    lines = [
        rf"MSH|^~\&|LAB|BENCH|ISOTRACK|CLINIC|{today:%Y%m%d}0930||ORU^R01|B{number}|P|2.5.1",
        f"PID|1||{mrn_of(patient)}^^^CLINIC^MR||Example^Ada||19980517|F",
        f"OBR|1||F-{number}|24331-1^Chemistry panel^LN|||{drawn:%Y%m%d}080000",
    ]
    lines += [
        f"OBX|{place}|NM|{code}||{_value(low, high, rng)}|{unit}|{span}||||F"
        for place, (code, low, high, unit, span) in enumerate(RESULTS, 1)
    ]
    return "\r".join([*lines, ""])


def _value(low: float, high: float, rng: Random) -> str:
    return f"{rng.uniform(low, high):.{1 if high < 2 else 0}f}"


def write_messages(path: Path, count: int, *, patients: int, today: date) -> None:
    """All messages of a run in one file, as a laboratory's night batch has them."""
    rng = Random(20261123)  # noqa: S311 - invented values, nothing secret
    with path.open("w", encoding="utf-8", newline="") as out:
        for number in range(count):
            out.write(message(number, patients=patients, today=today, rng=rng))


def people_csv(path: Path, patients: int, today: date) -> None:
    """The clinic's patients with running courses, for ``import_patients``."""
    header = (
        "mrn,given_name,family_name,born,sex,category,email,phone,timezone,country,language,"
        "programme,weight_kg,started_on,daily_mg,lab_schedule"
    )
    started = today - timedelta(days=30 * DRAWS)
    rows = [
        f"{mrn_of(number)},Ada,Example,1998-05-17,female,ncp,,,,US,en,us-ipledge,62,{started},40,"
        for number in range(patients)
    ]
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def peak_mb() -> float:
    """The most memory this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(slots=True)
class Clocks:
    """Seconds inside its ``with`` blocks: by the clock, and of this process's own CPU."""

    wall: float = 0.0
    own: float = 0.0

    def __enter__(self) -> None:
        self.wall -= time.perf_counter()
        self.own -= time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.own += time.process_time()


def run(count: int, folder: Path) -> dict[str, Any]:
    """Bare inserts alone, then parsing alone and the whole pipeline in turns, the same messages."""
    from audit import trail  # noqa: PLC0415 - models need django.setup()
    from monitoring import lab_files  # noqa: PLC0415
    from monitoring.actions import results  # noqa: PLC0415
    from monitoring.intake.report import IncomingReport  # noqa: PLC0415
    from monitoring.models import (  # noqa: PLC0415
        CourseStanding,
        LabMessage,
        LabReport,
        Observation,
        Specimen,
    )
    from people.models import Clinic, Patient  # noqa: PLC0415

    now = datetime.now(UTC)
    today = now.astimezone(ZONE).date()
    patients = max(1, count // DRAWS)
    path, people = folder / "night.hl7", folder / "people.csv"
    write_messages(path, count, patients=patients, today=today)
    people_csv(people, patients, today)
    clinic, bare = (
        Clinic.objects.create(slug=slug, name=slug, timezone=str(ZONE), country="US")
        for slug in ("bench", "bare")
    )
    call_command("import_patients", str(people), "--clinic", "bench", "--json", stdout=sys.stderr)
    Patient.objects.bulk_create(
        Patient(clinic=bare, mrn=mrn_of(number), given_name="Ada", born=date(1998, 5, 17))
        for number in range(patients)
    )
    known = dict(Patient.objects.filter(clinic=bare).values_list("mrn", "pk"))

    def parts() -> Iterator[lab_files.Part]:
        with path.open("rb") as stream:
            yield from lab_files.messages(stream, file=path.name, zone=ZONE, as_of=today)

    found: dict[str, Any] = {"messages": count, "start_mb": peak_mb()}

    def insert(raw: bytes, entry: Any, patient: int) -> None:
        kept = LabMessage.objects.create(
            clinic=bare, source="file", sender=entry.sender, control_id=entry.control_id,
            content_hash=entry.content_hash, raw=raw.decode("latin-1"), received_at=now,
            received_by="system:bench",
        )  # fmt: skip
        report = LabReport.objects.create(
            message=kept, clinic=bare, status="accepted", patient_id=patient, received_at=now
        )
        specimen = Specimen.objects.create(
            patient_id=patient, report=report, sender=entry.sender, received_at=now,
            accession=entry.lines[0].filler, collected_on=entry.lines[0].collected_on,
        )  # fmt: skip
        Observation.objects.bulk_create(
            Observation(
                specimen=specimen, analyte=line.analyte, code=line.code,
                code_system=line.code_system, value_text=line.value, value=line.value,
                unit=line.unit, status=line.status.value, received_at=now,
            )
            for line in entry.lines
        )  # fmt: skip

    spent = 0.0
    inserted = min(count, INSERTED)
    for raw, (entry,) in islice(parts(), inserted):
        began = time.perf_counter()
        with transaction.atomic():
            insert(raw, entry, known[entry.patient.identifiers[0].value])
        spent += time.perf_counter() - began
    found["insert_s"] = spent * count / inserted
    found["before_mb"] = peak_mb()

    origin = results.Origin(clinic=clinic, source="file", file_name=path.name)
    actor = trail.System("import")
    # In turns, a batch each: what else the machine does meanwhile lengthens both alike.
    parsing, whole = Clocks(), Clocks()
    alone, taken = parts(), lab_files.batches(parts())
    lines = 0
    while True:
        with whole:
            batch = next(taken, None)
            receipts = (
                results.receive_many(batch, origin=origin, by=actor, now=now) if batch else []
            )
        if batch is None:
            break
        if wrong := [each.reason for each in receipts if each.status != "accepted"]:
            raise SystemExit(f"a message was not filed: {wrong[0]}")
        with parsing:
            read = [entry for _, entries in islice(alone, len(batch)) for entry in entries]
        lines += sum(len(entry.lines) for entry in read if isinstance(entry, IncomingReport))
    if lines != count * len(RESULTS):
        raise SystemExit(f"{lines} results were read instead of {count * len(RESULTS)}")
    found |= {"parse_s": parsing.wall, "parse_cpu_s": parsing.own}
    found |= {"whole_s": whole.wall, "whole_cpu_s": whole.own, "peak_mb": peak_mb()}
    planned = CourseStanding.objects.filter(clinic=clinic).exclude(latest_lab={}).count()
    if planned != patients:
        raise SystemExit(f"{planned} standings know their results instead of {patients}")
    return found


def main() -> int:
    """Run with the number of messages given."""
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(int(sys.argv[1]), Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
