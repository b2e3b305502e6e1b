"""An incoming FHIR Observation of a story, read by system and code as the product reads it (§6)."""

from datetime import date, datetime
from decimal import Decimal

from monitoring.intake.catalogue import LOINC_CODES, is_loinc_system
from monitoring.intake.units import Quantity, canonical_unit, fits
from monitoring.intake.values import presence_of, read_value
from protocol.facts import LabResult, PregnancyTest
from protocol.vocabulary import Analyte, TestResult, TestSetting

# Answers of a pregnancy test as SNOMED CT codes (rule book 6).
_SNOMED_RESULTS = {
    "250425007": TestResult.NEGATIVE,
    "250423000": TestResult.POSITIVE,
    "250426008": TestResult.INDETERMINATE,
}


def read_observation(
    *,
    ref: str,
    on: date,
    at: datetime | None,
    system: str,
    code: str,
    value: str,
    unit: str,
    uln: Decimal | None,
) -> LabResult | PregnancyTest | None:
    """The fact an observation gives, or None where system and code are not known together.

    A unit that the code cannot come in leaves the result without one: it is held, not graded
    (rule book 5.4). A qualitative hCG from a laboratory is a test in a medical setting (US-05).
    """
    meaning = LOINC_CODES.get(code.strip())
    if meaning is None or not is_loinc_system(system):
        return None
    if meaning.quantity is Quantity.PRESENCE:
        return PregnancyTest(
            ref=ref,
            on=on,
            at=at,
            result=_test_result(value),
            setting=TestSetting.CLINIC,
            specimen=meaning.kind or "urine",
        )
    reading = read_value(value)
    spelled = canonical_unit(unit)
    return LabResult(
        ref=ref,
        on=on,
        at=at,
        specimen=ref,
        analyte=Analyte(meaning.analyte),
        value=None if reading.doubt else reading.number,
        unit=spelled if fits(meaning.quantity, spelled) else "",
        comparator=reading.sign,
        text=f"{value} {unit}".strip(),
        uln=uln,
        fasting=meaning.fasting,
    )


def _test_result(value: str) -> TestResult:
    """What a qualitative test says; words that are not known count as indeterminate (US-23)."""
    coded = _SNOMED_RESULTS.get(value.strip())
    if coded is not None:
        return coded
    word = presence_of(value)
    return TestResult(word) if word else TestResult.INDETERMINATE
