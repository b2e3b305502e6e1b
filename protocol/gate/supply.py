"""What is prescribed or handed out (US-18 to US-20, UK-14, UK-20, DOSE-5 to DOSE-7)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.dosing import days_supply, lasts_longer, strengths, whole_packs
from protocol.findings import Finding, Ref
from protocol.gate.dose import planned_pattern
from protocol.gate.question import Question, Rule, ref, rule
from protocol.vocabulary import Action, Check, Level, Owner, Reason


def has_supply(q: Question) -> bool:
    """Something is named to be prescribed or handed out."""
    return q.handed_out is not None


def _rule_id(q: Question, *, us: str, uk: str) -> str:
    """The programme's own rule; Canada and Australia have sentences, not rules of their own."""
    return {"us-ipledge": us, "uk-mhra": uk, "eu-ppp": "EU-03"}.get(q.programme, "DOSE-7")


def most_days(q: Question) -> int | None:
    """The longest supply the programme allows, a clinic's shorter one included (US-18, UK-14)."""
    allowed = q.params.prescription.supply_days
    if allowed is not None and q.programme == "uk-mhra":
        return min(allowed, q.policy.uk_supply_days)
    return allowed


@rule("US-18", "UK-14", "EU-03", "DOSE-7", check=Check.SUPPLY, when=has_supply)
def supply_is_short_enough(q: Question) -> Iterator[Finding | Ref]:
    """US-18, UK-14, DOSE-7: not more than 30 days, exactly 30 is fine; days are not rounded.

    A category that is not known is read as the stricter one.
    """
    supply, allowed = q.handed_out, most_days(q)
    if supply is None or allowed is None:
        return
    pattern = planned_pattern(q)
    if not lasts_longer(supply, allowed, pattern=pattern):
        return
    rules = q.params.prescription
    level = rules.too_much_cannot if q.cannot_become_pregnant else rules.too_much_can
    days = days_supply(supply, pattern=pattern)
    yield Finding(
        reason=Reason.SUPPLY_GT_30,
        level=level,
        owner=Owner.PRESCRIBER,
        rule=_rule_id(q, us="US-18", uk="UK-14"),
        check=Check.SUPPLY,
        detail=(("days", f"{days:.1f}"), ("most", str(allowed))),
    )


@rule("US-19", check=Check.SUPPLY, when=has_supply)
def prescription_has_no_refills(q: Question) -> Iterator[Finding | Ref]:
    """US-19: every month is a new prescription."""
    supply = q.handed_out
    if supply is not None and supply.refills and not q.params.prescription.refills:
        yield Finding(
            reason=Reason.REFILLS_NOT_ALLOWED,
            level=Level.BLOCK,
            owner=Owner.PRESCRIBER,
            rule="US-19",
            check=Check.SUPPLY,
            detail=(("refills", str(supply.refills)),),
        )


@rule("US-20", check=Check.SUPPLY, when=has_supply)
def blister_packs_stay_whole(q: Question) -> Iterator[Finding | Ref]:
    """US-20: packs of ten capsules are not broken, of any strength."""
    supply = q.handed_out
    if supply is None or not q.params.prescription.whole_packs:
        return
    broken = [
        line.capsules
        for line in supply.lines
        if line.capsules is not None and not whole_packs(line.capsules)
    ]
    if broken:
        yield Finding(
            reason=Reason.BLISTER_BROKEN,
            level=Level.WARN,
            owner=Owner.PHARMACY,
            rule="US-20",
            check=Check.SUPPLY,
            detail=(("capsules", ", ".join(str(number) for number in broken)),),
        )


@rule("DOSE-5", check=Check.SUPPLY, when=has_supply)
def formulation_is_the_prescribed_one(q: Question) -> Iterator[Finding | Ref]:
    """DOSE-5: another formulation than prescribed needs a new prescription and a new dose."""
    supply = q.handed_out
    if supply is None:
        return
    prescribed = supply.substitute_for
    evidence: tuple[Ref, ...] = ()
    if prescribed is None and q.action is Action.DISPENSE and q.prescription is not None:
        prescribed = q.prescription.supply.formulation
        evidence = (ref(q.prescription, "prescription"),)
    if prescribed is not None and prescribed is not supply.formulation:
        yield Finding(
            reason=Reason.FORM_SUBSTITUTION,
            level=Level.BLOCK,
            owner=Owner.PHARMACY,
            rule="DOSE-5",
            check=Check.SUPPLY,
            evidence=evidence,
            detail=(("prescribed", prescribed.value), ("handed_out", supply.formulation.value)),
        )


@rule("DOSE-6", "UK-20", check=Check.SUPPLY, when=has_supply)
def strength_exists(q: Question) -> Iterator[Finding | Ref]:
    """DOSE-6, UK-20: the product has capsules of each strength.

    The lists are secondary sources, so a prescriber who knows the product may go on.
    """
    supply = q.handed_out
    if supply is None:
        return
    sold = strengths(supply.formulation, q.programme)
    unknown = [
        line.strength_mg
        for line in supply.lines
        if line.strength_mg is not None and line.strength_mg not in sold
    ]
    if unknown:
        yield Finding(
            reason=Reason.STRENGTH_UNAVAILABLE,
            level=Level.OVERRIDE,
            owner=Owner.PRESCRIBER,
            rule="UK-20" if q.programme == "uk-mhra" else "DOSE-6",
            check=Check.SUPPLY,
            detail=(("strength_mg", ", ".join(str(mg) for mg in unknown)),),
        )


RULES: tuple[Rule, ...] = (
    supply_is_short_enough,
    prescription_has_no_refills,
    blister_packs_stay_whole,
    formulation_is_the_prescribed_one,
    strength_exists,
)
