"""A discussion topic in a unit. The discussions themselves are not open on this site yet."""

from __future__ import annotations

from typing import Any

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
    """Names a topic. No page shows discussions, so there is nothing to link to."""

    completion_mode = XBlockCompletionMode.EXCLUDED

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Name the topic, and say that it cannot be discussed here."""
        texts = Texts(self)
        heading = texts.gettext("Discussion: {topic}").format(topic=self._topic())
        sentence = texts.gettext("Discussions are not open on this site yet.")
        return Fragment(
            Markup('<div class="discussion-block"><p><b>{}</b></p><p>{}</p></div>').format(
                heading, sentence
            )
        )

    def student_view_data(self, context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what clients need that show the discussion themselves."""
        return {"topic_id": self.discussion_id}

    def _topic(self) -> str:
        return str(
            self.discussion_target
            or getattr(self, "display_name", None)
            or self.scope_ids.usage_id.block_id
        )
