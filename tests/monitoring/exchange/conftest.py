"""A clinic that knows the patient of the messages, and its laboratory's token."""

from __future__ import annotations

import pytest

from people.models import Clinic
from tests import world
from tests.monitoring.exchange.laboratory_system import issued, patient_of


@pytest.fixture
def clinic(db: None) -> Clinic:
    clinic = world.clinic()
    patient_of(clinic)
    return clinic


@pytest.fixture
def token(clinic: Clinic) -> str:
    return issued(clinic).text
