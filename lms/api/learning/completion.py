"""What a client tells of somebody's work: what was completed, and where they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from common.blocks.api import complete_blocks, find_last_visit, visit_block
from common.core.errors import AccessDeniedError, InvalidInputError, NotFoundError
from common.core.keys import BlockKey, block_key, parse_course_key, parse_usage_key, usage_key
from lms.api.learning.base import LearnerView, body_of, open_own, require_self
from lms.api.openapi import FORM, JSON, MERGE_PATCH, describe
from lms.api.shapes import enrollments as shapes
from lms.api.shapes.blocks import CompletionBatch as CompletionBatchSent
from lms.api.shapes.errors import Detail
from lms.courseware.jumps import find_unit
from lms.courseware.opening import OpenCourse

_MOST_BLOCKS: Final = 1_000


class CompletionBatch(LearnerView):
    """POST: what somebody completed, by block."""

    @describe(Detail, sent=CompletionBatchSent)
    def post(self, request: Request) -> Response:
        """Complete the blocks; all of them, or none where one cannot be."""
        body = body_of(request)
        missing = [name for name in ("username", "course_key", "blocks") if not body.get(name)]
        if missing:
            raise InvalidInputError(f"{missing[0]} is missing")
        require_self(request, str(body["username"]))
        opened = open_own(request, _course_of(body), timezone.now())
        if not opened.viewer.is_enrolled:
            raise InvalidInputError(f"not enrolled in {opened.course_key}")
        try:
            complete_blocks(opened.session, _read_blocks(opened, body["blocks"]))
        except (AccessDeniedError, NotFoundError) as error:
            raise InvalidInputError(error.developer_message) from error
        return Response({"detail": "ok"})

    def handle_exception(self, exc: Exception) -> Response:
        """Answer in the shape of this family; who does not take the course sent a wrong one."""
        if isinstance(exc, AccessDeniedError) and self.request.user.is_authenticated:
            exc = InvalidInputError(exc.developer_message)
        response = super().handle_exception(exc)
        if isinstance(exc, InvalidInputError | NotFoundError):
            response.data["detail"] = exc.developer_message
        return response


def _course_of(body: Mapping[str, Any]) -> Any:
    try:
        return parse_course_key(str(body["course_key"]))
    except NotFoundError as error:
        raise InvalidInputError(error.developer_message) from error


def _read_blocks(opened: OpenCourse, blocks: Any) -> dict[BlockKey, float]:
    if not isinstance(blocks, Mapping) or len(blocks) > _MOST_BLOCKS:
        raise InvalidInputError(f"blocks is no object of at most {_MOST_BLOCKS}")
    return {_read_key(opened, name): _read_share(value) for name, value in blocks.items()}


def _read_key(opened: OpenCourse, name: Any) -> BlockKey:
    try:
        named = parse_usage_key(str(name))
    except NotFoundError as error:
        raise InvalidInputError(error.developer_message) from error
    if named.course_key != opened.course_key:
        raise InvalidInputError(f"{name} is no block of {opened.course_key}")
    return block_key(named)


def _read_share(value: Any) -> float:
    """Return a share from a number or its text: one of the apps sends "1"."""
    try:
        share = float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        share = float("nan")
    if not isfinite(share) or not 0 <= share <= 1:
        raise InvalidInputError(f"no share from 0 to 1: {str(value)[:50]!r}")
    return share


class CourseStatus(LearnerView):
    """GET, PATCH: where one is in a course."""

    @describe(shapes.CourseStatus)
    def get(self, request: Request, username: str, course_id: str) -> Response:
        """Return the unit that one was in last, before any the first. One statement more."""
        return Response(describe_status(self._open(request, username, course_id)))

    @describe(
        shapes.CourseStatus, sent=shapes.CourseStatusChange, sent_as=(JSON, MERGE_PATCH, FORM)
    )
    def patch(self, request: Request, username: str, course_id: str) -> Response:
        """Remember ``last_visited_module_id``, unless something is newer than the date sent."""
        opened = self._open(request, username, course_id)
        body = body_of(request)
        told = _read_date(body.get("modification_date"))
        name = body.get("last_visited_module_id")
        if name:
            key = _read_visited(opened, name)
            last = find_last_visit(opened.session.context)
            if told is None or last is None or told > last[1]:
                visit_block(opened.session, key)
        return Response(describe_status(opened))

    def _open(self, request: Request, username: str, course_id: str) -> OpenCourse:
        require_self(request, username)
        return open_own(request, parse_course_key(course_id), timezone.now())


def describe_status(opened: OpenCourse) -> dict[str, Any]:
    """Return where one is; without any unit, the course. One statement."""
    last = find_last_visit(opened.session.context)
    block = None if last is None else last[0]
    unit = opened.plan.unit_of(block)
    first = opened.plan.units[0].key if opened.plan.units else opened.outline.course
    place = first if unit is None else unit
    path = [place, *(above.key for above in opened.outline.iter_ancestors(place))]
    names = [str(usage_key(opened.course_key, key)) for key in path]
    return {
        "last_visited_module_id": names[0],
        "last_visited_module_path": names,
        # Empty, never null: apps decode it so.
        "last_visited_block_id": ""
        if block is None or unit is None
        else str(usage_key(opened.course_key, block)),
        "last_visited_unit_display_name": opened.outline.block(place).display_name,
    }


def _read_visited(opened: OpenCourse, name: Any) -> BlockKey:
    """Return the unit, or the block within one, that a client names. Raises InvalidInputError."""
    try:
        key = _read_key(opened, name)
        return key if opened.plan.unit_of(key) else find_unit(opened.outline, opened.plan, key)
    except NotFoundError as error:
        raise InvalidInputError(error.developer_message) from error


def _read_date(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise InvalidInputError(f"modification_date is no date: {str(value)[:50]!r}")
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
