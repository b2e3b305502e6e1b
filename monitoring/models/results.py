"""What came back: raw messages, reports, specimens, observations, tests and who read them."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from courses.models import Course
from people.constraints import both_or_neither
from people.encryption import EncryptedTextField
from people.models import Clinic, Patient, User

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
]
NO_DELETE = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]
# A report and its specimens belong to one patient. Checked at the end of the transaction, because
# a move changes both (B3).
_SAME_PATIENT = """
    IF EXISTS (
        SELECT 1 FROM monitoring_specimen s JOIN monitoring_labreport r ON r.id = s.report_id
        WHERE {which} AND r.patient_id IS DISTINCT FROM s.patient_id
    ) THEN
        RAISE EXCEPTION 'a specimen and its report must belong to the same patient';
    END IF;
    RETURN NULL;
"""


class LabMessage(models.Model):
    """A message as it arrived, kept before anything is made of it. The raw text is encrypted."""

    class Source(models.TextChoices):
        FILE = "file", "File"
        UPLOAD = "upload", "Upload page"
        API = "api", "HTTP"
        MLLP = "mllp", "MLLP"
        TYPED = "typed", "Typed by staff"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="lab_messages")
    source = models.CharField(max_length=10, choices=Source.choices)
    file_name = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=10, blank=True)
    sender = models.CharField(max_length=200, blank=True)
    control_id = models.CharField(max_length=200, blank=True)
    content_hash = models.CharField(max_length=64)
    raw = EncryptedTextField(place="monitoring.labmessage.raw")
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=80)

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            # A resend is the same sender, control id and content (B12).
            models.UniqueConstraint(
                fields=["clinic", "sender", "control_id", "content_hash"],
                name="one_message_per_sender_control_id_and_content",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.public_id}"


class LabReport(models.Model):
    """One patient's part of a message: filed, waiting in the queue, or rejected with a reason."""

    class Status(models.TextChoices):
        ACCEPTED = "accepted", "Filed"
        UNMATCHED = "unmatched", "Patient not found"
        REJECTED = "rejected", "Not usable"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(LabMessage, on_delete=models.PROTECT, related_name="reports")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="lab_reports")
    part = models.PositiveSmallIntegerField(default=0, help_text="position in the message")
    status = models.CharField(max_length=10, choices=Status.choices)
    reason = models.CharField(max_length=500, blank=True)
    hints = EncryptedTextField(
        place="monitoring.labreport.hints",
        blank=True,
        help_text="JSON: what the message says about its patient",
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="+")
    suggestions = models.JSONField(
        default=list, help_text="public ids of patients it may belong to"
    )
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_note = models.CharField(max_length=300, blank=True)

    class Meta:
        triggers = [
            *NO_DELETE,
            pgtrigger.Trigger(
                name="report_has_its_specimens_patient",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("patient_id"),
                timing=pgtrigger.Deferred,
                func=_SAME_PATIENT.format(which="r.id = NEW.id"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "part"], name="one_report_per_message_part"),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(patient__isnull=False),
                name="filed_report_has_a_patient",
            ),
            both_or_neither("settled", model="lab_report"),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "received_at"],
                condition=Q(status__in=["unmatched", "rejected"], settled_at__isnull=True),
                name="lab_report_queue",
            ),
            # What was taken off it, the latest first.
            models.Index(
                fields=["clinic", "-settled_at"],
                condition=Q(status__in=["unmatched", "rejected"], settled_at__isnull=False),
                name="lab_report_taken_off",
            ),
            # When something came last.
            models.Index(fields=["clinic", "-received_at"], name="lab_report_by_arrival"),
        ]

    def __str__(self) -> str:
        return f"report {self.public_id}"


class Specimen(models.Model):
    """What was drawn, and on which local calendar date (GEN-3)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="specimens")
    report = models.ForeignKey(
        LabReport, on_delete=models.PROTECT, null=True, related_name="specimens"
    )
    sender = models.CharField(max_length=200, blank=True)
    accession = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=10, blank=True, help_text="urine, serum, blood or empty")
    collected_on = models.DateField(null=True, blank=True)
    received_at = models.DateTimeField()
    dated_at = models.DateTimeField(
        null=True, blank=True, help_text="when staff set the collection date"
    )
    dated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        triggers = [
            *NO_DELETE,
            pgtrigger.Trigger(
                name="specimen_has_its_reports_patient",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("patient_id", "report_id"),
                timing=pgtrigger.Deferred,
                func=_SAME_PATIENT.format(which="s.id = NEW.id"),
            ),
        ]
        constraints = [both_or_neither("dated", model="specimen")]
        indexes = [models.Index(fields=["patient", "collected_on"], name="specimen_by_day")]

    def __str__(self) -> str:
        return f"specimen {self.public_id}"


class Observation(models.Model):
    """One result as sent. Corrections are new rows that supersede; nothing is overwritten (B5)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="observations")
    filler = models.CharField(max_length=120, blank=True)
    set_id = models.CharField(max_length=20, blank=True)
    analyte = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=60)
    code_system = models.CharField(max_length=120, blank=True)
    code_text = models.CharField(max_length=200, blank=True)
    value_text = models.CharField(max_length=200, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    comparator = models.CharField(max_length=2, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    unit_as_sent = models.CharField(max_length=40, blank=True)
    lln = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    uln = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    range_text = models.CharField(max_length=300, blank=True)
    flag = models.CharField(max_length=20, blank=True)
    fasting = models.BooleanField(null=True)
    status = models.CharField(max_length=12)
    held = models.CharField(
        max_length=300, blank=True, help_text="why it waits; empty if it counts"
    )
    ungraded = models.CharField(max_length=300, blank=True, help_text="why it cannot be graded")
    monitored = models.BooleanField(default=True)
    notes = models.JSONField(default=list)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    unit_set_at = models.DateTimeField(
        null=True, blank=True, help_text="when staff said which unit the value is in"
    )
    unit_set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    set_aside_reason = models.CharField(max_length=300, blank=True)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
    )
    current = models.BooleanField(default=True)
    received_at = models.DateTimeField()

    class Meta:
        triggers = [
            *NO_DELETE,
            pgtrigger.Protect(
                name="value_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "value_text",
                    "value",
                    "comparator",
                    "unit",
                    "lln",
                    "uln",
                    "code",
                    "analyte",
                    "status",
                ),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["specimen", "code", "code_system"],
                condition=Q(current=True),
                name="one_current_observation_per_specimen_and_code",
            ),
            both_or_neither("confirmed", model="observation"),
            both_or_neither("unit_set", model="observation"),
            both_or_neither("set_aside", model="observation"),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True) | Q(current=False),
                name="what_was_set_aside_does_not_count",
            ),
        ]
        indexes = [
            # What waits for somebody who confirms it: few among millions.
            models.Index(
                fields=["specimen"],
                condition=Q(current=True, confirmed_at__isnull=True) & ~Q(held=""),
                name="observation_in_doubt",
            ),
        ]

    def __str__(self) -> str:
        return f"observation {self.public_id}"


class PregnancyTest(models.Model):
    """A pregnancy test entered by staff, or a documented omission; a laboratory's is not here."""

    class Reader(models.TextChoices):
        STAFF = "staff", "A member of staff"
        DEVICE = "device", "A device"
        PATIENT = "patient", "The patient"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="pregnancy_tests")
    collected_on = models.DateField()
    result = models.CharField(max_length=15, blank=True)
    setting = models.CharField(max_length=20, blank=True)
    specimen = models.CharField(max_length=10, default="urine")
    verified = models.BooleanField(default=False)
    reader = models.CharField(
        max_length=10, choices=Reader.choices, blank=True, help_text="who read the result"
    )
    cycle_day = models.PositiveSmallIntegerField(null=True, blank=True)
    omitted_reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        triggers = [
            *NO_DELETE,
            pgtrigger.Protect(
                name="result_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "collected_on", "result", "setting", "specimen", "course"
                ),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="") ^ Q(omitted_reason=""),
                name="test_has_a_result_or_a_reason_for_omission",
            ),
            both_or_neither("withdrawn", model="pregnancy_test"),
        ]

    def __str__(self) -> str:
        return f"pregnancy test {self.public_id}"


class Acknowledgement(models.Model):
    """What happens next after a specimen's results, and who says so (LAB-8, UX-06).

    ``by`` is empty only where a clinic's own rule closed normal results; ``rule`` then names it.
    ``results`` are the ids of the results that were read: a corrected one is a new id (B5).
    """

    class Action(models.TextChoices):
        NO_ACTION = "no-action", "No action"
        REPEAT = "repeat", "Repeat the test"
        REDUCE = "reduce", "Reduce the dose"
        HOLD = "hold", "Hold treatment"
        STOP = "stop", "Stop the course"
        CONTACT = "contact", "Refer or contact"

    specimen = models.ForeignKey(
        Specimen, on_delete=models.PROTECT, related_name="acknowledgements"
    )
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="acknowledgements")
    action = models.CharField(max_length=10, choices=Action.choices)
    plan = models.CharField(max_length=500)
    tier = models.CharField(max_length=2, blank=True)
    results = models.JSONField(default=list, help_text="public ids of the results that were read")
    repeat_on = models.DateField(null=True, blank=True)
    repeat = models.JSONField(default=list, help_text="analytes to be drawn again")
    told = models.BooleanField(default=False, help_text="the patient was written to")
    words = models.CharField(
        max_length=600, blank=True, help_text="own words to the patient; empty: the ready-made"
    )
    rule = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = APPEND_ONLY
        constraints = [
            # A decision without a name is one that a named rule made.
            models.CheckConstraint(
                condition=Q(by__isnull=False, rule="") | (Q(by__isnull=True) & ~Q(rule="")),
                name="acknowledgement_names_a_person_or_a_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"
