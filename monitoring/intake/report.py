"""What a laboratory message says, once it has been read: the shapes that every parser yields.

Pure data. A parser turns bytes into one entry per message and patient: an `IncomingReport` that
can be stored, or a `Rejected` with the reason in plain words. Nothing is dropped and nothing is
guessed: a line that cannot be trusted stays in the report and says in `held` or `ungraded` why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Format(StrEnum):
    """The three wire formats that a laboratory may send."""

    HL7V2 = "hl7v2"
    FHIR = "fhir"
    CSV = "csv"


class ResultStatus(StrEnum):
    """How far the laboratory stands behind a result; missing or unknown is preliminary."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"


class Disposition(StrEnum):
    """What becomes of one line, as far as the message alone can tell.

    Whether it was known already (duplicate) or comes too late (superseded) needs the record.
    """

    STORED = "stored"
    PENDING = "pending"
    UNGRADED = "ungraded"
    NOT_MONITORED = "not-monitored"


@dataclass(frozen=True, slots=True)
class PatientIdentifier:
    """One number by which the laboratory knows the patient, and who gave it out ("" if unsaid)."""

    value: str
    authority: str = ""


@dataclass(frozen=True, slots=True)
class PatientHints:
    """What the message says about who the patient is. Empty identifiers are never kept (B1)."""

    identifiers: tuple[PatientIdentifier, ...] = ()
    born: date | None = None
    family: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class IncomingSpecimen:
    """One sample, by its own collection day.

    `collected_on` is the day written at the place of the specimen; `collected_text` is what was
    sent. `kind` is urine, serum or blood where the message says so, else "". `why_held` is not
    empty when no line of this sample may count (no day, a day in the future, sample refused).
    """

    collected_on: date | None
    collected_text: str = ""
    fasting: bool | None = None
    accession: str = ""
    kind: str = ""
    kind_text: str = ""
    why_held: str = ""


@dataclass(frozen=True, slots=True)
class IncomingLine:
    """One result as sent, with the laboratory's own range.

    `value` is a plain decimal with a point, or a word; `comparator` is "", "<", "<=", ">" or ">=".
    `unit` is the canonical spelling of the unit sent, never converted. `analyte` is a name of the
    catalogue or "". `monitored` is true for the analytes of the catalogue. `held` says why the
    line must wait for a person; `ungraded` why it is kept but cannot be graded.
    """

    set_id: str
    filler: str
    specimen: int
    analyte: str
    code: str
    code_system: str
    code_text: str
    value: str
    comparator: str
    unit: str
    unit_as_sent: str
    low: str
    high: str
    range_text: str
    flag: str
    status: ResultStatus
    collected_on: date | None
    fasting: bool | None
    notes: tuple[str, ...] = ()
    held: str = ""
    ungraded: str = ""
    monitored: bool = False

    @property
    def disposition(self) -> Disposition:
        """What becomes of the line, the most cautious answer first."""
        if self.held:
            return Disposition.PENDING
        if not self.monitored:
            return Disposition.NOT_MONITORED
        if self.status is ResultStatus.PRELIMINARY:
            return Disposition.PENDING
        if self.ungraded and self.status is not ResultStatus.CANCELLED:
            return Disposition.UNGRADED
        return Disposition.STORED

    @property
    def why(self) -> str:
        """The reason in words; never empty for a line that is pending or ungraded."""
        match self.disposition:
            case Disposition.PENDING:
                return self.held or "preliminary: waits for the final result"
            case Disposition.UNGRADED:
                return self.ungraded
            case _:
                return ""


@dataclass(frozen=True, slots=True)
class IncomingReport:
    """One message about one patient.

    `content_hash` covers what is reported and about whom, not the envelope: the same content
    under another control id has the same hash. `sender` and `control_id` are "" where the format
    has none.
    """

    format: Format
    file: str
    sender: str
    control_id: str
    content_hash: str
    patient: PatientHints
    specimens: tuple[IncomingSpecimen, ...]
    lines: tuple[IncomingLine, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message, or a part of one, that cannot be used; `reason` is for staff, in plain words.

    The reason never repeats the content of the message: it may end in a log.
    """

    reason: str
    file: str = ""
    format: Format | None = None
    sender: str = ""
    control_id: str = ""
    patient: PatientHints = field(default_factory=PatientHints)


Entry = IncomingReport | Rejected
