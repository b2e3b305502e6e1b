"""People in the console: accounts, clinics and contact data may be changed, with audit."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.validators import validate_email
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from audit.console import Audited, ReadOnly
from people.actions.patients import Unusable, address_index, check_zone, readable_phone
from people.models import Clinic, ContactPoint, Membership, Patient, TaskLink, User

# Rights hang on memberships, in code: groups would be a second, unreviewed way. Addresses and
# second factors belong to the account pages, where changing them asks for the password.
for _model in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class _LowerCaseAddress:
    """E-mail addresses are stored in lower case."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        """The address in lower case."""
        return str(self.cleaned_data["email"]).lower()


class NewUser(_LowerCaseAddress, AdminUserCreationForm):
    """A user by e-mail address."""

    class Meta:
        model = User
        fields = ("email", "display_name")


class ChangedUser(_LowerCaseAddress, UserChangeForm):
    """A user's name and state; the password has Django's own page."""

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class AccountAdmin(Audited, UserAdmin):
    """Who signs in."""

    add_form, form = NewUser, ChangedUser
    list_display = ("email", "display_name", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "display_name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined", "session_epoch")
    fieldsets = (
        (None, {"fields": ("email", "display_name", "password")}),
        ("State", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined", "session_epoch")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "display_name", "usable_password", "password1", "password2")}),
    )

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Django's page for a new password, with an event that never holds it."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            self.note(request, User.objects.get(pk=id), changed={"password": ["", ""]}, added=False)
        return response


class ClinicForm(forms.ModelForm):
    """A clinic's own data."""

    class Meta:
        model = Clinic
        fields = ("name", "phone", "timezone", "country")

    def clean_timezone(self) -> str:
        """Only what is an IANA time zone (R16)."""
        return _zone(self.cleaned_data["timezone"])


@admin.register(Clinic)
class ClinicAdmin(Audited):
    """Name, telephone, zone and country; the slug stays, because chains are named after it."""

    form = ClinicForm
    list_display = ("name", "slug", "timezone", "country")
    readonly_fields = ("slug", "public_id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A clinic is opened by its action."""
        return False


@admin.register(Membership)
class MembershipAdmin(Audited):
    """Who works where, as what."""

    list_display = ("user", "clinic", "role", "lead_prescriber", "active")
    list_filter = ("clinic", "role", "active")
    search_fields = ("user__email",)
    autocomplete_fields = ("user",)
    fields = ("user", "clinic", "role", "lead_prescriber", "active")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """A membership is not handed to another person or place."""
        return ("user", "clinic") if obj else ()


class PatientForm(forms.ModelForm):
    """How a patient is addressed."""

    class Meta:
        model = Patient
        fields = ("title", "given_name", "family_name", "language", "timezone", "country")

    def clean_timezone(self) -> str:
        """Only what is an IANA time zone, or nothing for the clinic's (R12, R16)."""
        return _zone(self.cleaned_data["timezone"])


@admin.register(Patient)
class PatientAdmin(Audited):
    """How a patient is addressed; number, birth date and sex belong to the clinic's record."""

    form = PatientForm
    list_display = ("mrn", "family_name", "given_name", "clinic")
    list_filter = ("clinic",)
    search_fields = ("mrn", "family_name", "given_name")
    readonly_fields = ("clinic", "mrn", "born", "sex", "user", "locked_at")
    masked = ("given_name", "family_name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Patients are added by the clinic."""
        return False


class ContactPointForm(forms.ModelForm):
    """An address of a patient, checked as everywhere else."""

    address = forms.CharField(max_length=254)

    class Meta:
        model = ContactPoint
        fields = ("address", "rank")

    def clean_address(self) -> str:
        """The address in its one stored form; never one the patient has already."""
        point = self.instance
        text = str(self.cleaned_data["address"]).strip()
        if point.channel == ContactPoint.Channel.SMS:
            country = point.patient.country or point.patient.clinic.country
            try:
                text = readable_phone(text, country=country)
            except Unusable as error:
                raise forms.ValidationError(str(error)) from None
        else:
            text = text.lower()
            validate_email(text)
        others = ContactPoint.objects.filter(
            patient=point.patient, channel=point.channel, address_index=address_index(text)
        )
        if others.exclude(pk=point.pk).exists():
            raise forms.ValidationError("The patient has this address already.")
        return text


@admin.register(ContactPoint)
class ContactPointAdmin(Audited):
    """The ways to reach a patient."""

    form = ContactPointForm
    list_display = ("patient", "channel", "rank", "bad_at", "opted_out_at")
    list_filter = ("channel",)
    search_fields = ("patient__mrn",)
    readonly_fields = ("patient", "channel", "verified_at", "opted_out_at", "bad_at")
    masked = ("address",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Addresses are added by clinic or patient."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Model,
        form: forms.ModelForm[Any],
        change: bool,
    ) -> None:
        """A new address is found by its own index, and nobody has verified it or seen it fail."""
        if isinstance(obj, ContactPoint) and "address" in form.changed_data:
            obj.address_index = address_index(obj.address)
            obj.verified_at = obj.bad_at = None
        super().save_model(request, obj, form, change)


@admin.register(TaskLink)
class TaskLinkAdmin(ReadOnly):
    """Links that were sent; the token itself is not known to anybody."""

    list_display = ("patient", "about", "created_at", "expires_at", "failures", "revoked_at")
    private = ("token_hash",)


def _zone(name: str) -> str:
    if name:
        try:
            check_zone(name)
        except Unusable as error:
            raise forms.ValidationError(str(error)) from None
    return name
