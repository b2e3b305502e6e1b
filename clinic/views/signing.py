"""The list of those who are ready, signed together: each one asked, locked and signed by itself."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from audit import trail
from clinic.forms.prescribing import proposed_supply
from clinic.reasons import REASONS, REST
from clinic.signing_rows import nearly_row, sign_row
from clinic.views.base import StaffPage
from courses.queries import course_for
from look.templatetags.clinical import lines_text, moment_text
from monitoring.actions import prescribing
from monitoring.actions.shown import Changed
from monitoring.queries import signing
from monitoring.versions import EVERYTHING, Seen
from people.permissions import Permission
from people.queries import NotFound, NotPermitted
from protocol.vocabulary import Level

_CHANGED = "Something new is in the record since the list was shown. Open it and look."
_NO_CAPSULES = "No capsules that are sold make up this dose. Open it to write the prescription."
_REASON = "A check asks for your reason. Open it to write one."


@dataclass(frozen=True, slots=True)
class Picked:
    """A row that was ticked, in the version that was on the page, with its own number."""

    course: uuid.UUID
    version: str
    nonce: uuid.UUID


class ReadyToSign(StaffPage):
    """Twenty normal patients in three minutes. Works without script: tick, press, read the answer.

    Nothing is ticked beforehand: a signature is an act. What the list showed is what is signed, or
    the row is refused with the reason; the others are signed all the same.
    """

    need = Permission.SIGN_PRESCRIPTION
    current = "today"
    template_name = "clinic/ready.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of rows."""
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign what is ticked, each by itself, and say what became of each."""
        picked = _picked(request.POST.getlist("pick"))
        if not picked:
            return self._page(error="Tick at least one patient first.", status=422)
        done: list[dict[str, Any]] = []
        refused: list[dict[str, Any]] = []
        gone = 0
        for each in picked:
            try:
                course = course_for(
                    self.user, each.course, need=self.need, page="ready", now=self.now
                )
            except (NotFound, NotPermitted):
                gone += 1
                continue
            signed, why = self._sign(course, each)
            row = {"course": each.course, "patient": course.patient, "words": signed or why}
            (done if signed else refused).append(row)
        self.template_name = "clinic/ready_done.html"
        return self.page(done=done, refused=refused, gone=gone)

    def _sign(self, course: Any, picked: Picked) -> tuple[str, str]:
        """What was signed, or why not."""
        pattern = signing.supply_ahead(course, now=self.now)
        supply = proposed_supply(pattern, programme=course.programme)
        if supply is None:
            return "", _NO_CAPSULES
        try:
            signed = prescribing.authorise(
                course,
                supply,
                override_reason="",
                form_nonce=picked.nonce,
                seen=Seen(EVERYTHING, picked.version),
                by=self.user,
                now=self.now,
            )
        except Changed:
            return "", _CHANGED
        except prescribing.SignedToday:
            return "", "Signed today already, in another tab or by a colleague."
        except prescribing.AtRest as refusal:
            return "", REST[refusal.rest][2]
        except prescribing.ReasonNeeded:
            return "", _REASON
        except prescribing.NotAuthorised as refusal:
            return "", _reasons(refusal)
        rx = signed.prescription
        words = lines_text(rx.lines)
        if rx.window_closes_at:
            words += f", window closes {moment_text(rx.window_closes_at, self.place.timezone)}"
        return words + (" (it was signed already)" if signed.again else ""), ""

    def _page(self, error: str = "", status: int = 200) -> HttpResponse:
        number = self.request.GET.get("page", "")
        found = signing.ready(
            self.place, page=int(number) if number.isdecimal() else 1, now=self.now
        )
        trail.saw_many(
            self.user,
            page="ready",
            now=self.now,
            patients=[
                *(row.patient.public_id for row in found.rows),
                *(row.patient.public_id for row in found.nearly),
            ],
            clinic=self.place.slug,
        )
        return self.page(
            found=found,
            rows=[sign_row(row, nonce=uuid.uuid4(), now=self.now) for row in found.rows],
            nearly=[nearly_row(row, reminding=self.reminding) for row in found.nearly],
            error=error,
            title_count=found.total,
            status=status,
        )


def _reasons(refusal: prescribing.NotAuthorised) -> str:
    blocking = [each for each in refusal.decision.findings if each.level is Level.BLOCK]
    said = dict.fromkeys(REASONS[each.reason][1] for each in blocking)
    return " ".join(said)


def _picked(values: list[str]) -> list[Picked]:
    """What was ticked, each course once; what is no row of ours is left out."""
    found: dict[uuid.UUID, Picked] = {}
    for value in values[: signing.PAGE]:
        parts = value.split(":")
        try:
            course, version, nonce = parts
            picked = Picked(uuid.UUID(course), version, uuid.UUID(nonce))
        except ValueError:
            continue
        found[picked.course] = picked
    return list(found.values())
