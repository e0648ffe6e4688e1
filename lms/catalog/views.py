"""Find a course, read about it, join and leave it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.core.keys import CourseKey
from common.courses.api import Action, require_access
from common.courses.errors import CourseAccessDeniedError, CourseRunNotFoundError
from common.enrollments import api as enrollments
from lms.catalog.about import about_page
from lms.catalog.finding import find, read_wish


def catalog(request: HttpRequest) -> HttpResponse:
    """Show the listed courses that words and filters leave, twenty a page."""
    return render(
        request, "lms/catalog.html", {"page": find(read_wish(request.GET), timezone.now())}
    )


def about(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Show what a course is about, and the way in."""
    now = timezone.now()
    context = enrollments.get_learner_context(course_key, request.user)
    require_access(context.viewer, context.run, None, Action.ABOUT, now)
    if context.heads.published is None and not (context.viewer.is_staff or context.enrollment):
        # What its authors have not published is not told to strangers, not even that it is there.
        raise CourseRunNotFoundError(str(course_key))
    return render(request, "lms/about.html", {"page": about_page(context, now)})


@require_http_methods(["GET", "POST"])
@login_required
def enroll(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Join a course, or say on its page which rule is in the way.

    Who opens the address itself, as after signing in anew, is led to the button.
    """
    if request.method == "GET":
        return redirect("lms:about", course_key=course_key)
    try:
        enrollments.enroll(course_key, request.user, now=timezone.now())
    except CourseAccessDeniedError as error:
        messages.error(request, str(error.user_message))
        return redirect("lms:about", course_key=course_key)
    return redirect("lms:course-home", course_key=course_key)


@require_http_methods(["GET", "POST"])
@login_required
def leave(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Leave a course; what was done in it is kept. Opened as a page, it leads to the button."""
    if request.method == "GET":
        return redirect("lms:about", course_key=course_key)
    enrollments.unenroll(course_key, request.user, now=timezone.now())
    messages.success(request, _("You have left the course. Your work is kept for your return."))
    return redirect("lms:about", course_key=course_key)
