"""Dialects nobody sent us yet: what laboratories may write, and how it must be read."""

from __future__ import annotations

from typing import Any

import pytest

from monitoring.intake.report import IncomingReport, Rejected
from tests.monitoring.intake import fhir_files as f
from tests.monitoring.intake.messages import OBR, PID, message, msh, obx, only_line, read

HCG = "2106-3^HCG^LN"
RESULT = "OBX*1*NM*1742-6!ALT!LN**83*U/L*7-56*H***F"


def joined(*segments: str, end: str = "\r") -> str:
    return end.join([*segments, ""])


@pytest.mark.parametrize(
    ("kind", "value", "read_as", "sign", "disposition"),
    [
        ("SN", "<^10", "10", "<", "stored"),
        ("SN", "=^10", "10", "", "stored"),
        ("SN", ">=^500", "500", ">=", "stored"),
        ("SN", "^<^10", "10", "<", "stored"),
        ("ST", "<^10", "10", "<", "stored"),
        ("SN", "^5^-^10", "^5^-^10", "", "ungraded"),
        ("SN", "^1^:^128", "^1^:^128", "", "ungraded"),
        ("SN", "5^-^10", "5^-^10", "", "pending"),
        ("CQ", "83^U/L", "83", "", "stored"),
        ("CQ", "<10^U/L", "10", "<", "stored"),
        ("ST", "≤ 10", "10", "<=", "stored"),
        ("ST", "1,234", "1,234", "", "pending"),
        ("NM", "12,5", "12.5", "", "stored"),
        ("ST", "1.234,5", "1234.5", "", "stored"),
        ("ST", "1 234", "1 234", "", "ungraded"),
        ("ST", "ca. 83", "ca. 83", "", "ungraded"),
        ("ST", r"\T\lt;10", "&lt;10", "", "ungraded"),
        ("NM", "83~84", "83~84", "", "ungraded"),
        ("FT", r"83\.br\ ", "83", "", "stored"),
        ("ST", "hämolytisch", "hämolytisch", "", "ungraded"),
        ("NM", '""', "", "", "ungraded"),
    ],
)
def test_a_value_is_read_or_kept_as_sent(
    kind: str, value: str, read_as: str, sign: str, disposition: str
) -> None:
    line = only_line(obx(value=value, kind=kind))
    assert (line.value, line.comparator, line.disposition) == (read_as, sign, disposition)


@pytest.mark.parametrize(
    ("kind", "value", "answer"),
    [
        ("CWE", "260385009^^SCT", "negative"),
        ("CWE", "10828004^^SNOMED-CT", "positive"),
        ("CWE", "82334004^Indeterminate^SCT", "indeterminate"),
        ("CWE", "260415000^^SCT", "negative"),
        ("CWE", "260373001^^SCT", "positive"),
        ("CWE", "77386006^^SCT", "positive"),
        ("CWE", "10828004^^SCT^POS^Positive^L", "positive"),
        ("CE", "NEG", "negative"),
        ("TX", "Négatif", "negative"),
        ("ST", "nicht reaktiv", "negative"),
        ("ST", "Reactive", "positive"),
        ("ST", "no reactivo", "negative"),
        ("ST", "dudoso", "indeterminate"),
        ("ST", "grenzwertig", "indeterminate"),
    ],
)
def test_a_pregnancy_test_is_read_in_its_words_or_codes(kind: str, value: str, answer: str) -> None:
    line = only_line(obx(HCG, value, "", "", kind=kind, flag=""))
    assert (line.value, line.disposition) == (answer, "stored")


@pytest.mark.parametrize(
    "value", ["weakly positive", "invalid", "+", "(-)", "n", "trace", "ungültig", "not done"]
)
def test_an_unclear_pregnancy_test_is_never_an_answer(value: str) -> None:
    line = only_line(obx(HCG, value, "", "", kind="ST", flag=""))
    assert (line.value, line.disposition) == (value, "ungraded")


def test_a_pregnancy_test_that_is_only_flagged_says_so() -> None:
    line = only_line(obx(HCG, "", "", "", kind="ST", flag="POS"))
    assert line.disposition == "ungraded"
    assert "flag says positive" in line.why


@pytest.mark.parametrize(
    ("code", "analyte"),
    [
        ("1^Transaminase ALAT^L", "alt"),
        ("2^Transaminasen GPT^L", "alt"),
        ("3^ALANINE AMINOTRANSFERASE (ALT/SGPT)^L", "alt"),
        ("4^ASAT (TGO)^L", "ast"),
        ("5^AP (alk. Phosphatase)^L", "alp"),
        ("6^γ-GT^L", "ggt"),
        ("7^Trigs^L", "triglycerides"),
        ("8^TRIGLICÉRIDOS^L", "triglycerides"),
        ("9^Cholesterin, gesamt^L", "cholesterol"),
        ("10^LDL-C (Martin-Hopkins)^L", "ldl"),
        ("11^CPK total^L", "ck"),
        ("12^Glycémie à jeun^L", "glucose"),
        ("13^Beta-HCG quant.^L", "hcg"),
        ("14^Prueba de embarazo (orina)^L", "hcg"),
        ("15^Urine HCG, Qual^L", "hcg"),
        ("16^Leber 1^99LAB^1742-6^^LN", "alt"),
        ("^^^1742-6^^LN", "alt"),
        ("1742-6^ALT^2.16.840.1.113883.6.1", "alt"),
    ],
)
def test_a_common_name_is_known(code: str, analyte: str) -> None:
    assert only_line(obx(code)).analyte == analyte


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("1742-6", "code map"),
        ("1742-6^ALT^L", "another code system"),
        ("1742-7^ALT^LN", "not a valid one"),
        ("77144-4^ALT^LN", "code map"),
        ("1920-8^ALT^LN", "contradict"),
        ("GPT^GPT^L^1920-8^AST^LN", "contradict"),
        ("2106-3^White^HL70005", "another code system"),
    ],
)
def test_a_code_in_doubt_waits(code: str, why: str) -> None:
    line = only_line(obx(code))
    assert (line.analyte, line.disposition) == ("", "pending")
    assert why in line.held


@pytest.mark.parametrize(
    ("unit", "read_as"),
    [
        ("[iU]/L^international unit per litre^UCUM", "IU/L"),
        ("^U/l", "U/L"),
        ("UI/L", "IU/L"),
        ("E/L", "U/L"),
        ("nkat/L", "nkat/L"),
        ("U/L 37°C", "U/L 37°C"),
    ],
)
def test_a_unit_is_respelled_or_kept_as_sent(unit: str, read_as: str) -> None:
    line = only_line(obx(unit=unit))
    assert line.unit == read_as
    assert line.disposition == ("stored" if read_as.endswith("U/L") else "pending")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("von 10 bis 40", "10", "40"),
        ("between 10 and 40", "10", "40"),
        ("de 10 a 40", "10", "40"),
        ("entre 10 et 40", "10", "40"),
        ("10^40", "10", "40"),
        ("Ref: 10-40 U/L", "10", "40"),
        ("ref. range 10-40", "10", "40"),
        ("Normal range: 10-40", "10", "40"),
        ("kleiner als 40", "", "40"),
        ("not more than 40", "", "40"),
        ("less than or equal to 40", "", "40"),
        ("at least 7", "7", ""),
        ("menor de 40", "", "40"),
        ("< ou = 40", "", "40"),
        ("- 40", "", "40"),
        ("jusqu’à 40", "", "40"),
        ("[7;56]", "7", "56"),
        ("greater than 40", "40", ""),
        ("<45 U/l (37°C)", "", ""),
        ("< 5.0 mIU/mL nonpregnant", "", ""),
        ("M: 10-50 F: 7-35", "", ""),
    ],
)
def test_a_range_is_the_laboratorys_own_or_none(text: str, low: str, high: str) -> None:
    line = only_line(obx(limits=text))
    assert (line.low, line.high, line.range_text) == (low, high, text)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026110208", "2026-11-02"),
        ("20261102081530.1234-0500", "2026-11-02"),
        ("20261102233000-0800", "2026-11-02"),
        ("20261103030000+0000", "2026-11-02"),
        ("20261101013000-0400", "2026-11-01"),
        ("20261102^D", "2026-11-02"),
        ("202611", None),
        ("20260229", None),
        ("02.11.2026", None),
        ("11/02/2026", None),
        ("00000000", None),
    ],
)
def test_a_collection_day_is_a_whole_day_or_none(written: str, day: str | None) -> None:
    line = only_line(obx(), order=f"OBR|1|O|A|X|||{written}")
    assert (line.collected_on.isoformat() if line.collected_on else None) == day
    assert line.disposition == ("stored" if day else "pending")


def test_a_sample_taken_before_birth_is_held() -> None:
    line = only_line(obx(), order="OBR|1|O|A|X|||19000101")
    assert line.held == "the collection date lies before the patient's birth"


@pytest.mark.parametrize(
    "data",
    [
        joined(msh(kind="ORU", version="2.2"), PID, OBR, "ORC|RE", obx()).encode(),
        joined(msh(version="2.5.1^DEU"), PID, OBR, obx()).encode("utf-16"),
        joined(msh(), PID, OBR, obx(), end="\n\r").encode(),
        joined(msh(), PID, OBR, obx(), end="\r\r\n").encode(),
        joined("FHS|^~\\&|L", "BHS|^~\\&|L", msh(), PID, OBR, obx(), "BTS|1", "FTS|1").encode(),
        b"\x0b" + joined(msh(), PID, OBR, obx(), end="\n").encode() + b"\x1c\r",
        joined("MSH*!~\\&*LAB*N*C*D*20261103**ORU!R01*1*P*2.3",
               "PID*1**MRN-7001!3!M10!CLINIC!MR**Example!Ada**20040210*F",
               "OBR*1**ACC*X!Y!L***20261102", RESULT).encode(),
        joined(msh(), "PID|1|MRN-7001|^^^CLINIC^MR||||20040210000000|F", OBR, obx()).encode(),
        joined(msh(kind="OUL^R22"), PID, "SPM|1|S1||SER|||||||||||||20261102", "SAC|||S1",
               "OBR|1||A|X", "ORC|RE", "NTE|1||hi", obx(), "TCD|x").encode(),
        joined(msh(), PID, "OBR|1||A|X", obx(),
               "SPM|1|S1||SER|||||||||||||20261102080000-0500^20261102080500-0500").encode(),
        joined(msh(), PID, "OBR|1||A|X", obx(observed="202611020815")).encode(),
    ],
)  # fmt: skip
def test_the_same_result_in_another_frame_reads_the_same(data: bytes) -> None:
    (entry,) = read(data)
    assert isinstance(entry, IncomingReport), entry
    (line,) = entry.lines
    assert [each.value for each in entry.patient.identifiers] == ["MRN-7001"]
    assert str(entry.patient.born) == "2004-02-10"
    assert (line.analyte, line.value, line.unit, line.high) == ("alt", "83", "U/L", "56")
    assert (str(line.collected_on), line.disposition) == ("2026-11-02", "stored")


@pytest.mark.parametrize(
    ("charset", "encoding", "unit"),
    [
        ("", "iso8859-1", "umol/L"),
        ("8859/1", "iso8859-1", "umol/L"),
        ("8859/1", "utf-8", "umol/L"),
        ("UNICODE UTF-8", "utf-8", "umol/L"),
        ("", "cp1252", "umol/L"),
        ("", "cp850", "æmol/L"),
    ],
)
def test_the_micro_sign_survives_or_the_result_waits(
    charset: str, encoding: str, unit: str
) -> None:
    bilirubin = obx("14631-6^Bili^LN", "12", "µmol/L", "2-21")
    (entry,) = read(joined(msh(charset=charset), PID, OBR, bilirubin).encode(encoding))
    assert isinstance(entry, IncomingReport)
    assert entry.lines[0].unit == unit
    assert entry.lines[0].disposition == ("stored" if unit == "umol/L" else "pending")


@pytest.mark.parametrize(
    "data",
    [
        joined(msh(kind="ORU^R03"), PID, OBR, obx()).encode(),
        joined(msh(kind="OUL^R21"), PID, OBR, obx()).encode(),
        joined(msh(kind="ADT^A01"), PID).encode(),
        b"<VT>" + message(PID, OBR, obx()) + b"<FS><CR>",
        b"\x0b" + message(PID, OBR, obx()),
    ],
)
def test_what_is_no_result_message_is_rejected_with_a_reason(data: bytes) -> None:
    entries = read(data)
    assert entries
    assert all(isinstance(entry, Rejected) and entry.reason for entry in entries)


def test_two_answers_to_one_question_are_both_held() -> None:
    both = message(
        PID, OBR, obx(HCG, "POSITIVE", "", "", kind="ST", flag=""),
        obx(HCG, "NEGATIVE", "", "", kind="ST", flag="", number=2),
    )  # fmt: skip
    (entry,) = read(both)
    assert isinstance(entry, IncomingReport)
    assert [line.disposition for line in entry.lines] == ["pending", "pending"]
    assert all("several different values" in line.held for line in entry.lines)


def test_the_same_answer_twice_and_its_preliminary_are_not_held() -> None:
    thrice = message(PID, OBR, obx(value="80", status="P"), obx(), obx(number=2))
    (entry,) = read(thrice)
    assert isinstance(entry, IncomingReport)
    assert [line.held for line in entry.lines] == ["", "", ""]


def observed(**changes: Any) -> Any:
    return f.only_line(f.bundle(f.patient(), f.observation(**changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"bodyStructure": {"reference": "BodyStructure/b"}},
        {"triggeredBy": [{"observation": {"reference": "Observation/a"}, "type": "reflex"}]},
        {"effectiveDateTime": "2026-11-02T08:15-05:00"},
        {"effectiveDateTime": "2026-11-02T08:15:00"},
        {"effectiveDateTime": f.DELETE, "effectiveInstant": "2026-11-02T08:15:00-05:00"},
        {"effectiveDateTime": f.DELETE, "effectivePeriod": {"start": "2026-11-02T23:30:00-05:00"}},
        {"valueQuantity": {"value": 83, "unit": "units/litre", "code": "U/L", "system": f.UCUM}},
        {"valueQuantity": f.DELETE, "valueString": "83 U/L"},
    ],
)
def test_fhir_in_another_spelling_reads_the_same(changes: dict[str, Any]) -> None:
    line = observed(**changes)
    assert (line.analyte, line.value, line.unit) == ("alt", "83", "U/L")
    assert (str(line.collected_on), line.disposition) == ("2026-11-02", "stored")


@pytest.mark.parametrize(
    ("changes", "value", "disposition"),
    [
        ({"status": f.DELETE}, "83", "pending"),
        ({"status": "unknown"}, "83", "pending"),
        ({"effectiveDateTime": "2026-11"}, "83", "pending"),
        ({"effectiveDateTime": f.DELETE, "issued": "2026-11-02T08:00:00Z"}, "83", "pending"),
        ({"valueQuantity": {"value": 83, "comparator": "ad", "unit": "U/L"}}, "83", "pending"),
        ({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "83", "pending"),
        ({"valueQuantity": f.DELETE, "valueRange": {"low": {"value": 5}, "high": {"value": 10}}},
         "5-10", "ungraded"),
        ({"valueQuantity": f.DELETE, "valueRatio":
          {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1:128", "ungraded"),
        ({"valueQuantity": f.DELETE, "valueBoolean": False}, "false", "ungraded"),
    ],
)  # fmt: skip
def test_fhir_in_doubt_keeps_its_value_and_waits(
    changes: dict[str, Any], value: str, disposition: str
) -> None:
    line = observed(**changes)
    assert (line.analyte, line.value, line.disposition) == ("alt", value, disposition)
    assert line.why


def test_a_bundle_that_asks_to_delete_changes_nothing_by_itself() -> None:
    asked = {"resource": f.observation(), "request": {"method": "DELETE", "url": "Observation/1"}}
    bundle = f.bundle(f.patient(), kind="batch")
    bundle["entry"].append(asked)
    assert "delete" in f.only_line(bundle).held


def test_json_that_names_a_value_twice_is_rejected() -> None:
    data = (
        b'{"resourceType": "Observation", "status": "final", "valueInteger": 1, "valueInteger": 2}'
    )
    (entry,) = f.read(data)
    assert isinstance(entry, Rejected)
    assert "twice" in entry.reason
