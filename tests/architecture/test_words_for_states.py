"""Everything a list or a timeline may show has words: states, kinds, purposes, standpoints."""

from __future__ import annotations

import ast

import pytest

from audit.kinds import Kind
from clinic import wording as staff
from clinic import work_words
from messaging import purposes
from messaging.models import Message
from monitoring.models import Contact, Escalation, PharmacyReport
from monitoring.queries import filters
from portal import wording as patient
from protocol.lab_actions import LabAction
from protocol.vocabulary import Analyte, ItemStatus, Phase, Requirement, Tier
from tests.architecture.source import ROOT, tree

# Tests of messaging declare purposes of their own.
OURS = {each.name for each in purposes.all_purposes() if not each.name.startswith("test-")}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        pytest.param(staff.PHASES, Phase, id="phases"),
        pytest.param(staff.ITEM_STATUS, ItemStatus, id="item-status"),
        pytest.param(staff.TIERS, Tier, id="tiers"),
        pytest.param(staff.REQUIREMENTS, Requirement, id="requirements"),
        pytest.param(patient.REQUIREMENTS, Requirement, id="patient-requirements"),
        pytest.param(patient.REQUIREMENT_NAMES, Requirement, id="patient-requirement-names"),
        pytest.param(staff.ANALYTES, Analyte, id="analytes"),
        pytest.param(patient.ANALYTES, Analyte, id="patient-analytes"),
        pytest.param(staff.CONCERNS, Escalation.Kind.values, id="concerns"),
        pytest.param(work_words.CONTACTS, Contact.Outcome.values, id="contacts"),
        pytest.param(
            work_words.PHARMACY,
            set(PharmacyReport.Kind.values) - {"dispensed"},
            id="pharmacy-reports",
        ),
        pytest.param(work_words.FILTERS, filters.FILTERS, id="filters"),
        pytest.param(work_words.WHO, filters.WHO, id="whose"),
        pytest.param(staff.MESSAGE_STATUS, Message.State.values, id="message-states"),
        pytest.param(staff.PURPOSES, OURS, id="purposes"),
        pytest.param(staff.EVENTS, Kind, id="events"),
        pytest.param(staff.LAB_ACTIONS, LabAction, id="laboratory-actions"),
    ],
)
def test_everything_that_may_be_shown_has_words(table: dict[str, object], words: object) -> None:
    wanted = {getattr(word, "value", word) for word in words}  # type: ignore[attr-defined]
    there = {getattr(word, "value", word) for word in table}
    assert wanted - there == set()


def test_every_standpoint_of_a_list_has_words() -> None:
    """The reasons that ``attention`` gives in words of its own, read from its source."""
    codes = {
        node.args[1].value
        for node in ast.walk(tree(ROOT / "monitoring" / "attention.py"))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "point"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }
    assert codes
    assert codes - set(work_words.STANDPOINTS) == set()
