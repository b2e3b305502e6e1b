"""Words for staff: one table per closed list, each total by test.

A status is a word, a symbol and a colour, in that order of trust: the stylesheet's six classes.
"""

from clinic.reasons import REASONS
from protocol.pathway import Step
from protocol.vocabulary import Check, ItemStatus, Level, Owner, Phase, Reason, Tier

CHECKS: dict[Check, str] = {
    Check.IDENTITY: "Category and age",
    Check.ENROLMENT: "Programme enrolment",
    Check.CONSENT: "Forms signed",
    Check.VISIT: "Visit",
    Check.COUNSELLING: "Counselling",
    Check.CONTRACEPTION: "Contraception confirmed",
    Check.PREGNANCY_TEST: "Pregnancy test",
    Check.WINDOW: "Prescription window",
    Check.COMPREHENSION: "Patient's questions answered",
    Check.LABS: "Blood tests",
    Check.MENTAL_HEALTH: "Mood",
    Check.SEXUAL_FUNCTION: "Sexual function asked",
    Check.SYMPTOMS: "Reported symptoms",
    Check.CONTRAINDICATIONS: "Other conditions and medicines",
    Check.WEIGHT_AND_DOSE: "Weight and dose",
    Check.SUPPLY: "Supply",
    Check.PRESCRIPTION: "Prescription",
    Check.AUTHORISATION: "Pharmacy authorisation",
    Check.RULES: "Rules",
}

OWNERS: dict[Owner, str] = {
    Owner.PATIENT: "Waiting on patient",
    Owner.NURSE: "Waiting on nurse",
    Owner.PRESCRIBER: "Waiting on prescriber",
    Owner.LABORATORY: "Waiting on laboratory",
    Owner.PHARMACY: "Waiting on pharmacy",
    Owner.NOBODY: "Nobody has to act",
}

LEVELS: dict[Level, tuple[str, str]] = {
    Level.ALLOW: ("Ready to sign", "ok"),
    Level.WARN: ("Ready, with a note", "ok"),
    Level.OVERRIDE: ("Needs your reason", "warning"),
    Level.BLOCK: ("Cannot prescribe yet", "warning"),
}

# Level of one finding: how its row is drawn.
FINDING_STATUS: dict[Level, str] = {
    Level.ALLOW: "ok",
    Level.WARN: "info",
    Level.OVERRIDE: "warning",
    Level.BLOCK: "critical",
}

PHASES: dict[Phase, tuple[str, str]] = {
    Phase.PLANNED: ("Planned", "info"),
    Phase.ACTIVE: ("Running", "ok"),
    Phase.PAUSED: ("On hold", "warning"),
    Phase.FOLLOW_UP: ("Follow-up", "info"),
    Phase.CLOSED: ("Closed", "neutral"),
}

ITEM_STATUS: dict[ItemStatus, tuple[str, str]] = {
    ItemStatus.NOT_DUE: ("Later", "neutral"),
    ItemStatus.DUE_SOON: ("Due soon", "due"),
    ItemStatus.DUE: ("Due", "due"),
    ItemStatus.OVERDUE: ("Overdue", "warning"),
    ItemStatus.DONE: ("Done", "ok"),
}

REQUIREMENTS: dict[str, str] = {
    "labs": "Blood test",
    "pregnancy-test": "Pregnancy test",
    "check-in": "Monthly check-in",
    "final-test": "Final pregnancy test",
    "collect": "Supply to collect",
    "note": "Word about results",
    "look-back": "After the course",
}

TIERS: dict[Tier, tuple[str, str]] = {
    Tier.T0: ("Normal", "ok"),
    Tier.T1: ("Mildly raised", "info"),
    Tier.T2: ("Raised", "warning"),
    Tier.T3: ("High", "critical"),
    Tier.T4: ("Critical", "critical"),
}

ANALYTES: dict[str, str] = {
    "alt": "ALT",
    "ast": "AST",
    "alp": "Alkaline phosphatase",
    "ggt": "GGT",
    "bilirubin": "Bilirubin",
    "triglycerides": "Triglycerides",
    "cholesterol": "Cholesterol",
    "hdl": "HDL cholesterol",
    "ldl": "LDL cholesterol",
    "ck": "CK",
    "glucose": "Glucose",
    "hcg": "hCG",
}

CONCERNS: dict[str, str] = {
    "symptom": "Red symptom",
    "mood": "Mood alert",
    "pregnancy-test": "Test positive or unclear",
    "result": "Critical result",
    "corrected-result": "Result corrected",
    "unread-result": "Result not read in time",
}

# Name of a value in a finding's detail, as staff read it.
DETAILS: dict[str, str] = {
    "missed": "missed window",
    "opens": "opens",
    "last-day": "last day",
    "since": "since",
    "enough-on": "long enough on",
    "due_on": "due",
    "measured_on": "measured",
    "last_dose": "last dose",
    "started_on": "started",
    "days": "days",
    "most": "at most",
    "capsules": "capsules",
    "refills": "refills",
    "mg_per_kg": "mg/kg",
    "strength_mg": "strength in mg",
    "form": "",
    "stated-by": "by the",
    "analyte": "",
    "age": "age",
    "medicine": "medicine",
    "condition": "condition",
    "allergy": "allergy",
    "symptom": "symptom",
    "cycle-day": "cycle day",
    "recorded": "recorded",
    "implied": "implied",
    "prescribed": "prescribed",
    "handed_out": "handed out",
    "held": "because",
    "start_mg": "start at mg",
    "rule": "rule",
    "error": "error",
}

# Values in a finding's detail that staff know by another name.
VALUES: dict[str, str] = {
    "patient-information": "patient information",
    "birth-defects": "birth defects consent",
    "guardian": "parent or guardian",
    "arf-2023": "acknowledgement of risk form 2023",
    "arf-2026": "acknowledgement of risk form 2026",
    "fcp": "can become pregnant",
    "ncp": "cannot become pregnant",
}

# Kinds of evidence (the part of a reference before the colon), as staff read it.
EVIDENCE: dict[str, str] = {
    "enrolment": "Enrolled",
    "consent": "Signed",
    "visit": "Visit",
    "counselling": "Counselled",
    "contraception": "Stated",
    "comprehension": "Answered",
    "pregnancy-test": "Negative",
    "test": "Negative",
    "window": "Opened",
    "lab": "Drawn",
    "labs": "Drawn",
    "questionnaire": "Answered",
    "sexual-function": "Asked",
    "weight": "Weighed",
    "dose": "Dose",
    "prescription": "Prescribed",
    "second-prescriber": "Agreed",
    "review": "Reviewed",
}

EVENTS: dict[str, str] = {
    "clinic.created": "Clinic added",
    "member.added": "Member of staff added",
    "patient.added": "Patient added",
    "patients.imported": "Patients imported",
    "contact.changed": "Contact data changed",
    "contact.opted-out": "Messages stopped by the patient",
    "language.chosen": "Language chosen by the patient",
    "calendar.given": "Calendar address given to the patient",
    "calendar.revoked": "Calendar address ended by the patient",
    "account.locked": "Account locked",
    "account.unlocked": "Account unlocked",
    "sign-in-link.asked": "Link to sign in anew sent",
    "sign-in-link.opened": "Link to sign in anew used",
    "sign-in-link.refused": "Link to sign in anew refused",
    "password.chosen": "Password chosen after a link",
    "passkey.added": "Passkey added by the patient",
    "passkey.removed": "Passkey removed by the patient",
    "guardian.added": "Guardian added",
    "guardian.ended": "Guardian's view ended",
    "guardian.agreed": "Patient's word about a guardian",
    "guardian-rule.changed": "Rule about guardians changed",
    "link.opened": "Task link opened",
    "link.refused": "Task link refused",
    "course.started": "Course planned",
    "course.stopped": "Course stopped",
    "course.held": "Treatment on hold",
    "course.resumed": "Treatment resumed",
    "enrolment.recorded": "Enrolment recorded",
    "statement.recorded": "Statement recorded",
    "visit.recorded": "Visit recorded",
    "weight.recorded": "Weight recorded",
    "dose.changed": "Dose changed",
    "missed-doses.recorded": "Missed doses reported",
    "history.recorded": "Medical history recorded",
    "pregnancy-test.recorded": "Pregnancy test recorded",
    "result.received": "Results received",
    "result.queued": "Results put in the queue",
    "result.linked": "Results linked to the patient",
    "result.unit-set": "Unit of a result corrected",
    "result.dated": "Collection date of a sample set",
    "result.set-aside": "Result set aside, with a reason",
    "result.moved": "Results moved to another patient",
    "result.link-remembered": "Laboratory's number for the patient remembered",
    "result.link-revoked": "Laboratory's number for the patient forgotten",
    "result.code-mapped": "Laboratory's code explained",
    "result.rejected": "Results rejected",
    "result.put-back": "Report put back on the queue",
    "result.confirmed": "Value confirmed",
    "result.acknowledged": "Results acknowledged",
    "result.unread": "Result not read in time",
    "result.closed-by-rule": "Normal results closed by the clinic's rule",
    "check-in.submitted": "Check-in submitted",
    "review.recorded": "Review recorded",
    "escalation.raised": "Concern raised",
    "escalation.climbed": "Concern passed on",
    "escalation.acknowledged": "Concern taken on",
    "escalation.closed": "Concern closed",
    "pathway.begun": "Steps after a test begun",
    "pathway.step-settled": "Step after a test settled",
    "plan.changed": "Plan changed",
    "item.waived": "Due item waived",
    "task.answered": "Patient answered a reminder",
    "task.answer-settled": "Answer to a reminder settled",
    "diary.noted": "Diary noted by the patient",
    "picture.kept": "Photo sent by the patient",
    "picture.taken-back": "Photo taken back by the patient",
    "home-test.code-given": "Code for a home test given",
    "home-test.sent": "Picture of a home test sent",
    "home-test.read": "Picture of a home test read",
    "home-test.to-repeat": "Another home test asked for",
    "skin.reported": "Skin after the course reported by the patient",
    "card.drafted": "Draft of a patient's card saved",
    "card.draft-discarded": "Draft of a patient's card thrown away",
    "card.published": "Patient's card published",
    "card.hidden": "Patient's card hidden",
    "card.shown": "Patient's card shown again",
    "document.shared": "Document shared with the patient",
    "document.withdrawn": "Document withdrawn",
    "document.opened": "Document opened by the patient",
    "letter.written": "Message written by the patient",
    "letter.taken": "Message from the patient taken on",
    "letter.answered": "Message from the patient answered",
    "contact.logged": "Contact logged",
    "work.assigned": "Handed over between staff",
    "view.changed": "Saved view of the worklist changed",
    "requalification.begun": "Steps after a missed window opened",
    "prescription.signed": "Prescription signed",
    "prescription.refused": "Prescription refused by the gate",
    "prescription.dispensed": "Picked up",
    "prescription.dispense-reversed": "Pick-up reversed",
    "pharmacy-link.issued": "Pharmacist's link made",
    "pharmacy-link.revoked": "Pharmacist's link withdrawn",
    "pharmacy-link.opened": "Pharmacist's link opened",
    "pharmacy-link.refused": "Pharmacist's link refused",
    "pharmacy.reported": "Pharmacy reported",
    "pharmacy.stopped-by-gate": "Pharmacy told not to dispense",
    "lab-token.issued": "Laboratory token issued",
    "lab-token.rotated": "Laboratory token replaced",
    "lab-token.revoked": "Laboratory token revoked",
    "message.cancelled": "Message taken back",
    "message.sent-again": "Message sent again",
    "message.limits-changed": "Limits of messages changed",
    "sending.held": "Messages to patients held",
    "sending.released": "Held messages let go",
    "policy.changed": "Clinic policy changed",
    "edition.moved": "Edition's first day moved",
    "rule.failed": "A rule failed",
    "data.exported": "Data downloaded by the patient",
    "console.changed": "Changed in the console",
}


# State of a message: how its word is drawn.
MESSAGE_STATUS: dict[str, str] = {
    "planned": "due",
    "claimed": "due",
    "accepted": "ok",
    "delivered": "ok",
    "undelivered": "warning",
    "refused": "warning",
    "unknown": "warning",
    "failed": "warning",
    "expired": "neutral",
    "superseded": "neutral",
    "withdrawn": "neutral",
    "suppressed": "neutral",
}

WAYS: dict[str, str] = {"email": "E-mail", "sms": "Text message", "push": "Notification"}

PURPOSES: dict[str, str] = {
    "due-item-reminder": "Something is due",
    "collect-reminder": "A window that closes",
    "check-in": "Monthly check-in",
    "prescription-ready": "Prescription ready",
    "clinic-message": "Message from the clinic",
    "result-note": "Note about results",
    "pharmacy-note": "Out of stock at a pharmacy",
    "look-back": "After the course",
    "escalation": "Concern, to staff",
    "sign-in-link": "Link to sign in anew",
    "sign-in-changed": "Sign-in changed",
    "guardian-link": "Invitation of a guardian",
    "welcome": "Welcome",
    "several": "Several reminders of one day",
    "reply": "Answers to a text",
}

# Which step of a ladder a text is for.
TEXT_STEPS: dict[str, str] = {
    "before": "Before the day",
    "on": "On the day",
    "after": "After the day",
    "told": "Something to know, nothing to do",
    "stop": "To STOP",
    "start": "To START",
    "help": "To HELP",
    "other": "To anything else",
    "": "",
}

# What the rule book proposes for one result (5.2), after the name of the test.
LAB_ACTIONS: dict[str, str] = {
    "continue": "continue",
    "acknowledge": "read, repeat soon, consider a lower dose",
    "repeat": "repeat the test first",
    "repeat-fasting": "repeat the test first, fasting",
    "confirm-unit": "the value or unit looks impossible, confirm it with the laboratory first",
    "reduce": "halve the dose and repeat fasting within 2 weeks",
    "hold": "hold, and repeat within a week with CK and bilirubin",
    "stop": "stop or hold now, and speak to the patient today",
}

# What a prescriber can decide about results, mildest last: words by Acknowledgement's actions.
DECISIONS: dict[str, str] = {
    "repeat": "Repeat the test",
    "reduce": "Reduce the dose",
    "hold": "Put treatment on hold",
    "stop": "Stop the course",
    "contact": "Refer, or talk to the patient first",
    "no-action": "No action, for the reason below",
}

# Steps after a positive or unclear pregnancy test (US-23, 5.2): what, and how.
PATHWAY: dict[Step, tuple[str, str]] = {
    Step.CONTACT_TODAY: ("Talk to the patient today", "No more capsules, from this moment."),
    Step.STOP_TREATMENT: ("Stop the course", "Record the last dose; the gate is shut already."),
    Step.PAUSE_TREATMENT: ("Pause treatment", "Put it on hold until the test is clear."),
    Step.REPEAT_TEST: ("Repeat the test", "After 48 hours, in a laboratory (rule book 5.2)."),
    Step.REFER: ("Refer", "To a specialist with experience in reproductive toxicity."),
    Step.REPORT_PROGRAMME: ("Report to the programme", "Every pregnancy is reported."),
    Step.REPORT_AUTHORITY: ("Report to the authority", "By the national reporting system."),
}
PATHWAY_OF: dict[tuple[str, Step], str] = {
    ("us-ipledge", Step.REPORT_PROGRAMME): "iPLEDGE, 1-866-495-0654 (US-23, US-27).",
    ("us-ipledge", Step.REPORT_AUTHORITY): "FDA MedWatch (US-23).",
    ("us-ipledge", Step.REFER): "OB-GYN with experience in reproductive toxicity (US-23).",
    ("uk-mhra", Step.REPORT_AUTHORITY): "Yellow Card (UK-18).",
}
STEPS_OPEN = "Steps are open. Tick each off, or say why it is not needed."
STILL_OPEN: dict[str, str] = {
    "unread-result": "The result still waits for a decision. Deciding closes this by itself.",
}

# Rules of a clinic that close something without a person.
RULES_BY_THEMSELVES: dict[str, str] = {"normal-results": "The clinic's rule for normal results"}


def concern_reason(code: str) -> str:
    """The sentence of one reason of a concern."""
    if code == "RESULT_CORRECTED":
        return "The laboratory changed or took back a result that a signed prescription relied on."
    if code == "TEST_WITHDRAWN":
        return "A test entered before the last signature was taken back as an error."
    if code == "RESULT_UNREAD":
        return "A result has waited longer than the clinic's hours without a decision."
    return REASONS[Reason(code)][1] if code in Reason.__members__ else "See the course page."
