"""Closed lists of words that rules, screens and messages share.

Every enum here is closed on purpose: a test demands words for each member in every audience's
wording table, so a new member cannot reach a screen unexplained.
"""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How hard a finding stops the action; the worst one of a decision wins."""

    ALLOW = 0
    WARN = 1
    OVERRIDE = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        """The lower-case word that scenario files and the API use."""
        return self.name.lower()


class Owner(StrEnum):
    """Who must act so that a finding clears."""

    PATIENT = "patient"
    NURSE = "nurse"
    PRESCRIBER = "prescriber"
    LABORATORY = "laboratory"
    PHARMACY = "pharmacy"
    NOBODY = "nobody"


class Action(StrEnum):
    """What the gate is asked about."""

    START = "start"
    PRESCRIBE = "prescribe"
    DISPENSE = "dispense"


class Category(StrEnum):
    """Reproductive potential, assigned by the prescriber (US-01, UK-09)."""

    FCP = "fcp"
    NCP = "ncp"


class Requirement(StrEnum):
    """Kinds of thing that fall due in a course."""

    LABS = "labs"
    PREGNANCY_TEST = "pregnancy-test"
    CHECK_IN = "check-in"
    FINAL_TEST = "final-test"
    COLLECT = "collect"
    NOTE = "note"
    LOOK_BACK = "look-back"


class Said(StrEnum):
    """What a patient answers to a reminder instead of doing what is due."""

    LATER = "later"
    DONE = "done"
    HELP = "help"


class ItemStatus(StrEnum):
    """Status of a due item on a day (LAB-3, SCHED-4)."""

    NOT_DUE = "not-due"
    DUE_SOON = "due-soon"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"


class Analyte(StrEnum):
    """What the rule book monitors; anything else is kept but not read."""

    ALT = "alt"
    AST = "ast"
    ALP = "alp"
    GGT = "ggt"
    BILIRUBIN = "bilirubin"
    TRIGLYCERIDES = "triglycerides"
    CHOLESTEROL = "cholesterol"
    HDL = "hdl"
    LDL = "ldl"
    CK = "ck"
    GLUCOSE = "glucose"
    HCG = "hcg"


class Tier(IntEnum):
    """IsoTrack's action tiers (rule book 5.2); CTCAE grades stand beside them."""

    T0 = 0
    T1 = 1
    T2 = 2
    T3 = 3
    T4 = 4

    @property
    def word(self) -> str:
        """``t0`` to ``t4``, as scenario files and the API write it."""
        return self.name.lower()


class ResultStatus(StrEnum):
    """What the laboratory says about a result; only final and corrected ones count (B5)."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"


class TestResult(StrEnum):
    """Outcome of a pregnancy test."""

    __test__ = False  # not a test class, whatever its name suggests to pytest

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INDETERMINATE = "indeterminate"


class TestSetting(StrEnum):
    """Where and how a pregnancy test was done (US-12, US-13, UK-13)."""

    __test__ = False

    CLINIC = "clinic"
    HOME = "home"
    REMOTE_SUPERVISED = "remote-supervised"


class Method(StrEnum):
    """Contraception methods by their contract names (rule book 2.4)."""

    COMBINED_PILL = "combined-pill"
    PATCH = "patch"
    VAGINAL_RING = "vaginal-ring"
    INJECTION = "injection"
    IMPLANT = "implant"
    HORMONAL_IUD = "hormonal-iud"
    COPPER_IUD = "copper-iud"
    TUBAL_STERILISATION = "tubal-sterilisation"
    PARTNER_VASECTOMY = "partner-vasectomy"
    MALE_CONDOM = "male-condom"
    DIAPHRAGM_SPERMICIDE = "diaphragm-spermicide"
    CERVICAL_CAP_SPERMICIDE = "cervical-cap-spermicide"
    SPONGE = "sponge"
    ABSTINENCE = "abstinence"
    PROGESTIN_ONLY_PILL = "progestin-only-pill"
    FEMALE_CONDOM = "female-condom"
    WITHDRAWAL = "withdrawal"
    FERTILITY_AWARENESS = "fertility-awareness"
    BREASTFEEDING = "breastfeeding"


class Formulation(StrEnum):
    """Isotretinoin formulations; LD is not interchangeable (DOSE-5)."""

    STANDARD = "standard"
    ABSORICA = "absorica"
    ABSORICA_LD = "absorica-ld"


class LabSchedule(StrEnum):
    """Laboratory protocols a clinic can choose (rule book 5.1)."""

    MONTHLY = "monthly"
    US_LABEL = "us-label"
    EU_SMPC = "eu-smpc"
    DELPHI_2022 = "delphi-2022"
    AAD_2024 = "aad-2024"


class Form(StrEnum):
    """Consent and acknowledgement forms (US-03, UK-02)."""

    PATIENT_INFORMATION = "patient-information"
    BIRTH_DEFECTS = "birth-defects"
    GUARDIAN = "guardian"
    ARF_2023 = "arf-2023"
    ARF_2026 = "arf-2026"


class Urgency(StrEnum):
    """Triage of a symptom or a mood answer (rule book 9 and 10)."""

    ROUTINE = "routine"
    URGENT = "urgent"
    RED = "red"


class Instrument(StrEnum):
    """Mental-health questionnaires (MH-1, MH-5)."""

    PHQ2 = "phq2"
    PHQ9 = "phq9"


class SexualFunction(StrEnum):
    """Answers to the sexual-function prompt (MH-9)."""

    NONE = "none"
    MILD = "mild"
    BOTHERSOME = "bothersome"
    DECLINED = "declined"


class ReviewOf(StrEnum):
    """What a clinician's recorded review settles."""

    MENTAL_HEALTH = "mental-health"
    SEXUAL_FUNCTION = "sexual-function"
    SYMPTOM = "symptom"


class Phase(StrEnum):
    """Where a course stands; always derived, never stored as truth."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    FOLLOW_UP = "follow-up"
    CLOSED = "closed"


class Rest(StrEnum):
    """Why no capsules are prescribed or handed out, whatever the checks say."""

    HELD = "held"
    ENDED = "ended"


class Check(StrEnum):
    """The rows of the gate checklist, in clinical reading order.

    Each finding belongs to one check; a check without findings above ALLOW is met.
    """

    IDENTITY = "identity"
    ENROLMENT = "enrolment"
    CONSENT = "consent"
    VISIT = "visit"
    COUNSELLING = "counselling"
    CONTRACEPTION = "contraception"
    PREGNANCY_TEST = "pregnancy-test"
    WINDOW = "window"
    COMPREHENSION = "comprehension"
    LABS = "labs"
    MENTAL_HEALTH = "mental-health"
    SEXUAL_FUNCTION = "sexual-function"
    SYMPTOMS = "symptoms"
    CONTRAINDICATIONS = "contraindications"
    WEIGHT_AND_DOSE = "weight-and-dose"
    SUPPLY = "supply"
    PRESCRIPTION = "prescription"
    AUTHORISATION = "authorisation"
    RULES = "rules"


class Reason(StrEnum):
    """Reason codes (rule book 12, contract list). The name is the wire format."""

    NOT_ENROLLED = "NOT_ENROLLED"
    PRESCRIBER_NOT_CERTIFIED = "PRESCRIBER_NOT_CERTIFIED"
    PRESCRIBER_NOT_LEAD = "PRESCRIBER_NOT_LEAD"
    CATEGORY_UNSET = "CATEGORY_UNSET"
    CATEGORY_INVALID = "CATEGORY_INVALID"
    AGE_LT_12 = "AGE_LT_12"
    INDICATION_MISSING = "INDICATION_MISSING"
    CONSENT_MISSING = "CONSENT_MISSING"
    ARF_MISSING = "ARF_MISSING"
    ARF_OUTDATED = "ARF_OUTDATED"
    SECOND_PRESCRIBER_REQUIRED = "SECOND_PRESCRIBER_REQUIRED"
    VISIT_MISSING = "VISIT_MISSING"
    FIRST_VISIT_REMOTE = "FIRST_VISIT_REMOTE"
    COUNSEL_MISSING = "COUNSEL_MISSING"
    COMPREHENSION_MISSING = "COMPREHENSION_MISSING"
    PROM_MISSING = "PROM_MISSING"
    SEXUAL_FN_MISSING = "SEXUAL_FN_MISSING"
    TEST_MISSING = "TEST_MISSING"
    TEST_OMITTED = "TEST_OMITTED"
    TEST_POSITIVE = "TEST_POSITIVE"
    TEST_INDETERMINATE = "TEST_INDETERMINATE"
    TEST_SETTING = "TEST_SETTING"
    TEST_INTERVAL_LT_19 = "TEST_INTERVAL_LT_19"
    TEST_CYCLE_DAY = "TEST_CYCLE_DAY"
    TEST_STALE = "TEST_STALE"
    TEST_UNSUPERVISED = "TEST_UNSUPERVISED"
    HOME_NOT_PERMITTED = "HOME_NOT_PERMITTED"
    CONTRA_LT_30 = "CONTRA_LT_30"
    CONTRA_MISMATCH = "CONTRA_MISMATCH"
    CONTRA_INSUFFICIENT = "CONTRA_INSUFFICIENT"
    WINDOW_NOT_OPEN = "WINDOW_NOT_OPEN"
    WINDOW_EXPIRED = "WINDOW_EXPIRED"
    LOCKOUT_19 = "LOCKOUT_19"
    RX_MISSING = "RX_MISSING"
    RX_EXPIRED = "RX_EXPIRED"
    SUPPLY_GT_30 = "SUPPLY_GT_30"
    REFILLS_NOT_ALLOWED = "REFILLS_NOT_ALLOWED"
    BLISTER_BROKEN = "BLISTER_BROKEN"
    RMA_MISSING = "RMA_MISSING"
    WEIGHT_MISSING = "WEIGHT_MISSING"
    WEIGHT_STALE = "WEIGHT_STALE"
    DOSE_BELOW_RANGE = "DOSE_BELOW_RANGE"
    DOSE_ABOVE_RANGE = "DOSE_ABOVE_RANGE"
    DOSE_GT_MAX = "DOSE_GT_MAX"
    DOSE_RENAL = "DOSE_RENAL"
    FORM_SUBSTITUTION = "FORM_SUBSTITUTION"
    STRENGTH_UNAVAILABLE = "STRENGTH_UNAVAILABLE"
    COURSE_LENGTH = "COURSE_LENGTH"
    CUMULATIVE_ALERT = "CUMULATIVE_ALERT"
    RETREAT_GAP = "RETREAT_GAP"
    INTERACTION_TETRACYCLINE = "INTERACTION_TETRACYCLINE"
    INTERACTION_RETINOID = "INTERACTION_RETINOID"
    INTERACTION_METHOTREXATE = "INTERACTION_METHOTREXATE"
    INTERACTION_PHENYTOIN = "INTERACTION_PHENYTOIN"
    INTERACTION_CORTICOSTEROID = "INTERACTION_CORTICOSTEROID"
    INTERACTION_CARBAMAZEPINE = "INTERACTION_CARBAMAZEPINE"
    INTERACTION_ST_JOHNS_WORT = "INTERACTION_ST_JOHNS_WORT"
    INTERACTION_AZOLE = "INTERACTION_AZOLE"
    INTERACTION_WARFARIN = "INTERACTION_WARFARIN"
    INTERACTION_ALCOHOL = "INTERACTION_ALCOHOL"
    INTERACTION_KERATOLYTIC = "INTERACTION_KERATOLYTIC"
    CONDITION_PREGNANCY = "CONDITION_PREGNANCY"
    CONDITION_BREASTFEEDING = "CONDITION_BREASTFEEDING"
    CONDITION_HYPERVITAMINOSIS_A = "CONDITION_HYPERVITAMINOSIS_A"
    CONDITION_HEPATIC = "CONDITION_HEPATIC"
    CONDITION_LIPIDS = "CONDITION_LIPIDS"
    CONDITION_HISTORY = "CONDITION_HISTORY"
    ALLERGY_ISOTRETINOIN = "ALLERGY_ISOTRETINOIN"
    ALLERGY_EXCIPIENT = "ALLERGY_EXCIPIENT"
    ALLERGY_SOYA = "ALLERGY_SOYA"
    LAB_BASELINE_MISSING = "LAB_BASELINE_MISSING"
    LAB_OVERDUE = "LAB_OVERDUE"
    LAB_UNIT_CONFIRM = "LAB_UNIT_CONFIRM"
    LAB_T1 = "LAB_T1"
    LAB_T2 = "LAB_T2"
    LAB_T3 = "LAB_T3"
    LAB_T4 = "LAB_T4"
    MH_ITEM9 = "MH_ITEM9"
    MH_ITEM9_UNANSWERED = "MH_ITEM9_UNANSWERED"
    MH_REVIEW = "MH_REVIEW"
    SEXUAL_FN_REVIEW = "SEXUAL_FN_REVIEW"
    SYMPTOM_RED = "SYMPTOM_RED"
    SYMPTOM_URGENT = "SYMPTOM_URGENT"
    EDITION_UNKNOWN = "EDITION_UNKNOWN"
    RULE_FAILED = "RULE_FAILED"
