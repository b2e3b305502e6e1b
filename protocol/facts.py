"""What is known about one course: frozen, dated, with evidence ids, free of conclusions.

A fact says what happened ("the specimen was collected on 16 November, the laboratory reported ALT
52 U/L"), never what it means. Each carries ``ref``, the id of the row or story line it came from,
so that every finding can point at its evidence. ``on`` is the local calendar date where it
happened (GEN-3); ``at`` is the instant, where one is known, and orders facts within a day.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from protocol.supplies import Supply as Supply
from protocol.vocabulary import (
    Analyte,
    Category,
    Form,
    Formulation,
    Instrument,
    Method,
    Requirement,
    ResultStatus,
    ReviewOf,
    Said,
    SexualFunction,
    TestResult,
    TestSetting,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of every dated fact."""

    ref: str
    on: date
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What decides the category (US-02); ``None`` means not recorded."""

    uterus: bool | None = None
    ovaries: bool | None = None
    menarche: bool | None = None
    tubal_ligation: bool | None = None
    postmenopausal: bool | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """The patient as the rules need them."""

    born: date | None
    sex: str = "unknown"
    category: Category | None = None
    anatomy: Anatomy | None = None
    country: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled(Fact):
    """Registration with the programme (US-03, UK-09)."""

    registry_id: str = ""
    prescriber_certified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Fact):
    """A signed form (US-03, UK-02)."""

    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Fact):
    """An appointment; ``remote`` is a video visit, ``lead`` a lead prescriber (UK-05, UK-06)."""

    remote: bool = False
    lead: bool = True
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counselling(Fact):
    """Counselling recorded by the prescriber (US-14, US-22, UK-04)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPrescriber(Fact):
    """Agreement of a second prescriber (UK-01)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contraception(Fact):
    """Methods as stated by the patient, the prescriber or both (US-14 to US-17, UK-10)."""

    by_patient: bool
    by_prescriber: bool
    methods: tuple[Method, ...]
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comprehension(Fact):
    """The programme's questions answered by the patient (US-14)."""

    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTesting(Fact):
    """The prescriber allows or withdraws home tests (US-13)."""

    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyTest(Fact):
    """A test by its specimen date, or a documented omission (``result`` is None then; EU-02)."""

    result: TestResult | None
    setting: TestSetting | None = None
    specimen: str = "urine"
    verified: bool = False
    cycle_day: int | None = None
    omitted_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult(Fact):
    """One result as reported; ``on`` is the collection date, ``uln`` in the same ``unit``.

    ``value`` is None where the text could not be read as a number: such a result cannot be graded.
    ``specimen`` groups results drawn together; ``confirmed`` says that a clinician has confirmed a
    value or unit that looked impossible (LAB-6); ``held`` says why the message itself made the
    value doubtful (code and unit disagree, an unreadable number), empty if it did not. ``flag`` is
    the laboratory's own interpretation as it was sent: it is shown, and nothing is graded by it.
    """

    specimen: str
    analyte: Analyte
    value: Decimal | None
    unit: str
    comparator: str = ""
    text: str = ""
    lln: Decimal | None = None
    uln: Decimal | None = None
    fasting: bool | None = None
    status: ResultStatus = ResultStatus.FINAL
    confirmed: bool = False
    held: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultNote(Fact):
    """The clinic has written to the patient about results; ``read_on`` None: not read yet."""

    read_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkinReport(Fact):
    """How the skin is so many months after the course, as the patient says."""

    month: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabAcknowledged(Fact):
    """A prescriber has read results and says what happens next (LAB-8).

    ``specimens`` names what was read; empty means everything known by then. ``results`` are the
    results that lay before the reader, so that a corrected one waits again (B5); empty means all of
    the specimens. ``repeat_on`` is the day on which ``repeat`` (empty: anything) is drawn again.
    """

    plan: str
    specimens: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    repeat_on: date | None = None
    repeat: tuple[Analyte, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight(Fact):
    """A measured weight in kilograms (DOSE-1)."""

    kg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose(Fact):
    """The dose taken from this day on, mg per day, as a pattern repeated day by day (DOSE-10)."""

    pattern: tuple[Decimal, ...]
    formulation: Formulation = Formulation.STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDose(Fact):
    """A dose planned from a later day (LAB-2 peak draw, forecast)."""

    starts: date
    pattern: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed(Fact):
    """Doses recorded as not taken (DOSE-10, DOSE-14)."""

    dates: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Fact):
    """Treatment paused from this day, that day included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Fact):
    """Treatment resumed; this day is a dosing day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Fact):
    """The course has ended; ``pregnancy`` when that was the reason for it."""

    last_dose: date
    pregnancy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescribed(Fact):
    """A prescription that was issued (US-19, UK-15)."""

    supply: Supply


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispensed(Fact):
    """A fill that was handed out and not reversed (US-21)."""

    rma: str = ""
    days: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire(Fact):
    """PHQ answers, 0 to 3 or None for left blank (MH-1 to MH-5)."""

    instrument: Instrument
    answers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SexualFunctionAsked(Fact):
    """The sexual-function prompt and its answer (UK-08, MH-9)."""

    answer: SexualFunction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed(Fact):
    """A clinician has looked at what was reported."""

    of: ReviewOf
    plan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom(Fact):
    """A symptom by code with its features (rule book 10)."""

    code: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication(Fact):
    """Another medicine by generic name, lower case, with the day it was stopped (CI-05 ff.)."""

    name: str
    stopped: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Fact):
    """A condition by contract name (CI-01, CI-02, CI-07, CI-14)."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allergy(Fact):
    """An allergy by contract name (CI-03)."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn(Fact):
    """The patient's monthly answers were submitted; ``due_on`` is the cycle it answers."""

    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Fact):
    """A clinician decided that one due item is not needed."""

    requirement: Requirement
    due_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAnswer(Fact):
    """The patient's own word on the due item ``key``; ``until`` is the day asked for, of LATER."""

    key: str
    said: Said
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Fact):
    """The patient's time zone from this day on (GEN-5)."""

    timezone: str


@dataclass(frozen=True, kw_only=True)
class CourseFacts:
    """Everything the rules may know about one course of one patient.

    Facts of earlier courses of the same patient belong here too (retreatment gap, lifetime dose):
    the rules cut them apart at each ``Stopped``. Tuples are ordered by (on, at).
    ``due_from`` keeps an imported running course silent: nothing falls due before it (R5).
    Without slots, as what was worked out about the facts stays with them (``protocol.memory``).
    """

    course: str
    programme: str
    person: Person
    clinic_zone: str
    patient_zone: str
    due_from: date | None = None
    indication: str | None = None
    enrolled: tuple[Enrolled, ...] = ()
    consents: tuple[Consent, ...] = ()
    visits: tuple[Visit, ...] = ()
    counselling: tuple[Counselling, ...] = ()
    second_prescriber: tuple[SecondPrescriber, ...] = ()
    contraception: tuple[Contraception, ...] = ()
    comprehension: tuple[Comprehension, ...] = ()
    home_testing: tuple[HomeTesting, ...] = ()
    pregnancy_tests: tuple[PregnancyTest, ...] = ()
    labs: tuple[LabResult, ...] = ()
    lab_acknowledged: tuple[LabAcknowledged, ...] = ()
    weights: tuple[Weight, ...] = ()
    doses: tuple[Dose, ...] = ()
    planned_doses: tuple[PlannedDose, ...] = ()
    missed: tuple[Missed, ...] = ()
    holds: tuple[Hold, ...] = ()
    resumes: tuple[Resume, ...] = ()
    stopped: tuple[Stopped, ...] = ()
    prescribed: tuple[Prescribed, ...] = ()
    dispensed: tuple[Dispensed, ...] = ()
    questionnaires: tuple[Questionnaire, ...] = ()
    sexual_function: tuple[SexualFunctionAsked, ...] = ()
    reviewed: tuple[Reviewed, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    medications: tuple[Medication, ...] = ()
    conditions: tuple[Condition, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    task_answers: tuple[TaskAnswer, ...] = ()
    result_notes: tuple[ResultNote, ...] = ()
    skin_reports: tuple[SkinReport, ...] = ()
    moved: tuple[Moved, ...] = field(default=())
