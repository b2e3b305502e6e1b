"""How the patient is reached: ways in order, hours, kinds of message, and notifications."""

from __future__ import annotations

from datetime import time
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from messaging import own_queries
from messaging.actions import reaching
from messaging.channels import push
from messaging.queries import limits_of
from portal import wording
from portal.forms.reach import DeviceForm, HoursForm, KindsForm
from portal.views.page import PatientPage

_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


class Reach(PatientPage):
    """What is tried in which order, and what is not wanted. Each button does one thing."""

    tab = "messages"

    def get(self, request: HttpRequest) -> HttpResponse:
        """As it is."""
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """One change, named by the button."""
        try:
            done = self._do(request.POST.get("do", ""))
        except reaching.NotThisWay as wrong:
            if str(wrong) == "hours":
                return self._page(status=422, hours_wrong=True)
            raise Http404 from None
        return redirect("portal:reach") if done else self._page(status=422)

    def _do(self, what: str) -> bool:
        sent, who = self.request.POST, self.patient
        match what:
            case "first":
                reaching.try_first(who, _number(sent.get("way")), now=self.now)
            case "on" | "off":
                on = what == "on"
                reaching.switch(who, _number(sent.get("way")), on=on, now=self.now)
            case "hours":
                form = HoursForm(sent)
                if not form.is_valid():
                    return False
                begins, ends = (_hour(form.cleaned_data[name]) for name in ("begins", "ends"))
                if (begins is None) != (ends is None):
                    raise reaching.NotThisWay("hours")
                reaching.choose_hours(who, begins=begins, ends=ends, now=self.now)
            case "kinds":
                kinds = KindsForm(sent, kinds=list(wording.KINDS.items()))
                if not kinds.is_valid():
                    return False
                unwanted = set(wording.KINDS) - set(kinds.cleaned_data["wanted"])
                reaching.choose_purposes(who, unwanted, now=self.now)
            case _:
                return False
        return True

    def _page(self, *, status: int = 200, hours_wrong: bool = False) -> HttpResponse:
        wishes = own_queries.wishes(self.patient)
        limits = limits_of(clinic=self.patient.clinic.slug)
        begins, ends = wishes.hours or (None, None)
        return self.show(
            "portal/reach.html",
            status=status,
            ways=[(way, wording.WAYS.get(way.channel, "")) for way in wishes.ways],
            silent=wishes.silent,
            kinds=[
                (name, words, name not in wishes.unwanted) for name, words in wording.KINDS.items()
            ],
            hour_values=list(range(6, 23)),
            begins=begins.hour if begins else None,
            ends=ends.hour if ends else None,
            clinic_begins=f"{limits.day_begins:%H:%M}",
            clinic_ends=f"{limits.day_ends:%H:%M}",
            hours_wrong=hours_wrong,
            notifications=bool(push.public_key()),
        )


class Devices(PatientPage):
    """Notifications on this device, by choice; and the devices that get them."""

    tab = "messages"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The devices, and the button for this one."""
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add this device, or remove one."""
        if "remove" in request.POST:
            try:
                reaching.drop_device(self.patient, _number(request.POST["remove"]), now=self.now)
            except reaching.NotThisWay:
                raise Http404 from None
            return redirect("portal:devices")
        form = DeviceForm(request.POST)
        if not form.is_valid() or not push.public_key():
            return self._page(status=422, sorry=form.sorry)
        try:
            reaching.add_device(
                self.patient,
                **form.cleaned_data,
                label=device_label(request.headers.get("User-Agent", "")),
                now=self.now,
            )
        except push.BadSubscription:
            return self._page(status=422, sorry=form.sorry)
        except reaching.NotThisWay:
            return self._page(status=422, sorry=_("You have five devices. Remove one first."))
        return redirect("portal:devices")

    def _page(self, *, status: int = 200, sorry: object = "") -> HttpResponse:
        ways = own_queries.wishes(self.patient).ways
        return self.show(
            "portal/devices.html",
            status=status,
            devices=[way for way in ways if way.channel == "push"],
            public_key=push.public_key(),
            sorry=sorry,
        )


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that shows a notification while no page is open; the same for everybody."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@cache
def _worker() -> str:
    return (settings.BASE_DIR / "static" / "js" / "device-worker.js").read_text("utf-8")


def _number(text: str | None) -> int:
    """A way's number; one that is none finds nothing."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _hour(hour: int | None) -> time | None:
    return None if hour is None else time(hour)


def device_label(agent: str) -> str:
    """What the owner would call the device: browser and system, nothing finer."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)
