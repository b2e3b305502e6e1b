"""Routes of the staff's screens. Ids are UUIDs; nothing private stands in an address."""

from django.urls import path

from clinic.views.accounts import Account
from clinic.views.acknowledging import Acknowledge, NextResult
from clinic.views.calling import Call
from clinic.views.cards import CardPreview, Cards, NewCard, OneCard
from clinic.views.changes import Changed
from clinic.views.concerns import Concern
from clinic.views.courses import CourseView
from clinic.views.documents import CourseDocument, CourseDocuments, Leaflet, Leaflets
from clinic.views.filed_reports import FiledReport, LaboratoryHistory, Received
from clinic.views.gallery import Gallery
from clinic.views.guardians import GuardianRulePage, Guardians
from clinic.views.held import HeldMessages
from clinic.views.home_tests import HomeTestPicture, NextHomeTest, ReadHomeTest
from clinic.views.lab_ladder import LabLadderPage
from clinic.views.laboratories import Laboratories, Laboratory
from clinic.views.laboratory_desk import (
    ChangeMeaning,
    ExplainCode,
    ForgetNumber,
    Remembered,
    SettleHeld,
)
from clinic.views.letters import Letters, OneLetter
from clinic.views.messages import (
    ChooseClinic,
    Forecast,
    Messages,
    OneMessage,
    SettleMessage,
    Team,
)
from clinic.views.patients import PatientHome, Patients
from clinic.views.pharmacy import PharmacyLink
from clinic.views.photos import CoursePhoto, CoursePhotos
from clinic.views.pregnancy_tests import PregnancyTests, WithdrawTest
from clinic.views.prescribing import RecordPickUp, Sign
from clinic.views.reading import ToRead
from clinic.views.recording import Record
from clinic.views.reminders import Ladder, Reminders, Texts
from clinic.views.results import Queued, Results, TakenOff
from clinic.views.rules import MoveEdition, ReviewLevels, RulesPage
from clinic.views.signing import ReadyToSign
from clinic.views.starting import StartCourse
from clinic.views.story import Story
from clinic.views.supply import Supply
from clinic.views.today import Today
from clinic.views.trail import Trail
from clinic.views.typing_results import TypeResults
from clinic.views.waiving import Waive
from clinic.views.ways import Ways
from clinic.views.what_if import WhatIf
from clinic.views.worklist import ForgetView, HandOver, KeepView, Worklist

app_name = "clinic"
urlpatterns = [
    path("", Today.as_view(), name="today"),
    path("changed/", Changed.as_view(), name="changed"),
    path("worklist/", Worklist.as_view(), name="worklist"),
    path("worklist/hand-over/", HandOver.as_view(), name="hand-over"),
    path("worklist/views/", KeepView.as_view(), name="keep-view"),
    path("worklist/views/<uuid:public_id>/forget/", ForgetView.as_view(), name="forget-view"),
    path("patients/", Patients.as_view(), name="patients"),
    path("patients/<uuid:public_id>/", PatientHome.as_view(), name="patient"),
    path("patients/<uuid:public_id>/ways/", Ways.as_view(), name="ways"),
    path("patients/<uuid:public_id>/account/", Account.as_view(), name="account"),
    path("patients/<uuid:public_id>/guardians/", Guardians.as_view(), name="guardians"),
    path("patients/<uuid:public_id>/start/", StartCourse.as_view(), name="start-known"),
    path("start/", StartCourse.as_view(), name="start"),
    path("home-tests/", NextHomeTest.as_view(), name="home-test-next"),
    path("home-tests/<uuid:public_id>/", ReadHomeTest.as_view(), name="home-test"),
    path(
        "home-tests/<uuid:public_id>/picture/", HomeTestPicture.as_view(), name="home-test-picture"
    ),
    path("courses/<uuid:public_id>/photos/", CoursePhotos.as_view(), name="photos"),
    path("courses/<uuid:public_id>/photos/<uuid:photo>/", CoursePhoto.as_view(), name="photo"),
    path("courses/<uuid:public_id>/documents/", CourseDocuments.as_view(), name="documents"),
    path(
        "courses/<uuid:public_id>/documents/<uuid:document>/",
        CourseDocument.as_view(),
        name="document",
    ),
    path("leaflets/", Leaflets.as_view(), name="leaflets"),
    path("leaflets/<uuid:public_id>/", Leaflet.as_view(), name="leaflet"),
    path("courses/<uuid:public_id>/", CourseView.as_view(), name="course"),
    path("courses/<uuid:public_id>/call/", Call.as_view(), name="call"),
    path("courses/<uuid:public_id>/supply/", Supply.as_view(), name="supply"),
    path("courses/<uuid:public_id>/sign/", Sign.as_view(), name="sign"),
    path("ready/", ReadyToSign.as_view(), name="ready"),
    path("courses/<uuid:public_id>/timeline/", Story.as_view(), name="story"),
    path("courses/<uuid:public_id>/what-if/", WhatIf.as_view(), name="what-if"),
    path("courses/<uuid:public_id>/due/<uuid:item>/", Waive.as_view(), name="waive"),
    path("courses/<uuid:public_id>/tests/", PregnancyTests.as_view(), name="tests"),
    path(
        "courses/<uuid:public_id>/tests/<uuid:test>/", WithdrawTest.as_view(), name="withdraw-test"
    ),
    path("courses/<uuid:public_id>/record/<slug:what>/", Record.as_view(), name="record"),
    path("courses/<uuid:public_id>/results/", NextResult.as_view(), name="next-result"),
    path(
        "courses/<uuid:public_id>/results/<uuid:specimen>/",
        Acknowledge.as_view(),
        name="acknowledge",
    ),
    path(
        "courses/<uuid:public_id>/laboratory/",
        LaboratoryHistory.as_view(),
        name="laboratory-history",
    ),
    path("courses/<uuid:public_id>/type-results/", TypeResults.as_view(), name="type-results"),
    path("courses/<uuid:public_id>/concerns/<uuid:concern>/", Concern.as_view(), name="concern"),
    path("prescriptions/<uuid:public_id>/pick-up/", RecordPickUp.as_view(), name="pick-up"),
    path(
        "prescriptions/<uuid:public_id>/pharmacy/",
        PharmacyLink.as_view(),
        name="pharmacy-link",
    ),
    path("results/", Results.as_view(), name="results"),
    path("results/to-read/", ToRead.as_view(), name="to-read"),
    path("results/received/", Received.as_view(), name="received"),
    path("results/taken-off/", TakenOff.as_view(), name="taken-off"),
    path("results/remembered/", Remembered.as_view(), name="remembered"),
    path("results/numbers/<uuid:public_id>/", ForgetNumber.as_view(), name="forget-number"),
    path("results/codes/<uuid:public_id>/", ExplainCode.as_view(), name="code"),
    path("results/meanings/<uuid:public_id>/", ChangeMeaning.as_view(), name="meaning"),
    path("results/held/<uuid:public_id>/", SettleHeld.as_view(), name="held"),
    path("results/filed/<uuid:public_id>/", FiledReport.as_view(), name="filed"),
    path("results/<uuid:public_id>/", Queued.as_view(), name="queued"),
    path("messages/", Messages.as_view(), name="messages"),
    path("messages/from-patients/", Letters.as_view(), name="letters"),
    path("messages/from-patients/<uuid:public_id>/", OneLetter.as_view(), name="letter"),
    path("messages/held/", HeldMessages.as_view(), name="messages-held"),
    path("messages/to-come/", Forecast.as_view(), name="messages-to-come"),
    path("messages/<uuid:public_id>/", OneMessage.as_view(), name="message"),
    path("messages/<uuid:public_id>/settle/", SettleMessage.as_view(), name="settle-message"),
    path("cards/", Cards.as_view(), name="cards"),
    path("cards/new/", NewCard.as_view(), name="card-new"),
    path("cards/<slug:slug>/<slug:language>/", OneCard.as_view(), name="card"),
    path("cards/<slug:slug>/<slug:language>/preview/", CardPreview.as_view(), name="card-preview"),
    path("rules/", RulesPage.as_view(), name="rules"),
    path("rules/levels/", ReviewLevels.as_view(), name="review-levels"),
    path("rules/guardians/", GuardianRulePage.as_view(), name="guardian-rule"),
    path("rules/results/", LabLadderPage.as_view(), name="lab-ladder"),
    path("rules/reminders/", Reminders.as_view(), name="reminders"),
    path("rules/reminders/<slug:key>/", Ladder.as_view(), name="ladder"),
    path("rules/texts/<slug:purpose>/", Texts.as_view(), name="texts"),
    path("rules/<slug:edition>/", MoveEdition.as_view(), name="move-edition"),
    path("team/", Team.as_view(), name="team"),
    path("laboratories/", Laboratories.as_view(), name="laboratories"),
    path("laboratories/<uuid:public_id>/", Laboratory.as_view(), name="laboratory"),
    path("trail/", Trail.as_view(), name="trail"),
    path("choose/", ChooseClinic.as_view(), name="choose"),
    path("components/", Gallery.as_view(), name="components"),
]
