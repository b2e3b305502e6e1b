"""A patient's own page: how they get in, locking it, opening it again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from clinic import wording
from clinic.forms.accounts import InviteForm, LockForm, UnlockForm
from clinic.forms.base import StaffForm
from clinic.views.of_patient import PatientFormPage
from messaging import own_queries
from monitoring.actions import locking, ways_in
from people.permissions import Permission
from people.queries import Patient, patient_row


class Account(PatientFormPage):
    """Whether it is open, by which ways they can be let in, and three buttons."""

    need = Permission.READ_MESSAGES
    current = "patients"
    template_name = "clinic/account.html"
    logged_as = "account"

    def as_it_is(self, patient: Patient) -> HttpResponse:
        """As it is."""
        return self._page(patient)

    def change(self, patient: Patient) -> HttpResponse:
        """One of: lock, unlock, invite."""
        form = self._forms(self.request.POST).get(self.request.POST.get("do", ""))
        if form is None:
            return self._page(patient, status=422)
        if not form.is_valid():
            return self._page(patient, form, status=422)
        try:
            messages.success(self.request, self._do(patient, form))
        except ways_in.NoWay:
            form.add_error("way", "There is no such address, or the patient switched it off.")
            return self._page(patient, form, status=422)
        return redirect("clinic:account", patient.public_id)

    def _do(self, patient: Patient, form: StaffForm) -> str:
        said = form.cleaned_data
        if isinstance(form, LockForm):
            locking.lock(patient, lost=locking.Lost(said["lost"]), by=self.user, now=self.now)
            return "Locked. Nothing that was handed out opens any more."
        if isinstance(form, UnlockForm):
            locking.unlock(patient, checked=said["checked"], by=self.user, now=self.now)
            return "Open again. Their old password is gone: send them a link to choose one."
        ways_in.invite(patient, way=said["way"], by=self.user, now=self.now)
        return "The link is on its way. It works once, for three days."

    def _forms(self, sent: object = None) -> dict[str, StaffForm]:
        return {
            "lock": LockForm(sent, today=self.today),
            "unlock": UnlockForm(sent, today=self.today),
            "invite": InviteForm(sent, today=self.today),
        }

    def _page(
        self, patient: Patient, form: StaffForm | None = None, *, status: int = 200
    ) -> HttpResponse:
        forms = self._forms()
        shown = {name: form if isinstance(form, type(new)) else new for name, new in forms.items()}
        ways = own_queries.wishes(patient).ways
        return self.page(
            patient=patient_row(patient),
            locked_at=patient.locked_at,
            has_account=patient.user is not None and patient.user.has_usable_password(),
            ways=[
                (way, wording.WAYS.get(way.channel, way.channel))
                for way in ways
                if way.channel != "push"
            ],
            devices=sum(way.channel == "push" for way in ways),
            may_change=self.place.may(Permission.ADD_PATIENT),
            form=form,
            status=status,
            **shown,
        )
