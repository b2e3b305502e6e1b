"""Words for every reason code of the gate: a tag of at most four words, and a sentence."""

from protocol.vocabulary import Reason, Rest

REASONS: dict[Reason, tuple[str, str]] = {
    Reason.NOT_ENROLLED: ("Not enrolled", "The patient is not registered with the programme."),
    Reason.PRESCRIBER_NOT_CERTIFIED: (
        "Prescriber not certified",
        "The prescriber is not certified with the programme.",
    ),
    Reason.PRESCRIBER_NOT_LEAD: (
        "Not a lead prescriber",
        "The visit was not with a lead prescriber.",
    ),
    Reason.CATEGORY_UNSET: (
        "Category not set",
        "Nobody has recorded whether the patient can become pregnant.",
    ),
    Reason.CATEGORY_INVALID: (
        "Category doubtful",
        "The recorded category and the recorded anatomy disagree.",
    ),
    Reason.AGE_LT_12: ("Younger than 12", "Isotretinoin is not given below the age of 12."),
    Reason.INDICATION_MISSING: ("Indication missing", "No indication is recorded."),
    Reason.CONSENT_MISSING: (
        "Consent missing",
        "A consent form, or a guardian's signature, is missing.",
    ),
    Reason.ARF_MISSING: (
        "Risk form missing",
        "The acknowledgement of risk form in force is not signed.",
    ),
    Reason.ARF_OUTDATED: ("Older risk form", "The course runs on an older risk form."),
    Reason.SECOND_PRESCRIBER_REQUIRED: (
        "Second prescriber",
        "A second prescriber must agree for a patient under 18.",
    ),
    Reason.VISIT_MISSING: ("Visit missing", "No visit is recorded for this prescription."),
    Reason.FIRST_VISIT_REMOTE: (
        "First visit remote",
        "The first appointment must be in person.",
    ),
    Reason.COUNSEL_MISSING: (
        "Counselling missing",
        "Counselling is not recorded for this prescription.",
    ),
    Reason.COMPREHENSION_MISSING: (
        "Questions open",
        "The patient has not answered the programme's questions for this month.",
    ),
    Reason.PROM_MISSING: (
        "Mood not asked",
        "No mental-health questionnaire is recorded for this prescription.",
    ),
    Reason.SEXUAL_FN_MISSING: ("Not asked", "Sexual function has not been asked about."),
    Reason.TEST_MISSING: ("Test missing", "A pregnancy test is required and not on record."),
    Reason.TEST_OMITTED: (
        "Test left out",
        "This month's pregnancy test was left out, with a documented reason.",
    ),
    Reason.TEST_POSITIVE: (
        "Test positive",
        "The pregnancy test is positive. Stop treatment and contact the patient today.",
    ),
    Reason.TEST_INDETERMINATE: (
        "Test unclear",
        "The pregnancy test is unclear. Repeat it within 48 hours.",
    ),
    Reason.TEST_SETTING: (
        "Test not supervised",
        "Before the first dose the test must be done in a medical setting.",
    ),
    Reason.TEST_INTERVAL_LT_19: (
        "Second test early",
        "The second test came less than 19 days after the first.",
    ),
    Reason.TEST_CYCLE_DAY: (
        "Cycle day",
        "The second test was outside days 1 to 5 of the cycle.",
    ),
    Reason.TEST_STALE: ("Test too old", "The test is more than 3 days older than the visit."),
    Reason.TEST_UNSUPERVISED: ("Test unsupervised", "The test was not medically supervised."),
    Reason.HOME_NOT_PERMITTED: (
        "Home test not allowed",
        "A home test is not allowed for this patient, or was not verified.",
    ),
    Reason.CONTRA_LT_30: (
        "Contraception too recent",
        "Contraception began too late before the test.",
    ),
    Reason.CONTRA_MISMATCH: (
        "Answers differ",
        "Patient and prescriber name different primary methods.",
    ),
    Reason.CONTRA_INSUFFICIENT: (
        "Contraception insufficient",
        "The methods on record are missing or not enough.",
    ),
    Reason.WINDOW_NOT_OPEN: ("Window not open", "The prescription window has not opened yet."),
    Reason.WINDOW_EXPIRED: (
        "Window closed",
        "The prescription window is over. A new test opens the next one.",
    ),
    Reason.LOCKOUT_19: (
        "19-day wait",
        "The first window was missed; the new test came before 19 days had passed.",
    ),
    Reason.RX_MISSING: ("No prescription", "Nothing is prescribed for this fill."),
    Reason.RX_EXPIRED: ("Prescription expired", "The prescription is no longer valid."),
    Reason.SUPPLY_GT_30: ("Supply too long", "The supply lasts longer than is allowed."),
    Reason.REFILLS_NOT_ALLOWED: ("Refills", "Prescriptions with refills are not allowed."),
    Reason.BLISTER_BROKEN: ("Broken blister", "The number of capsules is not whole packs of 10."),
    Reason.RMA_MISSING: ("No RMA", "The pharmacy's authorisation number is missing."),
    Reason.WEIGHT_MISSING: ("Weight missing", "No weight is recorded."),
    Reason.WEIGHT_STALE: ("Weight old", "The last weight is more than 90 days old."),
    Reason.DOSE_BELOW_RANGE: ("Low dose", "The dose is below the label's range for the weight."),
    Reason.DOSE_ABOVE_RANGE: ("High dose", "The dose is above the label's usual range."),
    Reason.DOSE_GT_MAX: ("Dose above maximum", "The dose is above the maximum for the weight."),
    Reason.DOSE_RENAL: (
        "Renal dose",
        "With severe renal impairment treatment starts at 10 mg a day.",
    ),
    Reason.FORM_SUBSTITUTION: (
        "Other formulation",
        "Another formulation than the prescribed one is not interchangeable.",
    ),
    Reason.STRENGTH_UNAVAILABLE: ("No such strength", "The product has no such strength."),
    Reason.COURSE_LENGTH: (
        "Course length",
        "The course is shorter or longer than the label's weeks.",
    ),
    Reason.CUMULATIVE_ALERT: ("Cumulative dose", "The cumulative dose is above 220 mg/kg."),
    Reason.RETREAT_GAP: ("Too soon again", "The last course ended too recently."),
    Reason.INTERACTION_TETRACYCLINE: (
        "Tetracycline",
        "A tetracycline within 7 days raises the pressure in the skull.",
    ),
    Reason.INTERACTION_RETINOID: ("Vitamin A", "Vitamin A or another retinoid is being taken."),
    Reason.INTERACTION_METHOTREXATE: ("Methotrexate", "Methotrexate adds to liver toxicity."),
    Reason.INTERACTION_PHENYTOIN: ("Phenytoin", "Phenytoin adds to the effect on bone."),
    Reason.INTERACTION_CORTICOSTEROID: (
        "Corticosteroid",
        "A systemic corticosteroid adds to the effect on bone.",
    ),
    Reason.INTERACTION_CARBAMAZEPINE: ("Carbamazepine", "The carbamazepine level may fall."),
    Reason.INTERACTION_ST_JOHNS_WORT: (
        "St John's wort",
        "St John's wort weakens hormonal contraception.",
    ),
    Reason.INTERACTION_AZOLE: ("Azole", "An azole antifungal may raise the retinoid's level."),
    Reason.INTERACTION_WARFARIN: ("Warfarin", "Check the INR more often."),
    Reason.INTERACTION_ALCOHOL: ("Alcohol", "Alcohol adds to the effect on liver and lipids."),
    Reason.INTERACTION_KERATOLYTIC: (
        "Keratolytic",
        "Topical keratolytics irritate dry skin further.",
    ),
    Reason.CONDITION_PREGNANCY: (
        "Pregnant",
        "Pregnancy is recorded. Isotretinoin must not be given.",
    ),
    Reason.CONDITION_BREASTFEEDING: ("Breastfeeding", "Breastfeeding is recorded."),
    Reason.CONDITION_HYPERVITAMINOSIS_A: (
        "Hypervitaminosis A",
        "Hypervitaminosis A is recorded.",
    ),
    Reason.CONDITION_HEPATIC: ("Hepatic insufficiency", "Hepatic insufficiency is recorded."),
    Reason.CONDITION_LIPIDS: (
        "Lipids at baseline",
        "Triglycerides were markedly raised at baseline.",
    ),
    Reason.CONDITION_HISTORY: ("History", "The history asks for closer monitoring."),
    Reason.ALLERGY_ISOTRETINOIN: ("Allergy", "Hypersensitivity to isotretinoin is recorded."),
    Reason.ALLERGY_EXCIPIENT: ("Allergy", "Hypersensitivity to an excipient is recorded."),
    Reason.ALLERGY_SOYA: (
        "Soya or peanut allergy",
        "The product contains soybean oil, and a soya or peanut allergy is recorded.",
    ),
    Reason.LAB_BASELINE_MISSING: (
        "Baseline missing",
        "No valid baseline of liver enzymes and lipids within a month before the start.",
    ),
    Reason.LAB_OVERDUE: ("Blood test overdue", "A scheduled blood test is overdue."),
    Reason.LAB_UNIT_CONFIRM: (
        "Value to confirm",
        "A value or unit looks impossible. Confirm it before anything is decided on it.",
    ),
    Reason.LAB_T1: ("Mildly raised", "The newest results are mildly raised."),
    Reason.LAB_T2: ("Result to read", "A raised result has not been acknowledged."),
    Reason.LAB_T3: ("High result", "A high result waits for a prescriber's plan."),
    Reason.LAB_T4: ("Critical result", "A critical result waits for a prescriber's plan today."),
    Reason.MH_ITEM9: (
        "Thoughts of self-harm",
        "The patient reports thoughts of self-harm. Speak to them today and record the review.",
    ),
    Reason.MH_ITEM9_UNANSWERED: (
        "Item 9 not answered",
        "The question about self-harm was left blank. Ask, and record the review.",
    ),
    Reason.MH_REVIEW: ("Mood to review", "The mood questionnaire asks for a review first."),
    Reason.SEXUAL_FN_REVIEW: (
        "Change to review",
        "A bothersome change in sexual function waits for a review.",
    ),
    Reason.SYMPTOM_RED: (
        "Red symptom",
        "A dangerous symptom was reported. Review it before anything is prescribed.",
    ),
    Reason.SYMPTOM_URGENT: ("Urgent symptom", "An urgent symptom was reported and not reviewed."),
    Reason.EDITION_UNKNOWN: (
        "No rules for this day",
        "No edition of the programme covers this day, so nothing can be judged.",
    ),
    Reason.RULE_FAILED: (
        "Rule failed",
        "A rule could not be worked out, so the gate stays shut. Support has the details.",
    ),
}

# Why a prescription cannot be signed although the checks may all be met, and what to do.
REST: dict[Rest, tuple[str, str, str]] = {
    Rest.HELD: ("On hold", "warning", "Treatment is on hold. Resume it first, then sign."),
    Rest.ENDED: ("Course ended", "info", "The course has ended. Start another course to go on."),
}
