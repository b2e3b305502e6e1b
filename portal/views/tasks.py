"""A task that cannot be done right now: later, done already, or help."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from monitoring import portal_queries
from monitoring.actions import task_answers
from monitoring.queries.task_answers import OpenTask, open_task
from people.queries import NotFound
from portal import wording
from portal.forms.tasks import DoneForm, HelpForm, LaterForm
from portal.views.page import PatientPage
from protocol.vocabulary import Requirement


class Task(PatientPage):
    """One open task and the three things to say about it. None of them counts as done.

    What is done on these pages and nowhere else cannot have been done already.
    """

    # It is the page behind "I can't do this now" of a reminder.
    task_page = True
    tab = "home"

    def get(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """What can be said, and what was said last."""
        return self._page(self._task(public_id))

    def post(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """Take the answer; the page then says what happens next."""
        task = self._task(public_id)
        said = request.POST.get("said", "")
        form = self._forms(task, said).get(said)
        if form is None:
            return self._page(task, status=422)
        if not form.is_valid():
            return self._page(task, status=422, **{said: form})
        try:
            task_answers.answer(
                public_id, said=said, by=self.patient, now=self.now, **form.cleaned_data
            )
        except task_answers.NothingToAnswer:
            raise Http404 from None
        except task_answers.NotThatDay:
            field = "on" if said == "done" else "until"
            form.add_error(field, _("Choose a day within the last two weeks, or today."))
            return self._page(task, status=422, **{said: form})
        return redirect("portal:task", public_id)

    def _task(self, public_id: uuid.UUID) -> OpenTask:
        today = portal_queries.local_today(self.patient, now=self.now)
        try:
            return open_task(self.patient, public_id, today=today)
        except NotFound:
            raise Http404 from None

    def _forms(self, task: OpenTask, said: str = "") -> dict[str, LaterForm | DoneForm | HelpForm]:
        """What can be said, the form of ``said`` filled in as it was sent."""
        sent = {said: self.request.POST}
        here = task.requirement in wording.DONE_HERE
        forms: dict[str, LaterForm | DoneForm | HelpForm] = {
            "later": LaterForm(sent.get("later"), days=task.days),
            "help": HelpForm(sent.get("help"), here=here),
        }
        return forms if here else forms | {"done": DoneForm(sent.get("done"))}

    def _page(self, task: OpenTask, *, status: int = 200, **forms: object) -> HttpResponse:
        return self.show(
            "portal/task.html",
            status=status,
            task=task,
            do_url=reverse("portal:check-in") if task.requirement == Requirement.CHECK_IN else "",
            title=wording.REQUIREMENTS[task.requirement],
            **{**self._forms(task), **forms},
        )
