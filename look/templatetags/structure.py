"""The larger pieces: frames with a body, lists, the patient banner, what a form got wrong.

Rows are plain objects from ``queries.py``; each piece names the attributes it reads. A missing
attribute is left out of the page, except where its absence must be said.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from look.templatetags.components import STATUS_ICONS, check_status, icon, status_tag

register = template.Library()

# Enough for every list that a few clinics have open at once; a row takes about 3 kB.
ROWS_KEPT = 2_000
_PANEL_TITLE = '<h{0} class="it-panel-title">{1}{2}</h{0}>'
_NOTICE_TITLE = '<h{0} class="it-notice-title">{1}</h{0}>'


# --- Frames: a page has two dozen, and a template for each would cost it more than its rows. ------


def _number(count: object) -> SafeString | str:
    return "" if count in (None, "") else format_html('<span class="it-count">{}</span>', count)


def _named(id: str) -> SafeString | str:  # noqa: A002
    return format_html(' id="{}"', id) if id else ""


@register.simple_block_tag
def panel(
    content: str,
    *,
    title: str = "",
    count: object = None,
    tag: str = "",
    status: str = "neutral",
    hint: object = "",
    url: str = "",
    url_label: str = "",
    level: int = 2,
    flush: bool = False,
    id: str = "",  # noqa: A002
) -> SafeString:
    """A framed part of a page with its heading; ``tag`` is a status word before the title.

    ``flush`` leaves out the padding, for a table or list that fills the frame.
    """
    check_status(status)
    head: SafeString | str = ""
    if title or tag:
        pushed = "" if hint else "it-push "
        head = format_html(
            "<header>{}{}{}{}</header>",
            status_tag(status, tag) if tag else "",
            format_html(_PANEL_TITLE, level, title, _number(count)) if title else "",
            format_html('<span class="it-push small text-2">{}</span>', hint) if hint else "",
            format_html('<a class="{}small" href="{}">{}</a>', pushed, url, url_label or "All")
            if url
            else "",
        )
    body = content if flush else format_html('<div class="it-panel-body">{}</div>', content)
    return format_html('<section class="it-panel"{}>{}{}</section>', _named(id), head, body)


@register.simple_block_tag
def notice(content: str, *, tone: str = "info", title: str = "", level: int = 2) -> SafeString:
    """Something to know about the whole page; its symbol and words say how grave it is."""
    return format_html(
        '<section class="it-notice is-{}">{}<div class="it-notice-body">{}{}</div></section>',
        check_status(tone),
        icon(STATUS_ICONS[tone]),
        format_html(_NOTICE_TITLE, level, title) if title else "",
        content,
    )


@register.simple_block_tag
def section(
    content: str,
    *,
    title: str,
    count: object = None,
    hint: object = "",
    url: str = "",
    url_label: str = "",
    id: str = "",  # noqa: A002
) -> SafeString:
    """A part of a list page: heading, count, one quiet line, a link to all."""
    return format_html(
        '<section class="it-section"{}><header><h2>{}{}</h2> {} {}</header>{}</section>',
        _named(id),
        title,
        _number(count),
        format_html('<span class="small text-2">{}</span>', hint) if hint else "",
        format_html('<a class="it-push" href="{}">{}</a>', url, url_label or "All") if url else "",
        content,
    )


@register.simple_block_tag
def tiles(content: str, *, label: str = "What needs you") -> SafeString:
    """Five tiles in one frame."""
    return format_html('<nav class="it-tiles" aria-label="{}">{}</nav>', label, content)


@register.simple_block_tag
def scroll(content: str, *, label: str) -> SafeString:
    """A box in which a wide table may scroll, reachable by keyboard; the page never scrolls aside.

    ``label`` names the region for screen readers.
    """
    return format_html(
        '<div class="it-scroll" role="region" aria-label="{}" tabindex="0">{}</div>', label, content
    )


@register.simple_block_tag
def sign_bar(content: str, *, count: object = None, hint: object = "") -> SafeString:
    """The bar at the foot of a list to sign: what is chosen, and one button that says the number.

    The body holds the buttons: ``<button class="btn btn-primary">Sign 6 prescriptions</button>``.
    """
    return format_html(
        '<section class="it-signbar" aria-label="What is chosen"><div>{}{}</div>'
        '<div class="it-push it-actions">{}</div></section>',
        "" if count is None else format_html('<b class="fw-semibold">{} chosen</b>', count),
        format_html('<span class="it-sub">{}</span>', hint) if hint else "",
        content,
    )


@register.inclusion_tag("components/worklist_head.html")
def worklist_head(who: str = "Patient", why: str = "Reason", due: str = "Due") -> dict[str, str]:
    """Columns and their heads; use inside ``<table class="it-table it-work it-stack">``."""
    return {"who": who, "why": why, "due": due}


@lru_cache(maxsize=ROWS_KEPT)
def _drawn(piece: str, row: Any, language: str | None) -> SafeString:
    values = {"row": row, "status": check_status(row.status)}
    return render_to_string(f"components/{piece}.html", values)


def _row(piece: str, row: Any) -> SafeString:
    """A row as HTML. Rows that are equal look the same, so a frozen one is drawn only once.

    Lists show the same rows to everybody in a clinic, and again every minute.
    """
    draw = _drawn if _can_be_kept(row) else _drawn.__wrapped__
    return draw(piece, row, get_language())


def _can_be_kept(row: Any) -> bool:
    try:
        hash(row)
    except TypeError:
        return False
    return True


@register.simple_tag
def worklist_row(row: Any) -> SafeString:
    """One patient, one reason, one action (UX-09).

    ``row`` has ``url``, ``person`` (``family_name``, ``given_name``) or ``name``, ``identity``
    (*31 y · 482 193 2204*), ``status``, ``reason``, ``detail``, ``course``, ``course_detail``,
    ``dose``, ``dose_so_far``, ``dose_target``, ``lab`` (``name``, ``value``, ``unit``, ``flag``,
    ``on``) or None, ``due_words``, ``due_on``, ``action_url``, ``action_label`` and ``primary``.
    """
    return _row("worklist_row", row)


@register.inclusion_tag("components/worklist_lines_head.html")
def worklist_lines_head() -> dict[str, str]:
    """Columns of a dense list; use inside ``<table class="it-table it-work it-lines">``."""
    return {}


@register.simple_tag
def worklist_line(row: Any) -> SafeString:
    """A row of a dense list, with a tick: as ``worklist_row``, and who called last and has it.

    ``row`` has, besides, ``course_id``, ``key``, ``contact``, ``contact_on``, ``next_call``,
    ``assignee`` and ``call_url``.
    """
    return _row("worklist_line", row)


@register.inclusion_tag("components/patient_banner.html")
def patient_banner(banner: Any, today: date | None = None) -> dict[str, object]:
    """Whose page this is (UX-01): identity on the first line, the course on the second.

    ``banner`` has ``family_name``, ``given_name``, ``title``, ``born``, ``sex``, ``mrn`` and
    ``phone``, ``allergies`` (words), and for a course ``course`` (words such as *week 11 of about
    20*), ``dose``, ``weight``, ``pregnancy_potential``, ``edition`` (words), ``url``. Whatever
    is missing reads *Not known*. ``today`` gives the age; ``banner.today`` serves as well.
    """
    return {"banner": banner, "today": today or getattr(banner, "today", None)}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | None, title: str = "") -> dict[str, object]:
    """All that a page's forms got wrong, in one list with a link to each field (UX-14).

    One list a page: it takes the focus, and its heading has the page's only id of that name.
    """
    lines: list[tuple[str, str]] = []
    for form in forms:
        if form is None or not form.is_bound:
            continue
        for name, errors in form.errors.items():
            field = form[name] if name in form.fields else None
            target = _first_control(field) if field else ""
            before = f"{field.label}: " if field else ""
            lines += [(target, f"{before}{error}") for error in errors]
    return {"lines": lines, "title": title or _("There is a problem")}


def _first_control(field: BoundField) -> str:
    """Where the link of an error leads: a group of choices has no id of its own, its first has."""
    return field.id_for_label or f"{field.auto_id}_0"


# Django's message levels in the words of the status palette.
_TONES = {
    "success": "ok",
    "error": "critical",
    "warning": "warning",
    "info": "info",
    "debug": "info",
}


@register.inclusion_tag("components/toast.html", takes_context=True)
def toast(context: Context) -> dict[str, object]:
    """What was just done, by name: *Saved for Ana RIVERA*; stays until the next page (UX-02)."""
    said = [
        (_TONES.get(message.level_tag, "info"), message)
        for message in context.get("messages") or ()
    ]
    return {"said": [(tone, STATUS_ICONS[tone], message) for tone, message in said]}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], label: str = "Pages") -> dict[str, object]:
    """Earlier and later pages of a list; keeps what the address already filters by."""
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request else QueryDict(mutable=True)
    query.pop("page", None)
    return {"page": page, "label": label, "query": f"{query.urlencode()}&" if query else ""}
