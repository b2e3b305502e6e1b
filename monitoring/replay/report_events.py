"""Events the patient reports or the history holds: questionnaires, symptoms, medicines, reviews."""

from monitoring.replay.reading import Value
from monitoring.replay.when import EventReader, When
from protocol.facts import (
    Allergy,
    Condition,
    Fact,
    Medication,
    Questionnaire,
    Reviewed,
    SexualFunctionAsked,
    Symptom,
)
from protocol.vocabulary import Instrument, ReviewOf, SexualFunction

SYMPTOM_CODES = frozenset(
    [
        "dry-lips",
        "dry-skin",
        "rash",
        "dry-eyes",
        "night-vision",
        "nosebleed",
        "muscle-joint-pain",
        "back-pain",
        "hair-thinning",
        "sunburn",
        "headache",
        "abdominal-pain",
        "diarrhoea",
        "rectal-bleeding",
        "jaundice",
        "low-mood",
        "hearing",
        "late-period",
        "unprotected-sex",
        "breathless",
        "acne-flare",
    ]
)
SYMPTOM_FEATURES = frozenset(
    [
        "bleeding",
        "infection",
        "blisters",
        "mouth-sores",
        "fever",
        "eye-pain",
        "vision-loss",
        "visual-change",
        "nausea",
        "vomiting",
        "worse-lying-down",
        "heavy",
        "over-20-minutes",
        "dark-urine",
        "weakness",
        "morning-stiffness",
        "persistent",
        "severe",
        "blood",
        "suicidal-thoughts",
        "psychosis",
        "sudden",
        "swelling",
        "ulcerating",
        "positive-test",
    ]
)
CONDITIONS = frozenset(
    [
        "pregnancy",
        "breastfeeding",
        "hepatic-insufficiency",
        "hypervitaminosis-a",
        "lipid-disorder",
        "depression",
        "ibd",
        "diabetes",
        "obesity",
        "alcohol",
        "osteoporosis",
        "renal-impairment",
    ]
)
ALLERGIES = frozenset({"isotretinoin", "soya", "peanut", "other-excipient"})


def _questionnaire(instrument: Instrument, length: int) -> EventReader:
    def read(value: Value, when: When) -> tuple[Fact, ...]:
        fields = value.as_mapping(frozenset({"answers"}), needed=("answers",))
        items = fields["answers"].as_list()
        if len(items) != length:
            raise fields["answers"].refuse(f"expected {length} answers, found {len(items)}")
        answers = tuple(None if item.is_null else item.as_integer(0, 3) for item in items)
        return (Questionnaire(**when.stamp, instrument=instrument, answers=answers),)

    return read


def _sexual_function(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"answer"}), needed=("answer",))
    answer = fields["answer"].as_word(SexualFunction)
    return (SexualFunctionAsked(**when.stamp, answer=answer),)


def _reviewed(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"of", "plan"}), needed=("of",))
    plan = fields.get("plan")
    return (
        Reviewed(
            **when.stamp,
            of=fields["of"].as_word(ReviewOf),
            plan=plan.as_text() if plan else "",
        ),
    )


def _symptom(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"code", "features"}), needed=("code",))
    features = fields.get("features")
    return (
        Symptom(
            **when.stamp,
            code=fields["code"].as_one_of(SYMPTOM_CODES),
            features=tuple(item.as_one_of(SYMPTOM_FEATURES) for item in features.as_list())
            if features
            else (),
        ),
    )


def _medication(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"name", "stopped"}), needed=("name",))
    stopped = fields.get("stopped")
    return (
        Medication(
            **when.stamp,
            name=fields["name"].as_text().strip().lower(),
            stopped=stopped.as_date() if stopped else None,
        ),
    )


def _condition(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"name"}), needed=("name",))
    return (Condition(**when.stamp, name=fields["name"].as_one_of(CONDITIONS)),)


def _allergy(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"name"}), needed=("name",))
    return (Allergy(**when.stamp, name=fields["name"].as_one_of(ALLERGIES)),)


REPORT_EVENTS: dict[str, EventReader] = {
    "phq9": _questionnaire(Instrument.PHQ9, 9),
    "phq2": _questionnaire(Instrument.PHQ2, 2),
    "sexual_function": _sexual_function,
    "reviewed": _reviewed,
    "symptom": _symptom,
    "medication": _medication,
    "condition": _condition,
    "allergy": _allergy,
}
