"""Events of the programme: enrolment, forms, visits, contraception, pregnancy tests, a move."""

from monitoring.replay.reading import Value
from monitoring.replay.when import EventReader, When
from protocol.facts import (
    Comprehension,
    Consent,
    Contraception,
    Counselling,
    Enrolled,
    Fact,
    HomeTesting,
    Moved,
    PregnancyTest,
    SecondPrescriber,
    Visit,
)
from protocol.vocabulary import Form, Method, TestResult, TestSetting


def _enrolled(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"registry_id", "prescriber_certified"}))
    certified = fields.get("prescriber_certified")
    registry_id = fields.get("registry_id")
    return (
        Enrolled(
            **when.stamp,
            registry_id=registry_id.as_text() if registry_id else "",
            prescriber_certified=certified.as_flag() if certified else True,
        ),
    )


def _consent(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"form"}), needed=("form",))
    form = fields["form"].as_word(Form)
    return (Consent(**when.stamp, form=form),)


def _visit(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"mode", "prescriber", "first"}))
    mode = fields.get("mode")
    prescriber = fields.get("prescriber")
    first = fields.get("first")
    return (
        Visit(
            **when.stamp,
            remote=mode.as_one_of(("in-person", "video")) == "video" if mode else False,
            lead=prescriber.as_one_of(("lead", "other")) == "lead" if prescriber else True,
            first=first.as_flag() if first else False,
        ),
    )


def _counselling(value: Value, when: When) -> tuple[Fact, ...]:
    value.as_nothing()
    return (Counselling(**when.stamp),)


def _second_prescriber(value: Value, when: When) -> tuple[Fact, ...]:
    value.as_nothing()
    return (SecondPrescriber(**when.stamp),)


def _contraception(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"by", "methods", "since"}), needed=("by", "methods"))
    by = fields["by"].as_one_of(("prescriber", "patient", "both"))
    since = fields.get("since")
    return (
        Contraception(
            **when.stamp,
            by_patient=by in {"patient", "both"},
            by_prescriber=by in {"prescriber", "both"},
            methods=tuple(item.as_word(Method) for item in fields["methods"].as_list()),
            since=since.as_date() if since else None,
        ),
    )


def _comprehension(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"passed"}), needed=("passed",))
    passed = fields["passed"].as_flag()
    return (Comprehension(**when.stamp, passed=passed),)


def _home_testing(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"allowed"}), needed=("allowed",))
    return (HomeTesting(**when.stamp, allowed=fields["allowed"].as_flag()),)


_TEST_KEYS = frozenset({"result", "setting", "specimen", "verified", "cycle_day", "omitted_reason"})


def _pregnancy_test(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(_TEST_KEYS)
    result = fields.get("result")
    omitted = fields.get("omitted_reason")
    if (result is None) == (omitted is None):
        raise value.refuse("needs either result or omitted_reason")
    setting = fields.get("setting")
    specimen = fields.get("specimen")
    verified = fields.get("verified")
    cycle_day = fields.get("cycle_day")
    return (
        PregnancyTest(
            **when.stamp,
            result=result.as_word(TestResult) if result else None,
            setting=setting.as_word(TestSetting) if setting else None,
            specimen=specimen.as_one_of(("urine", "serum")) if specimen else "urine",
            verified=verified.as_flag() if verified else False,
            cycle_day=cycle_day.as_integer(1, 99) if cycle_day else None,
            omitted_reason=omitted.as_text() if omitted else "",
        ),
    )


def _moved(value: Value, when: When) -> tuple[Fact, ...]:
    fields = value.as_mapping(frozenset({"timezone"}), needed=("timezone",))
    zone = fields["timezone"].as_zone()
    return (Moved(**when.stamp, timezone=zone.key),)


PROGRAMME_EVENTS: dict[str, EventReader] = {
    "enrolled": _enrolled,
    "consent": _consent,
    "visit": _visit,
    "counselling": _counselling,
    "second_prescriber": _second_prescriber,
    "contraception": _contraception,
    "comprehension": _comprehension,
    "home_testing": _home_testing,
    "pregnancy_test": _pregnancy_test,
    "moved": _moved,
}
