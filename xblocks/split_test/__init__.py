"""A content experiment: each learner sees the child of their group."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock

from xblocks.kit.children import render_all
from xblocks.kit.fields import declared_fields
from xblocks.kit.texts import Texts

__all__ = ["SplitTestBlock"]

_SplitTestFields: Any = declared_fields("split_test")
CHILD_RENDERED = "xblock.split_test.child_render"


@XBlock.needs("i18n")
@XBlock.wants("selection", "partitions", "user")
class SplitTestBlock(_SplitTestFields, XBlock):
    """Which group somebody is in is the host's business (services selection, partitions)."""

    has_children = True
    completion_mode = XBlockCompletionMode.AGGREGATOR

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the child of the learner's group; nothing to somebody without a group."""
        child_key = self.child_key()
        if child_key is None:
            return Fragment()
        child = self.runtime.get_block(child_key)
        self.runtime.publish(self, CHILD_RENDERED, {"child_id": str(child_key)})
        return render_all(self, [child], context)

    def author_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the child of every group under its name."""
        texts, fragment = Texts(self), Fragment()
        names = self._group_names()
        for group_id, key in sorted(self.group_id_to_child.items()):
            if key not in self.children:
                continue
            name = names.get(str(group_id)) or texts.gettext("Group {number}").format(
                number=group_id
            )
            fragment.add_content(Markup('<h4 class="split-test-group">{}</h4>').format(name))
            child = render_all(self, [self.runtime.get_block(key)], context)
            fragment.add_fragment_resources(child)
            fragment.add_content(child.content)
        return fragment

    def child_key(self) -> Any:
        """Return the key of the child of this learner's group, None where there is none."""
        selection = self.runtime.service(self, "selection")
        if selection is not None:
            return selection.group_child(self)
        partitions = self.runtime.service(self, "partitions")
        if partitions is None or self.user_partition_id is None:
            return None
        group_id = partitions.get_user_group_id_for_partition(
            self.scope_ids.user_id, self.user_partition_id
        )
        key = self.group_id_to_child.get(str(group_id))
        return key if key in self.children else None

    def _group_names(self) -> dict[str, str]:
        partitions = self.runtime.service(self, "partitions")
        partition = (
            partitions.get_user_partition(self.user_partition_id)
            if partitions is not None and self.user_partition_id is not None
            else None
        )
        groups = getattr(partition, "groups", None) or ()
        return {str(group.id): str(group.name) for group in groups}
