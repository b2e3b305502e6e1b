"""One demo patient's treatment, told in the verbs of the clinic: enrol, prepare, sign, fill.

Every verb calls the product's own actions at a past instant, so the gate has judged each signature
and nothing stands in the record that a clinic could not have put there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from courses.actions import dispensing, dosing, recording, statements, stopping
from courses.actions.starting import CoursePlan
from courses.models import Course, Prescription, Statement
from monitoring.actions import acknowledging, care, planning, pregnancy_tests, prescribing
from monitoring.actions.acknowledging import NextStep
from monitoring.actions.planning import planned_once
from monitoring.check_in_questions import Background
from monitoring.demo import answers, laboratory
from monitoring.demo.laboratory import Constitution, Sample, Whose
from monitoring.demo.ward import Ward
from monitoring.models import Specimen
from people.models import Patient
from protocol.calendar import age_on
from protocol.packs import propose
from protocol.supplies import Supply
from protocol.vocabulary import Formulation, Method

SUPPLY_DAYS = 30
_ADULT = 18


@dataclass(frozen=True, slots=True)
class Regimen:
    """What is decided for a patient; ``daily_mg`` month by month, the last one goes on."""

    category: str
    weight_kg: Decimal
    daily_mg: tuple[int, ...] = (20, 40)
    methods: tuple[str, ...] = ()


@dataclass(slots=True)
class Treatment:
    """One course of one patient; days are counted back from the ward's today."""

    ward: Ward
    patient: Patient
    regimen: Regimen
    rng: Random
    body: Constitution
    course: Course | None = None
    prescription: Prescription | None = None
    filled: int = 0
    drawn: int = 0

    @property
    def fcp(self) -> bool:
        """The patient can become pregnant."""
        return self.regimen.category == "fcp"

    @property
    def united_states(self) -> bool:
        """iPLEDGE holds here."""
        return self.ward.programme == "us-ipledge"

    def arrive(self) -> None:
        """Nothing more happens until now: the plan is made as of now."""
        planning.replan(self.started_course, now=self.ward.now)

    @contextmanager
    def lately(self) -> Iterator[None]:
        """The last events before now; the course is planned once, as of now, at their end."""
        with planned_once():
            yield
            self.arrive()

    def enrol(self, days_ago: int) -> None:
        """First appointment: plan the course, sign the forms, talk; a first test where asked."""
        ward, now, day = self.ward, self.ward.at(days_ago, 9), self.ward.day(days_ago)
        with planned_once():
            self.course = care.start_course(
                ward.clinic,
                patient=self.patient,
                identity=None,
                plan=CoursePlan(
                    programme=ward.programme,
                    category=self.regimen.category,
                    weight_kg=self.regimen.weight_kg,
                    daily_mg=(Decimal(self.regimen.daily_mg[0]),),
                    starts_on=day + timedelta(days=SUPPLY_DAYS),
                    indication="severe nodular acne with scarring",
                    registry_id=f"{self.rng.randrange(10**9):09}" if self.united_states else "",
                ),
                prescriber=ward.doctor,
                by=ward.doctor,
                today=day,
                now=now,
            )
            self._visit(days_ago)
            for form in self._forms(days_ago):
                self._state(Statement.Kind.CONSENT, {"form": form}, days_ago, "patient")
            self._counsel(days_ago)
            if self.fcp:
                since = {"methods": list(self.regimen.methods), "since": day.isoformat()}
                self._state(Statement.Kind.CONTRACEPTION, since, days_ago, "both")
                if self.united_states:
                    self.test(days_ago)

    def month(self, days_ago: int, **left_out: bool) -> None:
        """Prepared as :meth:`prepare` says, signed and filled, all by this day."""
        if self.fcp and not self.filled:
            # The first check-in belongs to the day of the second test: that has to be planned.
            self.prepare(days_ago, **left_out)
        with planned_once():
            if self.filled or not self.fcp:
                self.prepare(days_ago, **left_out)
            self.sign(days_ago)
        self.fill(days_ago)

    def prepare(self, days_ago: int, **left_out: bool) -> None:
        """Everything that belongs to a prescription signed on the day, but for what is left out.

        Bloods four days before, pregnancy test two, check-in one, the visit on the day itself:
        name one of ``labs``, ``test``, ``check_in``, ``visit`` as False to leave it out.
        """
        wanted = {"labs": True, "test": True, "check_in": True, "visit": True, **left_out}
        with planned_once():
            if wanted["labs"]:
                self.draw(days_ago + 4)
            if wanted["test"] and self.fcp:
                self.test(days_ago + 2)
            if wanted["visit"]:
                self._visit(days_ago)
                self._counsel(days_ago)
        if wanted["check_in"]:
            self.check_in(days_ago + 1)

    def draw(
        self,
        days_ago: int,
        *,
        values: Mapping[str, int] | None = None,
        fasting: bool | None = True,
    ) -> None:
        """Blood is drawn, and the laboratory's message comes in the same afternoon."""
        self.drawn += 1
        measured = {
            **self.body.values(self.filled, self.rng),
            **{name: Decimal(value) for name, value in (values or {}).items()},
        }
        accession = f"{self.patient.mrn}-{self.drawn:02}"
        raw = laboratory.message(
            self.ward.clinic,
            Whose.of(self.patient),
            Sample(measured, self.ward.day(days_ago), fasting=fasting),
            accession=accession,
        )
        laboratory.deliver(
            raw,
            clinic=self.ward.clinic,
            name=f"{accession}.hl7",
            now=self.ward.at(days_ago, 15, 30),
        )

    def test(self, days_ago: int, result: str = "negative", *, minutes: int = 0) -> None:
        """A urine test at the clinic, in the morning or ``minutes`` ago today."""
        pregnancy_tests.record_test(
            self.started_course,
            collected_on=self.ward.day(days_ago),
            result=result,
            setting="clinic",
            specimen="urine",
            verified=True,
            cycle_day=None,
            by=self.ward.nurse,
            now=self.ward.ago(minutes) if minutes else self.ward.at(days_ago, 10),
        )

    def check_in(
        self, days_ago: int, said: Mapping[str, answers.Answer] | None = None, *, minutes: int = 0
    ) -> None:
        """The patient answers the month's questions in the evening, or ``minutes`` ago today."""
        now = self.ward.ago(minutes) if minutes else self.ward.at(days_ago, 19, 10)
        answers.submit(
            self.patient,
            self._background(days_ago),
            answers=said or {},
            today=self.ward.day(days_ago),
            now=now,
        )

    def _background(self, days_ago: int) -> Background:
        day = self.ward.day(days_ago)
        age = age_on(self.patient.born, day)
        return Background(
            can_become_pregnant=self.fcp,
            comprehension_questions=self.united_states,
            asks_sexual_function=age >= _ADULT or not self.united_states,
            programme_wants_sexual_function=not self.united_states,
            age=age,
            country=self.ward.clinic.country,
            dose_days=(day,) if self.filled else (),
            methods_on_file=tuple(Method(name) for name in self.regimen.methods),
        )

    def sign(self, days_ago: int) -> None:
        """The prescriber signs; the gate judges it as of that day."""
        month = min(self.filled, len(self.regimen.daily_mg) - 1)
        daily = self.regimen.daily_mg[month]
        signed = prescribing.authorise(
            self.started_course,
            Supply(
                lines=propose(
                    (Decimal(daily),),
                    days=SUPPLY_DAYS,
                    formulation=Formulation.STANDARD,
                    programme=self.ward.programme,
                ),
                pattern=(Decimal(daily),),
                refills=0,
            ),
            override_reason="",
            form_nonce=uuid.uuid4(),
            by=self.ward.doctor,
            now=self.ward.at(days_ago, 11),
        )
        self.prescription = signed.prescription

    def fill(self, days_ago: int) -> None:
        """The pharmacy hands the supply out in the afternoon."""
        if self.prescription is None:
            raise ValueError("nothing is signed that could be filled")
        self._perform(
            dispensing.dispense,
            now=self.ward.at(days_ago, 17),
            by=self.ward.nurse,
            prescription=self.prescription,
            dispensed_on=self.ward.day(days_ago),
            rma=f"RMA{self.rng.randrange(10**8):08}" if self.united_states else "",
            pharmacy="Corner Pharmacy",
        )
        self.course = Course.objects.select_related("patient__clinic", "clinic").get(
            pk=self.started_course.pk
        )
        self.filled += 1

    def hold(self, days_ago: int, *, plan: str) -> None:
        """The prescriber reads the newest results and pauses treatment for them."""
        now = self.ward.at(days_ago, 16)
        newest = Specimen.objects.filter(patient=self.patient).order_by("-collected_on").first()
        if newest is None:
            raise ValueError("there are no results to hold for")
        acknowledging.acknowledge(
            newest,
            course=self.started_course,
            action="hold",
            plan=plan,
            step=NextStep(from_on=self.ward.day(days_ago)),
            by=self.ward.doctor,
            now=now,
        )

    def miss(self, days_ago: int, days: int) -> None:
        """Doses were missed on the days before."""
        self._perform(
            dosing.record_missed,
            now=self.ward.at(days_ago, 12),
            by=self.ward.nurse,
            days=[self.ward.day(days_ago + back) for back in range(1, days + 1)],
            reported_on=self.ward.day(days_ago),
        )

    def stop(self, days_ago: int) -> None:
        """The course is completed on that day."""
        self._perform(
            stopping.stop,
            now=self.ward.at(days_ago, 14),
            by=self.ward.doctor,
            last_dose_on=self.ward.day(days_ago),
            reason="completed",
        )
        self.filled = 0

    @property
    def started_course(self) -> Course:
        if self.course is None:
            raise ValueError("the patient is not enrolled yet")
        return self.course

    def _forms(self, days_ago: int) -> list[str]:
        if not self.united_states:
            return ["arf-2026"]
        forms = ["patient-information", *(["birth-defects"] if self.fcp else [])]
        minor = age_on(self.patient.born, self.ward.day(days_ago)) < _ADULT
        return [*forms, "guardian"] if minor else forms

    def _visit(self, days_ago: int) -> None:
        self._perform(
            recording.record_visit,
            now=self.ward.at(days_ago, 9, 30),
            by=self.ward.doctor,
            visited_on=self.ward.day(days_ago),
            remote=False,
            lead_prescriber=True,
        )
        if self.filled and self.filled % 2 == 0:
            grown = self.regimen.weight_kg + Decimal(self.rng.randrange(-10, 11)) / 10
            self._perform(
                recording.record_weight,
                now=self.ward.at(days_ago, 9, 35),
                by=self.ward.nurse,
                kg=grown,
                measured_on=self.ward.day(days_ago),
            )

    def _counsel(self, days_ago: int) -> None:
        self._state(Statement.Kind.COUNSELLING, {}, days_ago, "prescriber")

    def _state(self, kind: str, content: Mapping[str, Any], days_ago: int, speaker: str) -> None:
        self._perform(
            statements.state,
            now=self.ward.at(days_ago, 9, 40),
            by=self.ward.doctor,
            kind=kind,
            speaker=speaker,
            content=content,
            stated_on=self.ward.day(days_ago),
        )

    def _perform(self, change: Callable[..., object], *, now: datetime, **details: Any) -> None:
        """As ``care.perform``, in the transaction that the demo is opened in."""
        change(self.started_course, now=now, **details)
        planning.replan(self.started_course, now=now)
