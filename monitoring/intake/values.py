"""Reading what stands in a value or a reference range: numbers, signs, words.

Nothing is guessed: a comma that may mean thousands or decimals stays unread and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from monitoring.intake.spelling import fold
from monitoring.intake.units import canonical_unit, is_known

SIGNS = {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "=<": "<=", "=>": ">=", "≤": "<=", "≥": ">="}
_SIGN = r"(?P<sign><=|>=|=<|=>|<|>|≤|≥)?"
_DIGITS = r"[+-]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,2})?"
_VALUE = re.compile(rf"{_SIGN}\s*(?P<digits>{_DIGITS})(?P<rest>\s*[^\s\d.,].*)?", re.DOTALL)
# `< OR = 10`, as large American laboratories print it.
_SPELT_SIGN = re.compile(r"^([<>])\s*or\s*=", re.IGNORECASE)
_LONGEST_NUMBER = 40
# Signs that word processors put where a keyboard's are meant.
_PLAIN = str.maketrans({"−": "-", "\u00a0": " ", "\u202f": " ", "’": "'"})

WORDS = {
    "negative": "neg negative negativ negatif negativo negativa nondetected notdetected "
    "nichtnachweisbar nichtnachgewiesen nondetecte nodetectado undetected notpregnant "
    "nichtschwanger absent nonreactive nichtreaktiv nonreactif noreactivo "
    "naoreagente naodetectado naoreativo saptanmadi tespitedilmedi gebedegil",
    "positive": "pos positive positiv positif positivo positiva detected nachweisbar nachgewiesen "
    "detecte detectado pregnant schwanger present reactive reaktiv reactif reactivo "
    "reagente reativo pozitif saptandi tespitedildi gebe",
    "indeterminate": "ind indeterminate indeterminado indeterminee indetermine unbestimmt "
    "inconclusive equivocal equivoque equivoco borderline grenzwertig fraglich zweifelhaft "
    "duvidoso supheli doubtful douteux dudoso nonconcluant noconcluyente unklar",
}
_NEUTRAL_WORDS = (
    "hcg bhcg beta test result resultat ergebnis resultado pregnancy schwangerschaft "
    "schwangerschaftstest grossesse embarazo prueba de for im in urine urin orina serum suero "
    "qualitative qualitativ qualitatif cualitativo qualitativo gravidez gebelik testi"
)
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())
_FAINT = re.compile(r"posit|pozitif|\b(?:weak|schwach|faible|debil|faint|trace|spur|fraco|zayif)")
_DENIAL = re.compile(r"(?:no|nao|not|non|nicht|kein\w*|ne|neg\w*)\b")
_FOUND = re.compile(
    r"detect|detetad|nachweis|nachgewies|rea[ck]t|\breag|\breativ|saptand|edildi|pregnant|"
    r"schwanger|enceinte|embarazada|gravida|\bgebe\b(?! degil)"
)
_WORDS = {word: meaning for meaning, words in WORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a value turned out to be.

    `text` is the plain decimal, or the words as sent; `number` is None where it is not a number.
    `unit` is a canonical unit that was written behind the number. `doubt` says why a number could
    not be read with certainty.
    """

    text: str
    sign: str = ""
    number: Decimal | None = None
    unit: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """The laboratory's own limits as plain decimals, "" where it names none.

    `unit` is the unit written in the range itself, canonical, "" where there is none.
    """

    low: str = ""
    high: str = ""
    unit: str = ""


NO_RANGE = Range()


def plain(number: Decimal) -> str:
    """A number as a plain decimal: a point, no exponent, the digits as sent."""
    return format(abs(number) if number == 0 else number, "f")


def number_of(text: str) -> Decimal | None:
    """The number meant by digits, points and commas, or None where it is not certain.

    One comma is a decimal sign unless exactly three digits follow it (1,400 may be 1.4 or 1400).
    Where commas and points both stand, the last kind is the decimal sign.
    """
    if len(text) > _LONGEST_NUMBER:
        return None
    plain_text = text
    if "," in text and "." in text:
        thousands, decimal = (",", ".") if text.rfind(".") > text.rfind(",") else (".", ",")
        if text.count(decimal) > 1 or not _is_grouped(text.split(decimal)[0], thousands):
            return None
        plain_text = text.replace(thousands, "").replace(decimal, ".")
    elif text.count(",") == 1:
        whole, fraction = text.split(",")
        if re.match(r"\d{3}(?!\d)", fraction) and whole.lstrip("+-") not in ("", "0"):
            return None
        plain_text = text.replace(",", ".")
    elif "," in text:
        if not _is_grouped(text, ","):
            return None
        plain_text = text.replace(",", "")
    try:
        number = Decimal(plain_text)
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and abs(number.adjusted()) > _LONGEST_NUMBER):
        return None
    return number


def _is_grouped(text: str, separator: str) -> bool:
    return re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+", text) is not None


def read_value(text: str) -> Reading:
    """Read a value as sent: `83`, `<10`, `< 31`, `0,9`, `0.51 U/l`, `negative`, `haemolysed`."""
    sent = text.strip()
    tidy = _SPELT_SIGN.sub(r"\1=", sent.translate(_PLAIN))
    found = _VALUE.fullmatch(tidy)
    if not found:
        return Reading(sent)
    rest = (found["rest"] or "").strip()
    unit = canonical_unit(rest)
    if rest and not is_known(unit):
        return Reading(sent)
    number = number_of(found["digits"])
    if number is None:
        return Reading(sent, doubt="the number can be read in more than one way")
    return Reading(plain(number), SIGNS.get(found["sign"] or "", ""), number, unit)


def presence_of(text: str) -> str:
    """negative, positive or indeterminate, or "" for any other words (en, de, fr, es, pt, tr).

    Words that only name the test say nothing (`hCG negative`). A question mark, or a plus behind
    `negative`, is a doubt, and a doubt is no answer.
    """
    said = "".join(word for word in fold(text).split() if word not in _NEUTRAL)
    meaning = _WORDS.get(said, "")
    doubted = "?" in text or (meaning == "negative" and "+" in text)
    return "" if doubted else meaning


def may_mean_positive(text: str) -> bool:
    """Whether words that are no answer may still say that something was found: `weakly positive`.

    For asking somebody to look today, never for deciding.
    """
    if presence_of(text) == "negative":
        return False
    words = fold(text)
    if "+" in text or _FAINT.search(words):
        return True
    return not _DENIAL.match(words) and _FOUND.search(words) is not None


_NUMBER = r"(?:\d[\d.,]*|[.,]\d+)"
_UPTO = (
    r"(?:<=?|=<|≤|< ?(?:or|ou|oder|o) ?=|up ?to|bis(?: zu)?|unter|kleiner(?: als)?|under|below|"
    r"(?:less|lower|smaller) than(?: or equal to)?|(?:no|not) (?:more|higher|greater) than|at most|"
    r"nicht uber|hochstens|"
    r"jusqu'?a|hasta|ate|moins de|menor de|menor que|menos de|inf(?:erieur|erior|\.)? a|"
    r"max\.?|-(?= ?\d))"
)
_FROM = (
    r"(?:> ?(?:or|ou|oder|o) ?=|>=?|=>|≥|ab|uber|grosser(?: als)?|above|over|"
    r"(?:more|higher|greater) than(?: or equal to)?|(?:no|not) (?:less|lower) than|at least|"
    r"from|mind\.?|min\.?)"
)
_SPAN = re.compile(
    rf"(?:von |de |from |between |entre )?(?P<low>-?{_NUMBER})\s*"
    rf"(?:-|–|—|\^|;|\.\.\.?|to|bis|a|à|et|y|and|hasta)\s*(?P<high>{_NUMBER})"
    r"(?P<unit>\s*[^\d\s].*)?",
    re.IGNORECASE,
)
_HIGH = re.compile(rf"{_UPTO}\s*(?P<high>{_NUMBER})(?P<unit>\s*[^\d\s].*)?", re.IGNORECASE)
_LOW = re.compile(rf"{_FROM}\s*(?P<low>{_NUMBER})(?P<unit>\s*[^\d\s].*)?", re.IGNORECASE)
_NORMAL = (
    "recommended|desirable|normal|reference|wunschenswert|empfohlen|normalwert|referenz|"
    "souhaitable|recommande|reference|deseable|recomendado|desejavel|normale?s?"
)
_PROSE = re.compile(
    rf"(?:{_NORMAL})(?: (?:range|value|level))?\s*[:=]?\s*{_UPTO}\s*(?P<high>{_NUMBER})"
    r"(?P<unit>\s*[^\d\s;,(:.]+)?\s*(?:$|[;,(\n]|\.\s|borderline|moderate|high|risk|grenz)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:(?:ref(?:erence|erenz|erencia)?|normal)\.? ?(?:range|interval|bereich|werte?)\s*[:=]?|"
    r"ref(?:erence|erenz|erencia)?\.?\s*[:=])\s*(?=[\d<])",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\b(?:male|female|men|women|man|woman|m|f|w|child\w*|adult\w*|mann|manner|frau\w*|kind\w*|"
    r"homme\w*|femme\w*|hombre\w*|mujer\w*|home[mn]\w*|mulher\w*|erkek\w*|kadin\w*|years?|jahre?|ans|anos|age|pregnan\w*|trimester)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=2048)
def read_range(text: str) -> Range:
    """Read the laboratory's reference range as printed: `7-56`, `<40`, `>1.5`, `40 to 160`.

    From prose only one thing is taken: the first limit, where the laboratory itself calls it
    recommended, desirable or normal (`Recommended: <200; Moderate Risk: 200-239`). Ranges for
    several kinds of people, or anything else in doubt, give no limits at all.
    """
    tidy = re.sub(r"\s+", " ", text.translate(_PLAIN)).strip()
    tidy = re.sub(r"^[\[(](.*)[\])]$", r"\1", tidy).strip()
    plain_text = _without_accents(tidy)
    bare = _LABEL.sub("", plain_text)
    if found := _SPAN.fullmatch(bare):
        return _limits(found["low"], found["high"], found["unit"])
    if found := _HIGH.fullmatch(bare):
        return _limits("", found["high"], found["unit"])
    if found := _LOW.fullmatch(bare):
        return _limits(found["low"], "", found["unit"])
    if _PEOPLE.search(plain_text):
        return NO_RANGE
    if found := _PROSE.match(plain_text):
        return _limits("", found["high"], found["unit"])
    return NO_RANGE


def _without_accents(text: str) -> str:
    return text.translate(str.maketrans("àáâãèéêëìíïıòóôõöùúûüñç", "aaaaeeeeiiiiooooouuuunc"))


def _limits(low: str, high: str, unit: str | None) -> Range:
    words = (unit or "").strip()
    canonical = canonical_unit(words)
    if words and not is_known(canonical):
        return NO_RANGE
    numbers = [number_of(each.rstrip(".,")) if each else None for each in (low, high)]
    if any(each and number is None for each, number in zip((low, high), numbers, strict=True)):
        return NO_RANGE
    lowest, highest = numbers
    if lowest is not None and highest is not None and lowest > highest:
        return NO_RANGE
    return Range(
        plain(lowest) if lowest is not None else "",
        plain(highest) if highest is not None else "",
        canonical,
    )
