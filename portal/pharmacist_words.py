"""What a pharmacist is told when a prescription may not be handed out: one sentence a reason.

The pharmacist sees whether, and who settles it; results, mood and private answers stay between
patient and clinic (SEC-04). The table is total over ``Reason`` by test.
"""

from protocol.vocabulary import Reason, Rest

_BY_SENTENCE: dict[str, tuple[Reason, ...]] = {
    "The programme's registration is not complete. The prescriber must settle it.": (
        Reason.NOT_ENROLLED,
        Reason.PRESCRIBER_NOT_CERTIFIED,
        Reason.PRESCRIBER_NOT_LEAD,
        Reason.CATEGORY_UNSET,
        Reason.CATEGORY_INVALID,
        Reason.SECOND_PRESCRIBER_REQUIRED,
        Reason.INDICATION_MISSING,
    ),
    "A form the programme asks for is missing or out of date. The prescriber must settle it.": (
        Reason.CONSENT_MISSING,
        Reason.ARF_MISSING,
        Reason.ARF_OUTDATED,
    ),
    "Not given below the age of 12.": (Reason.AGE_LT_12,),
    "The visit this prescription belongs to is not recorded. Ask the prescriber.": (
        Reason.VISIT_MISSING,
        Reason.FIRST_VISIT_REMOTE,
        Reason.COUNSEL_MISSING,
    ),
    "The programme's monthly steps are not complete. Patient and prescriber must finish them.": (
        Reason.COMPREHENSION_MISSING,
        Reason.CONTRA_LT_30,
        Reason.CONTRA_MISMATCH,
        Reason.CONTRA_INSUFFICIENT,
    ),
    "The test this prescription rests on is missing or does not count. Do not dispense.": (
        Reason.TEST_MISSING,
        Reason.TEST_OMITTED,
        Reason.TEST_SETTING,
        Reason.TEST_INTERVAL_LT_19,
        Reason.TEST_CYCLE_DAY,
        Reason.TEST_STALE,
        Reason.TEST_UNSUPERVISED,
        Reason.HOME_NOT_PERMITTED,
        Reason.LOCKOUT_19,
    ),
    "Do not dispense. Ask the patient to call the clinic today.": (
        Reason.TEST_POSITIVE,
        Reason.TEST_INDETERMINATE,
        Reason.CONDITION_PREGNANCY,
        Reason.SYMPTOM_RED,
        Reason.MH_ITEM9,
    ),
    "The window has not opened yet. Do not dispense before its first day.": (
        Reason.WINDOW_NOT_OPEN,
    ),
    "The window is over. Return the capsules to stock and reverse the authorisation.": (
        Reason.WINDOW_EXPIRED,
        Reason.RX_EXPIRED,
    ),
    "There is no prescription for this fill.": (Reason.RX_MISSING,),
    "The supply is longer than the programme allows. Ask for a new prescription.": (
        Reason.SUPPLY_GT_30,
    ),
    "Refills are not allowed. Every month needs a new prescription.": (Reason.REFILLS_NOT_ALLOWED,),
    "Blister packs of 10 are not broken. Check the quantity.": (Reason.BLISTER_BROKEN,),
    "Get the risk management authorisation first.": (Reason.RMA_MISSING,),
    "This formulation is not interchangeable with the one prescribed. Do not substitute.": (
        Reason.FORM_SUBSTITUTION,
    ),
    "The product has no such strength. Ask the prescriber.": (Reason.STRENGTH_UNAVAILABLE,),
    "The dose needs the prescriber's confirmation.": (
        Reason.WEIGHT_MISSING,
        Reason.WEIGHT_STALE,
        Reason.DOSE_BELOW_RANGE,
        Reason.DOSE_ABOVE_RANGE,
        Reason.DOSE_GT_MAX,
        Reason.DOSE_RENAL,
        Reason.COURSE_LENGTH,
        Reason.CUMULATIVE_ALERT,
        Reason.RETREAT_GAP,
    ),
    "Another medicine interacts. Speak to the prescriber before handing out.": (
        Reason.INTERACTION_TETRACYCLINE,
        Reason.INTERACTION_RETINOID,
        Reason.INTERACTION_METHOTREXATE,
        Reason.INTERACTION_PHENYTOIN,
        Reason.INTERACTION_CORTICOSTEROID,
        Reason.INTERACTION_CARBAMAZEPINE,
        Reason.INTERACTION_ST_JOHNS_WORT,
        Reason.INTERACTION_AZOLE,
        Reason.INTERACTION_WARFARIN,
        Reason.INTERACTION_ALCOHOL,
        Reason.INTERACTION_KERATOLYTIC,
    ),
    "A condition speaks against it. The prescriber must settle it.": (
        Reason.CONDITION_BREASTFEEDING,
        Reason.CONDITION_HYPERVITAMINOSIS_A,
        Reason.CONDITION_HEPATIC,
        Reason.CONDITION_LIPIDS,
        Reason.CONDITION_HISTORY,
    ),
    "An allergy to the medicine or an excipient is on record. Check the product.": (
        Reason.ALLERGY_ISOTRETINOIN,
        Reason.ALLERGY_EXCIPIENT,
        Reason.ALLERGY_SOYA,
    ),
    "The clinic has a check to finish first. The prescriber must settle it.": (
        Reason.PROM_MISSING,
        Reason.SEXUAL_FN_MISSING,
        Reason.LAB_BASELINE_MISSING,
        Reason.LAB_OVERDUE,
        Reason.LAB_UNIT_CONFIRM,
        Reason.LAB_T1,
        Reason.LAB_T2,
        Reason.LAB_T3,
        Reason.LAB_T4,
        Reason.MH_ITEM9_UNANSWERED,
        Reason.MH_REVIEW,
        Reason.SEXUAL_FN_REVIEW,
        Reason.SYMPTOM_URGENT,
    ),
    "It cannot be judged at the moment. Do not dispense; call the clinic.": (
        Reason.EDITION_UNKNOWN,
        Reason.RULE_FAILED,
    ),
}

PHARMACIST_WORDS: dict[Reason, str] = {
    reason: sentence for sentence, reasons in _BY_SENTENCE.items() for reason in reasons
}

# Said before any reason: what the checks say no longer matters.
PHARMACIST_REST: dict[Rest, str] = {
    Rest.HELD: "The prescriber has paused this treatment. Do not dispense; call the clinic.",
    Rest.ENDED: "The prescriber has ended this treatment. Do not dispense; call the clinic.",
}
