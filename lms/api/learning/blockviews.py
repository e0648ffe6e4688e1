"""The blocks of a course: for programs (``/api/courses``) and for apps (``course_info/blocks``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from common.blocks.api import get_completions
from common.core.errors import AccessDeniedError, InvalidInputError, NotFoundError
from common.core.keys import BlockKey, CourseKey, block_key, parse_usage_key
from common.grading.api import get_course_grade
from lms.api.learning.assignments import count_assignments
from lms.api.learning.base import (
    PublicView,
    course_key_in,
    flag_of,
    open_named,
    open_own,
    words_of,
)
from lms.api.learning.blockfields import Wish, describe_blocks, usage_texts
from lms.api.learning.blocktree import BlockTree, tree_of
from lms.api.learning.cards import course_card, courseware_access
from lms.api.openapi import describe
from lms.api.shapes import blocks as shapes
from lms.courseware.opening import OpenCourse
from lms.courseware.plan import Completions

APP_NAV_DEPTH: Final = 3
_QUERY: Final = [
    OpenApiParameter("username", description='"" for a visitor; others for course staff'),
    OpenApiParameter("all_blocks", bool, description="all there are, for course staff"),
    OpenApiParameter("depth", description='levels below the root, or "all"; 0'),
    OpenApiParameter("nav_depth", int, description="from which level on descendants are bundled"),
    OpenApiParameter("requested_fields", description="comma-separated"),
    OpenApiParameter("student_view_data", description="types of blocks that say what they play"),
    OpenApiParameter("block_counts", description="types of blocks that are counted"),
    OpenApiParameter("block_types_filter", description="types of blocks that are given"),
    OpenApiParameter("return_type", enum=["dict", "list"]),
]
_COURSE: Final = OpenApiParameter("course_id", required=True)
_ANSWER: Final[Any] = shapes.Blocks | list[shapes.Block]


class Blocks(PublicView):
    """GET ``?course_id=``: the course and what is below it."""

    @describe(_ANSWER, query=[_COURSE, *_QUERY], refused=(400,))
    def get(self, request: Request, usage: str | None = None) -> Response:
        """Return ``{"root", "blocks": {usage key: block}}``, or a list of blocks."""
        course_key, key = _place(request, usage)
        opened = _open(request, course_key, timezone.now())
        wish = read_wish(request)
        completions = get_completions(opened.session.context) if wish.needs_completions else {}
        tree, blocks = _blocks(opened, key, wish, completions)
        if _wants_list(request):
            return Response(list(blocks.values()))
        names = usage_texts(opened.outline, course_key)
        return Response({"root": names[tree.root], "blocks": blocks})


class BlocksInUsage(Blocks):
    """GET: a block and what is below it."""

    @describe(_ANSWER, query=_QUERY, refused=(400,))
    def get(self, request: Request, usage: str | None = None) -> Response:
        """Return the same for one block."""
        return super().get(request, usage)


class AppBlocks(PublicView):
    """GET ``?course_id=``: the same for apps, beside what they show of the course itself."""

    @describe(shapes.AppBlocks | list[shapes.Block], query=[_COURSE, *_QUERY], refused=(400,))
    def get(self, request: Request) -> Response:
        """Return the blocks and the course; ``graded`` and ``descendants`` are always told."""
        course_key = course_key_in(request)
        opened = _open(request, course_key, timezone.now())
        completions = get_completions(opened.session.context)
        tree, blocks = _blocks(opened, None, read_wish(request, for_app=True), completions)
        if _wants_list(request):
            return Response(list(blocks.values()))
        names = usage_texts(opened.outline, course_key)
        card = course_card(opened.run, opened.viewer, opened.now)
        return Response({
            **card,
            "root": names[tree.root],
            "blocks": blocks,
            # An empty object, never null: apps decode it so.
            "certificate": {},
            "course_progress": count_assignments(opened, completions),
            "course_access_details": {
                "has_unmet_prerequisites": False,
                "is_too_early": False,
                "is_staff": opened.viewer.is_staff,
                "audit_access_expires": None,
                "courseware_access": courseware_access(opened.run, opened.viewer, opened.now),
            },
        })  # fmt: skip


def _open(request: Request, course_key: CourseKey, now: datetime) -> OpenCourse:
    if not flag_of(request, "all_blocks"):
        return open_named(request, course_key, now, request.query_params.get("username"))
    opened = open_own(request, course_key, now)
    if not opened.viewer.is_staff:
        raise AccessDeniedError("all_blocks is for the staff of the course")
    return opened


def _place(request: Request, usage: str | None) -> tuple[CourseKey, BlockKey | None]:
    """Return the course, and the block that is asked for; None: the course's own."""
    if usage is None:
        return course_key_in(request), None
    named = parse_usage_key(usage)
    course_key = named.course_key
    if course_key.run is None:
        # Keys of the old form tell no run.
        course_key = course_key_in(request)
        if (course_key.org, course_key.course) != (named.course_key.org, named.course_key.course):
            raise NotFoundError(f"{usage} is no block of {course_key}")
    return course_key, block_key(named)


def _blocks(
    opened: OpenCourse, key: BlockKey | None, wish: Wish, completions: Completions
) -> tuple[BlockTree, dict[str, dict[str, Any]]]:
    root = opened.outline.course if key is None else key
    tree = tree_of(opened.outline, opened.viewer, opened.now, root)
    if tree is None:
        raise NotFoundError(f"no block {key} in {opened.course_key}")
    grade = None
    if "assignment_progress" in wish.fields and opened.viewer.user_id:
        grade = get_course_grade(
            opened.run, opened.viewer.user_id, opened.outline, opened.viewer, opened.now
        )
    found = describe_blocks(opened, tree, wish, completions=completions, grade=grade)
    return tree, found


def read_wish(request: Request, *, for_app: bool = False) -> Wish:
    """Return what the query asks for. Raises InvalidInputError."""
    nav_depth = _number(request, "nav_depth")
    always = frozenset({"graded"} if for_app else ())
    return Wish(
        fields=frozenset(words_of(request, "requested_fields")) | always,
        depth=_depth(request),
        nav_depth=APP_NAV_DEPTH if for_app and nav_depth is None else nav_depth,
        types=frozenset(words_of(request, "block_types_filter")),
        data_types=frozenset(words_of(request, "student_view_data")),
        counted=tuple(dict.fromkeys(words_of(request, "block_counts"))),
    )


def _depth(request: Request) -> int | None:
    if request.query_params.get("depth", "").strip().lower() == "all":
        return None
    return _number(request, "depth") or 0


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise InvalidInputError(f"{name} is no number from 0 on: {text!r}")
    return int(text)


def _wants_list(request: Request) -> bool:
    kind = request.query_params.get("return_type", "dict").strip()
    if kind not in {"dict", "list"}:
        raise InvalidInputError(f"return_type is dict or list, not {kind!r}")
    return kind == "list"
