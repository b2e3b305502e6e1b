"""What a programme's edition fixes: the typed shape of the files in ``editions/``.

Each class is one table of an edition file and each field one line of it. The files carry, beside
every value, the rule id and the evidence tag it stands on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from protocol.vocabulary import Form, Level, Method, TestSetting


class Registry(StrEnum):
    """Whom a programme wants registered."""

    EVERYONE = "everyone"
    CAN_BECOME_PREGNANT = "can-become-pregnant"
    NOBODY = "nobody"


class Cadence(StrEnum):
    """How often something must be on record."""

    NEVER = "never"
    ONCE = "once"
    EACH_PRESCRIPTION = "each-prescription"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Who may be treated, and by whom."""

    minimum_age: int
    registry: Registry
    registry_number: bool
    certified_prescriber: bool
    lead_prescriber: bool
    indication: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Forms and signatures before the first prescription."""

    everyone: tuple[Form, ...]
    can_become_pregnant: tuple[Form, ...]
    guardian_under_age: int | None
    risk_form: Form | None
    older_risk_form_warns: bool
    second_prescriber_under_age: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Appointments."""

    first_in_person: bool
    each_prescription: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counselling:
    """What is explained, and what the patient answers."""

    can_become_pregnant: Cadence
    cannot_become_pregnant: Cadence
    comprehension_questions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contraception:
    """Which methods are enough, who states them, and how early they begin.

    Enough is: one of ``alone``; or one ``primary`` with one ``secondary``; or, where
    ``two_primaries``, two ``primary`` ones. Every method in no list counts for nothing.
    """

    alone: tuple[Method, ...]
    primary: tuple[Method, ...]
    secondary: tuple[Method, ...]
    two_primaries: bool
    both_sides_state: bool
    days_before: int | None
    months_before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyTests:
    """How many tests, where, how fresh, and what a missing one means."""

    before_start: int
    days_between: int | None
    last_cycle_day: int | None
    first_settings: tuple[TestSetting, ...]
    repeat_settings: tuple[TestSetting, ...]
    home_by_permission: bool
    counted_from_visit: bool
    first_fresh_days: int | None
    repeat_fresh_days: int | None
    repeat_missing: Level
    omission_accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionWindow:
    """The days in which a prescription may be written and filled.

    ``days_from_specimen`` counts the specimen's day as the first; ``last_day_after_visit`` is the
    last day, in days after the visit, for patients who are not tested.
    """

    days_from_specimen: int | None
    last_day_after_visit: int | None
    first_window_lockout_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription:
    """Quantity, validity and authorisation of one prescription.

    ``too_much_can`` and ``too_much_cannot`` are the levels of more than ``supply_days`` for
    patients who can and cannot become pregnant.
    """

    supply_days: int | None
    too_much_can: Level
    too_much_cannot: Level
    refills: bool
    whole_packs: bool
    last_day_after_issue: int | None
    authorisation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wellbeing:
    """Levels when mood or sexual function was not asked (UK-07, UK-08, MH-7)."""

    questionnaire_missing: Level
    sexual_function_missing_first: Level
    sexual_function_missing_later: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterCourse:
    """What remains after the last dose; exactly one of days and months is given."""

    end_test: bool
    wait_days: int | None
    wait_months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """All tables of one edition."""

    enrolment: Enrolment
    consent: Consent
    visits: Visits
    counselling: Counselling
    contraception: Contraception
    pregnancy_tests: PregnancyTests
    window: PrescriptionWindow
    prescription: Prescription
    wellbeing: Wellbeing
    after_course: AfterCourse
