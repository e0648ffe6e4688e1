"""The dates page, and the same dates for calendar programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.core.errors import NotFoundError
from common.core.keys import CourseKey
from common.core.page import url
from common.core.visitors import user_id
from common.courses.api import Action, require_access
from common.enrollments.api import find_subscriber, get_calendar_token, renew_calendar_token
from lms.courseware.opening import OpenCourse, open_course, open_course_for
from lms.courseware.pacing import Deadlines, deadlines, shift_dates
from lms.courseware.tabs import Tab, course_tabs
from lms.courseware.timeline import CourseDate, DateKind, list_dates
from lms.dates.calendar import write_calendar


@dataclass(frozen=True, slots=True)
class DatesPage:
    """The dates of a course; ``subscribe_url`` is the learner's own address for calendars."""

    course_key: CourseKey
    course_title: str
    is_staff: bool
    is_enrolled: bool
    tabs: tuple[Tab, ...]
    before: tuple[CourseDate, ...]
    after: tuple[CourseDate, ...]
    now: datetime
    subscribe_url: str
    deadlines: Deadlines

    @property
    def is_empty(self) -> bool:
        """Whether nothing is due and nothing is to come: that the course has begun is no news."""
        return not self.after and all(date.kind is not DateKind.DUE for date in self.before)


@require_safe
def dates(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Show what is due when, what was done, and how to have it in a calendar."""
    opened = open_course(request, course_key, timezone.now())
    found = list_dates(opened)
    viewer = opened.viewer
    subscribe = ""
    # The address is the learner's secret: not for staff who look as them.
    is_own = opened.session.context.view_as is None
    if viewer.is_enrolled and viewer.user_id is not None and is_own:
        token = get_calendar_token(opened.run.id, viewer.user_id)
        subscribe = f"{settings.LMS_URL}{url('lms:dates-feed', token=token)}" if token else ""
    page = DatesPage(
        course_key=course_key,
        course_title=opened.run.display_name,
        is_staff=viewer.is_staff,
        is_enrolled=viewer.is_enrolled,
        tabs=course_tabs(opened),
        before=tuple(date for date in found if date.at <= opened.now),
        after=tuple(date for date in found if date.at > opened.now),
        now=opened.now,
        subscribe_url=subscribe,
        deadlines=deadlines(opened, found),
    )
    return render(request, "lms/dates.html", {"page": page})


@require_safe
def download(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Give the dates as a file; ``?date=ID`` gives one of them."""
    opened = open_course(request, course_key, timezone.now())
    wanted = request.GET.get("date")
    found = [date for date in list_dates(opened) if wanted in (None, date.id)]
    if wanted is not None and not found:
        raise NotFoundError(f"{course_key} has no date {wanted}")
    return _calendar(opened, found, name=f"{opened.run.number}-{opened.run.run}")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give a learner's dates to a calendar program that has their address."""
    found = find_subscriber(token)
    if found is None:
        raise NotFoundError("no such calendar")
    course_key, learner = found
    opened = open_course_for(learner, course_key, timezone.now())
    require_access(opened.viewer, opened.run, None, Action.OUTLINE, opened.now)
    return _calendar(opened, list_dates(opened), name="")


@require_POST
def renew(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Give the learner another address for calendars; the one before opens nothing any more."""
    opened = open_course(request, course_key, timezone.now())
    if opened.viewer.is_enrolled and opened.session.context.view_as is None:
        renew_calendar_token(opened.run.id, user_id(request))
        messages.success(request, _("The address for calendars is a new one."))
    return redirect("lms:dates", course_key=course_key)


@require_POST
def shift(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Have the learner's own due dates count from today."""
    opened = open_course(request, course_key, timezone.now())
    if shift_dates(opened):
        messages.success(request, _("Your dates are moved: they count from today."))
    else:
        messages.info(request, _("Your dates are as they were: none of them can be moved now."))
    return redirect("lms:dates", course_key=course_key)


def _calendar(opened: OpenCourse, found: Any, *, name: str) -> HttpResponse:
    data = write_calendar(
        opened.course_key,
        opened.run.display_name,
        found,
        site=settings.LMS_URL,
        now=opened.now,
    )
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    if name:
        safe = "".join(char if char.isalnum() and char.isascii() else "-" for char in name)
        response["Content-Disposition"] = f'attachment; filename="{safe}.ics"'
    return response
