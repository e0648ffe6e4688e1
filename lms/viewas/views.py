"""Choose as whom to see a course, end it, and forget what was tried out."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from common.blocks.api import find_trial
from common.core.errors import NotFoundError
from common.core.keys import CourseKey, parse_usage_key
from common.courses.api import Action, get_outline, require_access
from common.enrollments.api import (
    end_view_as,
    get_learner_context,
    get_request_context,
    start_view_as,
)
from common.enrollments.data import LearnerContext
from lms.viewas.forms import ViewAsForm


@dataclass(frozen=True, slots=True)
class ViewAsPage:
    """The form, inside its course."""

    course_key: CourseKey
    course_title: str
    is_staff: bool
    form: ViewAsForm


@require_http_methods(["GET", "HEAD", "POST"])
def view_as(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Ask as whom, and begin."""
    own = _own_context(request, course_key)
    version = own.heads.published
    if version is None:
        raise NotFoundError(f"{course_key} is not published")
    form = ViewAsForm(
        request.POST if request.method == "POST" else None,
        run_id=own.run.id,
        partitions=get_outline(version).partitions,
        now=timezone.now(),
    )
    if form.is_valid() and form.wish is not None:
        _forget(request, course_key)
        start_view_as(request, course_key, form.wish)
        return redirect("lms:course-home", course_key=course_key)
    get_request_context(request, course_key)  # so that the page says what holds now
    page = ViewAsPage(course_key, own.run.display_name, is_staff=True, form=form)
    return render(request, "lms/viewas.html", {"page": page}, status=422 if form.is_bound else 200)


@require_POST
def end(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """See the course as oneself again; what was tried out is forgotten."""
    _own_context(request, course_key)
    _forget(request, course_key)
    end_view_as(request, course_key)
    return redirect("lms:course-home", course_key=course_key)


@require_POST
def clear_trial(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Forget what was tried out, and go back to the unit."""
    _own_context(request, course_key)
    _forget(request, course_key, own_too=True)
    try:
        usage = parse_usage_key(request.POST.get("unit", ""))
    except NotFoundError:
        usage = None
    if usage is None or usage.course_key != course_key:
        return redirect("lms:course-home", course_key=course_key)
    return redirect("lms:unit", course_key=course_key, usage_key=usage)


def _own_context(request: HttpRequest, course_key: CourseKey) -> LearnerContext:
    """Return the person's own context. Raises CourseAccessDeniedError for who is no staff."""
    own = get_learner_context(course_key, request.user)
    require_access(own.viewer, own.run, None, Action.TEACH, timezone.now())
    return own


def _forget(request: HttpRequest, course_key: CourseKey, *, own_too: bool = False) -> None:
    """Forget what was tried out as somebody else, or (``own_too``) in the present way."""
    context = get_request_context(request, course_key)
    trial = find_trial(context) if own_too or context.view_as is not None else None
    if trial is not None:
        trial.forget()
