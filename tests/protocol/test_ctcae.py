"""CTCAE grades (rule book 5.3), and their agreement with the published tables where present."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from protocol.ctcae import Baseline, UnknownVersion, grade
from protocol.grading import grade as grade_result
from protocol.steps import Reported
from protocol.vocabulary import Analyte
from tests.protocol.clinical_facts import MAN, POLICY, result

NORMAL = Baseline(Decimal(30), abnormal=False)
RAISED = Baseline(Decimal(100), abnormal=True)

TABLE = [
    # ALT and AST, baseline normal: multiples of ULN, the same in both versions
    *[("alt", v, "U/L", 40, NORMAL, 5, g) for v, g in [(40, 0), (41, 1), (120, 1), (121, 2)]],
    *[("ast", v, "U/L", 40, NORMAL, 6, g) for v, g in [(200, 2), (201, 3), (800, 3), (801, 4)]],
    *[("alt", v, "U/L", 40, None, 5, g) for v, g in [(120, 1), (121, 2)]],
    # Baseline raised, version 5: nothing up to one and a half times
    *[("alt", v, "U/L", 40, RAISED, 5, g) for v, g in [(150, 0), (151, 1), (300, 1), (301, 2)]],
    *[("alt", v, "U/L", 40, RAISED, 5, g) for v, g in [(500, 2), (501, 3), (2000, 3), (2001, 4)]],
    # Baseline raised, version 6: from the baseline itself
    *[("ast", v, "U/L", 40, RAISED, 6, g) for v, g in [(99, 0), (100, 1), (150, 1), (151, 2)]],
    *[("ast", v, "U/L", 40, RAISED, 6, g) for v, g in [(200, 2), (201, 3), (400, 3), (401, 4)]],
    # Lipids and CK do not depend on the baseline
    *[("triglycerides", v, "mg/dL", 150, RAISED, 5, g) for v, g in [(150, 0), (151, 1), (300, 1)]],
    *[("triglycerides", v, "mg/dL", 150, None, 6, g) for v, g in [(500, 2), (501, 3), (1001, 4)]],
    ("triglycerides", 1000, "mg/dL", 150, None, 5, 3),
    *[("triglycerides", v, "mmol/L", None, None, 5, g) for v, g in [("1.71", 0), ("1.72", 1)]],
    *[("triglycerides", v, "mmol/L", None, None, 5, g) for v, g in [("3.42", 1), ("3.43", 2)]],
    *[("triglycerides", v, "mmol/L", None, None, 5, g) for v, g in [("11.4", 3), ("11.5", 4)]],
    *[("cholesterol", v, "mg/dL", 200, None, 5, g) for v, g in [(200, 0), (201, 1), (301, 2)]],
    *[("cholesterol", v, "mmol/L", 5, None, 5, g) for v, g in [("10.34", 2), ("12.92", 3)]],
    *[("cholesterol", v, "mmol/L", 5, None, 5, g) for v, g in [("10.35", 3), ("12.93", 4)]],
    *[("ck", v, "U/L", 100, None, 5, g) for v, g in [(100, 0), (101, 1), (251, 2), (501, 3)]],
    *[("ck", v, "U/L", 100, None, 6, g) for v, g in [(250, 1), (500, 2), (1000, 3), (1001, 4)]],
    # Unknown limit, or no term
    ("alt", 50, "U/L", None, None, 5, None),
    ("glucose", 300, "mg/dL", None, None, 5, None),
    ("triglycerides", 300, "g/L", None, None, 5, None),
]


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "uln", "baseline", "version", "expected"), TABLE
)
def test_grade_changes_exactly_at_the_threshold(
    analyte: str,
    value: object,
    unit: str,
    uln: int | None,
    baseline: Baseline | None,
    version: int,
    expected: int | None,
) -> None:
    got = grade(
        Analyte(analyte),
        Reported(Decimal(str(value))),
        unit,
        uln=None if uln is None else Decimal(uln),
        baseline=baseline,
        version=version,
    )
    assert got == expected


# Multiples of the upper limit or of a raised baseline above which each grade begins; both are 100.
MULTIPLES = [
    ("ggt", "U/L", NORMAL, (5, 6), ("1", "2.5", "5", "20")),
    ("ggt", "U/L", RAISED, (5,), ("2", "2.5", "5", "20")),
    ("alp", "U/L", NORMAL, (5,), ("1", "2.5", "5", "20")),
    ("alp", "U/L", RAISED, (5,), ("2", "2.5", "5", "20")),
    ("alp", "U/L", NORMAL, (6,), ("1",)),
    ("alp", "U/L", RAISED, (6,), ("1",)),
    ("bilirubin", "umol/L", NORMAL, (5, 6), ("1", "1.5", "3", "10")),
    ("bilirubin", "umol/L", RAISED, (5,), ("1", "1.5", "3", "10")),
]


@pytest.mark.parametrize(("analyte", "unit", "baseline", "versions", "multiples"), MULTIPLES)
def test_grade_of_the_other_liver_values_begins_just_above_its_multiple(
    analyte: str,
    unit: str,
    baseline: Baseline,
    versions: tuple[int, ...],
    multiples: tuple[str, ...],
) -> None:
    for version in versions:
        for begins, multiple in enumerate(multiples, start=1):
            edge = Decimal(multiple) * 100
            for value, expected in ((edge, begins - 1), (edge + Decimal("0.01"), begins)):
                got = grade(
                    Analyte(analyte),
                    Reported(value),
                    unit,
                    uln=Decimal(100),
                    baseline=baseline,
                    version=version,
                )
                assert got == expected


def test_unknown_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        grade(Analyte.ALT, Reported(Decimal(1)), "U/L", uln=None, baseline=None, version=4)


def test_baseline_in_another_unit_is_converted_before_it_is_used() -> None:
    before = result("ast", "1.5", "ukat/L", "0.6", on=date(2025, 3, 1))  # 90 U/L, raised
    now = result("ast", 140, "U/L", 36, on=date(2025, 4, 1))
    six = replace(POLICY, ctcae_version=6)
    assert grade_result(now, person=MAN, policy=POLICY, baseline=before).ctcae == 1
    assert grade_result(now, person=MAN, policy=six, baseline=before).ctcae == 2
    assert grade_result(now, person=MAN, policy=POLICY).ctcae == 2


def test_baseline_that_cannot_be_believed_is_not_used() -> None:
    before = result("alt", 90, "", 36, on=date(2025, 3, 1))
    now = result("alt", 100, "U/L", 36, on=date(2025, 4, 1))
    assert grade_result(now, person=MAN, policy=POLICY, baseline=before).ctcae == 1


TERMS = {
    "Alanine aminotransferase increased": Analyte.ALT,
    "Aspartate aminotransferase increased": Analyte.AST,
    "Blood bilirubin increased": Analyte.BILIRUBIN,
    "GGT increased": Analyte.GGT,
    "CPK increased": Analyte.CK,
    "Cholesterol high": Analyte.CHOLESTEROL,
    "Hypertriglyceridemia": Analyte.TRIGLYCERIDES,
}
COMPARISON = re.compile(
    r"signif\(AVAL, signif_dig\) (>=?) (?:signif\()?(?:(\d+\.?\d*)\*?)?(ANRHI|BASE)?"
)


def _published(code: str) -> list[tuple[bool, Decimal, str]]:
    """Thresholds of one grade in a published table: inclusive, number, multiple of what."""
    return [
        (sign == ">=", Decimal(number or 1), of) for sign, number, of in COMPARISON.findall(code)
    ]


@pytest.mark.parametrize("version", [5, 6])
@pytest.mark.parametrize("suffix", ["", "_uscv"])
def test_grades_agree_with_the_published_tables(
    version: int, suffix: str, shared_samples: Path
) -> None:
    name = f"ncictcaev{version}{suffix}-liver-lipid-subset.json"
    rows = json.loads((shared_samples / "grading" / name).read_text(encoding="utf-8"))
    uln, base = Decimal(40), Decimal(120)
    compared = 0
    for row in rows:
        analyte = TERMS.get(row["TERM"])
        if analyte is None:
            continue
        unit = row.get("UNIT_CHECK", "").replace("MMOL", "mmol") or "U/L"
        if analyte is Analyte.CHOLESTEROL:
            uln = Decimal(200) if unit == "mg/dL" else Decimal(5)
        for number in range(1, 5):
            for inclusive, factor, of in _published(row[f"GRADE_{number}_CODE"]):
                # Rule book 5.3 (D): where version 5 begins at a multiple of a raised baseline,
                # the multiple itself is still grade 0.
                starts_v5 = version == 5 and of == "BASE" and number == 1
                bound = factor * {"ANRHI": uln, "BASE": base, "": Decimal(1)}[of]
                reaches = inclusive and not starts_v5
                baseline = Baseline(base, abnormal=True) if of == "BASE" else None
                for value, expected in [
                    (bound, number if reaches else number - 1),
                    (bound + Decimal("0.01"), number),
                ]:
                    got = grade(
                        analyte,
                        Reported(value),
                        unit,
                        uln=uln,
                        baseline=baseline,
                        version=version,
                    )
                    assert got == expected, (row["TERM"], number, of, value)
                    compared += 1
        uln = Decimal(40)
    assert compared >= 60
