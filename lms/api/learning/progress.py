"""A learner's progress as data: the numbers of the progress page, which are those of grading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from common.blocks.api import get_completions
from common.core.errors import NotFoundError
from common.core.keys import CourseKey, parse_course_key, usage_key
from common.courses.api import Reason, denied
from common.courses.errors import CourseAccessDeniedError
from common.enrollments.api import get_learner_context
from common.grading.api import CourseGradeView, TypeGrade, get_course_grade
from lms.api.learning.base import LearnerView, open_own
from lms.api.learning.cards import instant_text, site_url
from lms.api.openapi import describe
from lms.api.shapes import progress as shapes
from lms.courseware.opening import OpenCourse, open_course_for
from lms.courseware.plan import is_complete
from lms.progress.report import ProgressReport, SubsectionRow, progress_report


class Progress(LearnerView):
    """GET: how far somebody got, and what it is made of; of others for course staff."""

    @describe(shapes.Progress)
    def get(self, request: Request, course_id: str, user_id: str | None = None) -> Response:
        """Return the progress. Two statements beside those of opening the course."""
        course_key = parse_course_key(course_id)
        opened = _open(request, course_key, user_id)
        if not opened.viewer.is_enrolled and not opened.viewer.is_staff:
            refused = denied(Reason.NOT_ENROLLED)
            raise CourseAccessDeniedError(refused.reason.value, refused.message)
        grade = get_course_grade(
            opened.run, opened.viewer.user_id or 0, opened.outline, opened.viewer, opened.now
        )
        return Response(describe_progress(opened, grade))


def _open(request: Request, course_key: CourseKey, user_id: str | None) -> OpenCourse:
    now = timezone.now()
    if user_id is None or user_id == str(request.user.pk):
        return open_own(request, course_key, now)
    # To anybody else it is not there: neither the person nor what they do.
    if not get_learner_context(course_key, request.user).viewer.is_staff:
        raise NotFoundError(f"no progress of {user_id} for {request.user.get_username()}")
    is_number = user_id.isascii() and user_id.isdigit() and len(user_id) < 10
    people = get_user_model()._default_manager
    person = people.filter(pk=int(user_id)).first() if is_number else None
    if person is None:
        raise NotFoundError(f"no person {user_id}")
    return open_course_for(person, course_key, now, host=request.get_host())


def describe_progress(opened: OpenCourse, grade: CourseGradeView) -> dict[str, Any]:
    """Return the progress as apps decode it. One statement."""
    report, viewer, facts = progress_report(opened, grade), opened.viewer, opened.run.facts
    is_passing = grade.is_passing
    studio = f"{settings.STUDIO_URL}/courses/{opened.course_key}" if viewer.is_staff else ""
    return {
        "username": viewer.username,
        "enrollment_mode": viewer.mode or "",
        "course_grade": {
            "percent": grade.percent,
            "is_passing": is_passing,
            "letter_grade": grade.letter or None,
            "visible_percent": grade.percent,
        },
        "user_has_passing_grade": is_passing,
        "completion_summary": count_units(opened),
        "section_scores": list(_sections(opened, report)),
        "grading_policy": {
            "assignment_policies": [_policy(entry) for entry in grade.types],
            "grade_range": dict(grade.policy.cutoffs),
        },
        # Empty objects, not null: apps decode them so.
        "certificate_data": {},
        "verification_data": {"link": None, "status": "none", "status_date": None},
        "studio_url": studio,
        "disable_progress_graph": False,
        "has_scheduled_content": False,
        "end": instant_text(facts.end),
        # Texts in apps, objects on the web: null suits both.
        "access_expiration": None,
        "credit_course_requirements": None,
        "verified_mode": None,
        "gradebook_url": None,
    }


def count_units(opened: OpenCourse) -> dict[str, int]:
    """Return how many units are done, to do and locked. One statement."""
    completions = get_completions(opened.session.context)
    units = [unit for unit in opened.plan.units if unit.leaves]
    done = sum(1 for unit in units if is_complete(unit, completions))
    locked = sum(
        len(opened.outline.block(subsection.key).children)
        for section in opened.plan.sections
        for subsection in section.subsections
        if subsection.opens_after is not None
    )
    return {
        "complete_count": done,
        "incomplete_count": len(units) - done,
        "locked_count": locked,
    }


def _policy(entry: TypeGrade) -> dict[str, Any]:
    return {
        "type": entry.type.name,
        "short_label": entry.type.short_label,
        "weight": entry.type.weight,
        "num_droppable": entry.type.drop_count,
        "num_total": len(entry.fractions),
    }


def _sections(opened: OpenCourse, report: ProgressReport) -> Iterator[dict[str, Any]]:
    for section in report.sections:
        rows = [_subsection(opened, row) for row in section.rows]
        yield {"display_name": section.title, "subsections": rows}


def _subsection(opened: OpenCourse, row: SubsectionRow) -> dict[str, Any]:
    grade = row.grade
    usage = str(usage_key(opened.course_key, grade.key))
    # Sums would tell what one problem hides.
    is_shown = not row.hidden and not row.hides_some
    return {
        "assignment_type": grade.format if grade.graded else None,
        "block_key": usage,
        "display_name": grade.display_name,
        "has_graded_assignment": grade.counts,
        "learner_has_access": row.unit is not None,
        "num_points_earned": grade.graded_total.earned if is_shown else 0.0,
        "num_points_possible": grade.graded_total.possible,
        "percent_graded": grade.fraction if is_shown else 0.0,
        "problem_scores": [
            {"earned": problem.points.earned, "possible": problem.points.possible}
            for problem, _why in row.problems
        ]
        if is_shown
        else [],
        "override": None,
        "show_correctness": grade.show_correctness,
        "show_grades": is_shown,
        "url": site_url(f"/courses/{opened.course_key}/jump_to/{usage}"),
    }
