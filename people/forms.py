"""The password letter, which a locked patient does not get."""

from allauth.account.forms import ResetPasswordForm as Theirs

from people.models import Patient, User


class ResetPasswordForm(Theirs):
    """As allauth's. To a locked patient the page says the same, and no link leaves (L3)."""

    users: list[User]

    def clean_email(self) -> str:
        """Those of the address who may choose a new password by a letter alone."""
        email: str = super().clean_email()
        locked = Patient.objects.filter(user__in=self.users, locked_at__isnull=False)
        shut = set(locked.values_list("user_id", flat=True))
        self.users = [user for user in self.users if user.pk not in shut]
        return email
