"""Signing a prescription: the gate, asked under lock, for truth.

The only module that may record a prescription (import contract 3). The gate is asked twice: once
for the eye when the page is shown, and here under the course's lock, by the same function.
"""

import uuid
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from audit import trail
from audit.kinds import Kind
from courses.actions import prescriptions
from courses.actions.subject import locked, record
from courses.models import Course, Prescription
from messaging import outbox
from monitoring import dossier, policies, purposes
from monitoring.actions import pharmacy, planning
from monitoring.actions.rule_failures import failed_rules
from monitoring.actions.shown import Changed
from monitoring.models import GateDecision
from monitoring.versions import Seen
from people.models import User
from people.permissions import Permission
from people.queries import NotPermitted, clinics_where
from protocol import dosing, gate
from protocol.calendar import date_in
from protocol.facts import CourseFacts, Prescribed, Supply
from protocol.findings import Decision, Ref, Window
from protocol.holds import at_rest
from protocol.vocabulary import Action, Level, Rest

MIN_REASON = 15


class NotAuthorised(Exception):
    """The gate blocks it; ``decision`` says why, for the page to show in its own words."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.level.word)
        self.decision = decision


class ReasonNeeded(Exception):
    """The gate asks a prescriber to write down why they go on (at least 15 characters, UX-08)."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.level.word)
        self.decision = decision


class AtRest(Exception):
    """Treatment is on hold or has ended; ``rest`` says which."""

    def __init__(self, rest: Rest) -> None:
        super().__init__(rest.value)
        self.rest = rest


class SignedToday(Exception):
    """A prescription of this course was signed today already, in another tab or by a colleague."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What came of a signature; ``again`` when the same form was sent twice."""

    prescription: Prescription
    again: bool


def authorise(
    course: Course,
    supply: Supply,
    *,
    override_reason: str,
    form_nonce: uuid.UUID,
    by: User,
    now: datetime,
    seen: Seen | None = None,
) -> Signed:
    """Sign a prescription if the gate allows it; every answer of the gate is kept.

    1. lock the course; 2. find the same form's earlier signature; 3. check the signer's right
    again, inside the lock; 4. check that what the page showed (``seen``) still holds; 5. judge;
    6. record decision, prescription, next plan and message.

    Raises:
        Changed: something that the page showed has changed since; nothing was asked or kept.
        NotAuthorised: at least one finding blocks it.
        ReasonNeeded: findings at OVERRIDE and no reason of 15 characters.
        SignedToday: signed today already by another form.
        AtRest: the course is on hold or has ended (SCHED-3).
        NotPermitted: the user may not sign (any more).
    """
    refused: Decision | None = None
    with transaction.atomic():
        held = locked(course)
        earlier = Prescription.objects.filter(form_nonce=form_nonce, course=held).first()
        if earlier is not None:
            return Signed(earlier, again=True)
        _check_right(held, by)
        facts = dossier.load_one(held)
        decision = _judge(held, facts, supply, now=now)
        if held.prescriptions.filter(signed_on=decision.judged_on).exists():
            raise SignedToday
        if seen is not None and not seen.still(facts):
            raise Changed
        ended = held.stopped_at is not None
        if rest := at_rest(facts, as_of=decision.judged_on, ended=ended):
            raise AtRest(rest)
        reason = override_reason.strip()
        needs_reason = decision.level is Level.OVERRIDE and len(reason) < MIN_REASON
        if decision.level is Level.BLOCK or needs_reason:
            refused = decision
            _keep_refusal(held, decision, by=by, now=now)
        else:
            signed = _sign(
                held, facts, decision, supply, reason=reason, form_nonce=form_nonce, by=by, now=now
            )
    # Outside the transaction, so that the refusal itself is kept.
    if refused is not None:
        raise NotAuthorised(refused) if refused.level is Level.BLOCK else ReasonNeeded(refused)
    return signed


def judge(course: Course, supply: Supply | None, *, now: datetime) -> Decision:
    """The live answer of the gate: start for the first prescription, else prescribe."""
    return _judge(course, dossier.load_one(course), supply, now=now)


def _judge(course: Course, facts: CourseFacts, supply: Supply | None, *, now: datetime) -> Decision:
    today = date_in(now, course.clinic.timezone)
    first = course.started_on is None and not facts.dispensed
    return gate.decide(
        facts,
        action=Action.START if first else Action.PRESCRIBE,
        at=now,
        policy=policies.policy_for(course, on=today),
        supply=supply,
    )


def _window_of_fill(
    course: Course, facts: CourseFacts, supply: Supply, *, signed_on: date, now: datetime
) -> Window | None:
    """When a prescription signed now may be filled: by the specimen, or by its own day of issue.

    The gate is asked about a fill as if the prescription were on record (US-09, UK-15, EU-03).
    """
    issued = Prescribed(ref="prescription:new", on=signed_on, at=now, supply=supply)
    fill = gate.decide(
        replace(facts, prescribed=(*facts.prescribed, issued)),
        action=Action.DISPENSE,
        at=now,
        policy=policies.policy_for(course, on=signed_on),
        supply=supply,
    )
    return fill.window


@trail.action
def _keep_refusal(course: Course, decision: Decision, *, by: User, now: datetime) -> GateDecision:
    kept = _keep(course, decision, prescription=None, by=by, now=now)
    if failed := failed_rules(decision):
        # Somebody must mend it: the gate stays shut for this course until then.
        record(Kind.RULE_FAILED, course, by=by, now=now, decision=kept.pk, rules=failed)
    record(
        Kind.PRESCRIPTION_REFUSED,
        course,
        by=by,
        now=now,
        level=decision.level.word,
        reasons=[reason.value for reason in decision.reasons],
    )
    return kept


def _sign(
    course: Course,
    facts: CourseFacts,
    decision: Decision,
    supply: Supply,
    *,
    reason: str,
    form_nonce: uuid.UUID,
    by: User,
    now: datetime,
) -> Signed:
    """Part of ``authorise``'s transaction; the prescription and the plan speak to the trail."""
    prescription = prescriptions.record(
        course,
        decision=decision,
        supply=supply,
        window=_window_of_fill(course, facts, supply, signed_on=decision.judged_on, now=now),
        days=dosing.days_supply(supply) or Decimal(0),
        override_reason=reason,
        form_nonce=form_nonce,
        by=by,
        now=now,
    )
    _keep(course, decision, prescription=prescription.public_id, by=by, now=now)
    outbox.enqueue(
        purpose=purposes.PRESCRIPTION_READY,
        key=f"prescription:{prescription.public_id}",
        about=f"prescription:{prescription.public_id}",
        patient=course.patient,
        clinic=course.clinic,
        send_after=now,
        now=now,
    )
    pharmacy.issue(prescription, by=by, now=now)
    planning.replan(course, now=now)
    return Signed(prescription, again=False)


def _check_right(course: Course, by: User) -> None:
    permitted = clinics_where(by, Permission.SIGN_PRESCRIPTION).filter(pk=course.clinic_id)
    if not permitted.exists():
        raise NotPermitted(Permission.SIGN_PRESCRIPTION)


def _keep(
    course: Course,
    decision: Decision,
    *,
    prescription: uuid.UUID | None,
    by: User,
    now: datetime,
) -> GateDecision:
    return GateDecision.objects.create(
        course=course,
        action=decision.action.value,
        level=decision.level.word,
        judged_at=decision.judged_at,
        judged_on=decision.judged_on,
        edition=decision.edition,
        edition_hash=decision.edition_hash,
        policy_version=decision.policy_version,
        decision=as_json(decision),
        asked_by=by.audit_id,
        prescription=prescription,
    )


def as_json(value: object) -> Any:
    """A decision as plain JSON values, in the names of ``protocol.findings``."""
    if isinstance(value, Ref):
        return {name: as_json(each) for name, each in value._asdict().items()}
    if is_dataclass(value):
        return {each.name: as_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Level):
        return value.word
    if isinstance(value, Decimal):
        return str(value)
    return value
