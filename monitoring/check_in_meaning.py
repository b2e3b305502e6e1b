"""What a patient's answers mean: symptoms, questionnaire, statements, and what cannot wait.

Pure: facts and answers in, meaning out. Urgency comes from the same functions as the gate's
(``protocol.symptoms``, ``protocol.mood``), so the page and the gate never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from monitoring import check_in_mood, check_in_prevention, check_in_questions
from monitoring.check_in_questions import Background
from monitoring.check_in_shapes import Answers, Question
from protocol import calendar, cumulative, mood, symptoms, timeline
from protocol.facts import Contraception, CourseFacts, Questionnaire, Symptom
from protocol.mood import MoodAssessment
from protocol.parameters import Parameters
from protocol.symptoms import Triage
from protocol.vocabulary import Category, Level, Method, SexualFunction, Urgency

# A supply lasts 30 days: who fills in late still finds every day since the last check-in.
_DOSE_DAYS = 31
_ADULT = 18
_THOUGHTS = {"suicidal-thoughts", "psychosis"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What one draft means so far.

    ``red`` are the red symptoms; ``at_once`` those and the ones that stop the capsules until a
    clinician has spoken with the patient: the gate must know them before the check-in is sent.
    ``methods`` is None where birth control was not asked or not answered yet.
    """

    symptoms: tuple[Symptom, ...]
    red: tuple[Symptom, ...]
    at_once: tuple[Symptom, ...]
    triage: Triage
    questionnaire: Questionnaire | None
    mood: MoodAssessment | None
    self_harm: bool
    methods: tuple[Method, ...] | None
    methods_since: date | None
    comprehension_passed: bool
    sexual_function: SexualFunction | None
    missed_days: tuple[date, ...]
    missed_on_unknown_days: bool

    @property
    def positive_test(self) -> bool:
        """A home test was positive (US-23)."""
        return any("positive-test" in each.features for each in self.symptoms)

    @property
    def thoughts(self) -> tuple[Symptom, ...]:
        """Thoughts of self-harm, or psychosis, among the symptoms."""
        return tuple(each for each in self.symptoms if _THOUGHTS.intersection(each.features))

    @property
    def urgent(self) -> bool:
        """Somebody must act now: a red symptom, or thoughts of self-harm (MH-3, section 10)."""
        return self.self_harm or self.triage.level is Urgency.RED

    @property
    def crisis_lines(self) -> tuple[str, ...]:
        """Numbers to show at once; the country's crisis lines where the mood asks for them."""
        of_mood = self.mood.crisis_lines if self.mood is not None else ()
        return tuple(dict.fromkeys((*of_mood, *self.triage.crisis_lines)))

    @property
    def codes(self) -> tuple[str, ...]:
        """Reason codes for the stored assessment; no answers."""
        found = [
            ("SYMPTOM_RED", self.triage.level is Urgency.RED),
            ("SYMPTOM_URGENT", self.triage.level is Urgency.URGENT),
            ("TEST_POSITIVE", self.positive_test),
            ("MH_ITEM9", self.self_harm),
            ("MH_REVIEW", self.mood is not None and self.mood.asks_review),
            (
                "MH_ITEM9_UNANSWERED",
                self.mood is not None and self.mood.item9 is mood.Item9.UNANSWERED,
            ),
            ("SEXUAL_FN_REVIEW", self.sexual_function is SexualFunction.BOTHERSOME),
            ("MISSED_DOSES_ON_UNKNOWN_DAYS", self.missed_on_unknown_days),
        ]
        return tuple(code for code, holds in found if holds)


def background_of(facts: CourseFacts, *, params: Parameters, today: date) -> Background:
    """What decides the questions, from what is known on the day."""
    known = timeline.known_by(facts, today)
    age = calendar.age_on(known.person.born, today) if known.person.born else None
    wants = params.wellbeing.sexual_function_missing_first >= Level.OVERRIDE
    on_file = contraception_on_file(known)
    return Background(
        can_become_pregnant=known.person.category is Category.FCP,
        comprehension_questions=params.counselling.comprehension_questions,
        asks_sexual_function=wants or (age is not None and age >= _ADULT),
        programme_wants_sexual_function=wants,
        age=age,
        country=known.person.country,
        dose_days=_dose_days(known, today=today),
        methods_on_file=on_file.methods if on_file else (),
    )


def contraception_on_file(facts: CourseFacts) -> Contraception | None:
    """What the clinic has on file: the prescriber's newest statement, else the patient's."""
    stated = [each for each in facts.contraception if each.methods]
    of_clinic = [each for each in stated if each.by_prescriber]
    return next(iter(reversed(of_clinic or stated)), None)


def _dose_days(facts: CourseFacts, *, today: date) -> tuple[date, ...]:
    started = timeline.started_on(facts)
    if started is None or started > today:
        return ()
    last = max((each.on for each in facts.check_ins), default=started)
    first = max(started, min(last, today), today - timedelta(days=_DOSE_DAYS - 1))
    held = cumulative.held_spans(facts, as_of=today)
    days = (today - timedelta(days=back) for back in range((today - first).days + 1))
    return tuple(day for day in days if not any(begin <= day <= end for begin, end in held))


def read(
    facts: CourseFacts,
    background: Background,
    answers: Answers,
    *,
    ref: str,
    today: date,
) -> Meaning:
    """The meaning of the answers that count; ``ref`` names the check-in as evidence."""
    questions = check_in_questions.questions_for(background, answers)
    given = check_in_questions.relevant(questions, answers)
    reported = tuple(_reported(questions, given, ref=ref, on=today))
    history = tuple(each for each in facts.symptoms if each.on <= today)
    medications = tuple(each for each in facts.medications if each.on <= today)
    country = facts.person.country
    triage = symptoms.triage(reported, country=country, history=history, medications=medications)
    others = (*history, *reported)
    judged = [
        (each, symptoms.triage([each], country=country, history=others, medications=medications))
        for each in reported
    ]
    asked = check_in_mood.questionnaire(given, ref=ref, on=today)
    assessed = None
    if asked is not None:
        first = mood.baseline_for(facts, asked, as_of=today)
        assessed = mood.assess(asked, baseline=first, country=country)
    on_file = contraception_on_file(facts)
    methods = None
    if background.can_become_pregnant:
        methods = check_in_prevention.stated_methods(given, on_file=background.methods_on_file)
    unchanged = on_file is not None and methods is not None and methods == on_file.methods
    function = given.get("sexual-function")
    days, unknown = check_in_questions.missed(given)
    return Meaning(
        symptoms=reported,
        red=tuple(each for each, own in judged if own.level is Urgency.RED),
        at_once=tuple(each for each, own in judged if own.hold),
        triage=triage,
        questionnaire=asked,
        mood=assessed,
        self_harm=check_in_mood.self_harm(given),
        methods=methods,
        methods_since=on_file.since if on_file is not None and unchanged else None,
        comprehension_passed=_passed(background, given),
        sexual_function=SexualFunction(str(function)) if function is not None else None,
        missed_days=days,
        missed_on_unknown_days=unknown,
    )


def _reported(
    questions: Iterable[Question], answers: Answers, *, ref: str, on: date
) -> Iterable[Symptom]:
    """One symptom a code, with the features of every choice that reports it.

    Two pages may report the same symptom; two facts of one code would read as two episodes.
    """
    features: dict[str, list[str]] = {}
    for question in questions:
        answer = answers.get(question.name)
        values = [answer] if isinstance(answer, str) else answer or []
        for value in values:
            choice = question.choice(value)
            for report in choice.reports if choice else ():
                features.setdefault(report.code, []).extend(report.features)
    for code, found in features.items():
        yield Symptom(ref=ref, on=on, code=code, features=tuple(dict.fromkeys(found)))


def _passed(background: Background, answers: Answers) -> bool:
    """Every programme question is answered rightly; ``relevant`` keeps right answers only."""
    return (
        background.can_become_pregnant
        and background.comprehension_questions
        and all(each.name in answers for each in check_in_prevention.COMPREHENSION)
    )


def only_of(question: Question, answers: Answers) -> Answers:
    """The draft as if only this question had been answered; PHQ items stay together."""
    if question.name.startswith("phq"):
        return {name: value for name, value in answers.items() if name.startswith("phq")}
    return {question.name: answers[question.name]} if question.name in answers else {}
