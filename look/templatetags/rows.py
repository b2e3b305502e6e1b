"""Rows of which a page has dozens, joined: a template for each took five times as long.

Every value passes through ``format_html``, which escapes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from look.addresses import address
from look.templatetags.clinical import day, day_words, flag, moment
from look.templatetags.components import STATUS_ICONS, icon, status_dot, status_tag
from look.trends import Trend

register = template.Library()
register.simple_tag(address)

Markup = SafeString | str


def _sub(words: str) -> Markup:
    return format_html('<span class="it-sub">{}</span>', words) if words else ""


def _note(words: str) -> Markup:
    return format_html('<span class="it-sub it-wrap">{}</span>', words) if words else ""


# --- The gate ---------------------------------------------------------------------------------


@register.simple_tag
def gate_list(checks: Iterable[Any]) -> SafeString:
    """The checks of the gate: open ones first and wide, met ones after them; all are shown (UX-07).

    A check has ``title``, ``met``, ``status``, ``owner_words`` (*Waiting on patient*), ``why``
    and ``rule``; an open one may have ``fix_url``, ``fix_label`` and ``fix_primary``. A status
    other than the six is drawn as a warning: unknown is never normal.
    """
    rows = list(checks)
    opened = format_html_join("", "{}", ((_open_check(row),) for row in rows if not row.met))
    met = format_html_join("", "{}", ((_met_check(row),) for row in rows if row.met))
    return format_html(
        "{}{}",
        format_html('<ul class="it-gate">{}</ul>', opened) if opened else "",
        format_html('<ul class="it-gate it-gate-2">{}</ul>', met) if met else "",
    )


def _open_check(row: Any) -> SafeString:
    status = row.status if row.status in STATUS_ICONS else "warning"
    owner, url = getattr(row, "owner_words", ""), getattr(row, "fix_url", "")
    fix: Markup = ""
    if url:
        fix = format_html(
            '<span class="it-gate-fix"><a class="btn btn-sm {}" href="{}">{}</a></span>',
            "btn-primary" if getattr(row, "fix_primary", False) else "btn-quiet",
            url,
            getattr(row, "fix_label", "") or "Open",
        )
    return format_html(
        '<li class="is-open is-{}">{}<span class="it-gate-text"><b>{}</b>'
        '<span class="it-why">{}{}{}</span></span>{}</li>',
        status,
        status_dot(status),
        row.title,
        format_html("<b>{}.</b> ", owner) if owner else "",
        row.why,
        _rule(row),
        fix,
    )


def _met_check(row: Any) -> SafeString:
    return format_html(
        '<li>{}<span class="it-gate-text"><b>{}</b><span class="visually-hidden"> met.</span>'
        '<span class="it-why">{}{}</span></span></li>',
        status_dot("ok"),
        row.title,
        row.why,
        _rule(row),
    )


def _rule(row: Any) -> Markup:
    rule = getattr(row, "rule", "")
    return format_html(' <span class="it-rule">{}</span>', rule) if rule else ""


# --- Time -------------------------------------------------------------------------------------


@register.simple_tag
def timeline(
    rows: Iterable[Any],
    today: date | None = None,
    all_url: str = "",
    total: int | None = None,
) -> SafeString:
    """What happened, newest first; what is still to come stands hollow on top.

    A row has ``on`` (or ``at`` with ``zone``), ``text``, and may have ``detail``, ``status``,
    ``url`` and ``now`` (the row of today).
    """
    lines = format_html_join("", "{}", ((_happening(row, today),) for row in rows))
    if not lines:
        return format_html('<p class="small text-2 mb-0">{}</p>', "Nothing has happened yet.")
    more: Markup = ""
    if all_url:
        words = f"All {total}" if total else "All"
        more = format_html('<a class="d-inline-block small mt-2" href="{}">{}</a>', all_url, words)
    return format_html('<ol class="it-time small">{}</ol>{}', lines, more)


def _happening(row: Any, today: date | None) -> SafeString:
    now, status, url = (getattr(row, name, "") for name in ("now", "status", "url"))
    text: Markup = row.text
    if now:
        text = format_html('<b class="fw-semibold">{}</b>', text)
    elif url:
        text = format_html('<a href="{}">{}</a>', url, text)
    return format_html(
        '<li class="{}">{}{}{}</li>',
        "is-now" if now else f"is-{status}" if status else "",
        _when(row, today),
        text,
        _note(getattr(row, "detail", "")),
    )


def _when(row: Any, today: date | None) -> Markup:
    if getattr(row, "at", None):
        return moment(row.at, row.zone)
    ahead = today is not None and row.on > today
    said = day_words(row.on, today) if ahead and today is not None else day(row.on)
    return format_html('<span class="it-when">{}</span>', said)


# --- Results ----------------------------------------------------------------------------------


@register.simple_tag
def lab_flags(row: Any) -> SafeString:
    """Our flag, and under it the laboratory's: ``differs`` where the two do not say the same."""
    if row.differs:
        words = '<div>{}<span class="it-sub it-wrap it-differs">{}{}</span></div>'
        return format_html(words, flag(row.flag), icon("info"), row.differs)
    said = _sub(f"Laboratory: {row.sender or 'no flag'}")
    return format_html("<div>{}{}</div>", flag(row.flag), said)


@register.simple_tag
def result_lines(rows: Iterable[Any]) -> SafeString:
    """Lines of a table of results: test, result, range, flag, tier and CTCAE grade.

    A row is a ``clinic.result_rows.ResultRow``.
    """
    return format_html_join(
        "",
        '<tr><th scope="row">{}</th><td data-label="Result" class="num">{} {}{}{}</td>'
        '<td data-label="Range" class="num">{}{}</td><td data-label="Flag">{}</td>'
        '<td data-label="Tier">{}{}</td><td data-label="CTCAE">{}</td></tr>',
        (
            (
                row.name,
                row.value,
                row.unit,
                _note("Corrected by the laboratory" if row.corrected else ""),
                _sub(f"sent as {row.as_sent}" if row.as_sent else ""),
                row.range,
                _sub("default range" if row.default_range else ""),
                lab_flags(row),
                status_tag(row.tier_status, row.tier_words),
                _note(row.note),
                "Not graded" if row.ctcae is None else f"Grade {row.ctcae}",
            )
            for row in rows
        ),
    )


@register.simple_tag
def trend_lines(chart: Trend) -> SafeString:
    """Lines of the table under a chart, with a line where nobody tested for too long."""
    return format_html_join(
        "",
        '<tr><td class="text-nowrap">{}</td><td class="num r">{}{}</td><td class="num">{}</td>'
        "<td>{}</td></tr>{}",
        (
            (
                day(row.on),
                row.value,
                _sub(f"sent as {row.as_sent}" if row.as_sent else ""),
                row.range or "None",
                flag(row.flag),
                format_html('<tr><td colspan="4" class="text-2">{}</td></tr>', row.gap)
                if row.gap
                else "",
            )
            for row in chart.rows
        ),
    )
