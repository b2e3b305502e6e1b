"""The value of an OBX segment by its type: NM, SN, ST, CE, CWE and the rest."""

from __future__ import annotations

from monitoring.intake.coded_answers import presence_by_code
from monitoring.intake.hl7v2_segments import Segment
from monitoring.intake.values import SIGNS, Reading, number_of, plain, presence_of, read_value

DOCUMENTS = ("ED", "RP")
CODED = ("CE", "CWE", "CNE", "CF")


def reading_of(result: Segment) -> Reading:
    """Read OBX-5 by OBX-2; CQ is a number and its unit.

    Several values in one segment are text: which one counts is unsaid.

    An attached document (ED, RP) is no value; it stays in the raw message.
    """
    kind = result.part(2).upper()
    if kind in DOCUMENTS:
        return Reading("")
    if result.repetitions(5) > 1:
        return Reading(result.whole(5))
    if kind == "SN":
        return _structured(result)
    if kind in CODED:
        return _coded(result)
    if kind == "CQ":
        return read_value(f"{result.part(5)} {result.part(5, 2)}")
    return _sign_and_number(result) or read_value(result.whole(5))


def _structured(result: Segment) -> Reading:
    """SN: comparator^number^separator^number; a ratio or a span is text."""
    sign, first, separator, second = (result.part(5, slot) for slot in (1, 2, 3, 4))
    if not first and not separator and not second:
        return read_value(sign)
    if (shifted := _sign_and_number(result)) is not None:
        return shifted
    number = number_of(first)
    if number is None or separator or second or (sign and sign not in (*SIGNS, "=")):
        doubt = (
            "" if number is not None or not first else "the number cannot be read with certainty"
        )
        return Reading(result.whole(5), doubt=doubt)
    return Reading(plain(number), SIGNS.get(sign, ""), number)


def _sign_and_number(result: Segment) -> Reading | None:
    """`^<^10`, or `<^10` under another type: a structured number one slot off, or not so called."""
    pieces = [text for slot in range(1, 6) if (text := result.part(5, slot))]
    if len(pieces) != 2 or pieces[0] not in SIGNS:
        return None
    number = number_of(pieces[1])
    return Reading(plain(number), SIGNS[pieces[0]], number) if number is not None else None


def _coded(result: Segment) -> Reading:
    """CE and CWE: by code and system where known, else by words; contradictions stay as sent.

    Digits in a code are a code and no measurement; only the words may hold a number.
    """
    said: set[str] = set()
    words = bare = ""
    for slot in (1, 4, 10):
        code, text, system = (result.part(5, slot + step) for step in range(3))
        words = words or text
        bare = bare or code
        said |= {presence_by_code(code, system), presence_of(text), presence_of(code)}
    said.discard("")
    if len(said) > 1:
        return Reading(result.whole(5), doubt="the coded answer contradicts its own words")
    if said:
        return Reading(said.pop())
    return read_value(words) if words else Reading(bare)
