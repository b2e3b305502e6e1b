"""Contraception and counselling (US-06, US-14 to US-17, UK-10, UK-11, EU-03)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from protocol import parameters
from protocol.calendar import add_months
from protocol.facts import Contraception
from protocol.findings import Finding, Ref
from protocol.gate.question import Question, days_after, ref, rule
from protocol.parameters import Cadence
from protocol.specimens import contraception_since, first_confirmation_day, opening
from protocol.vocabulary import Action, Check, Level, Method, Owner, Reason


def can_become_pregnant(q: Question) -> bool:
    """The patient can become pregnant."""
    return q.can_become_pregnant


def methods_are_enough(methods: tuple[Method, ...], rules: parameters.Contraception) -> bool:
    """US-16, US-17, UK-10: the methods together are what the programme asks for."""
    stated = set(methods)
    primary = len(stated.intersection(rules.primary))
    return (
        not stated.isdisjoint(rules.alone)
        or (primary >= 1 and not stated.isdisjoint(rules.secondary))
        or (rules.two_primaries and primary >= 2)
    )


def _newest(q: Question, side: str) -> Contraception | None:
    for said in reversed(q.facts.contraception):
        if getattr(said, side):
            return said
    return None


def _sides(q: Question) -> tuple[tuple[str, Contraception | None, Owner], ...]:
    """Who has to state the methods, and what they said last."""
    prescriber = ("prescriber", _newest(q, "by_prescriber"), Owner.PRESCRIBER)
    patient = ("patient", _newest(q, "by_patient"), Owner.PATIENT)
    if q.params.contraception.both_sides_state:
        return (prescriber, patient)
    stated = tuple(side for side in (prescriber, patient) if side[1] is not None)
    return stated or (prescriber,)


def programme_rule(q: Question, *, us: str, uk: str) -> str:
    """The rule id by programme: the EU follows its own row, Canada and Australia theirs."""
    return {"us-ipledge": us, "uk-mhra": uk, "eu-ppp": "EU-03", "ca": "CA-04", "au": "AU-02"}.get(
        q.programme, uk
    )


def begun_today_counts_on(q: Question) -> date | None:
    """The first day on which methods begun today are enough for a first prescription."""
    if not q.initiation:
        return None
    rules = q.params.contraception
    if rules.days_before is not None:
        return days_after(q.on, rules.days_before)
    return add_months(q.on, rules.months_before or 0)


@rule(
    "US-14", "US-16", "US-17", "UK-10", "EU-03", check=Check.CONTRACEPTION, when=can_become_pregnant
)
def methods_are_sufficient(q: Question) -> Iterator[Finding | Ref]:
    """US-16, UK-10: what each side has stated last is enough; a side that must state has stated."""
    for side, said, owner in _sides(q):
        enough = said is not None and methods_are_enough(said.methods, q.params.contraception)
        if said is not None and enough:
            yield ref(said, "contraception")
            continue
        someone_else_has_enough = any(
            other is not None and methods_are_enough(other.methods, q.params.contraception)
            for _, other, _ in _sides(q)
        )
        only_unsaid = said is None and someone_else_has_enough
        yield Finding(
            reason=Reason.CONTRA_INSUFFICIENT,
            level=Level.BLOCK,
            owner=owner,
            rule=programme_rule(q, us="US-16", uk="UK-10"),
            check=Check.CONTRACEPTION,
            evidence=(ref(said, "contraception"),) if said else (),
            remedy_on=None if only_unsaid else begun_today_counts_on(q),
            detail=(
                ("stated-by", side),
                ("methods", ",".join(said.methods) if said else ""),
            ),
        )


def both_sides_state(q: Question) -> bool:
    """Patient and prescriber each state the methods (US-14)."""
    return q.can_become_pregnant and q.params.contraception.both_sides_state


@rule("US-15", check=Check.CONTRACEPTION, when=both_sides_state)
def sides_name_the_same_primary_method(q: Question) -> Iterator[Finding | Ref]:
    """US-15: patient and prescriber have a primary method in common; abstinence is one (US-17)."""
    prescriber, patient = _newest(q, "by_prescriber"), _newest(q, "by_patient")
    if prescriber is None or patient is None:
        return
    rules = q.params.contraception
    primary = {*rules.primary, *rules.alone}
    of_prescriber, of_patient = primary & set(prescriber.methods), primary & set(patient.methods)
    if of_prescriber and of_patient and not of_prescriber & of_patient:
        yield Finding(
            reason=Reason.CONTRA_MISMATCH,
            level=Level.BLOCK,
            owner=Owner.PATIENT,
            rule="US-15",
            check=Check.CONTRACEPTION,
            evidence=(ref(prescriber, "contraception"), ref(patient, "contraception")),
            detail=(
                ("prescriber", ",".join(sorted(of_prescriber))),
                ("patient", ",".join(sorted(of_patient))),
            ),
        )


def lead_time_applies(q: Question) -> bool:
    """A first prescription of a patient who can become pregnant."""
    return q.initiation and q.can_become_pregnant


@rule("US-06", "UK-11", "EU-03", check=Check.CONTRACEPTION, when=lead_time_applies)
def methods_began_early_enough(q: Question) -> Iterator[Finding | Ref]:
    """US-06: 30 days before the second test. UK-11, EU-03: a calendar month before prescribing."""
    began = contraception_since(q)
    if began is None:
        return
    rules = q.params.contraception
    if rules.days_before is not None:
        opened = opening(q)
        enough_on = days_after(began, rules.days_before)
        early = opened is not None and opened.specimen.on < enough_on
        clears_on: date | None = None
        remedy_on: date | None = first_confirmation_day(q)
    else:
        enough_on = add_months(began, rules.months_before or 0)
        early = q.prescribed_on < enough_on
        is_fill = q.action is Action.DISPENSE
        clears_on, remedy_on = (None, enough_on) if is_fill else (enough_on, None)
    if early:
        yield Finding(
            reason=Reason.CONTRA_LT_30,
            level=Level.BLOCK,
            owner=Owner.PATIENT,
            rule=programme_rule(q, us="US-06", uk="UK-11"),
            check=Check.CONTRACEPTION,
            evidence=tuple(ref(said, "contraception") for said in q.facts.contraception[-1:]),
            clears_on=clears_on,
            remedy_on=remedy_on,
            detail=(("since", began.isoformat()), ("enough-on", enough_on.isoformat())),
        )


def counselling_cadence(q: Question) -> Cadence:
    """How often this patient's counselling is put on record (US-14, US-22, UK-04)."""
    rules = q.params.counselling
    return rules.cannot_become_pregnant if q.cannot_become_pregnant else rules.can_become_pregnant


def counselling_applies(q: Question) -> bool:
    """The programme wants counselling on record."""
    return counselling_cadence(q) is not Cadence.NEVER


@rule(
    "US-03", "US-14", "US-22", "US-28", "UK-04", check=Check.COUNSELLING, when=counselling_applies
)
def counselling_is_recorded(q: Question) -> Iterator[Finding | Ref]:
    """US-14, US-22, UK-04: counselling is recorded for this prescription, or once at enrolment."""
    each = counselling_cadence(q) is Cadence.EACH_PRESCRIPTION
    recorded = q.of_cycle(q.facts.counselling) if each else q.facts.counselling
    if recorded:
        yield ref(recorded[-1], "counselling")
        return
    us = "US-22" if q.cannot_become_pregnant else "US-14"
    yield Finding(
        reason=Reason.COUNSEL_MISSING,
        level=Level.BLOCK,
        owner=Owner.PRESCRIBER,
        rule=us if q.programme == "us-ipledge" else "UK-04",
        check=Check.COUNSELLING,
    )


def comprehension_applies(q: Question) -> bool:
    """The patient answers the programme's questions for each fill."""
    return q.can_become_pregnant and q.params.counselling.comprehension_questions


@rule("US-14", check=Check.COMPREHENSION, when=comprehension_applies)
def questions_are_answered(q: Question) -> Iterator[Finding | Ref]:
    """US-14: the patient has passed the programme's questions since the last fill."""
    answered = q.of_cycle(q.facts.comprehension)
    if answered and answered[-1].passed:
        yield ref(answered[-1], "comprehension")
        return
    yield Finding(
        reason=Reason.COMPREHENSION_MISSING,
        level=Level.BLOCK,
        owner=Owner.PATIENT,
        rule="US-14",
        check=Check.COMPREHENSION,
        evidence=tuple(ref(row, "comprehension") for row in answered[-1:]),
    )


RULES = (
    counselling_is_recorded,
    methods_are_sufficient,
    sides_name_the_same_primary_method,
    methods_began_early_enough,
    questions_are_answered,
)
