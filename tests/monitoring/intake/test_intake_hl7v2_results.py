"""One OBX at a time: code, value, unit, range, status, and every reason to wait."""

from __future__ import annotations

import pytest

from monitoring.intake.report import Disposition, ResultStatus
from tests.monitoring.intake.messages import OBR, PID, message, obx, only_line, only_report


def test_a_plain_result_is_read_as_the_laboratory_sent_it() -> None:
    line = only_line(obx())

    assert (line.analyte, line.code, line.code_system) == ("alt", "1742-6", "LOINC")
    assert (line.value, line.comparator, line.unit) == ("83", "", "U/L")
    assert (line.low, line.high, line.flag) == ("7", "56", "H")
    assert line.status is ResultStatus.FINAL
    assert (line.disposition, line.why) == (Disposition.STORED, "")


@pytest.mark.parametrize(
    ("code", "analyte", "shown"),
    [
        ("1742-6^ALT^LN", "alt", "1742-6"),
        ("1742-6^ALT^LOINC", "alt", "1742-6"),
        ("1742-6^ALT^http://loinc.org", "alt", "1742-6"),
        ("1742-6^ALT^2.16.840.1.113883.6.1", "alt", "1742-6"),
        ("77^GPT^LAB^1742-6^ALT^LN", "alt", "1742-6"),
        ("77^Serum enzyme 4^LAB^1742-6^ALT^LN", "alt", "1742-6"),
        ("77^x^LAB^78^y^LAB2^^^^1742-6^ALT^LN", "alt", "1742-6"),
        ("14537^ALT^LAB", "alt", "14537"),
        ("GPT^GPT (ALAT)^L", "alt", "GPT"),
        ("SGPT", "alt", "SGPT"),
        ("^Transaminase glutamique pyruvique", "alt", ""),
        ("9^Aspartat-Aminotransferase^L", "ast", "9"),
        ("9^Phosphatase alcaline^L", "alp", "9"),
        ("9^γ-GT^L", "ggt", "9"),
        ("9^Bilirrubina total^L", "bilirubin", "9"),
        ("TC^Cholesterin", "cholesterol", "TC"),
        ("9^HDL-Cholesterin^L", "hdl", "9"),
        ("9^Cholestérol LDL^L", "ldl", "9"),
        ("9^Triglyzeride^L", "triglycerides", "9"),
        ("9^Triglicéridos^L", "triglycerides", "9"),
        ("9^Créatine kinase^L", "ck", "9"),
        ("9^Kreatinkinase^L", "ck", "9"),
        ("9^Serum ALT level^L", "alt", "9"),
        ("9^GPT (ALAT) 37°C^L", "alt", "9"),
    ],
)
def test_known_codes_and_names_find_their_analyte(code: str, analyte: str, shown: str) -> None:
    unit = {"bilirubin": "mg/dL", "cholesterol": "mg/dL", "hdl": "mg/dL", "ldl": "mg/dL"}
    line = only_line(obx(code, "60" if analyte != "bilirubin" else "1", unit.get(analyte, "U/L")))

    assert (line.analyte, line.code, line.monitored) == (analyte, shown, True)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("4711^Calcium^LAB", "not in the code map"),
        ("9^CK-MB^L", "not in the code map"),
        ("9^Chol/HDL^L", "not in the code map"),
        ("9^Cholesterin im Urin^L", "not in the code map"),
        ("ALT^Alternaria IgE^L", "not in the code map"),
        ("1742-6^ALT^99LAB", "looks like LOINC"),
        ("1742-6", "not in the code map"),
        ("2106-3^hCG", "not in the code map"),
        ("2106-3^White^HL70005", "looks like LOINC"),
        ("1742-5^ALT^LN", "not a valid one"),
        ("1742-6^AST^LN", "contradict each other"),
        ("GOT^GPT^L", "contradict each other"),
        ("77^AST^L^1742-6^x^LN", "contradict each other"),
        ("", "no code was sent"),
    ],
)
def test_codes_that_are_not_certain_wait_for_a_person(code: str, why: str) -> None:
    line = only_line(obx(code))

    assert (line.analyte, line.monitored) == ("", False)
    assert line.disposition is Disposition.PENDING
    assert why in line.why


@pytest.mark.parametrize("code", ["2951-2^Sodium^LN", "2349-9^Glucose^LN", "1968-7^Bilirubin^LN"])
def test_known_loinc_outside_the_list_is_not_monitored(code: str) -> None:
    line = only_line(obx(code, status="P", unit=""))

    assert line.analyte == ""
    assert (line.disposition, line.why) == (Disposition.NOT_MONITORED, "")


@pytest.mark.parametrize(
    ("kind", "sent", "value", "comparator"),
    [
        ("NM", "83", "83", ""),
        ("NM", "83.50", "83.50", ""),
        ("NM", "<10", "10", "<"),
        ("ST", "< 31", "31", "<"),
        ("ST", ">=500", "500", ">="),
        ("ST", "≤5", "5", "<="),
        ("SN", "<^10", "10", "<"),
        ("SN", "^10", "10", ""),
        ("SN", "=^10", "10", ""),
        ("NM", "1,4", "1.4", ""),
        ("NM", "0,123", "0.123", ""),
        ("NM", "1.234,5", "1234.5", ""),
        ("NM", "1,234.5", "1234.5", ""),
        ("NM", "1E1", "10", ""),
        ("NM", "+.5", "0.5", ""),
        ("ST", "51 U/l", "51", ""),
        ("CE", "83^83", "83", ""),
    ],
)
def test_numbers_are_plain_decimals(kind: str, sent: str, value: str, comparator: str) -> None:
    line = only_line(obx(value=sent, kind=kind))

    assert (line.value, line.comparator) == (value, comparator)
    assert line.disposition is Disposition.STORED


def test_comma_that_may_mean_thousands_waits() -> None:
    line = only_line(obx(value="1,400"))

    assert line.value == "1,400"
    assert line.disposition is Disposition.PENDING
    assert "more than one way" in line.why


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("ST", "haemolysed"),
        ("NM", ""),
        ("SN", "^100^-^200"),
        ("SN", "^1^:^128"),
        ("ST", "83 H"),
        ("NM", "83~84"),
        ("ED", "LAB^AP^PDF^Base64^JVBERi0x"),
        ("NM", r"83\Zoo"),
    ],
)
def test_values_that_are_no_number_are_kept_and_not_graded(kind: str, sent: str) -> None:
    line = only_line(obx(value=sent, kind=kind))

    assert line.disposition is Disposition.UNGRADED
    assert line.why


@pytest.mark.parametrize(
    ("sent", "unit"),
    [
        ("U/l", "U/L"),
        ("u/L", "U/L"),
        ("UI/L", "IU/L"),
        ("IE/l", "IU/L"),
        ("[iU]/L", "IU/L"),
        ("IU/L", "IU/L"),
        ("µkat/l", "ukat/L"),
        ("μkat/L", "ukat/L"),
        ("u.l-1", "U/L"),
        ("x^x^L^U/L^units per litre^UCUM", "U/L"),
    ],
)
def test_units_get_their_canonical_spelling_and_no_conversion(sent: str, unit: str) -> None:
    line = only_line(obx(value="2", unit=sent))

    assert (line.unit, line.value) == (unit, "2")
    assert line.disposition is Disposition.STORED


@pytest.mark.parametrize(
    ("code", "value", "unit", "limits", "why"),
    [
        ("1742-6^ALT^LN", "83", "", "7-56", "no unit"),
        ("1742-6^ALT^LN", "83", "%", "7-56", "confirm the unit"),
        ("1742-6^ALT^LN", "83", "mg/dL", "7-56", "confirm the unit"),
        ("1742-6^ALT^LN", "-1", "U/L", "7-56", "not plausible"),
        ("1742-6^ALT^LN", "10001", "U/L", "7-56", "not plausible"),
        ("2571-8^TG^LN", "1.8", "mmol/L", "<1.7", "measures mass, but the unit is mmol/L"),
        ("2571-8^TG^LN", "1.8", "mmol/L", "<1.7", "the value looks like mmol/L"),
        ("14927-8^TG^LN", "180", "mg/dL", "<150", "measures moles, but the unit is mg/dL"),
        ("2571-8^TG^LN", "1.8", "mg/dL", "<150", "probably mmol/L"),
        ("14927-8^TG^LN", "180", "mmol/L", "<1.7", "probably mg/dL"),
        ("2571-8^TG^LN", "-31", "mg/dL", "", "not plausible"),
        ("2089-1^LDL^LN", "-21.8", "mg/dL", "", "not plausible"),
        ("2571-8^TG^LN", "180", "mg/dL", "<1.7 mmol/L", "range is in mmol/L"),
        ("9^Triglyzeride^L", "150", "g/L", "", "probably mg/dL"),
        ("1975-2^Bilirubin^LN", "51", "mg/dL", "", "probably umol/L"),
        ("2093-3^Cholesterol^LN", "5.1", "mg/dL", "", "probably mmol/L"),
    ],
)
def test_doubtful_units_and_impossible_values_wait(
    code: str, value: str, unit: str, limits: str, why: str
) -> None:
    line = only_line(obx(code, value, unit, limits))

    assert line.disposition is Disposition.PENDING
    assert why in line.why


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        ("2571-8^TG^LN", "20", "mg/dL"),
        ("1742-6^ALT^LN", "83 IU/L", "U/L"),
        ("14927-8^TG^LN", "30", "mmol/L"),
        ("2093-3^Cholesterol^LN", "40", "mg/dL"),
        ("14647-2^Cholesterol^LN", "20", "mmol/L"),
        ("1975-2^Bilirubin^LN", "50", "mg/dL"),
        ("1742-6^ALT^LN", "0", "U/L"),
        ("1742-6^ALT^LN", "10000", "U/L"),
        ("35217-9^TG^LN", "1.3", "mmol/L"),
        ("35217-9^TG^LN", "130", "mg/dL"),
        ("9^Triglyzeride^L", "1.5", "g/L"),
    ],
)
def test_last_possible_values_are_stored(code: str, value: str, unit: str) -> None:
    assert only_line(obx(code, value, unit, "")).disposition is Disposition.STORED


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("7-56", "7", "56"),
        ("<40", "", "40"),
        (">1.5", "1.5", ""),
        ("0 - 45", "0", "45"),
        ("40 to 160", "40", "160"),
        ("7–56", "7", "56"),
        ("[7-56]", "7", "56"),
        ("7-56 U/l", "7", "56"),
        ("0,5-1,2", "0.5", "1.2"),
        ("bis 40", "", "40"),
        ("≤40", "", "40"),
        ("Recommended: <200; Moderate Risk: 200-239 ; High Risk: >240", "", "200"),
        ("Desirable <200; Borderline high 200-239", "", "200"),
        ("Normal: <150 Borderline: 150-199 High: 200-499", "", "150"),
        ("Optimal: <100; near optimal 100-129", "", ""),
        ("Men: <50; Women: <35", "", ""),
        ("High Risk: >240", "", ""),
        ("Normal: 150-199", "", ""),
        ("56-7", "", ""),
        ("1,000-2,000", "", ""),
        ("see comment", "", ""),
        ("", "", ""),
    ],
)
def test_limits_are_the_laboratorys_own_or_none(text: str, low: str, high: str) -> None:
    line = only_line(obx(limits=text))

    assert (line.low, line.high, line.range_text) == (low, high, text)


@pytest.mark.parametrize(
    ("sent", "status", "disposition"),
    [
        ("F", ResultStatus.FINAL, Disposition.STORED),
        ("U", ResultStatus.FINAL, Disposition.STORED),
        ("C", ResultStatus.CORRECTED, Disposition.STORED),
        ("P", ResultStatus.PRELIMINARY, Disposition.PENDING),
        ("I", ResultStatus.PRELIMINARY, Disposition.PENDING),
        ("S", ResultStatus.PRELIMINARY, Disposition.PENDING),
        ("R", ResultStatus.PRELIMINARY, Disposition.PENDING),
        ("", ResultStatus.PRELIMINARY, Disposition.PENDING),
        ("?", ResultStatus.PRELIMINARY, Disposition.PENDING),
        ("X", ResultStatus.CANCELLED, Disposition.STORED),
        ("W", ResultStatus.CANCELLED, Disposition.STORED),
        ("D", ResultStatus.CANCELLED, Disposition.STORED),
    ],
)
def test_status_of_obx_11(sent: str, status: ResultStatus, disposition: Disposition) -> None:
    line = only_line(obx(status=sent))

    assert (line.status, line.disposition) == (status, disposition)
    assert bool(line.why) == (disposition is Disposition.PENDING)


def test_cancelled_result_without_value_takes_effect() -> None:
    line = only_line(obx(value="", unit="", status="X"))

    assert (line.status, line.disposition) == (ResultStatus.CANCELLED, Disposition.STORED)


@pytest.mark.parametrize(
    ("code", "kind", "sent", "value"),
    [
        ("2106-3^hCG^LN", "ST", "Negative", "negative"),
        ("2106-3^hCG^LN", "ST", "NEG.", "negative"),
        ("2106-3^hCG^LN", "ST", "negativ", "negative"),
        ("2106-3^hCG^LN", "ST", "Négatif", "negative"),
        ("2106-3^hCG^LN", "ST", "negativo", "negative"),
        ("2118-8^hCG^LN", "ST", "Positiv", "positive"),
        ("2118-8^hCG^LN", "ST", "POSITIF", "positive"),
        ("9^Schwangerschaftstest^L", "ST", "grenzwertig", "indeterminate"),
        ("9^Test de grossesse^L", "ST", "douteux", "indeterminate"),
        ("2106-3^hCG^LN", "CE", "260385009^Negative^SCT", "negative"),
        ("2106-3^hCG^LN", "CWE", "POS^^HL70078", "positive"),
        ("2106-3^hCG^LN", "CWE", "x^Positive^L", "positive"),
    ],
)
def test_qualitative_hcg_in_four_languages(code: str, kind: str, sent: str, value: str) -> None:
    line = only_line(obx(code, sent, "", "", kind=kind))

    assert (line.analyte, line.value) == ("hcg", value)
    assert line.disposition is Disposition.STORED


@pytest.mark.parametrize(
    ("kind", "sent"), [("ST", "not negative"), ("ST", "see comment"), ("CE", "99^^99X")]
)
def test_hcg_words_not_understood_are_not_graded(kind: str, sent: str) -> None:
    line = only_line(obx("2106-3^hCG^LN", sent, "", "", kind=kind))

    assert line.disposition is Disposition.UNGRADED
    assert line.value == sent.split("^")[0]


def test_coded_hcg_that_contradicts_its_words_waits() -> None:
    line = only_line(obx("2106-3^hCG^LN", "260385009^Positive^SCT", "", "", kind="CE"))

    assert line.disposition is Disposition.PENDING


@pytest.mark.parametrize("flag", ["POS", "IND"])
def test_hcg_flag_that_contradicts_the_answer_waits(flag: str) -> None:
    line = only_line(obx("2106-3^hCG^LN", "negative", "", "", kind="ST", flag=flag))

    assert line.disposition is Disposition.PENDING


def test_number_for_a_presence_code_waits() -> None:
    line = only_line(obx("2118-8^hCG^LN", "4", "IU/L", ""))

    assert line.disposition is Disposition.PENDING


@pytest.mark.parametrize("unit", ["IU/L", "mIU/mL", "UI/l", "mIE/ml", "U/l"])
def test_quantitative_hcg_keeps_its_number(unit: str) -> None:
    line = only_line(obx("21198-7^beta-hCG^LN", "<2.0", unit, "<5"))

    assert (line.analyte, line.value, line.comparator) == ("hcg", "2.0", "<")
    assert line.disposition is Disposition.STORED


def test_race_in_pid_10_is_no_pregnancy_test() -> None:
    report = only_report(message(PID, OBR, obx()))

    assert [line.analyte for line in report.lines] == ["alt"]


def test_escapes_are_resolved_and_broken_ones_left_alone() -> None:
    assert only_line(obx(limits=r"see \T\ note")).range_text == "see & note"
    assert only_line(obx(limits=r"a\.sp99999\b")).range_text == r"a\.sp99999\b"


@pytest.mark.parametrize(
    ("order", "extra", "fasting"),
    [
        (OBR, (), None),
        (OBR + "||||||fasting", (), True),
        (OBR + "||||||NF", (), False),
        (OBR + "||||||hyperlipidaemia", (), None),
        (OBR, ("NTE|1||nicht nüchtern",), None),
    ],
)
def test_fasting_is_known_only_where_it_is_said(
    order: str, extra: tuple[str, ...], fasting: bool | None
) -> None:
    assert only_line(obx(), *extra, order=order).fasting is fasting


@pytest.mark.parametrize("code", ["49541-6^Fasting status^LN", "F1^Nüchtern^L"])
@pytest.mark.parametrize(("answer", "fasting"), [("Y", True), ("N", False), ("?", None)])
def test_fasting_question_among_the_results_answers_for_the_order(
    code: str, answer: str, fasting: bool | None
) -> None:
    question = obx(code, answer, "", "", kind="ST", number=2)
    report = only_report(message(PID, OBR, obx("2571-8^TG^LN", "180", "mg/dL"), question))

    assert report.lines[0].fasting is fasting
    assert report.lines[1].disposition is Disposition.NOT_MONITORED


def test_name_that_says_fasting_speaks_for_its_own_result() -> None:
    code = "14584^Glucose (nü)^L^14749-6^Glucose^LN"

    assert only_line(obx(code, "5.1", "mmol/L", "3.9-5.6")).fasting is True


def test_comments_stay_with_their_result() -> None:
    line = only_line(obx(flag=""), "NTE|1||erhöht", "NTE|2||Kontrolle empfohlen")

    assert line.notes == ("erhöht", "Kontrolle empfohlen")
    assert line.flag == ""
