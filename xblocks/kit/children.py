"""Rendering what lies inside a container."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from web_fragments.fragment import Fragment


def render_all(block: Any, children: Iterable[Any], context: dict[str, Any] | None) -> Fragment:
    """Return the learner's view of these children, one below the other."""
    fragment = Fragment()
    for child in children:
        # Blocks write into their context: each gets its own.
        rendered = block.runtime.render_child(child, "student_view", dict(context or {}))
        fragment.add_fragment_resources(rendered)
        fragment.add_content(rendered.content)
    return fragment
