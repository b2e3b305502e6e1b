"""Sexual function at the gate (UK-08, MH-9)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.findings import Finding, Ref
from protocol.gate.question import Question, Rule, ref, rule
from protocol.reviews import is_reviewed
from protocol.vocabulary import Check, Level, Owner, Reason, ReviewOf, SexualFunction

# Compared with every answer of the course; by way of its class a member takes far longer to find.
_BOTHERSOME = SexualFunction.BOTHERSOME


@rule("UK-08", "MH-9", check=Check.SEXUAL_FUNCTION)
def sexual_function_was_asked(q: Question) -> Iterator[Finding | Ref]:
    """UK-08: asked before the first prescription and at follow-ups; declining is an answer.

    The edition names the levels.
    """
    levels = q.params.wellbeing
    level = levels.sexual_function_missing_later
    asked = q.of_cycle(q.facts.sexual_function)
    if q.initiation:
        level = levels.sexual_function_missing_first
        asked = q.of_course(q.facts.sexual_function)
    elif q.programme != "uk-mhra":
        asked = q.of_course(q.facts.sexual_function)
    if asked:
        yield ref(asked[-1], "sexual-function")
    elif level > Level.ALLOW:
        yield Finding(
            reason=Reason.SEXUAL_FN_MISSING,
            level=level,
            owner=Owner.NURSE,
            rule="UK-08" if q.programme == "uk-mhra" else "MH-9",
            check=Check.SEXUAL_FUNCTION,
        )


@rule("MH-9", check=Check.SEXUAL_FUNCTION)
def bothersome_change_is_reviewed(q: Question) -> Iterator[Finding | Ref]:
    """MH-9: every bothersome change stands until a clinician has reviewed it."""
    for asked in q.facts.sexual_function:
        bothersome = asked.answer is _BOTHERSOME
        if bothersome and not is_reviewed(asked, q.facts.reviewed, of=ReviewOf.SEXUAL_FUNCTION):
            yield Finding(
                reason=Reason.SEXUAL_FN_REVIEW,
                level=Level.OVERRIDE,
                owner=Owner.PRESCRIBER,
                rule="MH-9",
                check=Check.SEXUAL_FUNCTION,
                evidence=(ref(asked, "sexual-function"),),
            )


RULES: tuple[Rule, ...] = (sexual_function_was_asked, bothersome_change_is_reviewed)
