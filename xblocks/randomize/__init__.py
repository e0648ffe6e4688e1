"""One child of several for each learner, always the same one."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock

from xblocks.kit.children import render_all

__all__ = ["RandomizeBlock"]


@XBlock.wants("selection")
class RandomizeBlock(XBlock):
    """Shows the child that the host drew for this learner."""

    has_children = True
    completion_mode = XBlockCompletionMode.AGGREGATOR

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the child drawn for this learner."""
        service = self.runtime.service(self, "selection")
        if service is None:
            children = list(self.get_children())[:1]
        else:
            children = [self.runtime.get_block(key) for key in service.selected_children(self)]
        return render_all(self, children, context)

    def author_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show all children."""
        return render_all(self, self.get_children(), context)
