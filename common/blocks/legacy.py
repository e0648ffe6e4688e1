"""Attributes of the platform's runtime that blocks read without declaring a service.

Third-party blocks probe for these with ``hasattr`` (reference: xblock, section 2).
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.template.loader import render_to_string
from xblock.exceptions import NoSuchUsage

from common.blocks import anonymous, links
from common.blocks.services.people import find_user_by_anonymous_id, role_of

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

logger = logging.getLogger(__name__)


class _CourseStore:
    """The one call that blocks make of the platform's content store."""

    def __init__(self, runtime: Any) -> None:
        self._runtime = runtime

    def get_course(self, course_key: Any, depth: int = 0) -> Any:
        """Return the course block, or None when it is not the course being shown."""
        session = self._runtime.session
        if course_key != session.course_key:
            return None
        course = session.outline.course
        try:
            return self._runtime.get_block(
                course_key.make_usage_key(course.block_type, course.block_id)
            )
        except NoSuchUsage:
            return None


class LegacyAttributes:
    """Mixed into the runtime; everything is read from its session."""

    session: BlockSession
    STATIC_URL = settings.STATIC_URL
    position = None
    resources_fs = None
    export_fs = None
    is_author_mode = False
    # The misspelling is the name that blocks probe for.
    suppports_state_for_anonymous_users = False

    @property
    def course_id(self) -> Any:
        return self.session.course_key

    @property
    def anonymous_student_id(self) -> str:
        user_id = self.session.context.user_id
        return "" if user_id is None else anonymous.anonymous_id(user_id, self.session.course_key)

    @property
    def user_is_staff(self) -> bool:
        return self.session.viewer.is_staff

    @property
    def user_is_admin(self) -> bool:
        return self.session.viewer.is_global_staff

    @property
    def user_is_beta_tester(self) -> bool:
        return self.session.viewer.is_beta

    @property
    def seed(self) -> int:
        return self.session.context.user_id or 0

    @property
    def hostname(self) -> str:
        return self.session.host or settings.LMS_BASE

    @property
    def cache(self) -> Any:
        return caches["shared"]

    @property
    def course_entry(self) -> Any:
        return self.session.context.run

    @property
    def trusts_scripts(self) -> bool:
        """Whether an operator lets the scripts of this course's authors run in the page."""
        return self.session.context.run.trusts_scripts

    @property
    def course_end(self) -> datetime | None:
        """When the course ends: the due date of what has none."""
        return self.session.outline.facts.end

    @property
    def modulestore(self) -> _CourseStore:
        return _CourseStore(self)

    def get_real_user(self, anonymous_student_id: str | None = None) -> Any:
        """Return the person behind an anonymous id of this course, or the one who looks."""
        if anonymous_student_id is None:
            return self.session.user
        return find_user_by_anonymous_id(anonymous_student_id, self.session.course_key)

    def get_user_role(self) -> str:
        """Return student, staff or instructor."""
        return role_of(self.session.viewer)

    def replace_urls(self, text: str) -> str:
        return links.rewrite_static_links(text, self.session.course_key)

    def replace_course_urls(self, text: str) -> str:
        return links.rewrite_course_links(text, self.session.course_key)

    def replace_jump_to_id_urls(self, text: str) -> str:
        return links.rewrite_jump_links(text, self.session.course_key)

    def render_template(
        self, template: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        return render_to_string(template, context, request=request)

    def get_policy(self, _usage_id: Any) -> dict[str, Any]:
        """Return the policy of a block: none, as it was merged into the settings at import."""
        return {}

    def get_field_provenance(self, block: Any, field: Any) -> dict[str, Any]:
        """Return what a field falls back on, and whether the author set it."""
        is_set = block._field_data.has(block, field.name)  # the library's own name
        try:
            default = block._field_data.default(block, field.name)  # same
        except KeyError:
            default = field.default
        return {"default_value": default, "explicitly_set": is_set}
