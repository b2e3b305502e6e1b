"""The course page: the gate with its reasons, and everything known about the course."""

import uuid
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clinic import wording
from clinic.chart_rows import charts
from clinic.course_panels import COLUMNS, check_in_rows, prevention, story
from clinic.course_rows import (
    after_rows,
    dose_facts,
    item_rows,
    prescription_rows,
    score_rows,
    specimen_rows,
)
from clinic.deciding_rows import decision_row
from clinic.forms.guard import marked
from clinic.reasons import REST
from clinic.rows import banner_row, gate_rows, message_line
from clinic.supply_rows import supply_panel
from clinic.views.base import StaffPage
from clinic.views.photos import front_photos
from courses.queries import course_for, courses_of
from look.addresses import address
from look.templatetags.clinical import local
from messaging.queries import about_messages, newest_to
from monitoring.queries import reading
from monitoring.queries.after_course import reports_of
from monitoring.queries.course_page import ConcernRow, CoursePage, course_page, questions_about
from monitoring.queries.outcomes import scores_of
from monitoring.versions import REQUALIFYING, version_of
from people.kept import asked_at_once
from people.permissions import Permission
from protocol import dosing
from protocol.findings import Window
from protocol.vocabulary import Level, Owner, Phase

_SHOWN_TIMELINE = 10


class CourseView(StaffPage):
    """One course, judged live; nothing is read from a stored summary."""

    current = "patients"
    template_name = "clinic/course.html"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Find through the door, read once, show."""
        course = course_for(
            self.user, public_id, need=Permission.READ_SENSITIVE, page="course", now=self.now
        )
        questions = questions_about(course, now=self.now)
        if self.place.may(Permission.READ_MESSAGES):
            questions |= about_messages(course.patient)
        with asked_at_once(questions):
            return self._shown(course)

    def _shown(self, course: Any) -> HttpResponse:
        public_id = course.public_id
        found = course_page(course, now=self.now)
        url = reverse("clinic:course", args=[public_id])
        verdict, status = wording.LEVELS[found.decision.level]
        if found.rest:
            verdict, status, _ = REST[found.rest]
        elif found.prescriptions and self._signed_today(found):
            verdict, status = "Signed today", "ok"
        happened = story(found)
        phase, phase_status = wording.PHASES[found.standing.phase]
        checks = gate_rows(
            found.decision,
            course_id=public_id,
            may_record=self.place.may(Permission.RECORD_CARE),
            read_url=self._read_url(found),
        )
        return self.page(
            found=found,
            concerns=[_concern(row) for row in found.concerns],
            course_id=public_id,
            banner=banner_row(found.banner, url=url, today=self.today),
            checks=checks,
            open_checks=sum(not check.met for check in checks),
            verdict=verdict,
            verdict_status=status,
            phase=phase,
            phase_status=phase_status,
            window=_open_window(found),
            items=item_rows(found),
            specimens=self._specimens(course, found),
            charts=charts(found),
            dose=dose_facts(found),
            supply=supply_panel(found),
            supply_url=reverse("clinic:supply", args=[public_id]),
            requalify_guard=marked(course.patient.public_id, version_of(found.facts, REQUALIFYING)),
            may_requalify=self.place.may(Permission.RECORD_CARE),
            decisions=[decision_row(row) for row in reading.decisions_of(course)],
            prescriptions=prescription_rows(found),
            check_ins=check_in_rows(found),
            check_in_columns=COLUMNS,
            prevention=prevention(found),
            messages_sent=self._messages(course),
            messages_url=f"{reverse('clinic:messages')}?patient={course.patient.public_id}",
            photos=front_photos(course),
            scores=score_rows(scores_of(course)),
            after_dates=after_rows(found, course.programme),
            looked_back=reports_of(course) if found.after else (),
            timeline=happened[:_SHOWN_TIMELINE],
            happened=len(happened),
            others=[row for row in courses_of(course.patient) if row.public_id != public_id],
            again_from=self._again_from(found),
            actions=self._actions(found),
            patient_id=course.patient.public_id,
            may_reach=self.place.may(Permission.READ_MESSAGES),
            may_type=self.place.may(Permission.RECORD_CARE),
            may_link=self.place.may(Permission.LINK_RESULT),
            signing=self._signing(found),
            may_change=self.place.may(Permission.CHANGE_DOSE),
            hide_head=True,
        )

    def _specimens(self, course: Any, found: CoursePage) -> list[dict[str, Any]]:
        """The newest draws; what the list says must be decided says so here as well."""
        waiting = reading.waiting_of(course)
        rows = specimen_rows(found)
        for row in rows:
            row["to_acknowledge"] = row["to_acknowledge"] or row["id"] in waiting
        return rows

    def _messages(self, course: Any) -> list[dict[str, object]]:
        """The newest messages to the patient, for those who may read them."""
        if not self.place.may(Permission.READ_MESSAGES):
            return []
        return [message_line(row) for row in newest_to(course.patient)]

    def _again_from(self, found: CoursePage) -> date | None:
        """After the end: the first day of a new course without a reason to give (DOSE-13)."""
        if found.stopped_on is None or not self.place.may(Permission.START_COURSE):
            return None
        return dosing.retreatment_from(found.stopped_on, found.facts.programme)

    def _read_url(self, found: CoursePage) -> str:
        waiting = [row for row in found.specimens if row.to_acknowledge or row.to_confirm]
        if not waiting or not self.place.may(Permission.ACKNOWLEDGE_RESULT):
            return ""
        return reverse("clinic:acknowledge", args=[found.public_id, waiting[0].public_id])

    def _signing(self, found: CoursePage) -> dict[str, object]:
        permitted = self.place.may(Permission.SIGN_PRESCRIPTION)
        stopped = found.stopped_on is not None
        level = found.decision.level
        note = ""
        signed = bool(found.prescriptions) and self._signed_today(found)
        if not permitted:
            note = "A dermatologist signs."
        elif found.rest:
            note = REST[found.rest][2]
        elif signed:
            note = "Signed today. The pick-up can be recorded under Prescriptions."
        elif level is Level.BLOCK:
            waiting = {
                wording.OWNERS[finding.owner].lower()
                for finding in found.decision.findings
                if finding.level is Level.BLOCK and finding.owner is not Owner.NOBODY
            }
            note = "Opens when every check is met: " + ", ".join(sorted(waiting)) + "."
        elif level is Level.OVERRIDE:
            note = "You will be asked for a reason."
        return {
            "shown": not stopped and found.standing.phase is not Phase.CLOSED,
            "open": permitted and not (found.rest or signed or level is Level.BLOCK),
            "url": reverse("clinic:sign", args=[found.public_id]),
            "note": note,
        }

    def _signed_today(self, found: CoursePage) -> bool:
        signed_at = found.prescriptions[0].signed_at
        return local(signed_at, self.place.timezone).date() == self.today

    def _actions(self, found: CoursePage) -> list[dict[str, Any]]:
        """What this role may record, in the order of a visit."""
        if found.stopped_on is not None or not self.place.may(Permission.RECORD_CARE):
            names = ["test", "outcome", "contact"] if self.place.may(Permission.RECORD_CARE) else []
        else:
            names = [
                "visit",
                "test",
                "weight",
                "missed",
                "consent",
                "counselling",
                "contraception",
                "questionnaire",
                "sexual-function",
                "outcome",
                "review",
                "history",
                "enrolment",
                "contact",
            ]
        return [
            {"url": address("clinic:record", found.public_id, name), "label": label}
            for name, label in RECORD_LABELS.items()
            if name in names
        ]


def _concern(row: ConcernRow) -> dict[str, object]:
    """An open concern by what it is about."""
    return {
        "title": f"Open concern: {wording.CONCERNS[row.kind].lower()}",
        "public_id": row.public_id,
        "raised_at": row.raised_at,
        "acknowledged_by": row.acknowledged_by,
    }


def _open_window(found: CoursePage) -> Window | None:
    """The window, while it is not over; an earlier prescription's says nothing any more."""
    window = found.decision.window
    return window if window is not None and window.last_day >= found.today else None


RECORD_LABELS = {
    "visit": "Visit",
    "test": "Pregnancy test",
    "weight": "Weight",
    "missed": "Missed doses",
    "consent": "Signed form",
    "counselling": "Counselling",
    "contraception": "Contraception",
    "questionnaire": "PHQ-9",
    "sexual-function": "Sexual function",
    "outcome": "Acne score",
    "review": "Review",
    "history": "Medicine, condition, allergy",
    "enrolment": "Enrolment and category",
    "contact": "Call or contact",
}
