"""Routes of the people outside. No address says whose it is, or what is asked there (UX-13)."""

from django.urls import path

from portal.views import (
    calendars,
    check_in,
    door,
    download,
    family,
    home,
    language,
    learn,
    letters,
    looks,
    pharmacy,
    reach,
    records,
    tasks,
    what_if,
)

app_name = "portal"
urlpatterns = [
    path("", door.Front.as_view(), name="front"),
    path("t/<str:token>/", door.TaskLinkDoor.as_view(), name="task-link"),
    path("language/", language.ChooseLanguage.as_view(), name="language"),
    path("p/<str:token>/", pharmacy.PharmacySlip.as_view(), name="pharmacy"),
    path("leave/", door.Leave.as_view(), name="leave"),
    path("home/", home.Home.as_view(), name="home"),
    path("check-in/", check_in.Landing.as_view(), name="check-in"),
    path("check-in/<int:number>/", check_in.Ask.as_view(), name="check-in-question"),
    path("check-in/now/", check_in.Now.as_view(), name="check-in-now"),
    path("check-in/answers/", check_in.Answers.as_view(), name="check-in-answers"),
    path("check-in/done/", check_in.Done.as_view(), name="check-in-done"),
    path("task/<uuid:public_id>/", tasks.Task.as_view(), name="task"),
    path("what-if/", what_if.WhatIf.as_view(), name="what-if"),
    path("results/", records.Results.as_view(), name="results"),
    path("messages/", records.Messages.as_view(), name="messages"),
    path("messages/write/", letters.Write.as_view(), name="write"),
    path("learn/", learn.Learn.as_view(), name="learn"),
    path("learn/myths/", learn.Myths.as_view(), name="learn-myths"),
    path("learn/<slug:slug>/", learn.Card.as_view(), name="learn-card"),
    path("reach/", reach.Reach.as_view(), name="reach"),
    path("devices/", reach.Devices.as_view(), name="devices"),
    path("device-worker.js", reach.worker, name="worker"),
    path("calendar/", calendars.CalendarPage.as_view(), name="calendar"),
    path("calendar/<str:token>/dates.ics", calendars.calendar_file, name="calendar-file"),
    path("family/", family.Family.as_view(), name="family"),
    path("guardians/", family.Guardians.as_view(), name="guardians"),
    path("looks/", looks.Looks.as_view(), name="looks"),
    path("download/", download.Download.as_view(), name="download"),
    path("help/", records.Help.as_view(), name="help"),
]
