"""Messages as laboratories really send them, each with the reading that the contract asks for.

``unseen_messages.jsonl`` holds one case a line: the bytes (as ISO-8859-1), the status of the
message, and of each result what must be said. All of it is made up.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitoring.models import LabMessage
from tests import world
from tests.monitoring.laboratory import Laboratory

pytestmark = pytest.mark.django_db

_LINES = Path(__file__).with_name("unseen_messages.jsonl").read_text(encoding="ascii").splitlines()
CASES: list[dict[str, Any]] = [json.loads(line) for line in _LINES]


def _differences(answer: dict[str, Any], case: dict[str, Any]) -> list[Any]:
    if answer["status"] != case["status"]:
        return [answer["status"], answer["reason"]]
    if case["status"] != "accepted":
        return [] if answer["reason"] else ["no reason"]
    if len(answer["results"]) != len(case["results"]):
        return [answer["results"]]
    found: list[Any] = []
    for result, told in zip(answer["results"], case["results"], strict=True):
        found += [(name, result[name], said) for name, said in told.items() if result[name] != said]
        if result["disposition"] in {"pending", "ungraded"} and not result["why"]:
            found.append("no why")
    return found


def test_every_message_is_read_as_the_contract_says(tmp_path: Path) -> None:
    """Each case is a file about a patient of its own; all are imported in one run."""
    clinic = world.clinic()
    for number, case in enumerate(CASES):
        mrn = f"MRN-{number + 8000}"
        world.patient(clinic, mrn=mrn, born=date(2004, 2, 10))
        content = case["message"].replace("MRN-7001", mrn).encode("latin-1")
        (tmp_path / f"{number:03d}").write_bytes(content)

    _, answer = Laboratory(tmp_path, clinic).run(tmp_path)

    entries = {int(entry["file"]): entry for entry in answer["messages"]}
    assert len(entries) == len(answer["messages"]) == len(CASES)
    wrong = {
        case["name"]: differences
        for number, case in enumerate(CASES)
        if (differences := _differences(entries[number], case))
    }
    assert wrong == {}
    assert LabMessage.objects.count() == len(CASES)
