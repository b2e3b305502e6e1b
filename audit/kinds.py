"""The closed list of event kinds. Each has words in ``clinic/wording.py``; a test sees to it."""

from enum import StrEnum


class Kind(StrEnum):
    """What can happen in IsoTrack that somebody may ask about later."""

    CLINIC_CREATED = "clinic.created"
    MEMBER_ADDED = "member.added"
    PATIENT_ADDED = "patient.added"
    PATIENTS_IMPORTED = "patients.imported"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_OPTED_OUT = "contact.opted-out"
    LANGUAGE_CHOSEN = "language.chosen"
    CALENDAR_GIVEN = "calendar.given"
    CALENDAR_REVOKED = "calendar.revoked"
    ACCOUNT_LOCKED = "account.locked"
    ACCOUNT_UNLOCKED = "account.unlocked"
    SIGN_IN_LINK_ASKED = "sign-in-link.asked"
    SIGN_IN_LINK_OPENED = "sign-in-link.opened"
    SIGN_IN_LINK_REFUSED = "sign-in-link.refused"
    PASSWORD_CHOSEN = "password.chosen"  # noqa: S105 - the name of an event
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_REMOVED = "passkey.removed"
    GUARDIAN_ADDED = "guardian.added"
    GUARDIAN_ENDED = "guardian.ended"
    GUARDIAN_AGREED = "guardian.agreed"
    GUARDIAN_RULE_CHANGED = "guardian-rule.changed"
    LINK_OPENED = "link.opened"
    LINK_REFUSED = "link.refused"
    COURSE_STARTED = "course.started"
    COURSE_STOPPED = "course.stopped"
    COURSE_HELD = "course.held"
    COURSE_RESUMED = "course.resumed"
    ENROLMENT_RECORDED = "enrolment.recorded"
    STATEMENT_RECORDED = "statement.recorded"
    VISIT_RECORDED = "visit.recorded"
    WEIGHT_RECORDED = "weight.recorded"
    DOSE_CHANGED = "dose.changed"
    MISSED_DOSES_RECORDED = "missed-doses.recorded"
    HISTORY_RECORDED = "history.recorded"
    PREGNANCY_TEST_RECORDED = "pregnancy-test.recorded"
    RESULT_RECEIVED = "result.received"
    RESULT_QUEUED = "result.queued"
    RESULT_LINKED = "result.linked"
    RESULT_REJECTED = "result.rejected"
    RESULT_PUT_BACK = "result.put-back"
    RESULT_CONFIRMED = "result.confirmed"
    RESULT_UNIT_SET = "result.unit-set"
    RESULT_DATED = "result.dated"
    RESULT_SET_ASIDE = "result.set-aside"
    RESULT_MOVED = "result.moved"
    LINK_REMEMBERED = "result.link-remembered"
    LINK_REVOKED = "result.link-revoked"
    CODE_MAPPED = "result.code-mapped"
    RESULT_ACKNOWLEDGED = "result.acknowledged"
    RESULT_UNREAD = "result.unread"
    RESULT_CLOSED = "result.closed-by-rule"
    CHECK_IN_SUBMITTED = "check-in.submitted"
    REVIEW_RECORDED = "review.recorded"
    ESCALATION_RAISED = "escalation.raised"
    ESCALATION_CLIMBED = "escalation.climbed"
    ESCALATION_ACKNOWLEDGED = "escalation.acknowledged"
    ESCALATION_CLOSED = "escalation.closed"
    PATHWAY_BEGUN = "pathway.begun"
    PATHWAY_STEP_SETTLED = "pathway.step-settled"
    PLAN_CHANGED = "plan.changed"
    ITEM_WAIVED = "item.waived"
    TASK_ANSWERED = "task.answered"
    TASK_ANSWER_SETTLED = "task.answer-settled"
    CARD_DRAFTED = "card.drafted"
    CARD_DRAFT_DISCARDED = "card.draft-discarded"
    CARD_PUBLISHED = "card.published"
    CARD_HIDDEN = "card.hidden"
    CARD_SHOWN = "card.shown"
    DOCUMENT_SHARED = "document.shared"
    DOCUMENT_WITHDRAWN = "document.withdrawn"
    DOCUMENT_OPENED = "document.opened"
    LETTER_WRITTEN = "letter.written"
    LETTER_TAKEN = "letter.taken"
    LETTER_ANSWERED = "letter.answered"
    DIARY_NOTED = "diary.noted"
    PICTURE_KEPT = "picture.kept"
    PICTURE_TAKEN_BACK = "picture.taken-back"
    HOME_TEST_CODE_GIVEN = "home-test.code-given"
    HOME_TEST_SENT = "home-test.sent"
    HOME_TEST_READ = "home-test.read"
    HOME_TEST_TO_REPEAT = "home-test.to-repeat"
    SKIN_REPORTED = "skin.reported"
    CONTACT_LOGGED = "contact.logged"
    WORK_ASSIGNED = "work.assigned"
    VIEW_CHANGED = "view.changed"
    REQUALIFICATION_BEGUN = "requalification.begun"
    PRESCRIPTION_SIGNED = "prescription.signed"
    PRESCRIPTION_REFUSED = "prescription.refused"
    DISPENSED = "prescription.dispensed"
    DISPENSE_REVERSED = "prescription.dispense-reversed"
    PHARMACY_LINK_ISSUED = "pharmacy-link.issued"
    PHARMACY_LINK_REVOKED = "pharmacy-link.revoked"
    PHARMACY_LINK_OPENED = "pharmacy-link.opened"
    PHARMACY_LINK_REFUSED = "pharmacy-link.refused"
    PHARMACY_REPORTED = "pharmacy.reported"
    PHARMACY_STOPPED = "pharmacy.stopped-by-gate"
    LAB_TOKEN_ISSUED = "lab-token.issued"  # noqa: S105 - the name of an event
    LAB_TOKEN_ROTATED = "lab-token.rotated"  # noqa: S105
    LAB_TOKEN_REVOKED = "lab-token.revoked"  # noqa: S105
    MESSAGE_CANCELLED = "message.cancelled"
    MESSAGE_SENT_AGAIN = "message.sent-again"
    MESSAGE_LIMITS_CHANGED = "message.limits-changed"
    SENDING_HELD = "sending.held"
    SENDING_RELEASED = "sending.released"
    POLICY_CHANGED = "policy.changed"
    EDITION_MOVED = "edition.moved"
    RULE_FAILED = "rule.failed"
    DATA_EXPORTED = "data.exported"
    CONSOLE_CHANGED = "console.changed"


# What may be news to a colleague who was away; what staff do to lists is not among it. The index
# ``audit_event_news`` holds these and no others: a change here is a migration.
NEWS = (
    Kind.ESCALATION_RAISED,
    Kind.ESCALATION_CLIMBED,
    Kind.PATHWAY_BEGUN,
    Kind.PHARMACY_STOPPED,
    Kind.RESULT_MOVED,
    Kind.PHARMACY_REPORTED,
    Kind.PRESCRIPTION_REFUSED,
    Kind.DISPENSE_REVERSED,
    Kind.CONTACT_OPTED_OUT,
    Kind.ESCALATION_CLOSED,
    Kind.PREGNANCY_TEST_RECORDED,
    Kind.RESULT_RECEIVED,
    Kind.RESULT_CONFIRMED,
    Kind.RESULT_SET_ASIDE,
    Kind.RESULT_ACKNOWLEDGED,
    Kind.RESULT_CLOSED,
    Kind.CHECK_IN_SUBMITTED,
    Kind.TASK_ANSWERED,
    Kind.LETTER_WRITTEN,
    Kind.LETTER_ANSWERED,
    Kind.CONTACT_LOGGED,
    Kind.PRESCRIPTION_SIGNED,
    Kind.DISPENSED,
    Kind.COURSE_STARTED,
    Kind.COURSE_HELD,
    Kind.COURSE_RESUMED,
    Kind.COURSE_STOPPED,
    Kind.DOSE_CHANGED,
    Kind.REQUALIFICATION_BEGUN,
    Kind.ITEM_WAIVED,
    Kind.PLAN_CHANGED,
)
