"""A clinic's code map makes local codes known, and never overrules anything else (B4)."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from monitoring import lab_files
from monitoring.intake import fhir, hl7v2
from monitoring.intake.code_map import EMPTY, UNMAPPED, CodeMap, LocalCode
from monitoring.intake.report import Disposition, Format, IncomingLine, IncomingReport
from protocol.vocabulary import Analyte
from tests.monitoring.intake.messages import CLINIC, OBR, PID, TODAY, message, obx

SENDER = "LAB/NORTH"


def line(code: str, code_map: CodeMap, **sent: str) -> IncomingLine:
    data = message(PID, OBR, obx(code, **sent))  # type: ignore[arg-type]
    (entry,) = hl7v2.read(data, file="a.hl7", zone=CLINIC, as_of=TODAY, code_map=code_map)
    assert isinstance(entry, IncomingReport)
    return entry.lines[0]


def mapped(
    code: str, text: str = "", system: str = "L", *, to: Analyte | None = Analyte.ALT
) -> CodeMap:
    return {LocalCode.of(sender=SENDER, code=code, system=system, text=text): to}


def test_an_unknown_code_waits_until_it_is_mapped() -> None:
    assert line("4711^Leberwert I^L", EMPTY).held == UNMAPPED
    known = line("4711^Leberwert I^L", mapped("4711", "Leberwert I"))
    assert (known.analyte, known.disposition, known.held) == ("alt", Disposition.STORED, "")


def test_a_code_mapped_to_nothing_is_not_monitored() -> None:
    known = line("4711^Leberwert I^L", mapped("4711", "Leberwert I", to=None))
    assert (known.analyte, known.disposition) == ("", Disposition.NOT_MONITORED)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("4711^LEBERWERT  i^l", mapped("4711", "Leberwert I")),
        ("^Leberwert I", mapped("", "Leberwert I", "")),
        ("LW1", mapped("LW1", "", "")),
    ],
)
def test_letter_case_and_missing_parts_do_not_hide_a_mapping(code: str, key: CodeMap) -> None:
    assert line(code, key).analyte == "alt"


@pytest.mark.parametrize(
    "code", ["4711^Kreatinin^L", "4712^Leberwert I^L", "4711^Leberwert I^99OTHER"]
)
def test_other_words_code_or_system_ask_again(code: str) -> None:
    assert line(code, mapped("4711", "Leberwert I")).held == UNMAPPED


def test_another_laboratory_asks_again() -> None:
    key = LocalCode.of(sender="OTHER/SOUTH", code="4711", system="L", text="Leberwert I")
    assert line("4711^Leberwert I^L", {key: Analyte.ALT}).held == UNMAPPED


def test_a_map_never_overrules_what_the_message_says() -> None:
    loinc = {**mapped("1920-8", "AST", "LOINC"), **mapped("1920-8", "AST", "LN")}
    assert line("1920-8^AST^LN", loinc).analyte == "ast"
    assert line("GOT^GOT^L", mapped("GOT", "GOT")).analyte == "ast"
    torn = line("GPT^GOT^L", mapped("GPT", "GOT"))
    assert (torn.analyte, torn.disposition) == ("", Disposition.PENDING)


def test_a_race_code_is_never_mapped_to_a_pregnancy_test() -> None:
    race = mapped("2106-3", "White", "HL70005", to=Analyte.HCG)
    assert line("2106-3^White^HL70005", race, kind="ST", value="negative").analyte == ""


def test_a_unit_that_does_not_fit_the_mapped_analyte_is_held() -> None:
    known = line("4711^Leberwert I^L", mapped("4711", "Leberwert I"), unit="mg/dL")
    assert (known.analyte, known.disposition) == ("alt", Disposition.PENDING)
    assert "confirm the unit" in known.held


def test_files_of_every_format_ask_the_map() -> None:
    fhir_file = (
        b'{"resourceType": "Observation", "id": "o", "status": "final", '
        b'"performer": [{"display": "North lab"}], "code": {"coding": [{"system": "urn:lab", '
        b'"code": "4711", "display": "Leberwert I"}]}, "effectiveDateTime": "2026-11-02", '
        b'"valueQuantity": {"value": 83, "unit": "U/L"}}'
    )
    key = LocalCode.of(sender="North lab", code="4711", system="urn:lab", text="Leberwert I")
    (entry,) = fhir.read(
        fhir_file, file="a.json", zone=CLINIC, as_of=TODAY, code_map={key: Analyte.ALT}
    )
    assert isinstance(entry, IncomingReport)
    assert entry.lines[0].analyte == "alt"

    csv_file = (
        b"patient_id,born,collected,analyte,value,unit,low,high,fasting,status,accession\n"
        b"M1,2004-02-10,2026-11-02,Leberwert I,83,U/L,7,56,,final,A1\n"
    )
    (entry,) = lab_files.stored(
        csv_file,
        file="a.csv",
        wire=Format.CSV,
        zone=ZoneInfo("UTC"),
        as_of=date(2026, 11, 22),
        code_map={LocalCode.of(sender="", code="Leberwert I"): Analyte.ALT},
    )
    assert isinstance(entry, IncomingReport)
    assert entry.lines[0].analyte == "alt"
