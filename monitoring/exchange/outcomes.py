"""What a FHIR sender is told: an OperationOutcome with one issue for each patient of the body."""

from typing import Any

from monitoring.actions.results import Receipt
from monitoring.exchange.taking import Taken, told

# Severity and code of issue (FHIR R4 value sets) for what became of a patient's part.
_ISSUES = {
    "accepted": ("information", "informational"),
    "duplicate": ("information", "duplicate"),
    "unmatched": ("warning", "incomplete"),
    "rejected": ("error", "processing"),
}


def outcome(taken: Taken) -> dict[str, Any]:
    """The OperationOutcome of one body that was taken in, or that could not be."""
    if taken.failure:
        return refusal("transient", taken.failure.value)
    return _resource([_issue(receipt) for receipt in taken.receipts])


def refusal(code: str, text: str) -> dict[str, Any]:
    """The OperationOutcome of a call that was not taken in; ``code`` is an issue type of FHIR."""
    return _resource([{"severity": "error", "code": code, "diagnostics": text}])


def _issue(receipt: Receipt) -> dict[str, Any]:
    severity, code = _ISSUES[receipt.status]
    return {"severity": severity, "code": code, "diagnostics": told(receipt)}


def _resource(issues: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": issues}
