"""One scenario document: who the patient is, what happened, what is asked.

Read strictly: an unknown key, event, code or analyte, a bad date or a missing part raises
StoryError with one line that names file, document and key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.replay.asked import Ask, read_ask
from monitoring.replay.events import Event, read_event
from monitoring.replay.expectations import Clocks
from monitoring.replay.reading import Place, Value, documents
from protocol.category import implied_category
from protocol.facts import Anatomy
from protocol.policy import ClinicPolicy
from protocol.programmes import clock_zone, editions_of
from protocol.review_levels import NotRaised, read_levels
from protocol.vocabulary import Category, LabSchedule, Level, Reason


class Programme(StrEnum):
    """The programmes by their wire names."""

    US_IPLEDGE = "us-ipledge"
    UK_MHRA = "uk-mhra"
    EU_PPP = "eu-ppp"
    CA = "ca"
    AU = "au"


class Topic(StrEnum):
    """What ``given: in-order`` supplies, theme by theme (contract: Topics)."""

    ENROLMENT = "enrolment"
    CONSENT = "consent"
    VISIT = "visit"
    COUNSELLING = "counselling"
    COMPREHENSION = "comprehension"
    CONTRACEPTION = "contraception"
    PREGNANCY_TESTS = "pregnancy_tests"
    LABS = "labs"
    WEIGHT = "weight"
    DOSE = "dose"
    PRESCRIPTION = "prescription"
    AUTHORISATION = "authorisation"
    MENTAL_HEALTH = "mental_health"
    SEXUAL_FUNCTION = "sexual_function"
    SYMPTOMS = "symptoms"
    INTERACTIONS = "interactions"
    SECOND_PRESCRIBER = "second_prescriber"


TOPIC_OF_EVENT = {
    "enrolled": Topic.ENROLMENT,
    "consent": Topic.CONSENT,
    "visit": Topic.VISIT,
    "counselling": Topic.COUNSELLING,
    "comprehension": Topic.COMPREHENSION,
    "contraception": Topic.CONTRACEPTION,
    "pregnancy_test": Topic.PREGNANCY_TESTS,
    "lab": Topic.LABS,
    "lab_acknowledged": Topic.LABS,
    "weight": Topic.WEIGHT,
    "dose": Topic.DOSE,
    "planned_dose": Topic.DOSE,
    "missed": Topic.DOSE,
    "hold": Topic.DOSE,
    "resume": Topic.DOSE,
    "stopped": Topic.DOSE,
    "prescribed": Topic.PRESCRIPTION,
    "phq9": Topic.MENTAL_HEALTH,
    "phq2": Topic.MENTAL_HEALTH,
    "sexual_function": Topic.SEXUAL_FUNCTION,
    "symptom": Topic.SYMPTOMS,
    "medication": Topic.INTERACTIONS,
    "condition": Topic.INTERACTIONS,
    "allergy": Topic.INTERACTIONS,
    "second_prescriber": Topic.SECOND_PRESCRIBER,
}
_COUNTRY_OF_PROGRAMME = {
    Programme.US_IPLEDGE: "US",
    Programme.UK_MHRA: "GB",
    Programme.EU_PPP: "EU",
    Programme.CA: "CA",
    Programme.AU: "AU",
}


@dataclass(frozen=True, slots=True)
class Patient:
    """The ``patient`` of a document; what is left out is not known."""

    born: date | None
    sex: str
    category: Category | None
    anatomy: Anatomy | None
    weight_kg: Decimal | None
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One document, read. ``owned`` are the topics the story tells itself or leaves empty."""

    scenario: str
    title: str
    file: str
    rules: tuple[str, ...]
    evidence: str
    programme: Programme
    policy: ClinicPolicy
    zone: ZoneInfo
    clinic_zone: ZoneInfo
    patient: Patient
    supplied: bool
    owned: frozenset[Topic]
    events: tuple[Event, ...]
    asks: tuple[Ask, ...]

    def supplies(self, topic: Topic) -> bool:
        """The replay supplies this topic (``given: in-order`` and nobody else tells it)."""
        return self.supplied and topic not in self.owned


_DOCUMENT_KEYS = frozenset(
    [
        "scenario",
        "title",
        "rules",
        "evidence",
        "programme",
        "settings",
        "timezone",
        "clinic_timezone",
        "patient",
        "given",
        "absent",
        "events",
        "ask",
    ]
)
_NEEDED_KEYS = ("scenario", "programme", "timezone", "patient", "ask")
EVIDENCE = ("A", "B", "C", "D")


def read_stories(path: Path, *, shown: str | None = None) -> Iterator[Story]:
    """The documents of one file, in order. Raises StoryError."""
    file = shown or str(path)
    names: set[str] = set()
    for document in documents(path, shown=file):
        story = _read_story(document, file)
        if story.scenario in names:
            raise document.place.inside("scenario").refuse(f"{story.scenario!r} stands here twice")
        names.add(story.scenario)
        yield story
    if not names:
        raise Place(file, 1).refuse("the file holds no document")


def _read_story(document: Value, file: str) -> Story:
    named = document.as_open_mapping().get("scenario")
    if named is not None:
        document.place = replace(document.place, name=named.as_text())
    fields = document.as_mapping(_DOCUMENT_KEYS, needed=_NEEDED_KEYS)
    programme = fields["programme"].as_word(Programme)
    zone = fields["timezone"].as_zone()
    clinic = fields.get("clinic_timezone")
    clinic_zone = clinic.as_zone() if clinic else zone
    clocks = Clocks(story=zone, programme=ZoneInfo(clock_zone(programme, clinic_zone.key)))
    rules = fields.get("rules")
    evidence = fields.get("evidence")
    title = fields.get("title")
    given = fields.get("given")
    absent = fields.get("absent")
    listed = fields.get("events")
    events = tuple(
        read_event(item, number=number, zone=zone)
        for number, item in enumerate(listed.as_list() if listed else [], start=1)
    )
    left_empty = {item.as_word(Topic) for item in absent.as_list()} if absent else set()
    told = {TOPIC_OF_EVENT[event.kind] for event in events if event.kind in TOPIC_OF_EVENT}
    return Story(
        scenario=fields["scenario"].as_text(),
        title=title.as_text() if title else "",
        file=file,
        rules=tuple(item.as_text() for item in rules.as_list()) if rules else (),
        evidence=evidence.as_one_of(EVIDENCE) if evidence else "",
        programme=programme,
        policy=_read_policy(fields.get("settings")),
        zone=zone,
        clinic_zone=clinic_zone,
        patient=_read_patient(fields["patient"], programme),
        supplied=given.as_one_of(("in-order", "nothing")) == "in-order" if given else True,
        owned=frozenset(left_empty | told),
        events=events,
        asks=tuple(read_ask(item, clocks, EVIDENCE) for item in fields["ask"].as_list()),
    )


_ANATOMY_KEYS = frozenset({"uterus", "ovaries", "menarche", "tubal_ligation", "postmenopausal"})
_PATIENT_KEYS = frozenset({"born", "sex", "category", "weight_kg", "country", "anatomy"})
_SEXES = ("female", "male", "other", "unknown")


def _read_patient(value: Value, programme: Programme) -> Patient:
    fields = value.as_mapping(_PATIENT_KEYS)
    born = fields.get("born")
    sex = fields.get("sex")
    category = fields.get("category")
    anatomy = fields.get("anatomy")
    weight = fields.get("weight_kg")
    country = fields.get("country")
    organs = _read_anatomy(anatomy) if anatomy else None
    kg = weight.as_number() if weight else None
    if weight and kg is not None and kg <= 0:
        raise weight.refuse("a weight is more than nothing")
    # The anatomy may stand instead of a category: the prescriber then assigned what it makes.
    implied = implied_category(organs) if organs else None
    return Patient(
        born=born.as_date() if born else None,
        sex=sex.as_one_of(_SEXES) if sex else "unknown",
        category=category.as_word(Category) if category else implied,
        anatomy=organs,
        weight_kg=kg,
        country=_read_country(country) if country else _COUNTRY_OF_PROGRAMME[programme],
    )


def _read_anatomy(value: Value) -> Anatomy:
    fields = value.as_mapping(_ANATOMY_KEYS).entries
    return Anatomy(**{key: None if v.is_null else v.as_flag() for key, v in fields.items()})


def _read_country(value: Value) -> str:
    text = value.as_text()
    if text == "unknown":
        return text
    if len(text) != 2 or not text.isalpha():
        raise value.refuse(f"expected an ISO country code or unknown, found {text!r}")
    return text.upper()


def _whole_number(*allowed: int) -> Callable[[Value], int]:
    def read(value: Value) -> int:
        number = value.as_integer()
        if number not in allowed:
            raise value.refuse(f"expected {' or '.join(map(str, allowed))}, found {number}")
        return number

    return read


def _read_review_levels(value: Value) -> dict[Reason, Level]:
    entries = value.as_open_mapping().entries
    try:
        return read_levels({code: level.as_text() for code, level in entries.items()})
    except NotRaised as error:
        raise value.refuse(str(error)) from None


_EFFECTIVE_FROM = "_effective_from"
_SETTINGS: dict[str, Callable[[Value], object]] = {
    "us_2026_effective_from": Value.as_date,
    "us_ncp_window_last_day": _whole_number(29, 30),
    "uk_rx_last_day": _whole_number(6, 7),
    "uk_supply_days": _whole_number(28, 30),
    "lab_schedule": lambda value: value.as_word(LabSchedule),
    "ctcae_version": _whole_number(5, 6),
    "reminder_time": Value.as_time,
    "review_levels": _read_review_levels,
}


def _read_policy(value: Value | None) -> ClinicPolicy:
    if value is None:
        return ClinicPolicy()
    entries = value.as_open_mapping().entries
    go_live = {}
    settings: dict[str, Any] = {}
    for key, item in entries.items():
        if key in _SETTINGS:
            settings[key] = _SETTINGS[key](item)
        elif (edition := _moved_edition(key)) is not None:
            go_live[edition] = item.as_date()
        else:
            known = ", ".join(sorted(_SETTINGS))
            raise item.refuse(f"unknown key; expected one of {known}")
    return ClinicPolicy(**settings, go_live=go_live)


@cache
def edition_names() -> frozenset[str]:
    """Every edition that there is, by its id."""
    policy = ClinicPolicy()
    return frozenset(
        edition.id for each in Programme for edition in editions_of(each.value, policy=policy)
    )


def _moved_edition(key: str) -> str | None:
    """The edition whose first day a setting such as ``uk_2026_effective_from`` moves (GEN-8)."""
    name = key.removesuffix(_EFFECTIVE_FROM).replace("_", "-").upper()
    return name if key.endswith(_EFFECTIVE_FROM) and name in edition_names() else None
