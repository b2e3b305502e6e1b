"""What is not quite FHIR R4 and means the same: spellings of R5, missing seconds, no status.

Asked only about a resource that is not valid as it stands. Nothing here fills in a meaning: what
is added says "unknown", and what is left out no reader of ours would have used.
"""

from __future__ import annotations

import re
from typing import Any

# Elements that R5 added or renamed; none of them changes what a result says.
_NEWER = {
    "Observation": ("bodyStructure", "triggeredBy", "instantiatesCanonical",
                    "instantiatesReference", "organizer"),
    "DiagnosticReport": ("supportingInfo", "note", "procedure", "communication",
                         "composition", "presentedForm"),
    "Specimen": ("role", "feature", "combined", "subject", "container", "processing"),
    "Patient": ("communication", "contact", "link", "photo"),
    "MessageHeader": ("definition", "reason", "response"),
}  # fmt: skip
_TIMES = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[T ](?P<minute>\d{2}:\d{2})(?P<second>:\d{2}(?:\.\d+)?)?"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2})?"
)


def tolerant(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    """A copy of a resource in R4's own spelling, as far as that is certain."""
    kept = {key: value for key, value in raw.items() if key not in _NEWER.get(kind, ())}
    if kind in ("Observation", "DiagnosticReport") and not kept.get("status"):
        # Missing is unknown, and unknown is preliminary for whoever reads it.
        kept["status"] = "unknown"
    for name in ("effectiveDateTime", "effectiveInstant"):
        if name in kept:
            kept[name] = whole_time(kept[name])
    if isinstance(collection := kept.get("collection"), dict) and kind == "Specimen":
        kept["collection"] = {
            key: whole_time(value) if key == "collectedDateTime" else value
            for key, value in collection.items()
        }
    return kept


def whole_time(value: Any) -> Any:
    """An instant with the seconds that were left off; without an offset only the day is kept."""
    found = _TIMES.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    if not found["offset"]:
        return found["day"]
    return f"{found['day']}T{found['minute']}{found['second'] or ':00'}{found['offset']}"
