"""Courses, learners and clients for tests of blocks, here and in the sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from common.blocks import api
from common.content.tests.factories import Node, make_course, section, subsection, unit
from common.core.keys import BlockKey, CourseKey, UsageKey, usage_key
from common.enrollments.api import enroll, get_learner_context
from common.enrollments.data import LearnerContext

UNIT = BlockKey("vertical", "u")
_LAST = iter(range(1, 10**9))


@dataclass(slots=True)
class World:
    """A published course with one unit, and a learner enrolled in it."""

    course_key: CourseKey
    learner: Any

    def usage(self, block_type: str, block_id: str) -> UsageKey:
        return usage_key(self.course_key, BlockKey(block_type, block_id))

    def context(self, user: Any = None) -> LearnerContext:
        return get_learner_context(self.course_key, user or self.learner)

    def session(self, user: Any = None) -> api.BlockSession:
        return api.open_session(self.context(user), user or self.learner)

    def client(self, user: Any = None, *, csrf: bool = False) -> Client:
        client = Client(enforce_csrf_checks=csrf)
        client.force_login(user or self.learner)
        return client

    def handler(self, block_type: str, block_id: str, name: str, suffix: str = "") -> str:
        url = f"/courses/{self.course_key}/xblock/{self.usage(block_type, block_id)}/handler/{name}"
        return f"{url}/{suffix}" if suffix else url


def make_user(name: str = "learner", **fields: Any) -> Any:
    """Return a new person whose name begins so."""
    username = f"{name}{next(_LAST)}"
    return get_user_model().objects.create_user(
        username, f"{username}@example.com", "secret", **fields
    )


def make_world(
    *blocks: Node,
    sections: Sequence[Node] | None = None,
    key: str = "",
    enrolled: bool = True,
    graded: bool = True,
    **course: Any,
) -> World:
    """Publish a course whose unit ``u`` holds ``blocks``, and enroll a learner."""
    if sections is None:
        settings = {"graded": graded, "format": "Homework"}
        sections = [section("c", subsection("s", unit("u", *blocks), **settings))]
    course_key = make_course(
        key or f"course-v1:Lyceum+B{next(_LAST)}+2026", sections=sections, **course
    )
    learner = make_user()
    if enrolled:
        enroll(course_key, learner, now=timezone.now(), check=False)
    return World(course_key, learner)
