"""Who may be treated, by whom, and with which papers (US-01 to US-04, UK-01 to UK-06, UK-09)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.calendar import age_on, birthday
from protocol.category import implied_category
from protocol.findings import Finding, Ref
from protocol.gate.question import Question, ref, rule
from protocol.parameters import Registry
from protocol.vocabulary import Check, Form, Level, Owner, Reason
from protocol.windows import visit_window_applies

# Older first: a newer form serves wherever an older one was asked for (UK-02, UK-03).
RISK_FORMS = (Form.ARF_2023, Form.ARF_2026)


@rule("US-01", "UK-09", check=Check.IDENTITY)
def category_is_recorded(q: Question) -> Iterator[Finding | Ref]:
    """US-01, UK-09: the prescriber has recorded whether the patient can become pregnant."""
    if q.facts.person.category is None:
        yield Finding(
            reason=Reason.CATEGORY_UNSET,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="UK-09" if q.programme.startswith("uk") else "US-01",
            check=Check.IDENTITY,
        )


@rule("US-02", check=Check.IDENTITY)
def category_fits_the_anatomy(q: Question) -> Iterator[Finding | Ref]:
    """US-02: the recorded category agrees with the anatomy, where that is recorded."""
    person = q.facts.person
    implied = implied_category(person.anatomy) if person.anatomy else None
    if person.category is not None and implied is not None and implied is not person.category:
        yield Finding(
            reason=Reason.CATEGORY_INVALID,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="US-02",
            check=Check.IDENTITY,
            detail=(("recorded", person.category.value), ("implied", implied.value)),
        )


@rule("US-04", "UK-19", "CI-04", "GEN-7", check=Check.IDENTITY)
def patient_is_old_enough(q: Question) -> Iterator[Finding | Ref]:
    """US-04, UK-19, CI-04: twelve years are completed; an unknown birth date stops as well."""
    minimum = q.params.enrolment.minimum_age
    born = q.facts.person.born
    if q.age is None or q.age < minimum:
        yield Finding(
            reason=Reason.AGE_LT_12,
            level=Level.BLOCK,
            owner=Owner.NOBODY if born else Owner.NURSE,
            rule={"us-ipledge": "US-04", "uk-mhra": "UK-19"}.get(q.programme, "CI-04"),
            check=Check.IDENTITY,
            clears_on=birthday(born, minimum) if born else None,
            detail=(("age", "unknown" if q.age is None else str(q.age)),),
        )


def indication_applies(q: Question) -> bool:
    """The programme wants the indication recorded."""
    return q.params.enrolment.indication


@rule("US-04", check=Check.IDENTITY, when=indication_applies)
def indication_is_recorded(q: Question) -> Iterator[Finding | Ref]:
    """US-04: the indication is on record; its wording is the prescriber's."""
    if not (q.facts.indication and q.facts.indication.strip()):
        yield Finding(
            reason=Reason.INDICATION_MISSING,
            level=Level.WARN,
            owner=Owner.PRESCRIBER,
            rule="US-04",
            check=Check.IDENTITY,
        )


def registry_applies(q: Question) -> bool:
    """The programme registers this patient."""
    registry = q.params.enrolment.registry
    return registry is Registry.EVERYONE or (
        registry is Registry.CAN_BECOME_PREGNANT and q.can_become_pregnant
    )


@rule("US-03", "UK-09", check=Check.ENROLMENT, when=registry_applies)
def patient_is_enrolled(q: Question) -> Iterator[Finding | Ref]:
    """US-03, UK-09: registered with iPLEDGE by number, or in the Pregnancy Prevention Programme."""
    enrolled = q.facts.enrolled
    wanted = q.params.enrolment.registry_number
    if not enrolled or (wanted and not enrolled[-1].registry_id.strip()):
        yield Finding(
            reason=Reason.NOT_ENROLLED,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="US-03" if wanted else "UK-09",
            check=Check.ENROLMENT,
            evidence=tuple(ref(row, "enrolment") for row in enrolled[-1:]),
        )
    else:
        yield ref(enrolled[-1], "enrolment")


def certification_applies(q: Question) -> bool:
    """The programme certifies prescribers."""
    return q.params.enrolment.certified_prescriber and bool(q.facts.enrolled)


@rule("US-03", check=Check.ENROLMENT, when=certification_applies)
def prescriber_is_certified(q: Question) -> Iterator[Finding | Ref]:
    """US-03: the prescriber is certified with the programme."""
    newest = q.facts.enrolled[-1]
    if not newest.prescriber_certified:
        yield Finding(
            reason=Reason.PRESCRIBER_NOT_CERTIFIED,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="US-03",
            check=Check.ENROLMENT,
            evidence=(ref(newest, "enrolment"),),
        )


def required_forms(q: Question) -> tuple[Form, ...]:
    """The signed forms that programme, category and age ask for, the risk form aside (US-03)."""
    consent = q.params.consent
    forms = list(consent.everyone)
    if q.can_become_pregnant:
        forms.extend(consent.can_become_pregnant)
    under = consent.guardian_under_age
    if under is not None and (q.age is None or q.age < under):
        forms.append(Form.GUARDIAN)
    return tuple(forms)


def forms_apply(q: Question) -> bool:
    """The programme asks for at least one form of this patient."""
    return bool(required_forms(q))


@rule("US-03", check=Check.CONSENT, when=forms_apply)
def forms_are_signed(q: Question) -> Iterator[Finding | Ref]:
    """US-03: information and consent, the birth-defects form, and a guardian for a minor."""
    signed = {row.form: row for row in q.facts.consents}
    for form in required_forms(q):
        if form in signed:
            yield ref(signed[form], "consent")
        else:
            yield Finding(
                reason=Reason.CONSENT_MISSING,
                level=Level.BLOCK,
                owner=Owner.PATIENT,
                rule="US-03",
                check=Check.CONSENT,
                detail=(("form", form.value),),
            )


def risk_form_applies(q: Question) -> bool:
    """The edition of the day, or the one of the first prescription, knows a risk form."""
    started_under = q.edition_on(q.initiated_on).params.consent
    return started_under.risk_form is not None or q.params.consent.older_risk_form_warns


@rule("UK-02", "UK-03", "GEN-8", check=Check.CONSENT, when=risk_form_applies)
def risk_form_is_in_force(q: Question) -> Iterator[Finding | Ref]:
    """UK-02, UK-03: the form in force at the first prescription is signed; an older one warns.

    A course under way goes on with the form it began with, and is asked for the newer one.
    """
    wanted = q.edition_on(q.initiated_on).params.consent.risk_form
    signed = [row for row in q.facts.consents if row.form in RISK_FORMS]
    best = max(signed, key=lambda row: RISK_FORMS.index(row.form), default=None)
    held = -1 if best is None else RISK_FORMS.index(best.form)
    if wanted is not None and held < RISK_FORMS.index(wanted):
        yield Finding(
            reason=Reason.ARF_MISSING,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="UK-02",
            check=Check.CONSENT,
            evidence=tuple(ref(row, "consent") for row in signed),
            detail=(("form", wanted.value),),
        )
        return
    current = q.params.consent.risk_form
    if (
        q.params.consent.older_risk_form_warns
        and current is not None
        and held < RISK_FORMS.index(current)
    ):
        yield Finding(
            reason=Reason.ARF_OUTDATED,
            level=Level.WARN,
            owner=Owner.PRESCRIBER,
            rule="UK-03",
            check=Check.CONSENT,
            evidence=tuple(ref(row, "consent") for row in signed),
            detail=(("form", current.value),),
        )
    elif best is not None:
        yield ref(best, "consent")


def second_prescriber_applies(q: Question) -> bool:
    """A start inside the dates in which two prescribers were required, of a patient under age."""
    if not q.initiation:
        return False
    under = q.edition_on(q.initiated_on).params.consent.second_prescriber_under_age
    born = q.facts.person.born
    return under is not None and (born is None or age_on(born, q.initiated_on) < under)


@rule("UK-01", "GEN-8", check=Check.CONSENT, when=second_prescriber_applies)
def second_prescriber_agrees(q: Question) -> Iterator[Finding | Ref]:
    """UK-01: under 18, and between 31 October 2023 and 21 January 2026, two prescribers agree."""
    agreed = q.of_course(q.facts.second_prescriber)
    if agreed:
        yield ref(agreed[-1], "second-prescriber")
    else:
        yield Finding(
            reason=Reason.SECOND_PRESCRIBER_REQUIRED,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="UK-01",
            check=Check.CONSENT,
        )


def visit_applies(q: Question) -> bool:
    """A visit belongs to each prescription, or opens the window."""
    return q.params.visits.each_prescription or visit_window_applies(q)


@rule("US-10", "UK-06", "UK-12", check=Check.VISIT, when=visit_applies)
def visit_is_on_file(q: Question) -> Iterator[Finding | Ref]:
    """US-10, UK-06, UK-12: there is a visit of this prescription, since the last fill."""
    if q.visit is None:
        yield Finding(
            reason=Reason.VISIT_MISSING,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="US-10" if visit_window_applies(q) else "UK-12",
            check=Check.VISIT,
        )
    else:
        yield ref(q.visit, "visit")


def first_visit_applies(q: Question) -> bool:
    """A start in a programme whose first appointment is in person."""
    return q.initiation and q.params.visits.first_in_person


@rule("UK-06", check=Check.VISIT, when=first_visit_applies)
def first_visit_was_in_person(q: Question) -> Iterator[Finding | Ref]:
    """UK-06: the first appointment was in person; later ones may be remote."""
    if q.first_visit is not None and q.first_visit.remote:
        yield Finding(
            reason=Reason.FIRST_VISIT_REMOTE,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="UK-06",
            check=Check.VISIT,
            evidence=(ref(q.first_visit, "visit"),),
        )


def lead_applies(q: Question) -> bool:
    """The programme leaves prescribing to lead prescribers."""
    return q.params.enrolment.lead_prescriber


@rule("UK-05", check=Check.VISIT, when=lead_applies)
def prescriber_is_a_lead(q: Question) -> Iterator[Finding | Ref]:
    """UK-05: the visit of this prescription was with a lead prescriber."""
    if q.visit is not None and not q.visit.lead:
        yield Finding(
            reason=Reason.PRESCRIBER_NOT_LEAD,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="UK-05",
            check=Check.VISIT,
            evidence=(ref(q.visit, "visit"),),
        )


RULES = (
    category_is_recorded,
    category_fits_the_anatomy,
    patient_is_old_enough,
    indication_is_recorded,
    patient_is_enrolled,
    prescriber_is_certified,
    forms_are_signed,
    risk_form_is_in_force,
    second_prescriber_agrees,
    visit_is_on_file,
    first_visit_was_in_person,
    prescriber_is_a_lead,
)
