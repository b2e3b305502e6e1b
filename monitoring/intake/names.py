"""Common local names of the monitored analytes in the languages laboratories write to us in.

English, German, French and Spanish, with the plain ones of Portuguese and Turkish.

A name counts only if every word of it is understood: `ALT (GPT) im Serum` is ALT, `Cholesterin im
Urin`, `CK-MB` and `LDL/HDL ratio` are nothing we know and wait for the code map.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitoring.intake.spelling import fold

NAMES = {
    "alt": (
        "ALT ALAT GPT SGPT TGP ALTL",
        "alanine aminotransferase, alanine transaminase, alanin aminotransferase, "
        "alaninaminotransferase, alanin transaminase, glutamat pyruvat transaminase, "
        "glutamic pyruvic transaminase, alanina aminotransferasa, alanino aminotransferasa, "
        "alanin aminotransferasa, alanina transaminasa, transaminase glutamique pyruvique, "
        "transaminasa glutamico piruvica, transaminasa gpt, transaminase gpt, transaminases tgp, "
        "transaminase alat, transaminasen gpt, transaminase tgp, s g p t, g p t",
    ),
    "ast": (
        "AST ASAT GOT SGOT TGO ASTL",
        "aspartate aminotransferase, aspartate transaminase, aspartat aminotransferase, "
        "aspartataminotransferase, aspartat transaminase, glutamat oxalacetat transaminase, "
        "glutamic oxaloacetic transaminase, aspartato aminotransferasa, "
        "aspartato transaminasa, transaminase glutamique oxaloacetique, "
        "transaminasa glutamico oxalacetica, transaminasa got, transaminase got, "
        "transaminases tgo, transaminase asat, transaminasen got, transaminase tgo, s g o t, g o t",
    ),
    "alp": (
        "ALP AP ALKP PAL",
        "alkaline phosphatase, alk phos, alk phosphatase, alkalische phosphatase, "
        "phosphatase alkalisch, phosphatase alcaline, phosphatases alcalines, fosfatasa alcalina",
    ),
    "ggt": (
        "GGT GGTP YGT",
        "gamma gt, gamma gtp, g gt, gamma glutamyl transferase, gamma glutamyltransferase, "
        "gamma glutamyl transpeptidase, gamma glutamyltranspeptidase, gammaglutamyltransferase, "
        "gamma glutamil transferasa, gamma glutamiltransferasa, gammaglutamil transferasa, "
        "gamma glutamil transpeptidasa, gamma glutamiltranspeptidasa, gammagt",
    ),
    "bilirubin": (
        "bilirubin bilirubine bilirrubina TBIL BILT bili gesamtbilirubin",
        "total bilirubin, bilirubin total, bilirubin gesamt, bilirubine totale, bili total, "
        "t bili, bilirrubina total, bilirubin ges",
    ),
    "triglycerides": (
        "TG TRIG TRIGL TRIGS triglyceride triglycerides triglycerid triglyzerid triglyzeride "
        "trigliceridos triglicerido triacylglycerol triacylglyceride neutralfett neutralfette",
        "",
    ),
    "cholesterol": (
        "TC CHOL cholesterol cholesterin colesterol gesamtcholesterin CHOLT",
        "total cholesterol, cholesterol total, total chol, chol total, cholesterin gesamt, "
        "cholesterin total, cholesterin ges, colesterol total, gesamt cholesterin",
    ),
    "hdl": (
        "HDL HDLC",
        "hdl c, c hdl, hdl cholesterol, hdl cholesterin, hdl chol, cholesterol hdl, "
        "cholesterin hdl, chol hdl, colesterol hdl, hdl colesterol, cholesterol in hdl",
    ),
    "ldl": (
        "LDL LDLC",
        "ldl c, c ldl, ldl cholesterol, ldl cholesterin, ldl chol, cholesterol ldl, "
        "cholesterin ldl, chol ldl, colesterol ldl, ldl colesterol, cholesterol in ldl, "
        "ldl calc, ldl calculated, ldl chol calc, ldl cholesterol calc, "
        "ldl cholesterol calculated, ldl berechnet, ldl cholesterin berechnet, ldl direct, "
        "ldl direkt, ldl cholesterol direct, ldl calcule, cholesterol ldl calcule, "
        "colesterol ldl calculado, ldl calculado, "
        "ldl c martin hopkins, ldl cholesterol martin hopkins, "
        "ldl friedewald, ldl cholesterin friedewald, ldl cholesterol friedewald",
    ),
    "ck": (
        "CK CPK creatinkinase kreatinkinase creatinfosfoquinasa creatinquinasa",
        "creatine kinase, creatine phosphokinase, cpk total, creatin kinase, "
        "kreatin kinase, ck total, "
        "ck gesamt, total ck, ck nac, creatine kinase total, creatina quinasa, creatin quinasa, "
        "creatina cinasa, creatina fosfoquinasa, creatine kinase cpk",
    ),
    "glucose": (
        "GLU GLUC glucose glukose glucosa glucemia glycemie blutzucker blutglukose",
        "blood glucose, blood sugar, plasma glucose",
    ),
    "hcg": (
        "HCG BHCG schwangerschaftstest choriongonadotropin choriogonadotropin",
        "beta hcg, b hcg, hcg beta, total hcg, hcg total, hcg gesamt, total beta hcg, "
        "intact hcg, hcg quantitative, hcg quantitativ, hcg quant, quantitative hcg, "
        "beta hcg quant, beta hcg quantitativ, urine hcg qual, hcg qualitative urine, "
        "hcg qualitative serum, hcg urine qualitative, hcg serum qualitative, serum hcg qual, "
        "pregnancy urine, pregnancy serum, prueba de embarazo orina, "
        "beta hcg quantitative, hcg qualitative, hcg qualitativ, hcg qual, qualitative hcg, "
        "hcg urine, hcg urin, hcg im urin, hcg in urine, urine hcg, urin hcg, hcg orina, "
        "hcg en orina, serum hcg, beta hcg serum, beta hcg urine, beta hcg urinaire, "
        "hcg urinaire, hcg quantitatif, hcg qualitatif, hcg cuantitativa, hcg cualitativa, "
        "beta hcg cuantitativa, beta hcg cualitativa, beta hcg quantitatif, "
        "pregnancy test, urine pregnancy test, serum pregnancy test, pregnancy test urine, "
        "pregnancy test serum, schwangerschaftstest urin, schwangerschaftstest im urin, "
        "test de grossesse, test de grossesse urinaire, test de grossesse sanguin, "
        "test urinaire de grossesse, prueba de embarazo, prueba de embarazo en orina, "
        "test de embarazo, test de embarazo en orina, human chorionic gonadotropin, "
        "humanes choriongonadotropin, gonadotrophine chorionique, "
        "gonadotrophine chorionique humaine, gonadotropina corionica, "
        "gonadotropina corionica humana, hormone chorionique gonadotrope",
    ),
}
_PORTUGUESE_AND_TURKISH = {
    "alt": "alanina transaminase, transaminase glutamico piruvica, alanin transaminaz",
    "ast": "aspartato transaminase, transaminase glutamico oxalacetica, aspartat transaminaz",
    "alp": "fosfatase alcalina, alkalen fosfataz",
    "ggt": "gama gt, gama glutamil transferase, gama glutamil transferaz",
    "bilirubin": "bilirrubinas totais",
    "triglycerides": "triglicerideos, triglicerides, trigliserid, trigliserit",
    "cholesterol": "kolesterol, total kolesterol, kolesterol total",
    "hdl": "hdl kolesterol, kolesterol hdl",
    "ldl": "ldl kolesterol, kolesterol ldl",
    "ck": "creatinoquinase, creatina quinase, kreatin kinaz",
    "glucose": "glicose, glicemia, glukoz",
    "hcg": "beta hcg qualitativo, beta hcg quantitativo, hcg qualitativo, hcg quantitativo, "
    "teste de gravidez, gebelik testi",
}
QUALIFIERS = (
    "serum, plasma, suero, serique, serico, plasmatique, plasmatico, sanguin, s, p, sp, ser, plas, "
    "im serum, im plasma, in serum, in plasma, in serum or plasma, i s, i p, en suero, "
    "serum plasma, dans le serum, srm, level, concentration, activity, ifcc, 37 c, 37 grad, "
    "37 grad c"
)
FASTING = (
    "fasting, fasted, nuchtern, nu, nue, a jeun, en ayunas, ayunas, basal, em jejum, jejum, "
    "nuchternglukose, nuchternblutzucker, nuchternglucose"
)


def _words(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(fold(each).split()) for each in text.split(",") if each.strip())


_ANALYTES = {
    words: analyte
    for analyte, (single, phrases) in NAMES.items()
    for words in (*((fold(each),) for each in single.split()), *_words(phrases))
}
_ANALYTES |= {
    words: analyte
    for analyte, phrases in _PORTUGUESE_AND_TURKISH.items()
    for words in _words(phrases)
}
_FASTING = frozenset(_words(FASTING))
_FASTING_GLUCOSE = frozenset(
    words for words in _FASTING if words[0].startswith("nuchtern") and words != ("nuchtern",)
)
_ANALYTES |= dict.fromkeys(_FASTING_GLUCOSE, "glucose")
_IGNORED = frozenset(_words(QUALIFIERS)) | (_FASTING - _FASTING_GLUCOSE)
_NEGATIONS = frozenset({"non", "not", "no", "nicht", "pas", "sin"})
# No laboratory calls a test by more; what is longer is text, and costs only time.
_LONGEST_NAME = 300
_LONGEST = max(len(words) for words in (*_ANALYTES, *_IGNORED))


@lru_cache(maxsize=4096)
def analyte_named(text: str) -> str:
    """The analyte that a local name means, or "" if any word of it is not understood.

    Several names of the same analyte may stand together (`GPT (ALAT)`, `GPT/ALAT`); names of two
    may not: `Chol/HDL` is a ratio, while `Cholesterin-HDL` is HDL.
    """
    if len(text) > _LONGEST_NAME:
        return ""
    found: set[str] = set()
    for part in re.split(r"[/:÷]", text):
        named = _names_in(tuple(fold(part).split()))
        if named is None:
            return ""
        found |= named
    return found.pop() if len(found) == 1 else ""


def _names_in(rest: tuple[str, ...]) -> set[str] | None:
    """Every analyte that a run of words names, longest name first; None at an unknown word."""
    found: set[str] = set()
    while rest:
        for length in range(min(_LONGEST, len(rest)), 0, -1):
            words = rest[:length]
            if words in _ANALYTES:
                found.add(_ANALYTES[words])
                break
            if words in _IGNORED:
                break
        else:
            return None
        rest = rest[length:]
    return found


def says_fasting(text: str) -> bool:
    """Whether a name says that the sample was taken fasting, as in `Glucose (nüchtern)`."""
    if len(text) > _LONGEST_NAME:
        return False
    words = tuple(fold(text).split())
    return not _NEGATIONS & set(words) and any(
        words[start : start + len(phrase)] == phrase
        for phrase in _FASTING
        for start in range(len(words) - len(phrase) + 1)
    )
