"""The vigilance: what is due, what came back, what was decided."""

from monitoring.models.after_course import SkinReport
from monitoring.models.calendar_feeds import CalendarFeed
from monitoring.models.cards import CardVersion, ClinicCard
from monitoring.models.check_ins import CheckIn
from monitoring.models.decisions import GateDecision
from monitoring.models.desk import CodeMeaning, RememberedLink, ReportMove
from monitoring.models.diary import DiaryDay
from monitoring.models.documents import Document, DocumentOpening
from monitoring.models.due_items import Contact, DueItem, DueItemStep, TaskAnswer
from monitoring.models.escalations import Escalation, EscalationStep, PathwayStep
from monitoring.models.home_tests import HomeTest, HomeTestReading
from monitoring.models.lab_tokens import LabToken
from monitoring.models.letters import Letter
from monitoring.models.pharmacy import PharmacyLink, PharmacyReport
from monitoring.models.pictures import Picture
from monitoring.models.policies import ClinicPolicyVersion, EditionActivation
from monitoring.models.pulse import Pulse
from monitoring.models.results import (
    Acknowledgement,
    LabMessage,
    LabReport,
    Observation,
    PregnancyTest,
    Specimen,
)
from monitoring.models.reviews import ResultReview
from monitoring.models.sent_forms import SentForm
from monitoring.models.standings import CourseStanding
from monitoring.models.worklist import Assignment, SavedView, WorkItem

__all__ = [
    "Acknowledgement",
    "Assignment",
    "CalendarFeed",
    "CardVersion",
    "CheckIn",
    "ClinicCard",
    "ClinicPolicyVersion",
    "CodeMeaning",
    "Contact",
    "CourseStanding",
    "DiaryDay",
    "Document",
    "DocumentOpening",
    "DueItem",
    "DueItemStep",
    "EditionActivation",
    "Escalation",
    "EscalationStep",
    "GateDecision",
    "HomeTest",
    "HomeTestReading",
    "LabMessage",
    "LabReport",
    "LabToken",
    "Letter",
    "Observation",
    "PathwayStep",
    "PharmacyLink",
    "PharmacyReport",
    "Picture",
    "PregnancyTest",
    "Pulse",
    "RememberedLink",
    "ReportMove",
    "ResultReview",
    "SavedView",
    "SentForm",
    "SkinReport",
    "Specimen",
    "TaskAnswer",
    "WorkItem",
]
