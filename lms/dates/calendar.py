"""A learner's dates as an iCalendar file (RFC 5545), for one course or one date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from common.core.keys import CourseKey
from common.core.page import fill
from lms.courseware.links import unit_url
from lms.courseware.timeline import CourseDate, DateKind

# How often a calendar program should look again.
_REFRESH = timedelta(hours=6)


def write_calendar(
    course_key: CourseKey,
    course_title: str,
    dates: Iterable[CourseDate],
    *,
    site: str,
    now: Any,
) -> bytes:
    """Return the file. ``site`` is the address of the LMS without a last slash."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lyceum//Course dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", course_title)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    host = site.partition("//")[2]
    for date in dates:
        event = Event()
        # The same date keeps its id, so that a calendar moves it and does not show it twice.
        event.add("uid", f"{course_key}/{date.id}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", date.at)
        event.add("dtend", date.at)
        event.add("summary", _summary(date, course_title))
        event.add("transp", "TRANSPARENT")
        if date.unit is not None:
            event.add("url", f"{site}{unit_url(course_key, date.unit)}")
        if date.assignment_type:
            event.add("categories", [date.assignment_type])
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _summary(date: CourseDate, course_title: str) -> str:
    text = _("Due: {title} ({course})") if date.kind is DateKind.DUE else _("{title}: {course}")
    return str(fill(text, title=date.title, course=course_title).unescape())
