"""Who: users, clinics and their staff, patients and the ways to reach them."""

import uuid

import pghistory
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower

from people.encryption import EncryptedTextField
from people.folding import Folded
from people.guardianship import ADULT, YOUNGEST_ALONE, Area, Relation
from people.permissions import Role


class PeopleManager(UserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: object
    ) -> "User":
        """A user who signs in with this address; without a password none can be used."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: object
    ) -> "User":
        """A support user who may open the console."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """Anyone who signs in with a password. What they may do hangs on memberships."""

    username = None  # type: ignore[assignment]
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=120, blank=True)
    # Bumped to sign a person out everywhere (SEC-10): sessions remember the value they began with.
    session_epoch = models.PositiveIntegerField(default=0)

    objects = PeopleManager()  # type: ignore[misc]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []  # noqa: RUF012 - the name and shape are Django's

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    @property
    def audit_id(self) -> str:
        """How the trail names this user."""
        return f"user:{self.public_id}"

    @property
    def audit_name(self) -> str:
        """The name shown beside an event."""
        return str(self)


@pghistory.track()
class Clinic(models.Model):
    """A dermatology clinic: the border of who may see what."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=60)
    country = models.CharField(max_length=7, default="unknown")
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Membership(models.Model):
    """What a user is in one clinic. Roles are code; who has them is data."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    # A lead prescriber in the sense of UK-05; US: certified with the programme (US-03).
    lead_prescriber = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic"], name="one_membership_per_user_and_clinic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.clinic} as {self.role}"


@pghistory.track(exclude=["searched"])
class Patient(models.Model):
    """A person treated by one clinic."""

    class Sex(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"
        OTHER = "other", "Other"
        UNKNOWN = "unknown", "Not known"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    user = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="patient"
    )
    mrn = models.CharField(max_length=40)
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=20, blank=True)
    born = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    language = models.CharField(max_length=12, default="en")
    timezone = models.CharField(max_length=60, blank=True, help_text="empty: the clinic's")
    country = models.CharField(max_length=7, blank=True, help_text="empty: the clinic's")
    # Set when the account is locked: voids task links and sessions at once (L3).
    locked_at = models.DateTimeField(null=True, blank=True)
    # What a link opened before is over for good, also once the account is unlocked again.
    sessions_from = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # What a patient is searched by, each word after a space, so that one index finds the beginning
    # of any of them; written by the database.
    searched = models.GeneratedField(
        expression=Folded(
            Concat(Value(" "), "family_name", Value(" "), "given_name", Value(" "), "mrn")
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "mrn"], name="one_patient_per_clinic_number"),
            models.CheckConstraint(
                condition=~Q(given_name="", family_name=""), name="patient_has_a_name"
            ),
            models.CheckConstraint(condition=~Q(mrn=""), name="patient_has_a_number"),
        ]
        indexes = [
            models.Index(fields=["clinic", "family_name", "given_name"], name="patient_by_name"),
            models.Index(fields=["clinic", "born"], name="patient_by_birth_date"),
            GinIndex(OpClass("searched", "gin_trgm_ops"), name="patient_by_any_word"),
        ]

    def __str__(self) -> str:
        return f"patient {self.public_id}"

    @property
    def zone(self) -> str:
        """The patient's IANA time zone; the clinic's where none is known (R12)."""
        return self.timezone or self.clinic.timezone

    @property
    def full_name(self) -> str:
        """Given and family name as one speaks them."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def audit_id(self) -> str:
        """How the trail names this patient when acting for themselves."""
        return f"patient:{self.public_id}"

    @property
    def audit_name(self) -> str:
        """The trail names patients by id; screens look the name up."""
        return "Patient"


@pghistory.track()
class ContactPoint(models.Model):
    """One way to reach a patient. Addresses are encrypted; a blind index finds them again."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "Text message"
        PUSH = "push", "Notification"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="contact_points")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = EncryptedTextField(place="people.contactpoint.address")
    address_index = models.CharField(max_length=64)
    label = models.CharField(max_length=40, blank=True, help_text="of a device: its browser")
    rank = models.PositiveSmallIntegerField(default=0, help_text="lower is tried first")
    verified_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    bad_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(help_text="given for messages, as the clinic records it")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "channel", "address_index"],
                name="one_contact_point_per_patient_and_address",
            ),
        ]
        indexes = [
            models.Index(fields=["address_index"], name="contact_point_by_address"),
            models.Index(
                fields=["patient"], condition=Q(bad_at__isnull=False), name="contact_point_is_bad"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.patient_id}"


class StoppedNumber(models.Model):
    """A number from which STOP came, whoever has it or will, until START comes from it."""

    number_index = models.CharField(max_length=64, unique=True, help_text="its blind index")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"stopped number {self.pk}"


class TaskLink(models.Model):
    """A link in a message that lets its patient do one task after giving the birth date.

    Only the token's hash is stored. GET never spends it; five wrong birth dates close it (L1, L2).
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="task_links")
    token_hash = models.CharField(max_length=64, unique=True)
    about = models.CharField(max_length=80, blank=True, help_text="what the task is about")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"task link {self.pk}"


class LinkFailure(models.Model):
    """A wrong link or birth date, by a hash of its origin: the limit that needs no Redis."""

    origin = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["origin", "at"], name="link_failure_by_origin")]

    def __str__(self) -> str:
        return f"link failure {self.pk}"


class GuardianRule(models.Model):
    """What the law of the place and the clinic say of guardians. No row: there are none (closed).

    Old and new values stand in the trail.
    """

    clinic = models.OneToOneField(Clinic, on_delete=models.CASCADE, related_name="guardian_rule")
    allowed = models.BooleanField(default=False)
    # From this age the patient alone decides who sees anything; at 18 it ends in any case.
    alone_from = models.PositiveSmallIntegerField(default=YOUNGEST_ALONE)
    areas = ArrayField(models.CharField(max_length=20, choices=Area.choices), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(alone_from__gte=YOUNGEST_ALONE, alone_from__lte=ADULT),
                name="patient_decides_alone_from_12_to_18",
            ),
        ]

    def __str__(self) -> str:
        return f"guardians of {self.clinic_id}"


@pghistory.track()
class Guardian(models.Model):
    """A parent or other guardian: a person of their own, who signs in as themselves."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="guardians")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="guardian")
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=12, default="en")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="guardian_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"guardian {self.public_id}"

    @property
    def audit_id(self) -> str:
        """How the trail names this guardian."""
        return f"guardian:{self.public_id}"

    @property
    def audit_name(self) -> str:
        """The trail names people outside by id; screens look the name up."""
        return "Guardian"


@pghistory.track()
class Guardianship(models.Model):
    """That a guardian may see some of one patient's record, from a day, until another.

    What it comes to on a day is worked out in ``people.guardianship``, never stored.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="wards")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="guardianships")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True, help_text="the last day")
    areas = ArrayField(models.CharField(max_length=20, choices=Area.choices))
    # The patient's own yes, which counts from the age at which they decide alone.
    agreed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "patient"],
                condition=Q(ended_at__isnull=True),
                name="one_open_guardianship_per_guardian_and_patient",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=models.F("from_on")),
                name="guardianship_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"guardianship {self.public_id}"


class SignInLink(models.Model):
    """A link that lets its person choose a new password, once, after giving the birth date.

    Only the token's hash is stored. It is sent to a way of reaching them that they did not name
    themselves, so that whoever holds one of the two is not let in.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation", "Invitation"
        RECOVERY = "recovery", "Recovery"

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, null=True, related_name="sign_in_links"
    )
    guardian = models.ForeignKey(
        Guardian, on_delete=models.CASCADE, null=True, related_name="sign_in_links"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    way = models.CharField(max_length=10, choices=ContactPoint.Channel.choices)
    # Where it was sent: opening it proves that the address is theirs.
    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(patient__isnull=False, guardian__isnull=True)
                | Q(patient__isnull=True, guardian__isnull=False),
                name="sign_in_link_has_exactly_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-in link {self.pk}"
