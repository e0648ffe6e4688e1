"""A learner's own grade and how it came about."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common.core.keys import CourseKey
from common.grading.api import get_course_grade
from lms.courseware.opening import open_course
from lms.progress.report import progress_report


@login_required
def progress(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Show the grade in one sentence, by assignment type, and by subsection."""
    opened = open_course(request, course_key, timezone.now())
    if not opened.viewer.is_enrolled and not opened.viewer.is_staff:
        messages.info(request, _("Enroll in this course to have a grade in it."))
        return redirect("lms:about", course_key=course_key)
    grade = get_course_grade(
        opened.run, opened.viewer.user_id or 0, opened.outline, opened.viewer, opened.now
    )
    report = progress_report(opened, grade)
    return render(request, "lms/progress.html", {"page": report})
