"""The public sample messages through ``import_labs``, where they are at hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitoring.actions import linking
from monitoring.models import LabReport, Observation
from people.models import Clinic
from tests import world
from tests.monitoring.laboratory import Laboratory

pytestmark = pytest.mark.django_db

TODAY = datetime.now(tz=UTC).date()


@pytest.fixture
def clinic() -> Clinic:
    return world.clinic()


@pytest.fixture
def laboratory(tmp_path: Path, clinic: Clinic) -> Laboratory:
    return Laboratory(tmp_path, clinic)


def test_the_sample_panels_of_the_standards_are_filed(
    laboratory: Laboratory, clinic: Clinic, shared_samples: Path
) -> None:
    world.patient(
        clinic, mrn="8", given_name="William", family_name="Jones", born=date(1961, 6, 15)
    )
    path = shared_samples / "hl7v2" / "nist-LRI-GU-003.00-lipid-panel.hl7"

    code, answer = laboratory.run(path)

    assert code == 0
    (entry,) = answer["messages"]
    assert entry["patient"] == {"status": "matched", "mrn": "8", "why": ""}
    found = {result["analyte"]: result for result in entry["results"]}
    assert found["cholesterol"]["value"] == "196"
    assert {result["collected"] for result in entry["results"]} == {"2011-05-31"}
    assert {result["disposition"] for result in entry["results"]} <= {"stored", "not-monitored"}
    assert laboratory.run(path)[1]["messages"][0]["status"] == "duplicate"


def test_every_sample_message_is_answered_for(laboratory: Laboratory, shared_samples: Path) -> None:
    folder = shared_samples / "hl7v2"

    code, answer = laboratory.run(folder)

    assert code in {0, 1}
    assert {path.name for path in folder.iterdir()} == {e["file"] for e in answer["messages"]}
    for entry in answer["messages"]:
        assert entry["status"] in {"unmatched", "rejected"}
        assert entry["reason"]
    assert answer["totals"]["messages"] == LabReport.objects.count()


def test_the_sample_bundle_waits_for_a_person_who_links_its_one_suggestion(
    laboratory: Laboratory, clinic: Clinic, shared_samples: Path
) -> None:
    """It names its patient by a reference alone, without a birth date."""
    patient = world.patient(clinic, mrn="pat2")

    code, answer = laboratory.run(shared_samples / "fhir" / "Bundle-ghp.json")

    assert code == 0
    (entry,) = answer["messages"]
    assert (entry["status"], entry["patient"]["status"]) == ("unmatched", "unmatched")
    report = LabReport.objects.get()
    assert report.suggestions == [str(patient.public_id)]
    assert not Observation.objects.exists()

    doctor = world.staff(clinic)
    linking.link(report, patient=patient, by=doctor, now=datetime.now(tz=UTC))

    collected = set(Observation.objects.values_list("specimen__collected_on", flat=True))
    assert collected == {date(2015, 8, 16)}
