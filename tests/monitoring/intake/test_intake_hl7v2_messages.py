"""Whole HL7 messages: who, when, which order, which character set."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from monitoring.intake import hl7v2
from monitoring.intake.report import (
    Disposition,
    IncomingReport,
    PatientIdentifier,
    Rejected,
)
from tests.monitoring.intake.messages import (
    OBR,
    PID,
    TODAY,
    message,
    msh,
    obx,
    only_report,
    read,
)


def test_a_report_names_sender_control_id_and_patient() -> None:
    report = only_report(message(PID, OBR, obx()))

    assert (report.file, report.sender, report.control_id) == ("a.hl7", "LAB/NORTH", "182")
    assert report.patient.identifiers == (PatientIdentifier("MRN-7001", "CLINIC"),)
    assert report.patient.born == date(2004, 2, 10)
    assert (report.patient.family, report.patient.given) == ("Example", "Ada")


@pytest.mark.parametrize(
    ("pid", "identifiers"),
    [
        ("PID|1|OLD-1|MRN-1||X^Y", ["MRN-1"]),
        ("PID|1|OLD-1|||X^Y", ["OLD-1"]),
        ('PID|1|OLD-1|""||X^Y', ["OLD-1"]),
        ("PID|1|OLD-1|^^^CLINIC^MR||X^Y", ["OLD-1"]),
        ("PID|1||MRN-1^^^A~MRN-2^^^B||X^Y", ["MRN-1", "MRN-2"]),
        ("PID|1|||ALT-9|X^Y|||||||||||||ACCOUNT-1|123", []),
    ],
)
def test_pid_2_counts_only_where_pid_3_is_empty(pid: str, identifiers: list[str]) -> None:
    patient = only_report(message(pid, OBR, obx())).patient

    assert [each.value for each in patient.identifiers] == identifiers


@pytest.mark.parametrize(
    ("sent", "born"),
    [("20040210", date(2004, 2, 10)), ("20040210083000", date(2004, 2, 10))]
    + [(text, None) for text in ("2004", "200402", "20041340", "", '""', "unknown")],
)
def test_birth_date_is_a_whole_day_or_nothing(sent: str, born: date | None) -> None:
    pid = f"PID|1||MRN-1||X^Y||{sent}"

    assert only_report(message(pid, OBR, obx())).patient.born == born


def obr(collected: str) -> str:
    return f"OBR|1|ORD-1|ACC-1|24325-3^Panel^LN|||{collected}|||||||||||||||20261120000000"


def spm(collected: str, refused: str = "") -> str:
    return f"SPM|1|SPM-9||SER|||||||||||||{collected}||||{refused}"


@pytest.mark.parametrize(
    ("segments", "day", "why"),
    [
        ((obr("20261102"), obx()), date(2026, 11, 2), ""),
        ((obr("202611021930"), obx()), date(2026, 11, 2), ""),
        ((obr("20261102233000-0800"), obx()), date(2026, 11, 2), ""),
        ((obr("20261102003000+1300"), obx()), date(2026, 11, 2), ""),
        ((obr("20261102023000+0000"), obx()), date(2026, 11, 1), ""),
        ((obr("20261102023000Z"), obx()), date(2026, 11, 1), ""),
        ((obr("20261102"), obx(), spm("20261101")), date(2026, 11, 1), ""),
        ((obr("20261102"), obx(observed="20261030")), date(2026, 11, 2), ""),
        ((obr(""), obx(observed="20261030")), date(2026, 10, 30), ""),
        ((obr(""), obx(), spm("20261031")), date(2026, 10, 31), ""),
        ((obr(""), obx()), None, "no collection date"),
        ((obr("202611"), obx()), None, "cannot be read as a day"),
        ((obr("20261131"), obx()), None, "cannot be read as a day"),
        ((obr("20261122"), obx()), TODAY, ""),
        ((obr("20261123"), obx()), date(2026, 11, 23), "in the future"),
        ((obr(""), obx(), spm("20261031"), spm("20261030")), None, "different days"),
        ((obr("20261102"), obx(), spm("20261102", "HEM")), date(2026, 11, 2), "refused"),
    ],
)
def test_collection_day_is_the_samples_own_or_the_line_waits(
    segments: tuple[str, ...], day: date | None, why: str
) -> None:
    report = only_report(message(PID, *segments))
    (line,) = report.lines

    assert line.collected_on == day
    assert why in line.why
    assert line.disposition is (Disposition.PENDING if why else Disposition.STORED)
    assert report.specimens[line.specimen].collected_on == day


def test_orders_keep_their_own_samples_and_fillers() -> None:
    report = only_report(
        message(
            PID,
            "ORC|RE|ORD-1|ACC-1",
            "OBR|1|ORD-1||24325-3^Panel^LN",
            obx(number=1),
            spm("20261101"),
            "ORC|RE|ORD-2|ACC-2",
            "OBR|2|ORD-2|ACC-2|24331-1^Panel^LN",
            obx("2571-8^TG^LN", "120", "mg/dL", number=1),
            spm("20261031"),
        )
    )

    assert [(line.filler, line.collected_on) for line in report.lines] == [
        ("ACC-1", date(2026, 11, 1)),
        ("ACC-2", date(2026, 10, 31)),
    ]
    assert [each.kind for each in report.specimens] == ["serum", "serum"]


def test_order_segment_may_follow_its_request() -> None:
    """Some instruments send OBR, ORC, OBX and no order number in the OBR."""
    report = only_report(message(PID, "OBR|1||||||202611010849", "ORC|RE||ACC-7", obx()))

    assert (report.lines[0].filler, report.lines[0].collected_on) == ("ACC-7", date(2026, 11, 1))


def test_oul_names_the_sample_before_its_orders() -> None:
    report = only_report(
        message(
            PID,
            spm("20261101"),
            "OBR|1|ORD-1|ACC-1",
            obx(),
            spm("20261031"),
            "OBR|2|ORD-2|ACC-2",
            obx(),
            header=msh(kind="OUL^R22^OUL_R22"),
        )
    )

    assert [line.collected_on for line in report.lines] == [date(2026, 11, 1), date(2026, 10, 31)]


def test_each_patient_of_a_message_has_an_entry_with_only_their_results() -> None:
    first, second = read(
        message(PID, OBR, obx(value="83"), "PID|2||MRN-2||Other^Bea||19990909", OBR, obx(value="9"))
    )

    assert isinstance(first, IncomingReport)
    assert isinstance(second, IncomingReport)
    assert (first.patient.identifiers[0].value, first.lines[0].value) == ("MRN-7001", "83")
    assert (second.patient.identifiers[0].value, second.lines[0].value) == ("MRN-2", "9")
    assert first.content_hash != second.content_hash


def test_results_without_a_patient_belong_to_nobody() -> None:
    report = only_report(message(OBR, obx()))

    assert report.patient.identifiers == ()
    assert len(report.lines) == 1


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_any_line_ending_gives_the_same_report(end: str) -> None:
    report = only_report(message(PID, OBR, obx(), end=end))

    assert report == only_report(message(PID, OBR, obx()))


def test_line_breaks_inside_a_comment_belong_to_the_comment() -> None:
    report = only_report(message(PID, OBR, obx(), "NTE|1||first\nsecond"))

    assert len(report.lines) == 1
    assert report.lines[0].notes == ("first\nsecond",)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (message(PID.replace("Ada", "Zoë"), OBR, obx()), "Zoë"),
        (b"\xef\xbb\xbf" + message(PID.replace("Ada", "Zoë"), OBR, obx()), "Zoë"),
        (message(PID.replace("Ada", "Zoë"), OBR, obx()).decode().encode("utf-16"), "Zoë"),
        (message(PID.replace("Ada", "Zoë"), OBR, obx()).decode().encode("latin-1"), "Zoë"),
        (
            message(PID.replace("Ada", "Łucja"), OBR, obx(), header=msh(charset="8859/2"))
            .decode()
            .encode("iso8859-2"),
            "Łucja",
        ),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 with mark", "latin-1 unsaid", "named in MSH-18"],
)
def test_character_sets_are_recognised(data: bytes, name: str) -> None:
    assert only_report(data).patient.given == name


def test_separators_are_those_the_message_names() -> None:
    data = message(PID, OBR, obx()).decode()
    other = data.translate(str.maketrans({"|": "#", "^": "*", "~": "!", "\\": "/", "&": "%"}))

    report = only_report(other.encode())

    assert report.lines == only_report(data.encode()).lines


@pytest.mark.parametrize("version", ["2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", ""])
def test_versions_in_use_are_read(version: str) -> None:
    assert only_report(message(PID, OBR, obx(), header=msh(version=version))).lines


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (message(PID, header=msh(kind="ADT^A01")), "not a laboratory result"),
        (message(PID, OBR, obx(), header=msh(kind="ORU^R30")), "not a laboratory result"),
        (message(PID, OBR, obx(), header=msh(kind="")), "does not say what it is"),
        (message(PID, OBR, obx(), header=msh(version="3.0")), "version"),
        (message(PID, OBR), "no result"),
        (message(header=msh()), "no result"),
        (b"MSH", "no field separator"),
        (b"MSH|", "no field separator"),
        (b"MSH||||||", "no encoding characters"),
        (b"MSH|^^^^|LAB\r", "cannot be told apart"),
        (message(PID, OBR, obx()) + b"OB", "cut off"),
        (message(PID, OBR, "whatever this is", obx()), "not a segment"),
    ],
)
def test_what_is_no_result_message_is_rejected_with_its_reason(data: bytes, reason: str) -> None:
    (entry,) = read(data)

    assert isinstance(entry, Rejected)
    assert reason in entry.reason


def test_same_content_under_another_control_id_has_the_same_hash() -> None:
    first = only_report(message(PID, OBR, obx(), header=msh("1")))
    again = only_report(message(PID, OBR, obx(), header=msh("2"), end="\n"))
    other = only_report(message(PID, OBR, obx(value="84"), header=msh("1")))

    assert first.content_hash == again.content_hash
    assert first.content_hash != other.content_hash


def test_zone_of_the_clinic_decides_the_day_of_an_instant_in_utc() -> None:
    data = message(PID, obr("20261102233000+0000"), obx())
    days = [
        hl7v2.read(data, file="", zone=ZoneInfo(name), as_of=TODAY)[0].lines[0].collected_on
        for name in ("America/New_York", "Australia/Sydney")
    ]

    assert days == [date(2026, 11, 2), date(2026, 11, 3)]


SAMPLES = {
    "nist-LRI-GU-003.00-lipid-panel.hl7": ("cholesterol", "triglycerides", "hdl", "ldl"),
    "elexis-spotchem-lipids-liver-ORU_R01.hl7": (
        *("hdl", "cholesterol", "triglycerides", "ggt", "ast", "alt"),
    ),
    "elexis-ikmi-chemistry-loinc-partial.hl7": (
        *("bilirubin", "ast", "alt", "alp", "ggt", "glucose", "cholesterol", "triglycerides"),
    ),
    "ms-LAB-ORU-1.hl7": (),
    "ms-LAB-ORU-2.hl7": (),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_public_samples_give_one_report_with_the_expected_analytes(shared_samples, name) -> None:
    report = only_report((shared_samples / "hl7v2" / name).read_bytes())

    assert tuple(line.analyte for line in report.lines if line.analyte) == SAMPLES[name]
    assert all(line.disposition is Disposition.STORED for line in report.lines if line.analyte)
    assert all(line.collected_on for line in report.lines)
