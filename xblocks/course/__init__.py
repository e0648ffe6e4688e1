"""The root of a course: its settings, and sections in order."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock

from xblocks.kit.children import render_all
from xblocks.kit.fields import declared_fields

__all__ = ["CourseBlock"]

_CourseFields: Any = declared_fields(
    "course",
    catalog_visibility="both",
    course_visibility="private",
    course_image="images_course_image.jpg",
    certificates_display_behavior="end",
    cosmetic_display_price="0",
    entrance_exam_minimum_score_pct=65.0,
    minimum_grade_credit=0.8,
    allow_anonymous=True,
    cert_html_view_enabled=True,
)


class CourseBlock(_CourseFields, XBlock):
    """A course run as its authors set it up."""

    has_children = True
    completion_mode = XBlockCompletionMode.AGGREGATOR

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show all sections; pages show one unit at a time."""
        return render_all(self, self.get_children(), context)
