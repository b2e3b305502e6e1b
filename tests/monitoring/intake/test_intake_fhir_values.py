"""One Observation at a time: value, range, status, day, and every reason to wait."""

from __future__ import annotations

import json
from datetime import date

import pytest

from monitoring.intake.report import (
    Disposition,
    ResultStatus,
)
from tests.monitoring.intake.fhir_files import (
    DELETE,
    Json,
    bundle,
    coded,
    observation,
    only_line,
    only_report,
    report,
)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("registered", ResultStatus.PRELIMINARY),
        ("preliminary", ResultStatus.PRELIMINARY),
        ("unknown", ResultStatus.PRELIMINARY),
        ("final", ResultStatus.FINAL),
        ("amended", ResultStatus.CORRECTED),
        ("corrected", ResultStatus.CORRECTED),
        ("cancelled", ResultStatus.CANCELLED),
        ("entered-in-error", ResultStatus.CANCELLED),
    ],
)
def test_status_of_an_observation(sent: str, status: ResultStatus) -> None:
    assert only_line(observation(status=sent)).status is status


def test_report_entered_in_error_cancels_its_results() -> None:
    file = bundle(report("Observation/alt-1", status="entered-in-error"), observation())

    assert only_line(file).status is ResultStatus.CANCELLED


@pytest.mark.parametrize(
    ("changes", "day", "why"),
    [
        ({"effectiveDateTime": "2026-11-02"}, date(2026, 11, 2), ""),
        ({"effectiveDateTime": "2026-11-02T23:30:00-08:00"}, date(2026, 11, 2), ""),
        ({"effectiveDateTime": "2026-11-02T00:30:00+13:00"}, date(2026, 11, 2), ""),
        ({"effectiveDateTime": "2026-11-02T02:30:00Z"}, date(2026, 11, 1), ""),
        ({"effectiveDateTime": "2026-11-02T02:30:00+00:00"}, date(2026, 11, 1), ""),
        ({"effectiveDateTime": "2026-11"}, None, "cannot be read as a day"),
        ({"effectiveDateTime": "2026-11-23"}, date(2026, 11, 23), "in the future"),
        ({"effectiveDateTime": DELETE}, None, "no collection date"),
        (
            {"effectiveDateTime": DELETE, "issued": "2026-11-03T10:00:00Z"},
            None,
            "no collection date",
        ),
        (
            {"effectiveDateTime": DELETE, "effectiveInstant": "2026-11-02T12:00:00-05:00"},
            date(2026, 11, 2),
            "",
        ),
        (
            {"effectiveDateTime": DELETE, "effectivePeriod": {"start": "2026-11-02"}},
            date(2026, 11, 2),
            "",
        ),
        (
            {"effectiveDateTime": DELETE, "effectivePeriod": {"end": "2026-11-02"}},
            None,
            "cannot be read as a day",
        ),
    ],
)
def test_collection_day_is_written_at_the_place_of_the_sample(
    changes: Json, day: date | None, why: str
) -> None:
    line = only_line(observation(**changes))

    assert line.collected_on == day
    assert why in line.why
    assert line.disposition is (Disposition.PENDING if why else Disposition.STORED)


def test_specimen_day_comes_before_the_observations_own() -> None:
    sample = {
        "resourceType": "Specimen",
        "id": "s1",
        "collection": {
            "collectedDateTime": "2026-10-31",
            "fastingStatusCodeableConcept": coded("F", "http://terminology.hl7.org/v2-0916"),
        },
    }
    line = only_line(bundle(observation(specimen={"reference": "Specimen/s1"}), sample))

    assert (line.collected_on, line.fasting) == (date(2026, 10, 31), True)


@pytest.mark.parametrize(
    ("quantity", "value", "comparator", "unit"),
    [
        ({"value": 54, "unit": "U/L"}, "54", "", "U/L"),
        ({"value": 0.51, "unit": "µkat/L", "code": "ukat/L"}, "0.51", "", "ukat/L"),
        ({"value": 10, "comparator": "<", "unit": "U/l"}, "10", "<", "U/L"),
        ({"value": 5, "unit": "international units", "code": "[IU]/L"}, "5", "", "IU/L"),
    ],
)
def test_quantities_are_plain_decimals_with_canonical_units(
    quantity: Json, value: str, comparator: str, unit: str
) -> None:
    line = only_line(observation(valueQuantity=quantity))

    assert (line.value, line.comparator, line.unit) == (value, comparator, unit)
    assert line.disposition is Disposition.STORED


def test_fourteen_decimals_stay_as_written() -> None:
    data = json.dumps(observation()).replace('"value": 83', '"value": 98.87371432902350')

    assert only_line(data.encode()).value == "98.87371432902350"


@pytest.mark.parametrize(
    ("changes", "disposition", "why"),
    [
        ({"valueQuantity": {"value": 83}}, Disposition.PENDING, "no unit"),
        (
            {"valueQuantity": {"value": 83, "unit": "U/L", "code": "mg/dL"}},
            Disposition.PENDING,
            "two different units",
        ),
        (
            {"code": coded("2085-9"), "valueQuantity": {"value": 1.3, "unit": "mmol/L"}},
            Disposition.PENDING,
            "measures mass, but the unit is mmol/L",
        ),
        (
            {
                "code": coded("2571-8"),
                "valueQuantity": {"value": 180, "unit": "mg/dL"},
                "referenceRange": [{"high": {"value": 1.7, "unit": "mmol/L"}}],
            },
            Disposition.PENDING,
            "range is in mmol/L",
        ),
        (
            {"code": coded("1742-6", "urn:oid:2.25.4711", "ALT", "ALT")},
            Disposition.PENDING,
            "looks like LOINC",
        ),
        ({"code": coded("X1", "urn:lab", "Calcium")}, Disposition.PENDING, "not in the code map"),
        (
            {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
            Disposition.PENDING,
            "modifier",
        ),
        ({"status": 7}, Disposition.PENDING, "not valid FHIR"),
        ({"effectiveDateTime": "2026-13-99"}, Disposition.PENDING, "not valid FHIR"),
        ({"valueString": "83"}, Disposition.PENDING, "not valid FHIR"),
        (
            {"valueQuantity": DELETE, "dataAbsentReason": {"text": "clotted"}},
            Disposition.UNGRADED,
            "no value",
        ),
        (
            {"valueQuantity": DELETE, "valueString": "haemolysed"},
            Disposition.UNGRADED,
            "text that cannot be graded",
        ),
        ({"code": coded("2951-2")}, Disposition.NOT_MONITORED, ""),
    ],
)
def test_doubt_is_never_stored_as_a_result(
    changes: Json, disposition: Disposition, why: str
) -> None:
    line = only_line(observation(**changes))

    assert line.disposition is disposition
    assert why in line.why


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"valueCodeableConcept": coded("260385009", "http://snomed.info/sct")}, "negative"),
        ({"valueCodeableConcept": {"text": "Positiv"}}, "positive"),
        ({"valueString": "négatif"}, "negative"),
        (
            {
                "valueCodeableConcept": coded(
                    "POS", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
                )
            },
            "positive",
        ),
    ],
)
def test_qualitative_hcg_by_code_or_word(changes: Json, value: str) -> None:
    line = only_line(observation(code=coded("2106-3"), valueQuantity=DELETE, **changes))

    assert (line.analyte, line.value, line.disposition) == ("hcg", value, Disposition.STORED)


def test_qualitative_hcg_whose_code_and_words_differ_waits() -> None:
    answer = coded("260385009", "http://snomed.info/sct", "Positive")
    line = only_line(
        observation(code=coded("2106-3"), valueQuantity=DELETE, valueCodeableConcept=answer)
    )

    assert line.disposition is Disposition.PENDING


@pytest.mark.parametrize(
    ("ranges", "low", "high"),
    [
        ([{"low": {"value": 0}, "high": {"value": 45}}], "0", "45"),
        ([{"high": {"value": 4.5}}], "", "4.5"),
        ([{"text": "7-56"}], "7", "56"),
        ([{"text": "Recommended: <200; High: >240"}], "", "200"),
        (
            [
                {"type": {"coding": [{"code": "treatment"}]}, "high": {"value": 9}},
                {"type": {"coding": [{"code": "normal"}]}, "high": {"value": 45}},
            ],
            "",
            "45",
        ),
        ([{"high": {"value": 45}}, {"high": {"value": 35}}], "", ""),
        ([{"appliesTo": [{"text": "men"}], "high": {"value": 45}}], "", ""),
        ([], "", ""),
    ],
)
def test_one_normal_range_is_taken_and_several_are_not(
    ranges: list[Json], low: str, high: str
) -> None:
    line = only_line(observation(referenceRange=ranges))

    assert (line.low, line.high) == (low, high)


@pytest.mark.parametrize(
    ("extension", "fasting"),
    [
        ({"url": "urn:lab:fasting", "valueBoolean": True}, True),
        ({"url": "urn:lab:fasting-status", "valueString": "NF"}, False),
        ({"url": "urn:lab:fasting", "valueString": "perhaps"}, None),
        ({"url": "urn:lab:other", "valueBoolean": True}, None),
    ],
)
def test_extension_named_for_fasting_is_heard(extension: Json, fasting: bool | None) -> None:
    assert only_line(observation(extension=[extension])).fasting is fasting


def test_question_about_fasting_answers_for_its_own_day() -> None:
    answer = observation(
        "f1",
        code=coded("49541-6"),
        valueQuantity=DELETE,
        valueCodeableConcept=coded("LA33-6", display="Yes"),
    )
    other_day = observation("o2", effectiveDateTime="2026-10-02")
    lines = only_report(bundle(observation("o1"), answer, other_day)).lines

    assert {line.set_id: line.fasting for line in lines if line.monitored} == {
        "o1": True,
        "o2": None,
    }
