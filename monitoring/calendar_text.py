"""A patient's days as an iCalendar file (RFC 5545, 7986). Nothing in it says what is due."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from messaging.rendering import language_for, neutral_name
from monitoring.queries.calendar_feeds import Feed, FeedDay

# Neutral like a text on a locked screen (REM-18): others see a shared calendar, too.
_WORDS = {
    "en": ("something to do", "last day for something", "See what it is:"),
    "es": ("algo por hacer", "último día para algo", "Vea qué es:"),
}
# How often a calendar should look; days move seldom.
_LOOK_AGAIN = timedelta(hours=6)


def as_icalendar(feed: Feed) -> bytes:
    """The calendar: all-day events, each with the identifier of its task for as long as it lives.

    The same days give the same bytes, so that a calendar which has them is told so.
    """
    language = language_for(feed.language)
    name = neutral_name(feed.clinic.name, language)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//IsoTrack//Calendar//EN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("name", name)
    calendar.add("x-wr-timezone", feed.zone)
    calendar.add("refresh-interval", _LOOK_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", _LOOK_AGAIN)
    for day in feed.days:
        calendar.add_component(_event(day, name, language))
    return calendar.to_ical()


def _event(day: FeedDay, name: str, language: str) -> Event:
    to_do, last, see = _WORDS[language]
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    event = Event()
    event.add("uid", f"{day.public_id}@{host}")
    event.add("dtstamp", day.since)
    event.add("summary", f"{name}: {last if day.last else to_do}")
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("description", f"{see} {settings.SITE_URL}/")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
