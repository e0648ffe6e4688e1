"""Chapter, sequential and vertical: the section, subsection and unit of a course."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock

from xblocks.kit.children import render_all
from xblocks.kit.fields import declared_fields

__all__ = ["ChapterBlock", "SequentialBlock", "VerticalBlock"]

# Fields come from the one declaration of OLX; to the type checker they are Any.
_ChapterFields: Any = declared_fields("chapter")
_SequentialFields: Any = declared_fields("sequential")
_VerticalFields: Any = declared_fields("vertical", discussion_enabled=True)


class ChapterBlock(_ChapterFields, XBlock):
    """A section: subsections in order."""

    has_children = True
    completion_mode = XBlockCompletionMode.AGGREGATOR

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show all that the section holds."""
        return render_all(self, self.get_children(), context)


class SequentialBlock(_SequentialFields, XBlock):
    """A subsection: units in order."""

    has_children = True
    completion_mode = XBlockCompletionMode.AGGREGATOR

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show all units, one below the other; pages show them one at a time."""
        return render_all(self, self.get_children(), context)


class VerticalBlock(_VerticalFields, XBlock):
    """A unit: what a learner sees on one page."""

    has_children = True
    completion_mode = XBlockCompletionMode.AGGREGATOR

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the blocks of the unit."""
        return render_all(self, self.get_children(), context)

    author_view = student_view
