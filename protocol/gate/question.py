"""What a rule of the gate is.

A rule is a small function from a ``Question`` to findings, wrapped by ``@rule``. It yields a
``Finding`` for everything that is wrong and may yield a ``Ref`` for the evidence that met it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from protocol.facts import Fact
from protocol.findings import Finding, Ref
from protocol.question import Question, days_after
from protocol.vocabulary import Check

__all__ = ["Question", "Rule", "always", "days_after", "ref", "rule"]

Judge = Callable[[Question], Iterator[Finding | Ref]]
Condition = Callable[[Question], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule of the gate: its ids, its row of the checklist, when it applies and what it says.

    A rule is itself and no other's equal, so that sets of rules are told apart at no cost.
    """

    ids: tuple[str, ...]
    check: Check
    when: Condition
    judge: Judge

    @property
    def name(self) -> str:
        """The function's name: what is checked, in words."""
        return self.judge.__name__


def always(question: Question) -> bool:
    """The rule applies to every question."""
    return True


def rule(*ids: str, check: Check, when: Condition = always) -> Callable[[Judge], Rule]:
    """Make a rule of a function: its ids in the rule book, its checklist row, when it applies."""

    def wrap(judge: Judge) -> Rule:
        return Rule(ids=ids, check=check, when=when, judge=judge)

    return wrap


def ref(fact: Fact, kind: str) -> Ref:
    """Evidence: a pointer to a fact, with its kind in words, as ``pregnancy-test``."""
    return Ref(kind, fact.ref, fact.on)
