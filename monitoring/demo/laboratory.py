"""The demo's laboratories: blood values with a trend, written as HL7 v2 and sent like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from audit import trail
from monitoring.actions import results
from monitoring.actions.results import Receipt
from monitoring.intake import hl7v2
from people.models import Clinic, Patient

INTERFACE = trail.System("laboratory interface")

# Analyte: LOINC, name, unit and range in the United States, unit and range elsewhere.
_TESTS = {
    "alt": ("1742-6", "ALT", "U/L", "7-50", "U/L", "7-50"),
    "ast": ("1920-8", "AST", "U/L", "10-40", "U/L", "10-40"),
    "ck": ("2157-6", "Creatine kinase", "U/L", "40-320", "U/L", "40-320"),
    "triglycerides": ("2571-8", "Triglyceride", "mg/dL", "0-150", "mmol/L", "0.0-1.7"),
    "cholesterol": ("2093-3", "Cholesterol", "mg/dL", "0-200", "mmol/L", "0.0-5.2"),
}
# The same analytes where the amount of substance is reported have codes of their own.
_MOLAR_CODES = {
    "triglycerides": "14927-8",
    "cholesterol": "14647-2",
}
_MG_PER_MMOL = {
    "triglycerides": Decimal("88.57"),
    "cholesterol": Decimal("38.67"),
}
_ENZYMES = ("alt", "ast", "ck")


@dataclass(frozen=True, slots=True)
class Constitution:
    """What one person's blood tends to be: enzymes in U/L, lipids in mg/dL."""

    alt: float
    triglycerides: float
    cholesterol: float

    @classmethod
    def drawn(cls, rng: Random) -> Constitution:
        """Log-normal around the published means, kept where nobody needs to act."""
        return cls(
            alt=min(36.0, max(11.0, rng.lognormvariate(2.94, 0.3))),
            triglycerides=min(135.0, max(42.0, rng.lognormvariate(4.38, 0.3))),
            cholesterol=min(185.0, max(128.0, rng.gauss(162, 16))),
        )

    def values(self, month: int, rng: Random) -> dict[str, Decimal]:
        """A draw in the month of treatment (0 before it): a rise at first, then a plateau."""
        rise = (1.0, 1.12, 1.2, 1.16)[min(month, 3)]
        jitter = rng.uniform(0.94, 1.06)
        alt = self.alt * (1 + (rise - 1) * 0.8) * jitter
        lipids = rise * rng.uniform(0.95, 1.05)
        measured = {
            "alt": alt,
            "ast": alt * 0.9,
            "triglycerides": self.triglycerides * lipids,
            "cholesterol": self.cholesterol * (1 + (rise - 1) * 0.4),
        }
        return {name: Decimal(round(number)) for name, number in measured.items()}


@dataclass(frozen=True, slots=True)
class Sample:
    """One draw of one person, as the laboratory reports it; lipids in mg/dL."""

    values: Mapping[str, Decimal]
    collected_on: date
    fasting: bool | None = True
    status: str = "F"


@dataclass(frozen=True, slots=True)
class Whose:
    """What the message says about the patient; it may be wrong, as in life."""

    mrn: str
    family: str
    given: str
    born: date | None
    sex: str

    @classmethod
    def of(cls, patient: Patient) -> Whose:
        """What a laboratory with the right request form writes."""
        sex = {"female": "F", "male": "M"}.get(patient.sex, "U")
        return cls(patient.mrn, patient.family_name, patient.given_name, patient.born, sex)


def message(clinic: Clinic, whose: Whose, sample: Sample, *, accession: str) -> bytes:
    """The HL7 v2.5.1 text of a report."""
    molar = clinic.country != "US"
    about = named(whose.family, whose.given, whose.born)
    day = f"{sample.collected_on:%Y%m%d}"
    lines = [
        f"MSH|^~\\&|BRIDGELAB|{clinic.slug.upper()}|ISOTRACK|CLINIC|{day}1530||ORU^R01^ORU_R01"
        f"|{accession}|P|2.5.1||||||UNICODE UTF-8",
        f"PID|1||{whose.mrn}^^^CLINIC^MR||{about}|{whose.sex}",
        f"OBR|1|REQ-{accession}|{accession}|24331-1^Lipid and liver panel^LN|||{day}0815",
    ]
    for name, value in sample.values.items():
        lines.append(_result(len(lines) - 2, name, value, molar=molar, status=sample.status))
    if sample.fasting is not None:
        word = "Y" if sample.fasting else "N"
        lines.append(
            f"OBX|{len(lines) - 2}|ST|49541-6^Fasting status^LN||{word}||||||{sample.status}"
        )
    return ("\r".join(lines) + "\r").encode()


def named(family: str, given: str, born: date | None) -> str:
    """The part of a message that says who the patient is, beside the number."""
    return f"{_text(family)}^{_text(given)}||{f'{born:%Y%m%d}' if born else ''}"


def deliver(raw: bytes, *, clinic: Clinic, name: str, now: datetime) -> list[Receipt]:
    """Bring a message in by the only way there is."""
    zone = ZoneInfo(clinic.timezone)
    entries = hl7v2.read(raw, file=name, zone=zone, as_of=now.astimezone(zone).date())
    origin = results.Origin(clinic=clinic, source="file", file_name=name)
    return results.receive(raw, entries, origin=origin, by=INTERFACE, now=now)


def _result(number: int, name: str, value: Decimal, *, molar: bool, status: str) -> str:
    code, title, unit, limits, molar_unit, molar_limits = _TESTS[name]
    if molar and name not in _ENZYMES:
        code, unit, limits = _MOLAR_CODES[name], molar_unit, molar_limits
        value = round(value / _MG_PER_MMOL[name], 2)
    high = Decimal(limits.split("-")[1])
    flag = "H" if value > high else "N"
    return f"OBX|{number}|NM|{code}^{title}^LN||{value}|{unit}|{limits}|{flag}|||{status}"


def _text(words: str) -> str:
    """Words with HL7's own characters escaped."""
    for character, escaped in (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("&", "\\T\\")):
        words = words.replace(character, escaped)
    return words
