"""The monthly check-in, one question a page. Works without script; every answer is saved."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from monitoring import check_in_drafts, check_in_questions, portal_queries
from monitoring.actions import check_ins
from monitoring.check_in_drafts import Draft
from monitoring.check_in_meaning import Meaning
from monitoring.check_in_shapes import Question, Shape
from portal import advice, answers_in_words, wording
from portal.forms.check_in import AnswerForm
from portal.views.page import PatientPage

log = structlog.get_logger(__name__)


class CheckInPage(PatientPage):
    """What the pages of the check-in share: the link's session may open them, and leave at once."""

    task_page = True
    tab = "home"

    def show(self, template: str, status: int = 200, **context: object) -> HttpResponse:
        """With the quick exit: these pages are private (UX-13)."""
        return super().show(template, status, exit_url=reverse("portal:leave"), **context)

    def draft(self) -> Draft | None:
        """The draft that is being filled in."""
        return portal_queries.draft(self.patient, now=self.now)


class Landing(CheckInPage):
    """Where the check-in stands, and the button that begins or continues it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One of: open, begun, sent, not yet open, over."""
        task = portal_queries.task(self.patient, now=self.now)
        return self.show("portal/check_in.html", task=task)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin, or continue at the first question that is not answered."""
        today = portal_queries.local_today(self.patient, now=self.now)
        try:
            check_ins.begin(self.patient, today=today, now=self.now)
        except (check_ins.NothingOpen, check_ins.AlreadySubmitted):
            return redirect("portal:check-in")
        return redirect(_onward(self.draft()))


class Ask(CheckInPage):
    """One question."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """The question with what was answered before."""
        draft = self.draft()
        if draft is None:
            return redirect("portal:check-in")
        question = _question(draft, number)
        given = {"answer": draft.answers.get(question.name)}
        return self._page(draft, question, AnswerForm(question, initial=given))

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Save the answer; one that needs help at once leads there first."""
        draft = self.draft()
        if draft is None:
            return self._too_late(request, number)
        question = _question(draft, number)
        form = AnswerForm(question, request.POST)
        if not form.is_valid():
            return self._page(draft, question, form)
        try:
            saved = check_ins.save(
                draft.check_in,
                number=number,
                answer=form.cleaned_data["answer"],
                by=self.patient,
                today=portal_queries.local_today(self.patient, now=self.now),
                now=self.now,
            )
        except check_in_questions.TryAgain:
            return self._page(draft, question, form, teach=question.teach)
        except (check_ins.AlreadySubmitted, check_ins.Closed, check_ins.UnknownQuestion):
            return self._too_late(request, number)
        except Exception:
            return self._advice_without_saving(draft, question, form.cleaned_data["answer"])
        return redirect("portal:check-in-now" if saved.stop else _onward(saved.draft))

    def _too_late(self, request: HttpRequest, number: int) -> HttpResponse:
        """Sent, stopped or over meanwhile: nothing is kept; a danger sign still gets its advice."""
        draft = portal_queries.newest_draft(self.patient, now=self.now)
        question = draft.question(number) if draft is not None else None
        if draft is None or question is None:
            return redirect("portal:check-in")
        form = AnswerForm(question, request.POST)
        if form.is_valid():
            today = portal_queries.local_today(self.patient, now=self.now)
            answer = form.cleaned_data["answer"]
            needed = check_in_drafts.help_needed(draft, question, answer, today)
            if needed is not None:
                return self._not_kept(
                    needed, status=409, over=True, onward_url=reverse("portal:home")
                )
        return redirect("portal:check-in")

    def _not_kept(self, needed: Meaning, *, status: int, **context: Any) -> HttpResponse:
        """The advice of an answer of which the clinic knows nothing."""
        return self.show(
            "portal/now.html",
            status=status,
            advice=advice.advice_now(needed),
            lines=wording.crisis_lines(needed.crisis_lines),
            not_saved=True,
            **context,
        )

    def _advice_without_saving(
        self, draft: Draft, question: Question, answer: str | list[str]
    ) -> HttpResponse:
        """Whatever broke behind the page, a danger sign still gets its advice (flow 14.3)."""
        today = portal_queries.local_today(self.patient, now=self.now)
        needed = check_in_drafts.help_needed(draft, question, answer, today)
        if needed is None:
            raise
        log.exception("danger_sign_not_saved")
        onward = reverse("portal:check-in-question", args=[question.number])
        return self._not_kept(needed, status=500, onward_url=onward)

    def _page(
        self, draft: Draft, question: Question, form: AnswerForm, **context: Any
    ) -> HttpResponse:
        place = draft.questions.index(question)
        back = draft.questions[place - 1].number if place else None
        return self.show(
            "portal/question.html",
            question=question,
            form=form,
            place=place + 1,
            total=len(draft.questions),
            done_width=round(335 * place / len(draft.questions)),
            back_url=reverse("portal:check-in-question", args=[back])
            if back is not None
            else reverse("portal:check-in"),
            many=question.shape is Shape.MANY,
            on_file=answers_in_words.on_file(draft, question),
            **context,
        )


class Now(CheckInPage):
    """What to do at once. It needs the answers and a table of numbers, nothing else (UX-12)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Advice for the gravest of the answers so far."""
        going_on = self.draft()
        draft = going_on or portal_queries.draft_of_today(self.patient, now=self.now)
        if draft is None or not (draft.meaning.at_once or draft.meaning.self_harm):
            return redirect("portal:check-in")
        return self.show(
            "portal/now.html",
            advice=advice.advice_now(draft.meaning),
            lines=wording.crisis_lines(draft.meaning.crisis_lines),
            over=going_on is None,
            onward_url=_onward(draft) if going_on else reverse("portal:home"),
        )


class Answers(CheckInPage):
    """Check the answers, then send them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Every answer with a link to change it."""
        draft = self.draft()
        if draft is None:
            return redirect("portal:check-in")
        missing = check_in_questions.first_unanswered(draft.questions, draft.answers)
        if missing is not None:
            return redirect("portal:check-in-question", number=missing.number)
        return self.show(
            "portal/answers.html",
            rows=answers_in_words.rows(draft),
            mismatch=answers_in_words.methods_differ(draft),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send. A second press, or a second tab, finds it sent."""
        draft = self.draft()
        if draft is None:
            return redirect("portal:check-in")
        try:
            check_ins.submit(
                draft.check_in,
                by=self.patient,
                today=portal_queries.local_today(self.patient, now=self.now),
                now=self.now,
            )
        except check_ins.Incomplete as missing:
            return redirect("portal:check-in-question", number=missing.question.number)
        except check_ins.Closed:
            return redirect("portal:check-in")
        return redirect("portal:check-in-done")


class Done(CheckInPage):
    """Thank you, what happens next, and what helps."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Advice from what was sent."""
        sent = portal_queries.sent(self.patient, now=self.now)
        if sent is None:
            return redirect("portal:check-in")
        task = portal_queries.task(self.patient, now=self.now)
        return self.show(
            "portal/done.html",
            sent=sent,
            next_on=task.next_on,
            advice=advice.advice_after(sent.codes, hold=sent.hold),
            tips=wording.tips(sent.tips),
        )


def _question(draft: Draft, number: int) -> Question:
    question = draft.question(number)
    if question is None:
        raise Http404
    return question


def _onward(draft: Draft | None) -> str:
    """The first question that is not answered, or the answers to check."""
    if draft is None:
        return reverse("portal:check-in")
    missing = check_in_questions.first_unanswered(draft.questions, draft.answers)
    if missing is None:
        return reverse("portal:check-in-answers")
    return reverse("portal:check-in-question", args=[missing.number])
