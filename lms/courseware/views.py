"""The course from inside: its outline, its units, and links into it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.blocks.api import complete_seen
from common.core.errors import NotFoundError
from common.core.keys import BlockKey, CourseKey, UsageKey, block_key, usage_key
from common.courses.api import Reason
from common.courses.errors import CourseAccessDeniedError
from lms.courseware.blockpage import block_page
from lms.courseware.homepage import home_page
from lms.courseware.jumps import find_by_name, find_unit
from lms.courseware.lockedpage import find_barrier, locked_page
from lms.courseware.opening import OpenCourse, open_course
from lms.courseware.unitpage import unit_marks, unit_page

# What stands in the way, but belongs on the page about the course.
_TOLD_BEFORE_THE_DOOR = {Reason.NOT_ENROLLED, Reason.COURSE_NOT_STARTED}


def course_home(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Show the outline with what is done, and where to go on."""
    try:
        opened = open_course(request, course_key, timezone.now())
    except CourseAccessDeniedError as error:
        if error.code not in _TOLD_BEFORE_THE_DOOR:
            raise
        messages.info(request, str(error.user_message))
        return redirect("lms:about", course_key=course_key)
    return render(request, "lms/course_home.html", {"page": home_page(opened)})


def unit(request: HttpRequest, course_key: CourseKey, usage_key: UsageKey) -> HttpResponse:
    """Show one unit."""
    opened = open_course(request, course_key, timezone.now())
    key = _key_in(course_key, usage_key)
    if not opened.plan.has(key):
        locked = locked_page(opened, key)
        if locked is not None:
            return render(request, "lms/locked.html", {"page": locked}, status=403)
        return _jump(opened, key)
    return render(request, "lms/unit.html", {"page": unit_page(request, opened, key)})


@require_GET
def block(request: HttpRequest, usage_key: UsageKey) -> HttpResponse:
    """Show a unit, or a block of one, without the site around it."""
    opened = open_course(request, usage_key.course_key, timezone.now())
    return render(
        request, "lms/block.html", {"page": block_page(request, opened, block_key(usage_key))}
    )


@require_POST
@login_required
def unit_done(request: HttpRequest, course_key: CourseKey, usage_key: UsageKey) -> HttpResponse:
    """Take a reader's word that a unit was read: where no script can tell."""
    opened = open_course(request, course_key, timezone.now())
    key = _key_in(course_key, usage_key)
    if not opened.plan.has(key):
        raise NotFoundError(f"{key} is no unit of {course_key}")
    leaves = next(unit.leaves for unit in opened.plan.units if unit.key == key)
    complete_seen(opened.session, key, leaves)
    return redirect("lms:unit", course_key=course_key, usage_key=usage_key)


@require_GET
@login_required
def section_marks(request: HttpRequest, course_key: CourseKey, usage_key: UsageKey) -> HttpResponse:
    """Tell which units beside this one are done by now."""
    opened = open_course(request, course_key, timezone.now())
    key = _key_in(course_key, usage_key)
    if not opened.plan.has(key):
        raise NotFoundError(f"{key} is no unit of {course_key}")
    return JsonResponse(unit_marks(opened, key), headers={"Cache-Control": "no-store"})


def jump_to(request: HttpRequest, course_key: CourseKey, usage_key: UsageKey) -> HttpResponse:
    """Lead to the page that shows a block."""
    opened = open_course(request, course_key, timezone.now())
    return _jump(opened, _key_in(course_key, usage_key))


def jump_to_id(request: HttpRequest, course_key: CourseKey, name: str) -> HttpResponse:
    """Lead to the page that shows the block of this url_name."""
    opened = open_course(request, course_key, timezone.now())
    key = find_by_name(
        opened.outline,
        opened.plan,
        name,
        is_told=lambda key: find_barrier(opened, key) is not None,
    )
    return _jump(opened, key)


def _jump(opened: OpenCourse, key: BlockKey) -> HttpResponse:
    """Lead to the unit that shows a block. Raises CourseAccessDeniedError, NotFoundError."""
    barrier = find_barrier(opened, key)
    if barrier is not None and barrier.reason is Reason.GATED:
        return _to_block(opened.course_key, key, key)  # its address says what opens it
    if barrier is not None:
        raise CourseAccessDeniedError(barrier.reason.value, barrier.message)
    unit = find_unit(opened.outline, opened.plan, key)
    return _to_block(opened.course_key, key, unit)


def _key_in(course_key: CourseKey, usage_key: UsageKey) -> BlockKey:
    """Return the block that a usage key names. Raises NotFoundError for another course's.

    Keys of the old form (``i4x://``) tell no run.
    """
    named = usage_key.course_key
    runless = named.run is None and (named.org, named.course) == (course_key.org, course_key.course)
    if named != course_key and not runless:
        raise NotFoundError(f"{usage_key} is no block of {course_key}")
    return block_key(usage_key)


def _to_block(course_key: CourseKey, key: BlockKey, unit: BlockKey) -> HttpResponse:
    response = redirect("lms:unit", course_key=course_key, usage_key=usage_key(course_key, unit))
    if key != unit:
        response["Location"] += f"?block={key}"
    return response
