"""What stands for a block whose type is not installed, or whose package does not load."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.core import XBlock

from common.blocks import types
from common.blocks.errors import BlockUnavailableError


class UnavailableBlock(XBlock):
    """Shows one neutral sentence to learners, and staff why; keeps the content untouched."""

    has_children = False
    # Said by the runtime where the class is there and something else is wrong.
    reason = ""

    def fallback_view(self, view_name: str, context: Any = None) -> Fragment:
        reason = self.reason or self.scope_ids.block_type
        try:
            types.load_block_class(self.scope_ids.block_type)
        except BlockUnavailableError as error:
            reason = error.developer_message
        fragment: Fragment = self.runtime.error_fragment(reason)
        return fragment

    def student_view(self, context: Any = None) -> Fragment:
        return self.fallback_view("student_view", context)

    def public_view(self, context: Any = None) -> Fragment:
        return self.fallback_view("public_view", context)
