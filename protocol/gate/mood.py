"""Mental health at the gate (MH-1 to MH-7, UK-07)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.facts import Questionnaire
from protocol.findings import Finding, Ref
from protocol.gate.question import Question, Rule, ref, rule
from protocol.mood import Item9, assess, course_baseline, is_quiet
from protocol.reviews import is_reviewed
from protocol.vocabulary import Check, Instrument, Level, Owner, Reason, ReviewOf


def _counted(q: Question) -> tuple[Questionnaire, ...]:
    """Questionnaires that count as asked for this prescription.

    Before the first one: any of this course. Later in the United Kingdom, where every prescription
    needs one (UK-07): those since the last fill; elsewhere any of the course (MH-7).
    """
    if not q.initiation and q.programme == "uk-mhra":
        return q.of_cycle(q.facts.questionnaires)
    return q.of_course(q.facts.questionnaires)


@rule("UK-07", "MH-7", check=Check.MENTAL_HEALTH)
def questionnaire_was_asked(q: Question) -> Iterator[Finding | Ref]:
    """UK-07, MH-7: a mood questionnaire before prescribing; a raised PHQ-2 needs the PHQ-9 (MH-1).

    The edition names the level.
    """
    counted = _counted(q)
    asked = counted[-1] if counted else None
    unfinished = (
        asked is not None
        and asked.instrument is Instrument.PHQ2
        and assess(asked, baseline=None, country="").offer_phq9
        and not any(_follows(other, asked) for other in q.facts.questionnaires)
    )
    if asked is not None and not unfinished:
        yield ref(asked, "questionnaire")
        return
    level = q.params.wellbeing.questionnaire_missing
    yield Finding(
        reason=Reason.PROM_MISSING,
        level=level if asked is None else max(level, Level.WARN),
        owner=Owner.PATIENT,
        rule="UK-07" if q.programme == "uk-mhra" else "MH-7",
        check=Check.MENTAL_HEALTH,
        evidence=(ref(asked, "questionnaire"),) if asked is not None else (),
    )


def _follows(other: Questionnaire, phq2: Questionnaire) -> bool:
    """The longer questionnaire was answered on the same day or later."""
    return other.instrument is Instrument.PHQ9 and other.on >= phq2.on


@rule("MH-2", "MH-3", "MH-4", check=Check.MENTAL_HEALTH)
def answers_are_reviewed(q: Question) -> Iterator[Finding | Ref]:
    """MH-2 to MH-4: every questionnaire that asks for a clinician stands until one has looked.

    A later, better one does not take its place. Item 9 outranks total and rise; left blank, it is
    asked about beside them.
    """
    baseline = course_baseline(q.facts, as_of=q.day)
    country = q.facts.person.country
    for questionnaire in q.facts.questionnaires:
        if is_quiet(questionnaire, baseline=baseline):
            continue
        if is_reviewed(questionnaire, q.facts.reviewed, of=ReviewOf.MENTAL_HEALTH):
            continue
        assessed = assess(questionnaire, baseline=baseline, country=country)
        if assessed.item9 is Item9.YES:
            yield _review(questionnaire, Reason.MH_ITEM9, "MH-3")
            continue
        if assessed.item9 is Item9.UNANSWERED:
            yield _review(questionnaire, Reason.MH_ITEM9_UNANSWERED, "MH-2")
        if assessed.asks_review:
            yield _review(questionnaire, Reason.MH_REVIEW, "MH-4")


def _review(questionnaire: Questionnaire, reason: Reason, rule_id: str) -> Finding:
    return Finding(
        reason=reason,
        level=Level.OVERRIDE,
        owner=Owner.PRESCRIBER,
        rule=rule_id,
        check=Check.MENTAL_HEALTH,
        evidence=(ref(questionnaire, "questionnaire"),),
    )


RULES: tuple[Rule, ...] = (questionnaire_was_asked, answers_are_reviewed)
