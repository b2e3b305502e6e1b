"""What each kind of ask may expect: the keys, their types and how each is compared."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitoring.replay.compare import (
    Expectation,
    Holds,
    all_among,
    exactly_these,
    none_among,
    same,
    same_entries,
    same_list,
    same_moment,
    same_number,
)
from monitoring.replay.reading import Value
from protocol.vocabulary import Analyte, Category, ItemStatus, Level, Reason, Tier

TASK_KINDS = (
    "lab",
    "pregnancy-test",
    "check-in",
    "review-lab",
    "review-mental-health",
    "review-symptom",
    "review-sexual-function",
    "ask-sexual-function",
    "report-pregnancy",
    "refer-obgyn",
    "stop-treatment",
    "blood-donation-notice",
)
LAB_NOTES = (
    "probable-muscle-source",
    "with-ck-and-bilirubin",
    "fasting-repeat",
    "renal-function",
    "no-strenuous-exercise",
    "same-day-contact",
    "hepatology",
    "pancreatitis-screen",
    "rhabdomyolysis-work-up",
    "lifestyle",
)
LAB_ACTIONS = (
    "continue",
    "acknowledge",
    "hold",
    "reduce",
    "repeat",
    "stop",
    "confirm-unit",
)
EDITIONS = (
    "us-2021",
    "us-2026",
    "uk-2018",
    "uk-2023",
    "uk-2026",
    "eu-2018",
    "ca",
    "au",
)
CUMULATIVE_BANDS = ("below", "target", "above", "alert")
SEVERITIES = ("minimal", "mild", "moderate", "moderately-severe", "severe")
MOOD_LEVELS = ("none", "review-before-next", "review-1-working-day", "red")
OUTCOME_BANDS = (
    "none",
    "mild",
    "moderate",
    "severe",
    "very-severe",
    "unassigned",
    "small",
    "very-large",
    "extremely-large",
)
_LEVELS = tuple(level.word for level in Level)
_REASONS = tuple(reason.value for reason in Reason)
_TIERS = tuple(tier.word for tier in Tier)
_ANALYTES = frozenset(analyte.value for analyte in Analyte)


class Clocks:
    """The zones a written moment is read in: the story's, and the programme's clock."""

    __slots__ = ("programme", "story")

    def __init__(self, *, story: ZoneInfo, programme: ZoneInfo) -> None:
        self.story = story
        self.programme = programme


Kind = Callable[[Value, Clocks], tuple[object, Holds]]


def _flag(value: Value, _: Clocks) -> tuple[object, Holds]:
    written = value.as_flag()
    return written, same(written)


def _text(value: Value, _: Clocks) -> tuple[object, Holds]:
    written = value.as_text()
    return written, same(written)


def _number(value: Value, _: Clocks) -> tuple[object, Holds]:
    written = value.as_number()
    return written, same_number(written)


def _moment(value: Value, clocks: Clocks) -> tuple[object, Holds]:
    written: date | datetime
    written = value.as_date() if value.is_date else value.as_instant(clocks.story)
    return written, same_moment(written, clocks.programme)


def _one_of(words: tuple[str, ...]) -> Kind:
    def read(value: Value, _: Clocks) -> tuple[object, Holds]:
        written = value.as_one_of(words)
        return written, same(written)

    return read


def _words(holds: Callable[[list[str]], Holds], allowed: tuple[str, ...] | None = None) -> Kind:
    def read(value: Value, _: Clocks) -> tuple[object, Holds]:
        items = value.as_list()
        written = [item.as_one_of(allowed) if allowed else item.as_text() for item in items]
        return written, holds(written)

    return read


def _list(kind: Kind) -> Kind:
    def read(value: Value, clocks: Clocks) -> tuple[object, Holds]:
        items = [_or_nothing(kind, item, clocks) for item in value.as_list()]
        return [written for written, _ in items], same_list([holds for _, holds in items])

    return read


def _per_analyte(kind: Kind) -> Kind:
    def read(value: Value, clocks: Clocks) -> tuple[object, Holds]:
        fields = value.as_mapping(_ANALYTES).entries
        read_fields = {key: _or_nothing(kind, item, clocks) for key, item in fields.items()}
        return (
            {key: written for key, (written, _) in read_fields.items()},
            same_entries({key: holds for key, (_, holds) in read_fields.items()}),
        )

    return read


def _or_nothing(kind: Kind, value: Value, clocks: Clocks) -> tuple[object, Holds]:
    return (None, same(None)) if value.is_null else kind(value, clocks)


_CODES: dict[str, tuple[str, Kind]] = {
    "decision": ("decision", _one_of(_LEVELS)),
    "codes": ("codes", _words(all_among, _REASONS)),
    "only_codes": ("codes", _words(exactly_these, _REASONS)),
    "not_codes": ("codes", _words(none_among, _REASONS)),
}
ACTION: dict[str, tuple[str, Kind]] = {
    **_CODES,
    "earliest": ("earliest", _moment),
    "window_opens": ("window_opens", _moment),
    "window_closes": ("window_closes", _moment),
    "overridable": ("overridable", _flag),
    "days_supply": ("days_supply", _number),
    "judged_on": ("judged_on", _moment),
}
_CRISIS: dict[str, tuple[str, Kind]] = {
    "crisis_lines": ("crisis_lines", _words(all_among)),
    "not_crisis_lines": ("crisis_lines", _words(none_among)),
}
QUERIES: dict[str, dict[str, tuple[str, Kind]]] = {
    "edition": {"edition": ("edition", _text)},
    "category": {"category": ("category", _one_of(tuple(word.value for word in Category)))},
    "due": {"dates": ("dates", _list(_moment))},
    "status": {"status": ("status", _one_of(tuple(word.value for word in ItemStatus)))},
    "after-course": {
        "end_test_due": ("end_test_due", _moment),
        "final_test_due": ("final_test_due", _moment),
        "contraception_until": ("contraception_until", _moment),
        "blood_donation_from": ("blood_donation_from", _moment),
        "final_test_open": ("final_test_open", _flag),
    },
    "cumulative": {
        "mg": ("mg", _number),
        "mg_per_kg": ("mg_per_kg", _number),
        "time_weighted": ("time_weighted", _number),
        "band": ("band", _one_of(CUMULATIVE_BANDS)),
        "target_mg": ("target_mg", _list(_number)),
        "mg_to_120": ("mg_to_120", _number),
        "days_to_120": ("days_to_120", _number),
        "reaches_120_on": ("reaches_120_on", _moment),
        "standard_equivalent_mg": ("standard_equivalent_mg", _number),
        "estimate": ("estimate", _flag),
    },
    "dose": {
        **_CODES,
        "overridable": ("overridable", _flag),
        "mg_per_kg": ("mg_per_kg", _number),
        "weight_kg": ("weight_kg", _number),
    },
    "lab": {
        "tier": ("tier", _one_of(_TIERS)),
        "tiers": ("tiers", _per_analyte(_one_of(_TIERS))),
        "ctcae": ("ctcae", _per_analyte(_number)),
        "action": ("action", _one_of(LAB_ACTIONS)),
        "repeat_within_days": ("repeat_within_days", _number),
        "notes": ("notes", _words(all_among, LAB_NOTES)),
        "default_range": ("default_range", _flag),
        "converted": ("converted", _per_analyte(_number)),
    },
    "mental-health": {
        "score": ("score", _number),
        "severity": ("severity", _one_of(SEVERITIES)),
        "prorated": ("prorated", _flag),
        "item9": ("item9", _one_of(("no", "yes", "unanswered"))),
        "level": ("level", _one_of(MOOD_LEVELS)),
        "offer_phq9": ("offer_phq9", _flag),
        **_CRISIS,
    },
    "triage": {
        "level": ("level", _one_of(("routine", "urgent", "red"))),
        "hold": ("hold", _flag),
        **_CRISIS,
    },
    "reminder": {"utc": ("utc", _list(_moment))},
    "tasks": {
        "open": ("open", _words(all_among, TASK_KINDS)),
        "none": ("open", _words(none_among, TASK_KINDS)),
    },
    "outcome": {
        "success": ("success", _flag),
        "score": ("score", _number),
        "band": ("band", _one_of(OUTCOME_BANDS)),
        "copyright": ("copyright", _flag),
    },
}


def read_expectations(
    value: Value, kinds: dict[str, tuple[str, Kind]], clocks: Clocks
) -> tuple[Expectation, ...]:
    """The entries of an ``expect`` against the keys its ask may hold. Raises StoryError."""
    fields = value.as_mapping(frozenset(kinds)).entries
    expectations = []
    for key, item in fields.items():
        reads, kind = kinds[key]
        written, holds = _or_nothing(kind, item, clocks)
        expectations.append(Expectation(key=key, reads=reads, written=written, holds=holds))
    return tuple(expectations)


def names_known(kinds: dict[str, tuple[str, Kind]]) -> tuple[str, ...]:
    """The names that ``got`` always holds for this kind of ask."""
    return tuple(dict.fromkeys(reads for reads, _ in kinds.values()))
