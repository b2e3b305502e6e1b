"""FHIR files: who is meant, what belongs together, and what is no result at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.report import (
    Disposition,
    IncomingReport,
    PatientIdentifier,
    Rejected,
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
    patient,
    read,
    report,
)


def test_a_lone_observation_is_a_report_of_one_result() -> None:
    line = only_line(observation())

    assert (line.analyte, line.code, line.value, line.unit) == ("alt", "1742-6", "83", "U/L")
    assert (line.low, line.high, line.collected_on) == ("7", "56", date(2026, 11, 2))
    assert (line.status, line.disposition) == (ResultStatus.FINAL, Disposition.STORED)


def test_a_bundle_names_patient_sender_and_control_id() -> None:
    entry = only_report(bundle(patient(), report("Observation/alt-1"), observation()))

    assert entry.patient.identifiers == (PatientIdentifier("MRN-7001", "urn:clinic"),)
    assert (entry.patient.born, entry.patient.family) == (date(2004, 2, 10), "Example")
    assert (entry.control_id, entry.sender) == ("b-1", "North Laboratory")
    assert entry.lines[0].filler == "ACC-1"


@pytest.mark.parametrize("kind", ["collection", "transaction", "message", "batch"])
def test_bundles_of_several_types_are_read(kind: str) -> None:
    assert len(only_report(bundle(observation(), kind=kind)).lines) == 1


def test_contained_observations_have_what_their_report_says() -> None:
    inner = observation("o1", subject=DELETE, effectiveDateTime=DELETE)
    entry = only_report(report("#o1", contained=[inner]))

    assert [each.value for each in entry.patient.identifiers] == ["p1"]
    assert entry.lines[0].collected_on == date(2026, 11, 1)


def test_panel_of_panels_gives_each_result_once_with_the_panels_sample() -> None:
    sample = {
        "resourceType": "Specimen",
        "id": "s1",
        "accessionIdentifier": {"value": "ACC-9"},
        "type": coded("119364003", "http://snomed.info/sct", "Serum sample"),
        "collection": {"collectedDateTime": "2026-10-30"},
    }
    inner = observation("o1", subject=DELETE, effectiveDateTime=DELETE)
    panel = observation(
        "p-in",
        valueQuantity=DELETE,
        subject=DELETE,
        effectiveDateTime=DELETE,
        hasMember=[{"reference": "Observation/o1"}],
    )
    outer = observation(
        "p-out",
        valueQuantity=DELETE,
        specimen={"reference": "Specimen/s1"},
        hasMember=[{"reference": "Observation/p-in"}],
    )
    entry = only_report(
        bundle(report("Observation/p-out", "Observation/p-in"), inner, panel, outer, sample)
    )

    (line,) = entry.lines
    assert (line.value, line.collected_on) == ("83", date(2026, 10, 30))
    assert (entry.specimens[0].accession, entry.specimens[0].kind) == ("ACC-9", "serum")


def test_components_are_results_of_their_own() -> None:
    parts = [
        {"code": coded("2571-8"), "valueQuantity": {"value": 150, "unit": "mg/dL"}},
        {"code": coded("2093-3"), "valueQuantity": {"value": 180, "unit": "mg/dL"}},
    ]
    panel = observation(code=coded("24331-1"), valueQuantity=DELETE, component=parts)

    lines = only_report(panel).lines

    assert [(each.analyte, each.set_id) for each in lines] == [
        ("triglycerides", "alt-1.1"),
        ("cholesterol", "alt-1.2"),
    ]


@pytest.mark.parametrize(
    ("reference", "url", "found"),
    [
        ("Patient/p1", "", True),
        ("Patient/p1/_history/3", "", True),
        ("https://lab.example/fhir/Patient/p1", "https://lab.example/fhir/Patient/p1", True),
        ("urn:uuid:0c5bd4c4-0000-4000-8000-1", "urn:uuid:0c5bd4c4-0000-4000-8000-1", True),
        ("https://other.example/fhir/Patient/p1", "https://lab.example/fhir/Patient/p1", False),
        ("Patient/p2", "", False),
    ],
)
def test_references_lead_only_to_the_resource_they_name(
    reference: str, url: str, found: bool
) -> None:
    file = bundle(patient(), observation(subject={"reference": reference}))
    if url:
        file["entry"][0]["fullUrl"] = url

    born = only_report(file).patient.born

    assert born == (date(2004, 2, 10) if found else None)


def test_same_id_from_two_servers_is_never_resolved_by_chance() -> None:
    file = bundle(patient(), patient(mrn="MRN-2"), observation())
    file["entry"][0]["fullUrl"] = "https://a.example/Patient/p1"
    file["entry"][1]["fullUrl"] = "https://b.example/Patient/p1"

    assert only_report(file).patient.born is None


@pytest.mark.parametrize(
    ("subject", "identifiers"),
    [
        ({"reference": "Patient/pat2"}, [("pat2", "")]),
        ({"identifier": {"system": "urn:c", "value": "MRN-9"}}, [("MRN-9", "urn:c")]),
        ({"reference": "Patient?identifier=urn:c|MRN-9"}, [("MRN-9", "urn:c")]),
        ({"reference": "Group/7"}, []),
        ({"display": "Ada Example"}, []),
        (DELETE, []),
    ],
)
def test_without_the_patient_only_what_the_reference_says_is_a_hint(
    subject: Any, identifiers: list[tuple[str, str]]
) -> None:
    hints = only_report(observation(subject=subject)).patient

    assert [(each.value, each.authority) for each in hints.identifiers] == identifiers
    assert hints.born is None


def test_patient_without_identifier_has_none() -> None:
    hints = only_report(bundle(patient(identifier=DELETE), observation())).patient

    assert hints.identifiers == ()
    assert hints.born == date(2004, 2, 10)


def test_each_patient_of_a_file_has_an_entry_with_only_their_results() -> None:
    other = observation("o2", subject={"reference": "Patient/p2"})
    first, second = read(bundle(patient(), patient("p2", "MRN-2"), observation("o1"), other))

    assert isinstance(first, IncomingReport)
    assert isinstance(second, IncomingReport)
    assert [line.set_id for line in first.lines] == ["o1"]
    assert [line.set_id for line in second.lines] == ["o2"]
    assert second.patient.identifiers[0].value == "MRN-2"


def test_result_and_report_of_different_patients_wait() -> None:
    other = observation(subject={"reference": "Patient/p2"})
    entries = read(bundle(patient(), patient("p2"), report("Observation/alt-1"), other))
    lines = [line for entry in entries for line in getattr(entry, "lines", ())]

    assert [line.disposition for line in lines] == [Disposition.PENDING]
    assert "different patients" in lines[0].why


def test_one_bad_result_does_not_take_the_others_along() -> None:
    lines = only_report(bundle(observation("good"), observation("bad", status=7))).lines

    assert {line.set_id: line.disposition for line in lines} == {
        "good": Disposition.STORED,
        "bad": Disposition.PENDING,
    }


def test_result_that_the_file_does_not_hold_is_missed_aloud() -> None:
    lines = only_report(bundle(report("Observation/gone", "Observation/alt-1"), observation()))

    assert [line.disposition for line in lines.lines] == [Disposition.PENDING, Disposition.STORED]
    assert "does not hold" in lines.lines[0].why


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not complete JSON"),
        (b'{"resourceType": "Observation", "sta', "not complete JSON (line 1"),
        (b"[1, 2]", "not a FHIR resource"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"resourceType": "Observation", "x": NaN}', "a number that is none"),
        (b"{\xfd}", "not text in UTF-8"),
        ({"resourceType": "Questionnaire"}, "not a resource that holds results (Questionnaire)"),
        ({"resourceType": "Bundle", "type": "history"}, "bundle of this type"),
        (bundle(patient()), "no result"),
        (report(), "no result"),
        (report(status=7), "not valid FHIR"),
    ],
)
def test_what_holds_no_result_is_rejected_with_its_reason(
    content: Json | bytes, reason: str
) -> None:
    (entry,) = read(content)

    assert isinstance(entry, Rejected)
    assert reason in entry.reason


def test_same_content_in_another_bundle_has_the_same_hash() -> None:
    first = only_report(bundle(patient(), observation(), id="b-1"))
    again = only_report(bundle(patient(), observation(meta={"versionId": "2"}), id="b-2"))
    other = only_report(bundle(patient(), observation(status="corrected")))

    assert first.content_hash == again.content_hash
    assert first.content_hash != other.content_hash


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
KEYS = sorted(observation() | patient() | report()) + ["hasMember", "component", "contained"]


@given(st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=3))
def test_no_content_of_a_resource_makes_the_reader_fail(changes: Json) -> None:
    for file in (
        bundle(patient(), report("Observation/alt-1"), observation() | changes),
        bundle(patient() | changes, report("Observation/alt-1") | changes, observation()),
        bundle(observation()) | changes,
    ):
        assert read(file)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_fhir_reader_fail(data: bytes) -> None:
    assert all(isinstance(entry, IncomingReport | Rejected) for entry in read(data))


SAMPLES = {
    "Bundle-ghp.json": {"glucose": 1, "bilirubin": 1, "alp": 1, "ggt": 1, "alt": 1, "ast": 1},
    "Bundle-lipids.json": {"cholesterol": 1, "triglycerides": 1, "hdl": 1, "ldl": 1},
    "synthea-female-labs-only-subset.json": {
        "cholesterol": 7,
        "triglycerides": 7,
        "hdl": 7,
        "ldl": 7,
    },
}


@pytest.mark.parametrize("name", SAMPLES)
def test_public_samples_give_the_expected_analytes(shared_samples, name: str) -> None:
    lines = only_report((shared_samples / "fhir" / name).read_bytes()).lines
    counts = {analyte: sum(line.analyte == analyte for line in lines) for analyte in SAMPLES[name]}

    assert counts == SAMPLES[name]
    assert all(line.collected_on for line in lines)


def test_sample_of_raised_alt_is_read_with_its_range(shared_samples) -> None:
    lines = only_report((shared_samples / "fhir" / "Bundle-ghp.json").read_bytes()).lines
    (alt,) = [line for line in lines if line.analyte == "alt"]

    assert (alt.value, alt.unit, alt.low, alt.high, alt.flag) == ("54", "U/L", "0", "45", "H")
    assert alt.collected_on == date(2015, 8, 16)
