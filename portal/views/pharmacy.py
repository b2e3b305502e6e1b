"""The pharmacist's page: a link or a code, no account. Whoever looks is written down."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View

from audit import trail
from monitoring.actions import pharmacy
from monitoring.pharmacy import Pharmacy, Verdict, hash_of
from monitoring.queries.pharmacy import Slip, pharmacy_behind, slip
from people import links
from portal.forms.pharmacy import DISPENSED, OUT_OF_STOCK, RETURNED, DidForm, DoorForm
from portal.pharmacist_words import PHARMACIST_REST, PHARMACIST_WORDS

_OPEN_FOR = timedelta(minutes=30)
_KEY = "pharmacy"
_SAID = {
    DISPENSED: "Recorded: handed out. Nothing more is needed here.",
    OUT_OF_STOCK: "Recorded. Clinic and patient have been told.",
    RETURNED: "Recorded: back in stock. The clinic has been told.",
    "problem": "Recorded. The clinic will call you or the patient.",
}


@method_decorator(login_not_required, name="dispatch")
class PharmacySlip(View):
    """The door, and behind it one prescription: green or red, what it is, and what was done."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The slip for a pharmacy that has opened it, the door for everybody else."""
        now = datetime.now(tz=UTC)
        behind = _behind(request, token, now=now)
        if behind is None:
            return _door(request, DoorForm(), now=now)
        asks = slip(behind, now=now)
        return _page(request, behind, asks, DidForm(asks_rma=asks.verdict.asks_rma), now=now)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Open the door, record what was done, or close the page."""
        now = datetime.now(tz=UTC)
        behind = _behind(request, token, now=now)
        if behind is None:
            return self._open(request, token, now=now)
        if "close" in request.POST:
            request.session.pop(_KEY, None)
            return redirect("portal:pharmacy", token)
        shown = slip(behind, now=now)
        form = DidForm(request.POST, asks_rma=shown.verdict.asks_rma)
        if not form.is_valid():
            return _page(request, behind, shown, form, now=now, status=422)
        return self._record(request, token, behind, shown, form, now=now)

    def _open(self, request: HttpRequest, token: str, *, now: datetime) -> HttpResponse:
        form = DoorForm(request.POST)
        if not form.is_valid():
            return _door(request, form, now=now, status=422)
        origin = links.origin_of(get_adapter().get_client_ip(request))
        name = " ".join(form.cleaned_data["pharmacy"].split())
        try:
            link = pharmacy.open_link(
                token, born=form.cleaned_data["born"], pharmacy=name, origin_hash=origin, now=now
            )
        except pharmacy.LinkRefused:
            if links.is_limited(origin, now=now):
                return render(request, "portal/door_limit.html", status=429)
            return _door(request, form, now=now, refused=True, status=422)
        request.session.cycle_key()
        request.session[_KEY] = {
            "link": str(link.public_id),
            "name": name,
            "until": (now + _OPEN_FOR).timestamp(),
        }
        return redirect("portal:pharmacy", token)

    def _record(
        self,
        request: HttpRequest,
        token: str,
        behind: Pharmacy,
        shown: Slip,
        form: DidForm,
        *,
        now: datetime,
    ) -> HttpResponse:
        said = form.cleaned_data
        did, note = said["did"], said["note"].strip()
        try:
            if did == DISPENSED:
                pharmacy.dispense(
                    behind, rma=said["rma"].strip(), brand=said["brand"].strip(), now=now
                )
            elif did == OUT_OF_STOCK:
                pharmacy.out_of_stock(behind, note=note, now=now)
            elif did == RETURNED:
                pharmacy.returned(behind, note=note, now=now)
            else:
                pharmacy.problem(behind, note=note, now=now)
        except pharmacy.MayNotDispense as refusal:
            form.add_error(None, "Not recorded: the answer above is the one of this moment.")
            found = slip(behind, now=now, found=refusal.verdict)
            return _page(request, behind, found, form, now=now, status=422)
        except pharmacy.NothingToReturn:
            form.add_error(None, "Nothing of this prescription is handed out.")
            return _page(request, behind, shown, form, now=now, status=422)
        request.session["pharmacy_said"] = did
        return redirect("portal:pharmacy", token)


def _behind(request: HttpRequest, token: str, *, now: datetime) -> Pharmacy | None:
    """The pharmacy that has opened this very link in this session, for half an hour."""
    kept = request.session.get(_KEY)
    if not kept or now.timestamp() > kept["until"]:
        return None
    found = pharmacy_behind(uuid.UUID(kept["link"]), kept["name"], now=now)
    return found if found is not None and found.link.token_hash == hash_of(token) else None


def _door(
    request: HttpRequest,
    form: DoorForm,
    *,
    now: datetime,
    refused: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "refused": refused, "now": now}
    return render(request, "pharmacy/door.html", context, status=status)


def _page(
    request: HttpRequest,
    behind: Pharmacy,
    shown: Slip,
    form: DidForm,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    trail.saw(
        behind,
        page="pharmacy",
        now=now,
        patient=shown.patient.public_id,
        clinic=behind.link.prescription.course.clinic.slug,
    )
    said = request.session.pop("pharmacy_said", "")
    context = {
        "slip": shown,
        "form": form,
        "pharmacy": behind.name,
        "said": _SAID.get(said, ""),
        "why": _why(shown.verdict),
        "rx": shown.prescription,
        "now": now,
        "today": now.date(),
    }
    return render(request, "pharmacy/slip.html", context, status=status)


def _why(found: Verdict) -> list[str]:
    """Each sentence once: several reasons may have the same one."""
    if found.replaced:
        return ["A newer prescription has taken the place of this one. Ask for its code."]
    if found.rest:
        return [PHARMACIST_REST[found.rest]]
    return list(dict.fromkeys(PHARMACIST_WORDS[reason] for reason in found.reasons))
