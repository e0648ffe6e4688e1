"""A discussion topic in a unit, as a link to the course's discussions."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock

from xblocks.kit.fields import declared_fields
from xblocks.kit.texts import Texts

__all__ = ["DiscussionBlock"]

_DiscussionFields: Any = declared_fields("discussion")


@XBlock.needs("i18n")
class DiscussionBlock(_DiscussionFields, XBlock):
    """Names a topic; the discussion itself is a page of the course."""

    completion_mode = XBlockCompletionMode.EXCLUDED

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show a link to the topic."""
        text = Texts(self).gettext("Discuss “{topic}”").format(topic=self._topic())
        return Fragment(
            Markup('<p class="discussion-block"><a href="{}">{}</a></p>').format(
                self.topic_url(), text
            )
        )

    def topic_url(self) -> str:
        """Return the address of the topic's page."""
        course_key = self.scope_ids.usage_id.course_key
        topic = quote(self.discussion_id or "", safe="")
        return f"/courses/{course_key}/discussion/forum/" + (f"?topic={topic}" if topic else "")

    def student_view_data(self, context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what clients need that show the discussion themselves."""
        return {"topic_id": self.discussion_id}

    def _topic(self) -> str:
        return str(
            self.discussion_target
            or getattr(self, "display_name", None)
            or self.scope_ids.usage_id.block_id
        )
