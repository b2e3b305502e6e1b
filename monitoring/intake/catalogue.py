"""Which code means which analyte: LOINC with its system, or a common local name.

Codes are those of rule book §6 and of the field study §5, and method variants of the same quantity
in serum or plasma. A LOINC code is one only with its system: 2106-3 is a urine pregnancy test in
LOINC and a race in another table (§6, traps). Whatever is not here waits for the code map (B4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from monitoring.intake.code_map import UNMAPPED
from monitoring.intake.names import analyte_named, says_fasting
from monitoring.intake.units import Quantity

LOINC = "LOINC"
LOINC_SYSTEMS = {
    "ln",
    "loinc",
    "lnc",
    "http://loinc.org",
    "https://loinc.org",
    "http://www.loinc.org",
    "2.16.840.1.113883.6.1",
    "urn:oid:2.16.840.1.113883.6.1",
}
FASTING_STATUS = "49541-6"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a LOINC code stands for; `kind` is the sample where the code itself names it."""

    analyte: str
    quantity: Quantity
    kind: str = ""
    fasting: bool | None = None


_ACTIVITY = Quantity.ACTIVITY
_MASS, _MOLES, _EITHER = Quantity.MASS, Quantity.MOLES, Quantity.MASS_OR_MOLES

LOINC_CODES = {
    "1742-6": Meaning("alt", _ACTIVITY),
    "1743-4": Meaning("alt", _ACTIVITY),
    "1744-2": Meaning("alt", _ACTIVITY),
    "1920-8": Meaning("ast", _ACTIVITY),
    "30239-8": Meaning("ast", _ACTIVITY),
    "6768-6": Meaning("alp", _ACTIVITY),
    "2324-2": Meaning("ggt", _ACTIVITY),
    "2157-6": Meaning("ck", _ACTIVITY),
    "1975-2": Meaning("bilirubin", _MASS),
    "14631-6": Meaning("bilirubin", _MOLES),
    "2571-8": Meaning("triglycerides", _MASS),
    "3048-6": Meaning("triglycerides", _MASS, fasting=True),
    "1644-4": Meaning("triglycerides", _MASS, fasting=True),
    "14927-8": Meaning("triglycerides", _MOLES),
    "35217-9": Meaning("triglycerides", _EITHER),
    "2093-3": Meaning("cholesterol", _MASS),
    "14647-2": Meaning("cholesterol", _MOLES),
    "35200-5": Meaning("cholesterol", _EITHER),
    "2085-9": Meaning("hdl", _MASS),
    "14646-4": Meaning("hdl", _MOLES),
    "13457-7": Meaning("ldl", _MASS),
    "18262-6": Meaning("ldl", _MASS),
    "2089-1": Meaning("ldl", _MASS),
    "39469-2": Meaning("ldl", _MOLES),
    "22748-8": Meaning("ldl", _MOLES),
    "2345-7": Meaning("glucose", _MASS),
    "14749-6": Meaning("glucose", _MOLES),
    "1558-6": Meaning("glucose", _MASS, fasting=True),
    "14771-0": Meaning("glucose", _MOLES, fasting=True),
    "2106-3": Meaning("hcg", Quantity.PRESENCE, kind="urine"),
    "80384-1": Meaning("hcg", Quantity.PRESENCE, kind="urine"),
    "2112-1": Meaning("hcg", Quantity.PRESENCE, kind="urine"),
    "2118-8": Meaning("hcg", Quantity.PRESENCE, kind="serum"),
    "80385-8": Meaning("hcg", Quantity.PRESENCE, kind="serum"),
    "2110-5": Meaning("hcg", Quantity.PRESENCE, kind="serum"),
    "19080-1": Meaning("hcg", Quantity.ARBITRARY, kind="serum"),
    "21198-7": Meaning("hcg", Quantity.ARBITRARY, kind="serum"),
    "45194-8": Meaning("hcg", Quantity.ARBITRARY, kind="serum"),
}

# What these names mean does not hang on the sample or the fraction, as bilirubin and glucose do.
_ONE_MEANING = frozenset({"alt", "ast", "alp", "ggt", "ck", "triglycerides", "hcg"})


@dataclass(frozen=True, slots=True)
class Coding:
    """One slot of a code as sent: code, words, and the name of the code system."""

    code: str
    text: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a code turned out to be. `problem` is not empty where a person must say what it is."""

    code: str
    system: str
    text: str
    analyte: str = ""
    quantity: Quantity = Quantity.ANY
    kind: str = ""
    fasting: bool | None = None
    problem: str = ""


def is_loinc_system(system: str) -> bool:
    """Whether a code system's name, URL or OID is LOINC's."""
    return system.strip().lower().rstrip("/") in LOINC_SYSTEMS


def looks_like_loinc(code: str) -> bool:
    """Whether a code has LOINC's shape, digits and a check digit."""
    return re.fullmatch(r"\d{1,7}-\d", code) is not None


def check_digit_holds(code: str) -> bool:
    """LOINC's own check: the last digit is modulus 10 (Luhn) of those before the hyphen."""
    if not looks_like_loinc(code):
        return False
    digits, check = code.split("-")
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(check)


@lru_cache(maxsize=4096)
def resolve(codings: tuple[Coding, ...]) -> Resolved:
    """Find the analyte of a result from every slot in which a code was sent.

    LOINC with its system wins; a local slot is read by its words. Slots that contradict each other
    leave the analyte empty and say so in `problem`.
    """
    sent = tuple(
        slot
        for each in codings
        if (slot := Coding(each.code.strip(), each.text.strip(), each.system.strip())).code
        or slot.text
    )
    loinc = tuple(slot for slot in sent if slot.code and is_loinc_system(slot.system))
    if loinc:
        return _by_loinc(loinc, sent)
    return _by_name(sent)


def _by_loinc(loinc: tuple[Coding, ...], sent: tuple[Coding, ...]) -> Resolved:
    known = tuple(slot for slot in loinc if slot.code in LOINC_CODES)
    chosen = known[0] if known else loinc[0]
    text = chosen.text or next((slot.text for slot in sent if slot.text), "")
    if not known:
        valid = check_digit_holds(chosen.code)
        problem = "" if valid else f"the LOINC code is not a valid one; {UNMAPPED}"
        if not problem and any(analyte_named(slot.text) in _ONE_MEANING for slot in sent):
            # A method variant that is not listed: its words say that somebody must look.
            problem = UNMAPPED
        return Resolved(chosen.code, LOINC, text, problem=problem)
    meaning = LOINC_CODES[chosen.code]
    said = {LOINC_CODES[slot.code].analyte for slot in known}
    said |= {name for slot in sent if (name := analyte_named(slot.text))}
    said |= {name for slot in sent if slot not in loinc and (name := analyte_named(slot.code))}
    if said != {meaning.analyte}:
        problem = f"the codes and names contradict each other ({', '.join(sorted(said))})"
        return Resolved(chosen.code, LOINC, text, problem=problem)
    return Resolved(
        chosen.code,
        LOINC,
        text,
        meaning.analyte,
        meaning.quantity,
        meaning.kind,
        meaning.fasting or (True if any(says_fasting(slot.text) for slot in sent) else None),
    )


def _by_name(sent: tuple[Coding, ...]) -> Resolved:
    if not sent:
        return Resolved("", "", "", problem="no code was sent")
    first = next((slot for slot in sent if slot.code), sent[0])
    text = first.text or next((slot.text for slot in sent if slot.text), "")
    borrowed = [slot for slot in sent if slot.system and looks_like_loinc(slot.code)]
    if borrowed:
        # A laboratory that always writes it so would wait for ever: staff may say what it means.
        problem = f"the code looks like LOINC but was sent under another code system; {UNMAPPED}"
        return Resolved(first.code, first.system, text, problem=problem)
    said = {analyte for slot in sent if (analyte := _local_meaning(slot))}
    if len(said) > 1 or any(_contradicts_itself(slot) for slot in sent):
        problem = "the local codes and names contradict each other"
        return Resolved(first.code, first.system, text, problem=problem)
    if not said:
        return Resolved(first.code, first.system, text, problem=UNMAPPED)
    (analyte,) = said
    fasting = True if any(says_fasting(slot.text) for slot in sent) else None
    return Resolved(first.code, first.system, text, analyte, fasting=fasting)


def _local_meaning(slot: Coding) -> str:
    """Words decide; a bare code is read as a word only where no other words were sent.

    `TG^Triglyceride` and `GPT` are known, `ALT^Alternaria IgE` is not. A code in LOINC's shape
    without any system counts only if the words say the same, and never for hCG (§6, traps).
    """
    if looks_like_loinc(slot.code):
        named = analyte_named(slot.text)
        meaning = LOINC_CODES.get(slot.code)
        agrees = meaning is not None and meaning.analyte == named
        return named if agrees and named != "hcg" else ""
    return analyte_named(slot.text) if slot.text else analyte_named(slot.code)


def _contradicts_itself(slot: Coding) -> bool:
    by_code, by_text = analyte_named(slot.code), analyte_named(slot.text)
    return bool(by_code and by_text and by_code != by_text)
