"""``given: in-order``: the facts a story leaves out, supplied topic by topic to fit its dates.

The supplied facts are those of a patient with whom nothing is wrong on the day that is asked about
(contract: Topics). They are ordinary facts, judged by the same rules as any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from monitoring.replay.asked import Ask
from monitoring.replay.dossier import judged, known_to, one_supply_days
from monitoring.replay.story import Programme, Story, Topic
from monitoring.replay.supplies import Named
from protocol.calendar import age_on, date_in
from protocol.dosing import range_findings
from protocol.facts import (
    Comprehension,
    Consent,
    Contraception,
    Counselling,
    Dispensed,
    Dose,
    Enrolled,
    Fact,
    LabResult,
    PregnancyTest,
    Prescribed,
    Questionnaire,
    SecondPrescriber,
    SexualFunctionAsked,
    Stopped,
    Supply,
    Visit,
    Weight,
)
from protocol.programmes import clock_zone
from protocol.timeline import without_leftovers
from protocol.vocabulary import (
    Action,
    Analyte,
    Category,
    Form,
    Formulation,
    Instrument,
    Method,
    SexualFunction,
    TestResult,
    TestSetting,
)

_REGISTRY_ID = "in-order"
IN_ORDER_RMA = "RMA-in-order"
# Before the story, and before the screening test that is supplied for it.
_LONG_BEFORE = timedelta(days=31)
# The screening test stands this long before the confirming one: more than US-07's 19 days.
_SCREENING_BEFORE = timedelta(days=30)
# Before the start, yet too far from the first draw of any schedule to count for it (LAB-3).
_BASELINE_BEFORE = timedelta(days=10)
_ADULT = 18
_NEGATIVE_HCG_BELOW = 5  # IU/L, rule book 5.2
_DEFAULT_KG = Decimal(60)
_ONE_CAPSULE_STEP = Decimal(10)
_LOWEST_MG_PER_KG = Decimal("0.5")

_NORMAL_DRAW: tuple[tuple[Analyte, str, str, str], ...] = (
    (Analyte.ALT, "18", "U/L", "40"),
    (Analyte.AST, "19", "U/L", "40"),
    (Analyte.TRIGLYCERIDES, "85", "mg/dL", "150"),
    (Analyte.CHOLESTEROL, "155", "mg/dL", "200"),
)


@dataclass(frozen=True, slots=True)
class Cycle:
    """The free choices of one ask: the day its prescription was written, the day of its test."""

    prescribed_on: date
    tested_on: date


@dataclass(frozen=True, slots=True)
class Setting:
    """The dates of a story that supplied facts have to fit, as one ask sees them."""

    story: Story
    ask: Ask
    known: list[Fact]
    day: date
    began: date
    fills: list[date]
    last_stop: date | None

    @property
    def has_begun(self) -> bool:
        """A course runs, or has run, on the day that is asked about."""
        return self.began < self.day

    @property
    def earliest(self) -> date:
        """A day before everything the story tells or asks."""
        days = [event.on for event in self.story.events]
        days += [ask.on for ask in self.story.asks]
        days += [judged(ask)[0] for ask in self.story.asks]
        days += [
            fact.since
            for event in self.story.events
            for fact in event.facts
            if isinstance(fact, Contraception) and fact.since is not None
        ]
        return min(days) - _LONG_BEFORE

    def of(self, kind: type[Fact]) -> list[date]:
        """The days of the known facts of one kind, in order."""
        return sorted(fact.on for fact in self.known if isinstance(fact, kind))


def setting_of(story: Story, ask: Ask) -> Setting:
    """Read the story's own dates for one ask."""
    known = known_to(story, ask)
    local_day, instant = judged(ask)
    # East of the programme's clock its date may still be the day before (GEN-1).
    clock = clock_zone(story.programme, story.clinic_zone.key)
    day = min(local_day, date_in(instant, clock))
    stops = [fact for fact in known if isinstance(fact, Stopped)]
    last_stop = max((stop.last_dose for stop in stops), default=None)
    dosed = [fact for fact in known if isinstance(fact, Dose)]
    filled = sorted((f for f in known if isinstance(f, Dispensed)), key=lambda fill: fill.on)
    fills = [fact.on for fact in without_leftovers(filled, stops, dosed)]
    doses = sorted(fact.on for fact in dosed)

    def since_stop(days: list[date]) -> list[date]:
        return [each for each in days if last_stop is None or each > last_stop]

    begun = since_stop(doses) or since_stop(fills)
    if not begun and ask.action is None:
        begun = doses or fills  # a question after the course is about that course
    return Setting(
        story=story,
        ask=ask,
        known=known,
        day=day,
        began=begun[0] if begun else day,
        fills=fills,
        last_stop=last_stop,
    )


def prescription_days(setting: Setting, cycle: Cycle | None) -> list[date]:
    """Every day on which a prescription was or is written, as far as the ask sees, in order."""
    days = set(setting.of(Prescribed)) | set(setting.fills)
    if setting.has_begun:
        days.add(setting.began)  # a course that runs was prescribed, whatever the story tells
    if setting.ask.action in {Action.START, Action.PRESCRIBE}:
        days.add(setting.day)
    if cycle is not None:
        days.add(cycle.prescribed_on)
    return sorted(days)


def supplied(setting: Setting, cycle: Cycle | None) -> list[Fact]:
    """The facts of every topic that the replay supplies, the scheduled draws and tests excepted."""
    story = setting.story
    days = prescription_days(setting, cycle)
    first = setting.earliest
    facts: list[Fact] = []
    if story.supplies(Topic.ENROLMENT):
        facts.append(_stamp(Enrolled, first, registry_id=_REGISTRY_ID))
    if story.supplies(Topic.CONSENT):
        again = [setting.began] if _new_course(setting) else []
        facts += [fact for day in [first, *again] for fact in _consents(setting, day)]
    if story.supplies(Topic.VISIT):
        facts.append(_stamp(Visit, first, first=True))
        facts += [_stamp(Visit, day) for day in days]
    if story.supplies(Topic.COUNSELLING):
        facts += [_stamp(Counselling, day) for day in [first, *days]]
    if story.supplies(Topic.COMPREHENSION):
        facts += [_stamp(Comprehension, day, passed=True) for day in days]
    if story.supplies(Topic.SECOND_PRESCRIBER):
        facts.append(_stamp(SecondPrescriber, setting.began))
    if story.supplies(Topic.WEIGHT):
        kg = story.patient.weight_kg or _DEFAULT_KG
        facts += [_stamp(Weight, day, kg=kg) for day in _once(setting.began, setting.day)]
    if story.supplies(Topic.MENTAL_HEALTH):
        facts += [
            _stamp(Questionnaire, day, instrument=Instrument.PHQ9, answers=(0,) * 9)
            for day in _once(setting.began, *days)
        ]
    if story.supplies(Topic.SEXUAL_FUNCTION):
        facts += [
            _stamp(SexualFunctionAsked, day, answer=SexualFunction.NONE)
            for day in _once(setting.began, *days)
        ]
    if story.supplies(Topic.LABS):
        usual = setting.began - _BASELINE_BEFORE
        facts += normal_draw(_after_stop(setting, usual, setting.began))
    if story.supplies(Topic.DOSE):
        facts += [_stamp(Dose, day, pattern=(_daily_mg(setting),)) for day in setting.fills[:1]]
    if story.patient.category is not Category.NCP:
        facts += _pregnancy_prevention(setting, days, cycle, first)
    if story.supplies(Topic.PRESCRIPTION):
        facts += _prescriptions(setting, cycle)
    return facts


def _after_stop(setting: Setting, usual: date, until: date) -> date:
    """The usual day of what precedes a start on ``until``, but not in the course before it."""
    stop = setting.last_stop
    return usual if stop is None or not usual <= stop < until else stop + timedelta(days=1)


def normal_draw(day: date) -> list[Fact]:
    """Liver enzymes and fasting lipids of one day, all normal."""
    return [
        _stamp(
            LabResult,
            day,
            specimen=f"in-order-{day}",
            analyte=analyte,
            value=Decimal(value),
            unit=unit,
            uln=Decimal(uln),
            text=value,
            fasting=True,
        )
        for analyte, value, unit, uln in _NORMAL_DRAW
    ]


def negative_test(day: date) -> Fact:
    """A negative pregnancy test in a clinic."""
    return _stamp(PregnancyTest, day, result=TestResult.NEGATIVE, setting=TestSetting.CLINIC)


def _stamp(kind: type[Fact], day: date, **values: Any) -> Fact:
    return kind(ref=f"in-order-{kind.__name__}-{day}", on=day, **values)


def _new_course(setting: Setting) -> bool:
    """An earlier course has ended and this one is another."""
    return setting.last_stop is not None and setting.began > setting.last_stop


def _once(*days: date) -> list[date]:
    return sorted(set(days))


def _consents(setting: Setting, day: date) -> list[Fact]:
    """Every form that programme, edition and age ask for (US-03, UK-02, UK-03)."""
    story = setting.story
    forms = [Form.PATIENT_INFORMATION]
    if story.patient.category is not Category.NCP:
        forms.append(Form.BIRTH_DEFECTS)
    born = story.patient.born
    if born is not None and age_on(born, setting.began) < _ADULT:
        forms.append(Form.GUARDIAN)
    if story.programme is Programme.UK_MHRA:
        forms += [Form.ARF_2023, Form.ARF_2026]
    return [_stamp(Consent, day, form=form) for form in forms]


def _weight_known(setting: Setting) -> Weight:
    """The newest weight of the story, else the patient's."""
    weights = [fact for fact in setting.known if isinstance(fact, Weight)]
    if weights:
        return max(weights, key=lambda weight: weight.on)
    return Weight(ref="", on=setting.day, kg=setting.story.patient.weight_kg or _DEFAULT_KG)


def _daily_mg(setting: Setting) -> Decimal:
    """The lowest dose of whole 10 mg capsules in the label range for the weight known by then."""
    kg = _weight_known(setting).kg
    steps = (kg * _LOWEST_MG_PER_KG / _ONE_CAPSULE_STEP).to_integral_value(ROUND_CEILING)
    return steps * _ONE_CAPSULE_STEP


def _pregnancy_prevention(
    setting: Setting, days: list[date], cycle: Cycle | None, first: date
) -> Iterable[Fact]:
    story = setting.story
    tested: list[date] = []
    if story.supplies(Topic.PREGNANCY_TESTS):
        tested = _test_days(setting, days, cycle)
        yield from (negative_test(day) for day in tested)
    if story.supplies(Topic.CONTRACEPTION):
        every_test = [
            event.on for event in story.events if event.kind == "pregnancy_test"
        ] or tested
        since = min([*every_test, setting.began]) - timedelta(days=60)
        for day in [max(first, since), *days]:
            yield _stamp(
                Contraception,
                day,
                by_patient=True,
                by_prescriber=True,
                methods=(Method.COPPER_IUD, Method.MALE_CONDOM),
                since=since,
            )


def last_doubt(setting: Setting) -> date | None:
    """The day of a positive or doubtful sign of pregnancy that the story leaves unanswered.

    A supplied negative test after it would answer it, and the story does not say that one was done.
    """
    signs: list[tuple[date, bool]] = [
        (fact.on, fact.result is not TestResult.NEGATIVE)
        for fact in setting.known
        if isinstance(fact, PregnancyTest) and fact.result is not None
    ]
    signs += [
        (fact.on, fact.value is None or fact.value >= _NEGATIVE_HCG_BELOW)
        for fact in setting.known
        if isinstance(fact, LabResult) and fact.analyte is Analyte.HCG
    ]
    newest = max(signs, default=None)
    return newest[0] if newest is not None and newest[1] else None


def _test_days(setting: Setting, days: list[date], cycle: Cycle | None) -> list[date]:
    """One test for each prescription, and the screening test before a course's first.

    The test of the prescription that is asked about is on the cycle's day.
    """
    tested = set(days)
    if cycle is not None:
        tested -= {cycle.prescribed_on, *_overtaken(setting)}
        tested.add(cycle.tested_on)
    if not tested:
        tested.add(setting.day)
    stop = setting.last_stop
    for firsts in (
        [day for day in tested if stop is None or day > stop],
        [day for day in tested if stop is not None and day <= stop],
    ):
        if firsts:
            usual = min(firsts) - _SCREENING_BEFORE
            tested.add(_after_stop(setting, usual, min(firsts)))
    doubt = last_doubt(setting)
    return sorted(min(day, doubt) if doubt else day for day in tested)


def _overtaken(setting: Setting) -> set[date]:
    """Prescriptions that were never filled and have another after them: no test is due for them.

    In the United States the test of one would open a first window that then is missed (US-11).
    """
    fill = max(setting.fills, default=None)
    began = {setting.began} if setting.has_begun else set()
    return {day for day in setting.of(Prescribed) if fill is None or day > fill} - began


def _prescriptions(setting: Setting, cycle: Cycle | None) -> Iterable[Fact]:
    """A prescription for every earlier fill and, for a fill that is asked about, a valid one."""
    for fill in setting.fills:
        yield _stamp(Prescribed, fill, supply=sound_supply(setting, Named()))
    if setting.ask.action is Action.DISPENSE and cycle is not None:
        supply = sound_supply(setting, setting.ask.named)
        yield Prescribed(ref="in-order-prescription", on=cycle.prescribed_on, supply=supply)


def sound_supply(setting: Setting, named: Named) -> Supply:
    """A supply that breaks no rule, with everything that is named in its place."""
    days = one_supply_days(setting.story)
    pattern, formulation = _dose_in_force(setting)
    if named.pattern:
        pattern = named.pattern
    elif named.capsules and named.strength_mg:
        # So many capsules last at most one supply, at no less than the dose in force.
        total = named.capsules * named.strength_mg
        if total * len(pattern) > days * sum(pattern):
            pattern = (total / days,)
    sound = Supply(pattern=pattern, days=days, refills=0, formulation=formulation)
    supply = named.over(sound)
    if supply.substitute_for is not None:
        return Supply(pattern=pattern, days=days, refills=0, formulation=supply.substitute_for)
    return supply


def _dose_in_force(setting: Setting) -> tuple[tuple[Decimal, ...], Formulation]:
    """The story's own newest dose where the label allows it, else the lowest that it does."""
    doses = [fact for fact in setting.known if isinstance(fact, Dose)]
    weight = _weight_known(setting)
    if doses:
        newest = max(doses, key=lambda dose: dose.on)
        programme = setting.story.programme.value
        judged_by = (newest.pattern, weight, newest.formulation)
        if not list(range_findings(*judged_by, programme=programme)):
            return newest.pattern, newest.formulation
    return (_daily_mg(setting),), Formulation.STANDARD
