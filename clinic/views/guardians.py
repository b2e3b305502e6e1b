"""Guardians of one patient, and the clinic's rule about guardians."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.forms.guardians import GuardianForm, GuardianRuleForm
from clinic.views.base import StaffPage
from clinic.views.of_patient import PatientFormPage
from monitoring.actions import ways_in
from people import guardian_queries
from people.actions import guardians
from people.actions.patients import Unusable
from people.guardianship import Area, Decider, Relation, Rule
from people.permissions import Permission
from people.queries import Patient, clinic_of, patient_row


class Guardians(PatientFormPage):
    """Who is on record, what each sees today, and one form to add somebody."""

    need = Permission.READ_COURSE
    current = "patients"
    template_name = "clinic/guardians.html"
    logged_as = "guardians"

    def as_it_is(self, patient: Patient) -> HttpResponse:
        """As it is."""
        return self._page(patient)

    def change(self, patient: Patient) -> HttpResponse:
        """Add one, or end what one sees."""
        if self.request.POST.get("do") == "end":
            return self._end(patient)
        form = self._form(patient, self.request.POST)
        if not form.is_valid():
            return self._page(patient, form, status=422)
        known = {**form.cleaned_data, "relation": Relation(form.cleaned_data["relation"])}
        known["areas"] = frozenset(Area(area) for area in known["areas"])
        try:
            row = guardians.add(patient, guardians.NewGuardian(**known), by=self.user, now=self.now)
        except Unusable as error:
            form.add_error(error.field, str(error))
            return self._page(patient, form, status=422)
        except guardians.NotAllowed:
            form.add_error(None, "This clinic has no guardians, or the patient is of age.")
            return self._page(patient, form, status=422)
        if not row.guardian.user.has_usable_password():
            ways_in.invite_guardian(row.guardian, by=self.user, now=self.now)
        messages.success(self.request, "Added. A link to choose a password is on its way to them.")
        return redirect("clinic:guardians", patient.public_id)

    def _end(self, patient: Patient) -> HttpResponse:
        try:
            who = uuid.UUID(self.request.POST.get("who", ""))
            guardians.end(patient, who, by=self.user, now=self.now)
        except (ValueError, guardians.NoSuchGuardianship):
            raise Http404 from None
        messages.success(self.request, "Ended. They see nothing of this patient any more.")
        return redirect("clinic:guardians", patient.public_id)

    def _form(self, patient: Patient, sent: object = None) -> GuardianForm:
        rule = guardian_queries.rule_of(patient.clinic)
        return GuardianForm(sent, today=self.today, rule=rule)

    def _page(
        self, patient: Patient, form: GuardianForm | None = None, *, status: int = 200
    ) -> HttpResponse:
        found = guardian_queries.guardians_of(patient, now=self.now)
        may_add = self.place.may(Permission.ADD_PATIENT) and found.decider is not Decider.NOBODY
        return self.page(
            patient=patient_row(patient),
            rows=found.rows,
            rule=found.rule,
            theirs=found.decider is Decider.PATIENT,
            nobody=found.decider is Decider.NOBODY,
            may_change=self.place.may(Permission.ADD_PATIENT),
            form=(form or self._form(patient)) if may_add else form,
            status=status,
        )


class GuardianRulePage(StaffPage):
    """Whether guardians exist here, from which age patients decide alone, and what is opened."""

    need = Permission.EDIT_POLICY
    current = "rules"
    template_name = "clinic/guardian_rule.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """As it is."""
        rule = guardian_queries.rule_of(clinic_of(self.place))
        known = {
            "allowed": rule.allowed,
            "alone_from": rule.alone_from,
            "areas": sorted(rule.areas),
        }
        return self.page(form=GuardianRuleForm(today=self.today, initial=known))

    def post(self, request: HttpRequest) -> HttpResponse:
        """From now on."""
        form = GuardianRuleForm(request.POST, today=self.today)
        if not form.is_valid():
            return self.page(form=form, status=422)
        said = form.cleaned_data
        changed = guardians.choose_rule(
            clinic_of(self.place),
            Rule(said["allowed"], said["alone_from"], frozenset(said["areas"])),
            reason=said["reason"],
            by=self.user,
            now=self.now,
        )
        messages.success(request, "Saved." if changed else "Nothing was different.")
        return redirect("clinic:rules")
