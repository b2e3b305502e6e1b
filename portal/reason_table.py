"""Every reason of the gate in the patient's words: a short title and what it means for them.

Total over ``Reason``; a test sees to it. Private things go by neutral names: these words stand on
the first page, where somebody may look over a shoulder.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from protocol.vocabulary import Reason

Words = tuple[str | Promise, str | Promise]

_FORMS = _("Your forms")
_VISIT = _("Your visit")
_TEST = _("Your test")
_BLOOD = _("Your blood test")
_METHODS = _("Your answers about birth control")
_CHECK_IN = _("Your monthly check-in")
_DOSE = _("Your dose")
_MEDICINES = _("Your other medicines")
_HEALTH = _("Your health")
_PRESCRIPTION = _("Your prescription")

_FORM_AT_CLINIC = _("A form still has to be signed. You sign it at your clinic.")
_DOCTOR_LOOKS = _("Your doctor needs to look at this first.")
_DOCTOR_MEDICINE = _("Your doctor checks if it goes with another medicine you take.")
_DOCTOR_READS = _("It is back. Your doctor is reading it.")

REASONS: dict[Reason, Words] = {
    Reason.NOT_ENROLLED: (_FORMS, _("Your clinic still has to sign you up for the programme.")),
    Reason.PRESCRIBER_NOT_CERTIFIED: (_FORMS, _("Your doctor has to finish a sign-up.")),
    Reason.PRESCRIBER_NOT_LEAD: (_VISIT, _("A skin specialist has to sign for you.")),
    Reason.CATEGORY_UNSET: (_FORMS, _("Your clinic has to fill in one more detail.")),
    Reason.CATEGORY_INVALID: (_FORMS, _("Two of your details do not match.")),
    Reason.AGE_LT_12: (_HEALTH, _("This medicine is for people aged 12 and over.")),
    Reason.INDICATION_MISSING: (_FORMS, _("Your doctor has to note why you take it.")),
    Reason.CONSENT_MISSING: (_FORMS, _FORM_AT_CLINIC),
    Reason.ARF_MISSING: (_FORMS, _FORM_AT_CLINIC),
    Reason.ARF_OUTDATED: (_FORMS, _("There is a newer form to sign.")),
    Reason.SECOND_PRESCRIBER_REQUIRED: (_VISIT, _("A second doctor has to agree.")),
    Reason.VISIT_MISSING: (_VISIT, _("You need a visit first.")),
    Reason.FIRST_VISIT_REMOTE: (_VISIT, _("The first visit has to be in person.")),
    Reason.COUNSEL_MISSING: (_VISIT, _("Your doctor has to talk it through with you.")),
    Reason.COMPREHENSION_MISSING: (
        _CHECK_IN,
        _("Answer the short questions in your check-in."),
    ),
    Reason.PROM_MISSING: (_CHECK_IN, _("Answer the questions about how you feel.")),
    Reason.SEXUAL_FN_MISSING: (_CHECK_IN, _("One question in your check-in is still open.")),
    Reason.TEST_MISSING: (_TEST, _("Your test for this month is not there yet.")),
    Reason.TEST_OMITTED: (_TEST, _("This month was done without a test. Your doctor decides.")),
    Reason.TEST_POSITIVE: (
        _TEST,
        _("Stop your capsules. Your clinic will talk with you about your result."),
    ),
    Reason.TEST_INDETERMINATE: (
        _TEST,
        _("Your test was not clear. Take no capsules until your clinic has called you."),
    ),
    Reason.TEST_SETTING: (_TEST, _("This test has to be done at a clinic or a lab.")),
    Reason.TEST_INTERVAL_LT_19: (_TEST, _("Your second test was too soon after the first.")),
    Reason.TEST_CYCLE_DAY: (_TEST, _("Your doctor checks the day of your test.")),
    Reason.TEST_STALE: (_TEST, _("Your test was too long before your visit.")),
    Reason.TEST_UNSUPERVISED: (_TEST, _("This test has to be watched by a professional.")),
    Reason.HOME_NOT_PERMITTED: (_TEST, _("Home tests are not set up for you yet.")),
    Reason.CONTRA_LT_30: (_METHODS, _("Your birth control has to run for a while first.")),
    Reason.CONTRA_MISMATCH: (
        _METHODS,
        _("Your answer and your clinic’s note are not the same. Talk to your clinic."),
    ),
    Reason.CONTRA_INSUFFICIENT: (_METHODS, _("What is on file is not enough yet.")),
    Reason.WINDOW_NOT_OPEN: (_TEST, _("It is a little too early. It opens soon.")),
    Reason.WINDOW_EXPIRED: (_TEST, _("The days for picking up are over. A new test is needed.")),
    Reason.LOCKOUT_19: (_TEST, _("A new test counts from a set day. Your clinic tells you.")),
    Reason.RX_MISSING: (_PRESCRIPTION, _("Your doctor has not signed yet.")),
    Reason.RX_EXPIRED: (_PRESCRIPTION, _("Your prescription ran out. You need a new one.")),
    Reason.SUPPLY_GT_30: (_PRESCRIPTION, _("The amount is for too many days.")),
    Reason.REFILLS_NOT_ALLOWED: (_PRESCRIPTION, _("You need a new one each month.")),
    Reason.BLISTER_BROKEN: (_PRESCRIPTION, _("Only whole packs can be handed out.")),
    Reason.RMA_MISSING: (_PRESCRIPTION, _("Your pharmacy needs a number from the programme.")),
    Reason.WEIGHT_MISSING: (_DOSE, _("Your weight is not on file.")),
    Reason.WEIGHT_STALE: (_DOSE, _("Your weight has to be taken again.")),
    Reason.DOSE_BELOW_RANGE: (_DOSE, _DOCTOR_LOOKS),
    Reason.DOSE_ABOVE_RANGE: (_DOSE, _DOCTOR_LOOKS),
    Reason.DOSE_GT_MAX: (_DOSE, _DOCTOR_LOOKS),
    Reason.DOSE_RENAL: (_DOSE, _DOCTOR_LOOKS),
    Reason.FORM_SUBSTITUTION: (_PRESCRIPTION, _("Your pharmacy has a kind that is not yours.")),
    Reason.STRENGTH_UNAVAILABLE: (_DOSE, _("There is no capsule of this size.")),
    Reason.COURSE_LENGTH: (_DOSE, _DOCTOR_LOOKS),
    Reason.CUMULATIVE_ALERT: (_DOSE, _("You have had a full course. Your doctor looks at it.")),
    Reason.RETREAT_GAP: (_DOSE, _("A break is needed between two courses.")),
    Reason.INTERACTION_TETRACYCLINE: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_RETINOID: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_METHOTREXATE: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_PHENYTOIN: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_CORTICOSTEROID: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_CARBAMAZEPINE: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_ST_JOHNS_WORT: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_AZOLE: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_WARFARIN: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.INTERACTION_ALCOHOL: (_MEDICINES, _DOCTOR_LOOKS),
    Reason.INTERACTION_KERATOLYTIC: (_MEDICINES, _DOCTOR_MEDICINE),
    Reason.CONDITION_PREGNANCY: (_HEALTH, _("Your clinic will talk with you about this.")),
    Reason.CONDITION_BREASTFEEDING: (_HEALTH, _("Your clinic will talk with you about this.")),
    Reason.CONDITION_HYPERVITAMINOSIS_A: (_HEALTH, _DOCTOR_LOOKS),
    Reason.CONDITION_HEPATIC: (_HEALTH, _DOCTOR_LOOKS),
    Reason.CONDITION_LIPIDS: (_BLOOD, _DOCTOR_LOOKS),
    Reason.CONDITION_HISTORY: (_HEALTH, _DOCTOR_LOOKS),
    Reason.ALLERGY_ISOTRETINOIN: (_HEALTH, _("You have an allergy to this medicine.")),
    Reason.ALLERGY_EXCIPIENT: (_HEALTH, _("You may have an allergy to these capsules.")),
    Reason.ALLERGY_SOYA: (_HEALTH, _("These capsules may not suit your allergy.")),
    Reason.LAB_BASELINE_MISSING: (_BLOOD, _("Your first blood test is not there yet.")),
    Reason.LAB_OVERDUE: (_BLOOD, _("Your blood test is due. Have it done soon.")),
    Reason.LAB_UNIT_CONFIRM: (_BLOOD, _("It is back. One value has to be checked.")),
    Reason.LAB_T1: (_BLOOD, _DOCTOR_READS),
    Reason.LAB_T2: (_BLOOD, _DOCTOR_READS),
    Reason.LAB_T3: (_BLOOD, _DOCTOR_READS),
    Reason.LAB_T4: (_BLOOD, _("It is back. Your clinic will call you about it.")),
    Reason.MH_ITEM9: (_CHECK_IN, _("Your clinic wants to talk with you about how you feel.")),
    Reason.MH_ITEM9_UNANSWERED: (_CHECK_IN, _("Your clinic wants to ask how you feel.")),
    Reason.MH_REVIEW: (_CHECK_IN, _("Your clinic reads your answers about how you feel.")),
    Reason.SEXUAL_FN_REVIEW: (_CHECK_IN, _("Your clinic reads one of your answers.")),
    Reason.SYMPTOM_RED: (
        _CHECK_IN,
        _("Take no capsules. Your clinic has to talk with you about what you told us."),
    ),
    Reason.SYMPTOM_URGENT: (_CHECK_IN, _("Your clinic will call you about what you told us.")),
    Reason.EDITION_UNKNOWN: (_PRESCRIPTION, _("We cannot check this right now.")),
    Reason.RULE_FAILED: (_PRESCRIPTION, _("We cannot check this right now.")),
}
