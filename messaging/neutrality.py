"""What may stand in a message that lies on a locked screen: nothing about health (REM-18)."""

import re
import unicodedata

# Drug names, tests, pregnancy, conditions and results, in the languages we write in.
_FORBIDDEN = re.compile(
    r"""
      isotret | accutan | roaccut | ipledge | \bppp\b | acne | acné | retino | capsule | c[aá]psula
    | medic(?:ation|ine|in|ament)|\bpills?\b | pastilla | p[ií]ldora | \bdrugs? | f[aá]rmaco
    | \bdos(?:e|es|is|age)\b | prescri | receta | treatment | tratamiento
    | \btests?\b | prueba | an[aá]lisis | \blabs?\b | laborator | blood | sangre | sangu[ií]n
    | result | pregnan | embaraz | contracep | anticoncep | fertil | \bhcg\b | menstru
    | \bperiod[oa]?\b | mood | depress | depresi | suicid | liver | h[ií]gado | lipid | trigl
    | cholest | colest | diagnos | symptom | s[ií]ntoma | enferm | disease | side\ effect
    """,
    re.IGNORECASE | re.VERBOSE,
)
# GSM 03.38 basic alphabet: what a single-segment text of 160 characters may use.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
SMS_LENGTH = 160


def forbidden_words(text: str) -> list[str]:
    """The words of the text that say something about somebody's health, lower-cased."""
    return sorted({match.group(0).lower() for match in _FORBIDDEN.finditer(text)})


def fits_one_text(text: str) -> bool:
    """Whether the text is one SMS segment: at most 160 characters of the GSM alphabet."""
    return len(text) <= SMS_LENGTH and _GSM.issuperset(text)


def gsm(text: str) -> str:
    """The text in the GSM alphabet: accents it lacks are dropped, other characters removed."""
    kept = []
    for character in " ".join(text.split()):
        if character in _GSM:
            kept.append(character)
            continue
        plain = unicodedata.normalize("NFKD", character)[0]
        if plain in _GSM:
            kept.append(plain)
    return "".join(kept)
