"""The questions beside the gate: each asks the protocol and answers in the names of ``expect``."""

from collections.abc import Callable, Mapping
from dataclasses import fields

from monitoring.replay.asked import Ask, Query
from monitoring.replay.story import Story
from protocol import dosing, gate, labs, mood, outcomes, schedule, symptoms, tasks, units
from protocol.after_course import follow_up
from protocol.calendar import date_in, wall_clock
from protocol.category import effective_category, implied_category
from protocol.cumulative import cumulative
from protocol.facts import CourseFacts, Supply
from protocol.programmes import EditionUnknown, clock_zone, edition_for
from protocol.timeline import zone_on
from protocol.vocabulary import Action, Analyte, Level, Requirement

Got = dict[str, object]
Question = Callable[[CourseFacts, Story, Ask], Got]

_ABOUT_DOSE = ("DOSE_", "WEIGHT_", "RULE_FAILED")


def _edition(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    zone = clock_zone(facts.programme, facts.clinic_zone)
    on = date_in(ask.at, zone)
    try:
        return {"edition": edition_for(facts.programme, on, policy=story.policy).wire}
    except EditionUnknown:
        return {}


def _category(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    person = facts.person
    category = implied_category(person.anatomy) if person.anatomy else None
    category = category or effective_category(person)
    return {"category": category.value if category else None}


def _due(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    requirement = ask.of or Requirement.LABS
    dates = schedule.due_dates(
        facts, requirement, as_of=ask.on, policy=story.policy, count=ask.count
    )
    return {"dates": list(dates)}


def _status(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    requirement = ask.of or Requirement.LABS
    status = schedule.status_of(facts, requirement, as_of=ask.on, policy=story.policy)
    return {"status": status.value if status else None}


def _after_course(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    after = follow_up(facts, as_of=ask.on, policy=story.policy)
    return {field.name: getattr(after, field.name) for field in fields(after)}


def _cumulative(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    total = cumulative(facts, as_of=ask.on)
    if total is None:
        return {}
    known = {field.name: getattr(total, field.name) for field in fields(total)}
    return {**known, "band": total.band.value if total.band else None}


def _dose(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    """A dose as the gate judges it: what the decision on it says about dose and weight."""
    pattern = (ask.daily_mg,) if ask.daily_mg is not None else ()
    judgement = dosing.judge_dose(facts, pattern=pattern, formulation=ask.formulation, on=ask.on)
    decision = gate.decide(
        facts,
        action=Action.PRESCRIBE,
        at=ask.at,
        policy=story.policy,
        supply=Supply(pattern=pattern, formulation=ask.formulation),
    )
    about = [each for each in decision.findings if each.reason.value.startswith(_ABOUT_DOSE)]
    level = max((each.level for each in about), default=Level.ALLOW)
    return {
        "mg_per_kg": judgement.mg_per_kg,
        "weight_kg": judgement.weight_kg,
        "decision": level.word,
        "codes": list(dict.fromkeys(each.reason.value for each in about)),
        "overridable": level is Level.OVERRIDE,
    }


def _lab(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    reading = labs.read(facts, as_of=ask.on, policy=story.policy)
    if not reading.newest:
        return {}
    converted: Got = {}
    for analyte, unit in ask.convert.items():
        result = reading.newest[analyte].result if analyte in reading.newest else None
        if result is not None and result.value is not None:
            converted[analyte.value] = units.convert(analyte, result.value, result.unit, unit)
    return {
        "tier": reading.tier.word if reading.tier is not None else None,
        "tiers": _by_name({a: t.word if t is not None else None for a, t in reading.tiers.items()}),
        "ctcae": _by_name(reading.ctcae),
        "action": reading.action.value,
        "repeat_within_days": reading.repeat_within_days,
        "notes": [note.value for note in reading.notes],
        "default_range": reading.default_range,
        "converted": converted or None,
    }


def _by_name(values: Mapping[Analyte, object]) -> Got:
    return {analyte.value: value for analyte, value in values.items()}


def _mental_health(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    assessment = mood.newest_assessment(facts, as_of=ask.on)
    if assessment is None:
        return {}
    return {
        "score": assessment.score,
        "severity": assessment.severity.value if assessment.severity else None,
        "prorated": assessment.prorated,
        "item9": assessment.item9.value if assessment.item9 else None,
        "level": assessment.level.value,
        "offer_phq9": assessment.offer_phq9,
        "crisis_lines": list(assessment.crisis_lines),
    }


def _triage(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    triage = symptoms.standing_triage(facts, as_of=ask.on)
    return {
        "level": triage.level.value,
        "hold": triage.hold,
        "crisis_lines": list(triage.crisis_lines),
    }


def _reminder(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    local_time = ask.local_time or story.policy.reminder_time
    now_in = zone_on(facts, ask.at)
    # A day before a move had the clock of its own place.
    zones = [zone_on(facts, wall_clock(day, local_time, now_in)) for day in ask.dates]
    return {
        "utc": [
            wall_clock(day, local_time, zone) for day, zone in zip(ask.dates, zones, strict=True)
        ]
    }


def _tasks(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    found = tasks.open_tasks(facts, as_of=ask.on, policy=story.policy)
    return {"open": [kind.value for kind in found]}


def _outcome(facts: CourseFacts, story: Story, ask: Ask) -> Got:
    asked = ask.outcome
    if asked is None:
        return {}
    if asked.iga is not None:
        return {"success": outcomes.iga_success(*asked.iga)}
    if asked.gags is not None:
        gags = outcomes.gags(asked.gags)
        return {"score": gags.score, "band": gags.band.value}
    dlqi = outcomes.dlqi(asked.dlqi or 0)
    return {"score": dlqi.score, "band": dlqi.band.value, "copyright": bool(dlqi.copyright)}


QUESTIONS: dict[Query, Question] = {
    Query.EDITION: _edition,
    Query.CATEGORY: _category,
    Query.DUE: _due,
    Query.STATUS: _status,
    Query.AFTER_COURSE: _after_course,
    Query.CUMULATIVE: _cumulative,
    Query.DOSE: _dose,
    Query.LAB: _lab,
    Query.MENTAL_HEALTH: _mental_health,
    Query.TRIAGE: _triage,
    Query.REMINDER: _reminder,
    Query.TASKS: _tasks,
    Query.OUTCOME: _outcome,
}
