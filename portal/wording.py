"""Words for people outside: calm, short, no blame; an eleven-year-old follows them (UX-19)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.own_queries import InboxRow
from monitoring.portal_queries import ResultRow
from portal.reason_table import REASONS
from protocol.findings import Finding
from protocol.grading import Flag
from protocol.vocabulary import Analyte, Check, Owner, Reason, Requirement, Tier

Text = str | Promise

YOURS = gettext_lazy("For you to do.")

OWNERS: dict[Owner, Text] = {
    Owner.PATIENT: YOURS,
    Owner.NURSE: gettext_lazy("Your clinic can see this. You don’t need to do anything."),
    Owner.PRESCRIBER: gettext_lazy("Your clinic can see this. You don’t need to do anything."),
    Owner.LABORATORY: gettext_lazy("We wait for the lab. You don’t need to do anything."),
    Owner.PHARMACY: gettext_lazy("Your pharmacy does this. You don’t need to do anything."),
    Owner.NOBODY: gettext_lazy("Ask your clinic if you are not sure."),
}

# What a row of the checklist is called, by the check of the gate; several share one row.
CHECKS: dict[Check, Text] = {
    Check.IDENTITY: gettext_lazy("Your forms and visit"),
    Check.ENROLMENT: gettext_lazy("Your forms and visit"),
    Check.CONSENT: gettext_lazy("Your forms and visit"),
    Check.VISIT: gettext_lazy("Your forms and visit"),
    Check.COUNSELLING: gettext_lazy("Your forms and visit"),
    Check.CONTRACEPTION: gettext_lazy("Your answers about birth control"),
    Check.PREGNANCY_TEST: gettext_lazy("Your test"),
    Check.WINDOW: gettext_lazy("Your test"),
    Check.COMPREHENSION: gettext_lazy("Your monthly check-in"),
    Check.LABS: gettext_lazy("Your blood test"),
    Check.MENTAL_HEALTH: gettext_lazy("Your monthly check-in"),
    Check.SEXUAL_FUNCTION: gettext_lazy("Your monthly check-in"),
    Check.SYMPTOMS: gettext_lazy("Your monthly check-in"),
    Check.CONTRAINDICATIONS: gettext_lazy("Your dose and health"),
    Check.WEIGHT_AND_DOSE: gettext_lazy("Your dose and health"),
    Check.SUPPLY: gettext_lazy("Your dose and health"),
    Check.PRESCRIPTION: gettext_lazy("Your prescription"),
    Check.AUTHORISATION: gettext_lazy("Your prescription"),
    Check.RULES: gettext_lazy("Your prescription"),
}

REQUIREMENTS: dict[Requirement, Text] = {
    Requirement.LABS: gettext_lazy("Have your blood test"),
    Requirement.PREGNANCY_TEST: gettext_lazy("Do your test"),
    Requirement.CHECK_IN: gettext_lazy("Do your monthly check-in"),
    Requirement.FINAL_TEST: gettext_lazy("Do your last test"),
    Requirement.COLLECT: gettext_lazy("Pick up your capsules"),
    Requirement.NOTE: gettext_lazy("Read what your clinic wrote"),
    Requirement.LOOK_BACK: gettext_lazy("How your skin is now"),
}

# What is done on the patient's own pages and nowhere else.
DONE_HERE = {Requirement.CHECK_IN, Requirement.NOTE, Requirement.LOOK_BACK}

REQUIREMENT_NAMES: dict[Requirement, Text] = {
    Requirement.LABS: gettext_lazy("Blood test"),
    Requirement.PREGNANCY_TEST: gettext_lazy("Test"),
    Requirement.CHECK_IN: gettext_lazy("Monthly check-in"),
    Requirement.FINAL_TEST: gettext_lazy("Last test"),
    Requirement.COLLECT: gettext_lazy("Last day to pick up"),
    Requirement.NOTE: gettext_lazy("Message from your clinic"),
    Requirement.LOOK_BACK: gettext_lazy("How your skin is now"),
}

ANALYTES: dict[Analyte, Text] = {
    Analyte.ALT: gettext_lazy("Liver (ALT)"),
    Analyte.AST: gettext_lazy("Liver (AST)"),
    Analyte.ALP: gettext_lazy("Liver (ALP)"),
    Analyte.GGT: gettext_lazy("Liver (GGT)"),
    Analyte.BILIRUBIN: gettext_lazy("Liver (bilirubin)"),
    Analyte.TRIGLYCERIDES: gettext_lazy("Blood fats (triglycerides)"),
    Analyte.CHOLESTEROL: gettext_lazy("Blood fats (cholesterol)"),
    Analyte.HDL: gettext_lazy("Blood fats (HDL)"),
    Analyte.LDL: gettext_lazy("Blood fats (LDL)"),
    Analyte.CK: gettext_lazy("Muscle (CK)"),
    Analyte.GLUCOSE: gettext_lazy("Blood sugar"),
    Analyte.HCG: gettext_lazy("Home or clinic test"),
}

TIPS: dict[str, Text] = {
    "ointment-often": gettext_lazy("Put balm on your lips many times a day. Try not to lick them."),
    "emollient": gettext_lazy("Use a plain cream often, and a gentle wash."),
    "artificial-tears": gettext_lazy("Eye drops help. Wear glasses, not lenses, for now."),
    "no-night-driving": gettext_lazy("Do not drive or ride at night."),
    "petroleum-jelly": gettext_lazy("Put a little jelly inside your nose. Keep the air damp."),
    "less-exercise": gettext_lazy("Go easy on hard sport for now."),
    "usually-reversible": gettext_lazy("Hair most often grows back after the course."),
    "sunscreen": gettext_lazy("Use sun cream of factor 30 or more each day."),
    "stop-if-worse": gettext_lazy("Stop and call if the headache gets worse."),
    "emergency": gettext_lazy("Get help at once if it comes back."),
    "crisis-lines": gettext_lazy("Talk to someone you trust. The numbers are under Help."),
    "audiology": gettext_lazy("Your hearing should be checked."),
    "test-now": gettext_lazy("Do a test now. Your clinic tells you what else can help."),
    "expected-early": gettext_lazy("More spots in the first weeks are common. It gets better."),
}

PURPOSES: dict[str, Text] = {
    "due-item-reminder": gettext_lazy("Reminder of a task"),
    "check-in": gettext_lazy("Reminder of your monthly check-in"),
    "collect-reminder": gettext_lazy("Reminder of your pick-up"),
    "prescription-ready": gettext_lazy("News about your next pick-up"),
    "clinic-message": gettext_lazy("Message from your clinic"),
    "result-note": gettext_lazy("Message from your clinic"),
    "pharmacy-note": gettext_lazy("News about your next pick-up"),
    "look-back": gettext_lazy("After your course"),
    "sign-in-link": gettext_lazy("Link to choose a new password"),
    "sign-in-changed": gettext_lazy("Your password was changed"),
    "welcome": gettext_lazy("Welcome"),
}
CHANNELS: dict[str, Text] = {
    "email": gettext_lazy("by e-mail"),
    "sms": gettext_lazy("by text message"),
    "push": gettext_lazy("as a notification"),
}


# What may be wanted or not, by purpose; what the clinic must say stays in the inbox in any case.
KINDS: dict[str, Text] = {
    "check-in": gettext_lazy("Your monthly check-in"),
    "due-item-reminder": gettext_lazy("Tasks with a day, such as a test"),
    "collect-reminder": gettext_lazy("The last days to pick up"),
    "prescription-ready": gettext_lazy("News about your next pick-up"),
    "result-note": gettext_lazy("Your clinic has read a result"),
    "clinic-message": gettext_lazy("Other messages from your clinic"),
    "look-back": gettext_lazy("After your course: what is over, and how your skin is"),
}
WAYS: dict[str, Text] = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text message"),
    "push": gettext_lazy("Notification"),
}


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """One reason why the capsules wait: what it is about, what it means, who acts.

    ``from_on`` is the day on which it is over, or from which a new test or step counts.
    """

    title: Text
    text: Text
    who: Text
    from_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A number to call, text or open."""

    label: str
    number: str
    href: str


@dataclass(frozen=True, slots=True)
class ResultWords:
    """A result in words first, then the figures for its line."""

    title: Text
    sentence: str
    row: ResultRow
    drawn: bool
    show_text: bool


@dataclass(frozen=True, slots=True)
class MessageWords:
    """One message as a line."""

    title: Text
    channel: Text
    row: InboxRow


def reason_words(
    reason: Reason, *, owner: Owner = Owner.PRESCRIBER, from_on: date | None = None
) -> ReasonWords:
    """The patient's words for a reason of the gate (architecture 14.2)."""
    title, text = REASONS[reason]
    return ReasonWords(title, text, OWNERS[owner], from_on)


# A new test comes later; first the clinic talks with them. Two orders at once would frighten.
CLINIC_CALLS = frozenset({Reason.TEST_POSITIVE, Reason.TEST_INDETERMINATE})


def finding_words(finding: Finding) -> ReasonWords:
    """The words of one finding."""
    when = finding.clears_on or finding.remedy_on
    owner = Owner.NURSE if finding.reason in CLINIC_CALLS else finding.owner
    return reason_words(finding.reason, owner=owner, from_on=when)


_TEXT_LINES = {"988": gettext_lazy("Call or text"), "85258": gettext_lazy("Text SHOUT to")}


def crisis_lines(lines: Iterable[str]) -> tuple[Line, ...]:
    """Numbers as links to tap; a directory is opened, a short code is texted (MH-11)."""
    return tuple(_line(line) for line in lines if line)


def _line(line: str) -> Line:
    if "." in line:
        return Line(_("Find a line near you:"), line, f"https://{line}")
    digits = "".join(character for character in line.split("option")[0] if character.isdigit())
    if line == "85258":
        return Line(str(_TEXT_LINES[line]), line, f"sms:{digits}")
    shown = line.replace("option", _("then option"))
    return Line(str(_TEXT_LINES.get(line, _("Call"))), shown, f"tel:{digits}")


def tips(keys: Iterable[str]) -> tuple[Text, ...]:
    """Self-care advice; a key without words is a mistake and fails."""
    return tuple(TIPS[key] for key in keys)


_ZONES: dict[str, Text] = {
    "America/New_York": gettext_lazy("Eastern time"),
    "Europe/London": gettext_lazy("UK time"),
}


def zone_words(zone: str) -> Text:
    """The zone of a deadline as people say it; else its city."""
    return _ZONES.get(zone, zone.rsplit("/", 1)[-1].replace("_", " "))


def result(row: ResultRow) -> ResultWords:
    """A result in words first (UX-11); what cannot be read says so and is never normal."""
    drawn = row.value is not None and row.flag is not None
    return ResultWords(
        ANALYTES[row.analyte], _result_sentence(row), row, drawn, row.flag is not None
    )


def _result_sentence(row: ResultRow) -> str:
    if row.analyte is Analyte.HCG:
        return _("Your clinic talks with you about this one.")
    if row.flag is None:
        return _("Your clinic is checking this value. You don’t need to do anything.")
    if row.flag is Flag.NORMAL:
        return _("In the usual range.")
    if row.flag is Flag.LOW:
        return _closing(_("A bit below the usual range."), row)
    if row.tier is Tier.T1:  # the clinic goes on as before (rule book 5.2)
        return _("A little above the usual range. It is inside your clinic’s goal.")
    return _closing(_("Above the usual range."), row)


def _closing(sentence: str, row: ResultRow) -> str:
    if row.settled:
        return sentence
    return _("%(sentence)s Your doctor is reading it.") % {"sentence": sentence}


def message(row: InboxRow) -> MessageWords:
    """A message by its purpose; one without words here is simply a message."""
    return MessageWords(
        PURPOSES.get(row.purpose, _("Message from your clinic")),
        CHANNELS.get(row.channel, ""),
        row,
    )
