"""What a pharmacist is told about one prescription: may it be handed out now, and what it is.

The gate is asked as it is for everybody. What the prescriber has answered with a written reason
when signing is not asked a second time; whatever came after the signature is.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.crypto import salted_hmac

from courses.models import Dispense, Prescription
from monitoring import dossier, policies
from monitoring.models import GateDecision, PharmacyLink
from protocol import gate
from protocol.calendar import date_in
from protocol.facts import CourseFacts
from protocol.findings import Decision
from protocol.holds import at_rest
from protocol.specimens import negatives
from protocol.vocabulary import Action, Level, Reason, Rest

FAILURES_PER_LINK = 5
_TOKEN_BYTES = 16
# Stands for a number that the pharmacist still has to fetch: the page asks for it (US-21).
TO_BE_FETCHED = "to be fetched"


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """A pharmacy behind a link, as the trail names it: by link and by the name it gave."""

    link: PharmacyLink
    name: str

    @property
    def audit_id(self) -> str:
        """``pharmacy:<uuid of the link>``."""
        return f"pharmacy:{self.link.public_id}"

    @property
    def audit_name(self) -> str:
        """The name it gave."""
        return self.name


def token_of(link: PharmacyLink) -> str:
    """The token of a link: 22 characters, made again whenever the page is printed."""
    key = str(link.public_id)
    digest = salted_hmac("monitoring.pharmacy.token", key, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode().rstrip("=")


def usable(link: PharmacyLink, *, now: datetime) -> bool:
    """The link opens: not withdrawn, not expired, not closed by wrong birth dates."""
    return link.revoked_at is None and now < link.expires_at and link.failures < FAILURES_PER_LINK


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for a pharmacist at one instant.

    ``filled_on`` is the day of a supply that has been handed out, ``replaced`` that a newer
    prescription took this one's place, ``rest`` that treatment is on hold or has ended since.
    ``reasons`` say why else it may not be handed out; it may when none of the four does.
    ``asks_rma``: the programme authorises each fill.
    """

    decision: Decision
    reasons: tuple[Reason, ...]
    filled_on: date | None
    replaced: bool
    rest: Rest | None
    asks_rma: bool
    tested_on: date | None

    @property
    def may_dispense(self) -> bool:
        """Green: nothing speaks against handing it out now."""
        return not (self.reasons or self.replaced or self.rest or self.filled_on)


def verdict(prescription: Prescription, *, now: datetime, rma: str = TO_BE_FETCHED) -> Verdict:
    """Ask the gate about this fill at this instant."""
    course = prescription.course
    facts = dossier.load_one(course)
    today = date_in(now, course.clinic.timezone)
    policy = policies.policy_for(course, on=today)
    decision = gate.decide(facts, action=Action.DISPENSE, at=now, policy=policy, rma=rma)
    without = gate.decide(facts, action=Action.DISPENSE, at=now, policy=policy)
    filled = Dispense.objects.filter(prescription=prescription, reversed_at__isnull=True).first()
    newest = facts.prescribed[-1].ref if facts.prescribed else ""
    answered = _answered(prescription)
    stopping = [
        finding.reason
        for finding in decision.findings
        if finding.level is Level.BLOCK
        or (finding.level is Level.OVERRIDE and finding.reason not in answered)
    ]
    return Verdict(
        decision=decision,
        reasons=() if filled else tuple(dict.fromkeys(stopping)),
        filled_on=filled.dispensed_on if filled else None,
        replaced=filled is None and newest != f"prescription:{prescription.public_id}",
        rest=at_rest(facts, as_of=decision.judged_on, ended=course.stopped_at is not None),
        asks_rma=Reason.RMA_MISSING in without.reasons,
        tested_on=_tested_on(facts, prescription),
    )


def _answered(prescription: Prescription) -> frozenset[str]:
    """Reasons that the prescriber has gone on over, in writing, when this was signed."""
    if not prescription.override_reason:
        return frozenset()
    kept = GateDecision.objects.filter(prescription=prescription.public_id).first()
    findings = kept.decision.get("findings", []) if kept else []
    return frozenset(each["reason"] for each in findings if each["level"] == Level.OVERRIDE.word)


def _tested_on(facts: CourseFacts, prescription: Prescription) -> date | None:
    """The day of the newest negative test; nothing is shown of those who need none."""
    found = negatives(facts.pregnancy_tests)
    return found[-1].on if found else None
