"""The component library: the signature of every piece of the pages (UX-04 to UX-15).

``templates/components/README.md`` lists them with examples; ``/clinic/components/`` shows each in
every state. Status is always a word and a symbol, and only then a colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from look import drawing, trends
from look.plot import plot
from look.templatetags.clinical import (
    clock_text,
    day,
    local,
    number_text,
    patient_day,
)

register = template.Library()

# Which symbol stands for which status (visual language 2); total over the six statuses.
STATUS_ICONS = {
    "neutral": "dash",
    "ok": "check",
    "due": "clock",
    "warning": "alert",
    "critical": "octagon",
    "info": "info",
}

_ICON_NAMES = (
    "alert back box calendar capsule chart check clock cog cross dash drop exit flask heart help"
    " home info key list lock message moon octagon pen people person phone plus search shield"
    " sun test"
)
ICONS = frozenset(_ICON_NAMES.split())


def check_status(status: str) -> str:
    """The status itself; a word outside the palette raises ValueError."""
    if status not in STATUS_ICONS:
        raise ValueError(f"{status!r} is not a status: use {', '.join(STATUS_ICONS)}.")
    return status


# --- Leaves -----------------------------------------------------------------------------------


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A symbol of the sprite, hidden from screen readers: it always stands beside a word."""
    if name not in ICONS:
        raise ValueError(f"{name!r} is not an icon: see templates/components/sprite.html.")
    return format_html(
        '<svg class="it-ic" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
        '<use href="#i-{}"/></svg>',
        name,
    )


@register.simple_tag
def status_tag(status: str, label: str, symbol: str = "") -> SafeString:
    """A status as symbol, word and colour; never clickable, at most three words."""
    chosen = icon(symbol or STATUS_ICONS[check_status(status)])
    return format_html('<span class="it-tag is-{}">{}{}</span>', status, chosen, label)


@register.simple_tag
def status_dot(status: str, symbol: str = "") -> SafeString:
    """The round symbol at the start of a row; the words stand beside it."""
    chosen = icon(symbol or STATUS_ICONS[check_status(status)])
    return format_html('<span class="it-dot is-{}">{}</span>', status, chosen)


@register.inclusion_tag("components/tile.html")
def tile(
    label: str,
    value: int | str,
    hint: str = "",
    status: str = "neutral",
    url: str = "",
    icon: str = "",  # noqa: A002 - the word the pages use
    lead: str = "",
) -> dict[str, object]:
    """A figure with its label; ``lead`` is the urgent half of ``hint``, in bold.

    Nought is neutral, says *None* and keeps its place.
    """
    nothing = value in (0, "0")
    shown = "neutral" if nothing else check_status(status)
    return {
        "label": label,
        "value": value,
        "lead": "None" if nothing else lead,
        "hint": "" if nothing else hint,
        "status": shown,
        "url": url,
        "symbol": icon or STATUS_ICONS[shown],
    }


@register.inclusion_tag("components/empty.html")
def empty(
    icon: str,  # noqa: A002
    title: str,
    text: str = "",
    action_url: str = "",
    action_label: str = "",
) -> dict[str, object]:
    """What is absent, since when, and the next useful thing."""
    return {
        "symbol": icon,
        "title": title,
        "text": text,
        "action_url": action_url,
        "action_label": action_label,
    }


@register.simple_tag
def field_row(label: str, value: object, hint: object = "") -> SafeString:
    """One line of a ``<dl class="it-kv">``; nothing known says *Not recorded*."""
    said = "Not recorded" if value is None or value == "" else conditional_escape(value)  # type: ignore[arg-type]
    more = format_html('<span class="it-sub">{}</span>', hint) if hint else ""
    return format_html("<dt>{}</dt><dd>{}{}</dd>", label, said, more)


def deadline_words(when: date | datetime, now: datetime, zone: ZoneInfo | str) -> str:
    """``Today 23:59 EST``, ``Tomorrow``, ``In 6 days``, ``1 day late``, on the zone's clock."""
    today = local(now, zone).date()
    on = local(when, zone).date() if isinstance(when, datetime) else when
    days = (on - today).days
    if days == 0 and isinstance(when, datetime):
        words = _("Ended today %(clock)s") if when < now else _("Today %(clock)s")
        return words % {"clock": clock_text(when, zone)}
    if days == 0:
        return _("Today")
    if days == 1:
        return _("Tomorrow")
    if days > 0:
        return ngettext("In %(n)d day", "In %(n)d days", days) % {"n": days}
    return ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days}


def days_left_words(when: date | datetime, now: datetime, zone: ZoneInfo | str) -> str:
    """For people outside: ``6 days left``, ``Last day today``, ``This was due 2 days ago``."""
    on = local(when, zone).date() if isinstance(when, datetime) else when
    days = (on - local(now, zone).date()).days
    if days == 0:
        return _("Last day today")
    if days > 0:
        return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}
    return ngettext("This was due %(n)d day ago", "This was due %(n)d days ago", -days) % {
        "n": -days
    }


@register.inclusion_tag("components/countdown.html", takes_context=True)
def countdown(
    context: Context,
    when: date | datetime | None,
    zone: ZoneInfo | str,
    now: datetime | None = None,
    status: str = "",
    patient: bool = False,
) -> dict[str, object]:
    """How long is left, words first and the date under them; drawn by the server, never ticking.

    ``when`` is a calendar date or an instant. ``now`` comes from the view, as the argument or as
    ``now`` in the page's context; a page that passes neither is wrong and fails.
    """
    moment = now or context.get("now")
    if when is None:
        return {"words": _("No date set"), "date": "", "status": status, "patient": patient}
    if moment is None:
        raise ValueError("countdown needs now= or a page with now in its context.")
    on = local(when, zone).date() if isinstance(when, datetime) else when
    return {
        "words": (days_left_words if patient else deadline_words)(when, moment, zone),
        "date": patient_day(on) if patient else day(on),
        "status": status and check_status(status),
        "patient": patient,
    }


# --- Dose and charts --------------------------------------------------------------------------


@register.inclusion_tag("components/dose_bar.html")
def dose_bar(
    so_far: drawing.Number | None,
    target: drawing.Number | None,
    mark: drawing.Number | None = None,
    unit: str = "mg/kg",
) -> dict[str, object]:
    """A bar of the cumulative dose: ``62 of 120 mg/kg``; ``mark`` is the target, if not the end.

    The bar ends at ``target``; with a ``mark`` it ends a quarter beyond it, so that a dose over
    the mark can be seen.
    """
    if so_far is None or not target:
        return {"known": False}
    end = float(mark) * 1.25 if mark else float(target)
    return {
        "known": True,
        "so_far": number_text(so_far),
        "target": number_text(target),
        "unit": unit,
        "width": drawing.share(so_far, end, 92),
        "mark": drawing.share(mark, end, 92) if mark else None,
    }


@register.inclusion_tag("components/dose_ring.html")
def dose_ring(
    value: drawing.Number | None,
    target: drawing.Number | None,
    low: drawing.Number | None = None,
    high: drawing.Number | None = None,
    unit: str = "mg/kg",
    caption: str = "",
) -> dict[str, object]:
    """A ring from twelve o'clock; over the target it stays full and says so."""
    if value is None or not target:
        return {"known": False, "caption": caption}
    over = float(value) > float(target)
    band = f"{number_text(low)}–{number_text(high)}" if low and high else ""
    return {
        "known": True,
        "value": number_text(value),
        "target": number_text(target),
        "band": band,
        "unit": unit,
        "caption": caption,
        "over": over,
        "dash": drawing.share(value, target, 326.7),
    }


@register.inclusion_tag("components/trend.html")
def trend(
    points: Iterable[trends.Point],
    title: str,
    unit: str,
    low: drawing.Number | None = None,
    high: drawing.Number | None = None,
    limit: drawing.Number | None = None,
    limit_words: str = "",
    doses: Iterable[trends.DoseSpan] = (),
    today: date | None = None,
    id: str = "",  # noqa: A002
    note: str = "",
) -> dict[str, object]:
    """One analyte over time, as a chart and as the same values in a table (UX-10).

    One unit per chart: convert before, and say so at the value (UX-04). ``note`` says in words
    what the chart leaves out.
    """
    series = list(points)
    if not series:
        return {"chart": None}
    chart = trends.trend(
        series,
        unit=unit,
        low=low,
        high=high,
        limit=limit,
        limit_words=limit_words or (f"Act above {number_text(limit)}" if limit is not None else ""),
        doses=doses,
        until=today,
    )
    named = id or "trend-" + "".join(c if c.isalnum() else "-" for c in title.lower())
    return {
        "title": title,
        "unit": unit,
        "note": note,
        "chart": chart,
        "drawn": plot(chart, title=title, unit=unit, id=named),
    }


@register.inclusion_tag("components/number_line.html")
def number_line(
    value: drawing.Number | None,
    low: drawing.Number | None = None,
    high: drawing.Number | None = None,
    limit: drawing.Number | None = None,
    unit: str = "",
    label: str = "",
) -> dict[str, object]:
    """One value for its owner: words first (``label``), then a line with the clinic's goal.

    ``low`` and ``high`` are the usual range, ``limit`` where the clinic would act (UX-11).
    """
    if value is None:
        return {"drawn": None, "label": label}
    return {
        "drawn": drawing.number_line(value, low=low, high=high, limit=limit, unit=unit),
        "value": number_text(value),
        "low": None if low is None else number_text(low),
        "high": None if high is None else number_text(high),
        "limit": None if limit is None else number_text(limit),
        "unit": unit,
        "label": label,
    }


@register.simple_tag
def spark(
    values: Iterable[drawing.Number] | None,
    name: str = "",
    unit: str = "",
    high: drawing.Number | None = None,
) -> SafeString | str:
    """A small line beside a number in a list, its values as its words; under two draws nothing."""
    series = list(values or ())
    if len(series) < 2:
        return ""
    points = drawing.spark(series, high=high)
    x, y = points.rsplit(" ", 1)[1].split(",")
    said = ", ".join(map(number_text, series))
    return format_html(
        '<svg class="it-spark" viewBox="0 0 56 18" role="img" aria-label="{}">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2.5"/></svg>',
        f"{name}, last {len(series)}: {said} {unit}",
        points,
        x,
        y,
    )
