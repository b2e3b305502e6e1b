"""Answers one ask: facts in, the protocol's answer out, under the names that ``expect`` uses."""

from collections.abc import Callable
from datetime import date

from monitoring.replay.asked import Ask, Query
from monitoring.replay.cycles import cycles
from monitoring.replay.dossier import course_facts, judged
from monitoring.replay.expectations import ACTION, QUERIES, names_known
from monitoring.replay.given import (
    IN_ORDER_RMA,
    Cycle,
    Setting,
    last_doubt,
    negative_test,
    normal_draw,
    setting_of,
    supplied,
)
from monitoring.replay.questions import QUESTIONS
from monitoring.replay.story import Story, Topic
from protocol import gate, schedule
from protocol.facts import CourseFacts, Fact, Supply
from protocol.findings import Decision
from protocol.vocabulary import Action, Category, Level, Requirement

Got = dict[str, object]


def answer(story: Story, ask: Ask) -> Got:
    """All that the software knows about this ask; a name that does not apply is None."""
    known = _decided(story, ask) if ask.query is None else _queried(story, ask, ask.query)
    return {name: known.get(name) for name in names_of(ask)}


def names_of(ask: Ask) -> tuple[str, ...]:
    """The names that ``got`` holds for this kind of ask."""
    return names_known(ACTION if ask.query is None else QUERIES[ask.query])


def facts_for(story: Story, ask: Ask) -> CourseFacts:
    """What the rules are told for a question beside the gate."""
    return _facts(setting_of(story, ask), None)


def _queried(story: Story, ask: Ask, query: Query) -> Got:
    question: Callable[[CourseFacts, Story, Ask], Got] = QUESTIONS[query]
    return question(facts_for(story, ask), story, ask)


def _decided(story: Story, ask: Ask) -> Got:
    setting = setting_of(story, ask)
    if not story.supplied:
        return _in_words(_decide(story, ask, _facts(setting, None)))
    best: tuple[tuple[int, int], Decision] | None = None
    for cycle in cycles(setting):
        decision = _decide(story, ask, _facts(setting, cycle))
        objections = sum(finding.level > Level.ALLOW for finding in decision.findings)
        rank = (int(decision.level), objections)
        if best is None or rank < best[0]:
            best = rank, decision
        if objections == 0:
            break
    if best is None:
        raise ValueError("no date could serve for the prescription")
    return _in_words(best[1])


def _decide(story: Story, ask: Ask, facts: CourseFacts) -> Decision:
    _, instant = judged(ask)
    action = ask.action or Action.PRESCRIBE
    return gate.decide(
        facts,
        action=action,
        at=instant,
        policy=story.policy,
        supply=_supply(ask, facts),
        rma=_rma(story, ask),
    )


def _supply(ask: Ask, facts: CourseFacts) -> Supply | None:
    """What is prescribed or handed out: as named, for a fill on top of what was prescribed."""
    if not ask.named.names_supply:
        return None
    if ask.action is Action.DISPENSE and facts.prescribed:
        return ask.named.over(facts.prescribed[-1].supply)
    return ask.named.as_supply()


def _rma(story: Story, ask: Ask) -> str | None:
    if "rma" in ask.named.given:
        return ask.named.rma
    return IN_ORDER_RMA if story.supplies(Topic.AUTHORISATION) else None


def _in_words(decision: Decision) -> Got:
    window = decision.window
    return {
        "decision": decision.level.word,
        "codes": [reason.value for reason in decision.reasons],
        "earliest": decision.earliest_on,
        "window_opens": window.opens_at if window else None,
        "window_closes": window.closes_at if window else None,
        "overridable": decision.overridable,
        "days_supply": decision.days_supply,
        "judged_on": decision.judged_on,
    }


def _facts(setting: Setting, cycle: Cycle | None) -> CourseFacts:
    """The story's own facts and the supplied ones, with every draw and test that was due."""
    story = setting.story
    if not story.supplied:
        return course_facts(story, setting.known)
    told = [*setting.known, *supplied(setting, cycle)]
    told += _draws_due(setting, course_facts(story, told))
    facts = course_facts(story, told)
    supplied_on: set[date] = set()
    while due := _tests_due(setting, facts) - supplied_on:
        # What one test answers lets the next supply's fall due.
        supplied_on |= due
        told += [negative_test(day) for day in sorted(due)]
        facts = course_facts(story, told)
    return facts


def _draws_due(setting: Setting, facts: CourseFacts) -> list[Fact]:
    if not setting.story.supplies(Topic.LABS) or not setting.has_begun:
        return []
    return [fact for day in _reached(setting, facts, Requirement.LABS) for fact in normal_draw(day)]


def _tests_due(setting: Setting, facts: CourseFacts) -> set[date]:
    story = setting.story
    if story.patient.category is Category.NCP or not story.supplies(Topic.PREGNANCY_TESTS):
        return set()
    if not setting.has_begun and setting.last_stop is None:
        return set()
    kinds = (Requirement.PREGNANCY_TEST, Requirement.FINAL_TEST)
    days = {day for kind in kinds for day in _reached(setting, facts, kind)}
    doubt = last_doubt(setting)
    return {day for day in days if doubt is None or day <= doubt}


def _reached(setting: Setting, facts: CourseFacts, requirement: Requirement) -> list[date]:
    """Due dates that the ask's day has reached and that nothing has met."""
    plan = schedule.plan(facts, as_of=setting.day, policy=setting.story.policy)
    return [
        item.due_on
        for item in plan.items
        if item.requirement is requirement and item.met_by is None and item.due_on <= setting.day
    ]
