"""Query rows to component rows: where words are put to codes, and nothing is looked up."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.urls import reverse

from clinic import wording
from clinic.message_words import why_of
from clinic.reasons import REASONS
from look.addresses import address
from look.templatetags.clinical import day_text, number_text
from messaging.queries import LedgerRow, MessageLine
from monitoring.queries.course_page import Banner
from protocol.findings import CheckResult, Decision, Finding
from protocol.vocabulary import Check, Level, Phase, Reason


@dataclass(frozen=True, slots=True)
class GateRow:
    """What ``gate_list`` reads."""

    title: str
    met: bool
    status: str
    owner_words: str
    why: str
    rule: str
    fix_url: str
    fix_label: str
    fix_primary: bool


@dataclass(frozen=True, slots=True)
class BannerRow:
    """What ``patient_banner`` reads."""

    family_name: str
    given_name: str
    title: str
    born: date
    sex: str
    mrn: str
    phone: str
    allergies: str
    course: str
    dose: str
    weight: str
    pregnancy_potential: str
    edition: str
    url: str
    today: date


def banner_row(banner: Banner, *, url: str, today: date) -> BannerRow:
    """The banner of one patient; what is not known says so."""
    patient = banner.patient
    dose = ""
    if banner.daily_mg is not None:
        dose = f"{number_text(banner.daily_mg)} mg/day"
        if banner.mg_per_kg is not None:
            dose += f" ({number_text(round(banner.mg_per_kg, 2))} mg/kg/day)"
    elif banner.phase != Phase.ACTIVE:
        dose = "None"
    phase, _ = wording.PHASES[banner.phase]  # type: ignore[index]
    course = f"week {banner.week}" if banner.week else phase.lower()
    if banner.number > 1:
        course += f", course {banner.number}"
    weight = ""
    if banner.weight_kg is not None and banner.weight_on is not None:
        weight = f"{number_text(banner.weight_kg)} kg ({day_text(banner.weight_on)})"
    return BannerRow(
        family_name=patient.family_name,
        given_name=patient.given_name,
        title=patient.title,
        born=patient.born,
        sex=patient.sex,
        mrn=patient.mrn,
        phone=banner.phone,
        allergies=", ".join(banner.allergies),
        course=course,
        dose=dose,
        weight=weight,
        pregnancy_potential={"fcp": "Yes", "ncp": "No"}.get(banner.category, ""),
        edition=banner.edition.upper(),
        url=url,
        today=today,
    )


# Which form mends an open check: the record form's name and its label.
_FIXES: dict[Check, tuple[str, str]] = {
    Check.IDENTITY: ("enrolment", "Set category"),
    Check.ENROLMENT: ("enrolment", "Record enrolment"),
    Check.CONSENT: ("consent", "Record a form"),
    Check.VISIT: ("visit", "Record a visit"),
    Check.COUNSELLING: ("counselling", "Record counselling"),
    Check.CONTRACEPTION: ("contraception", "Record methods"),
    Check.PREGNANCY_TEST: ("test", "Record a test"),
    Check.WINDOW: ("test", "Record a test"),
    Check.COMPREHENSION: ("comprehension", "Record answers"),
    Check.MENTAL_HEALTH: ("questionnaire", "Record PHQ-9"),
    Check.SEXUAL_FUNCTION: ("sexual-function", "Record answer"),
    Check.SYMPTOMS: ("review", "Record a review"),
    Check.WEIGHT_AND_DOSE: ("weight", "Record weight"),
}
_NOT_DRAWN = {Reason.LAB_BASELINE_MISSING, Reason.LAB_OVERDUE}
_REVIEWS = {"MH_ITEM9", "MH_ITEM9_UNANSWERED", "MH_REVIEW", "SEXUAL_FN_REVIEW"}


def gate_rows(
    decision: Decision, *, course_id: UUID, may_record: bool, read_url: str = ""
) -> list[GateRow]:
    """The checklist: every requirement, met or not, with reason, rule and who must act.

    ``read_url`` is where unread results are read, for those who may acknowledge them; without one,
    a draw that is missing can be typed in.
    """
    rows: list[GateRow] = []
    first_open = True
    for check in decision.checks:
        row = _gate_row(check, course_id=course_id, may_record=may_record, primary=first_open)
        if row.met:
            row = replace(row, rule=_rules(check.rules, edition=decision.edition))
        if check.check is Check.LABS and not row.met:
            missing = may_record and any(each.reason in _NOT_DRAWN for each in check.findings)
            row = _of_results(row, course_id=course_id, missing=missing, read_url=read_url)
        first_open = first_open and row.met
        rows.append(row)
    return rows


def _gate_row(check: CheckResult, *, course_id: UUID, may_record: bool, primary: bool) -> GateRow:
    worst = max(check.findings, key=lambda finding: finding.level, default=None)
    if check.met or worst is None:
        return GateRow(
            title=wording.CHECKS[check.check],
            met=True,
            status="ok",
            owner_words="",
            why=_evidence(check),
            rule="",
            fix_url="",
            fix_label="",
            fix_primary=False,
        )
    fix, label = _fix(check, worst)
    return GateRow(
        title=wording.CHECKS[check.check],
        met=False,
        status=wording.FINDING_STATUS[worst.level],
        owner_words=wording.OWNERS[worst.owner],
        why=_findings(check.findings),
        rule=", ".join(dict.fromkeys(finding.rule for finding in check.findings)),
        fix_url=address("clinic:record", course_id, fix) if fix and may_record else "",
        fix_label=label,
        fix_primary=primary and worst.level > Level.WARN,
    )


def results_wait(decision: Decision) -> bool:
    """Whether the gate asks for results to be read or decided about, rather than for a draw."""
    labs = (each for each in decision.checks if each.check is Check.LABS and not each.met)
    return any(each.reason not in _NOT_DRAWN for check in labs for each in check.findings)


def _of_results(row: GateRow, *, course_id: object, missing: bool, read_url: str) -> GateRow:
    """What waits is read first; a result on paper can be typed in."""
    if read_url:
        return replace(row, fix_url=read_url, fix_label="Read and choose", fix_primary=True)
    if missing:
        url = reverse("clinic:type-results", args=[course_id])
        return replace(row, fix_url=url, fix_label="Type results in")
    return row


def _fix(check: CheckResult, worst: Finding) -> tuple[str, str]:
    if worst.reason.value in _REVIEWS:
        return "review", "Record a review"
    return fix_of(check.check)


def fix_of(check: Check) -> tuple[str, str]:
    """The record form that mends a check, and its label; empty where there is none."""
    return _FIXES.get(check, ("", ""))


def _rules(ids: tuple[str, ...], *, edition: str) -> str:
    """The programme's own rules that were asked, the first three by name."""
    own, _, _ = edition.upper().partition("-")
    foreign = tuple(f"{each}-" for each in ("US", "UK", "EU") if each != own)
    # The European rules are mostly the British ones (EU-03), so they keep both.
    named = [each for each in dict.fromkeys(ids) if own == "EU" or not each.startswith(foreign)]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return ", ".join(named[:3]) + more


def _findings(findings: tuple[Finding, ...]) -> str:
    """One sentence a reason, with the details of every finding of that reason behind it."""
    grouped: dict[Reason, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.reason, []).append(finding)
    return " ".join(_reason(reason, alike) for reason, alike in grouped.items())


def _reason(reason: Reason, findings: list[Finding]) -> str:
    _, sentence = REASONS[reason]
    details = [
        f"{wording.DETAILS.get(name, name.replace('-', ' '))} {_value(value)}".strip()
        for finding in findings
        for name, value in finding.detail
        if value and reason is not Reason.RULE_FAILED
    ]
    clears = [finding.clears_on for finding in findings if finding.clears_on is not None]
    if clears:
        details.append(f"clears by itself on {day_text(max(clears))}")
    if not details:
        return sentence
    return f"{sentence.removesuffix('.')} ({'; '.join(dict.fromkeys(details))})."


def _value(value: str) -> str:
    try:
        return day_text(date.fromisoformat(value))
    except ValueError:
        known = wording.VALUES.get(value) or wording.ANALYTES.get(value)
        return known or value.replace("-", " ")


def _evidence(check: CheckResult) -> str:
    words = []
    for ref in check.evidence[:3]:
        said = wording.EVIDENCE.get(ref.kind, "On record")
        words.append(f"{said} {day_text(ref.on)}" if ref.on else said)
    return " · ".join(dict.fromkeys(words)) or "Nothing open"


def message_line(row: MessageLine | LedgerRow) -> dict[str, object]:
    """A message: what for, and its state in words."""
    return {
        "id": row.public_id,
        "what": wording.PURPOSES.get(row.purpose, row.purpose),
        "word": row.state_words,
        "status": "warning" if row.needs_a_person else wording.MESSAGE_STATUS[row.state],
        "state_at": row.state_at,
    }


def message_row(row: LedgerRow) -> dict[str, object]:
    """One line of the ledger: the message, to whom it is, why it is so, and by which way."""
    last = row.deliveries[-1] if row.deliveries else None
    return message_line(row) | {
        "recipient": row.recipient,
        "patient": row.patient,
        "why": why_of(row),
        "send_after": row.send_after,
        "channel": last.channel if last else "",
    }
