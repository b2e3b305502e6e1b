"""Conditions, allergies and other medicines (CI-01 to CI-03, CI-05 to CI-07, CI-09 to CI-14)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.contraindications import allergy_findings, condition_findings, interaction_findings
from protocol.findings import Finding, Ref
from protocol.gate.question import Question, Rule, rule
from protocol.vocabulary import Check


@rule("CI-01", "CI-02", "CI-06", "CI-07", "CI-14", check=Check.CONTRAINDICATIONS)
def no_condition_speaks_against_it(q: Question) -> Iterator[Finding | Ref]:
    """CI-01, CI-02, CI-06, CI-07, CI-14: conditions on record."""
    yield from condition_findings(q.facts, on=q.day)


@rule("CI-03", check=Check.CONTRAINDICATIONS)
def no_allergy_to_the_product(q: Question) -> Iterator[Finding | Ref]:
    """CI-03: hypersensitivity, and soya or peanut allergy with a soya-containing product."""
    yield from allergy_findings(q.facts, q.handed_out, on=q.day)


@rule("CI-05", "CI-06", "CI-09", "CI-10", "CI-11", "CI-12", "CI-13", check=Check.CONTRAINDICATIONS)
def no_medicine_interacts(q: Question) -> Iterator[Finding | Ref]:
    """CI-05, CI-06, CI-09 to CI-13: medicines taken, and tetracyclines of the last seven days."""
    yield from interaction_findings(q.facts, on=q.day)


RULES: tuple[Rule, ...] = (
    no_condition_speaks_against_it,
    no_allergy_to_the_product,
    no_medicine_interacts,
)
