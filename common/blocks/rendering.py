"""Render a view of a block, and all below it, for a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from web_fragments.fragment import Fragment

from common.blocks import types
from common.blocks.data import BlockInfo, RenderedBlock
from common.blocks.links import rewrite_links
from common.blocks.session import BlockSession
from common.blocks.wrapping import collect_resources, resources_html
from common.core.errors import NotFoundError
from common.core.keys import BlockKey, usage_key

STUDENT_VIEW = "student_view"
PUBLIC_VIEW = "public_view"


def render(
    session: BlockSession, key: BlockKey, view: str, context: Mapping[str, Any] | None
) -> RenderedBlock:
    """Return the view; links are rewritten, resources are those of the whole subtree."""
    session.prefetch(key)
    if session.source.find(key) is None:
        raise NotFoundError(f"no block {key} in {session.course_key}")
    block = session.runtime.get_block(usage_key(session.course_key, key))
    fragment = session.runtime.render(block, view, context)
    blocks = _blocks(session, key)
    third_party = any(_is_third_party(info.block_type) for info in blocks)
    return _page_parts(session, fragment, blocks, needs_globals=third_party)


def _is_third_party(block_type: str) -> bool:
    found = types.find_block_class(block_type)
    return found is not None and types.is_third_party(found)


def _page_parts(
    session: BlockSession,
    fragment: Fragment,
    blocks: tuple[BlockInfo, ...],
    *,
    needs_globals: bool,
) -> RenderedBlock:
    resources = collect_resources(fragment)
    html = rewrite_links(fragment.body_html(), session.course_key)
    return RenderedBlock(
        html=mark_safe(html),  # noqa: S308 # blocks escape their own content
        head=resources_html(resources, "head"),
        foot=SafeString(resources_html(resources, "foot")),
        resources=resources,
        needs_runtime="data-init=" in html or "author-frame" in html,
        needs_globals=needs_globals,
        blocks=blocks,
    )


def _blocks(session: BlockSession, root: BlockKey) -> tuple[BlockInfo, ...]:
    """Return the blocks that the person is shown, the root first."""
    shown = []
    for block in session.outline.iter_subtree(root):
        if not session.is_visible(block.key):
            continue
        completion = session.completion_of(block.key)
        shown.append(
            BlockInfo(
                key=block.key,
                block_type=block.key.block_type,
                display_name=block.display_name,
                has_score=block.has_score,
                completion=completion,
                on_view=block.complete_on_view and completion < 1.0 and session.keeps_work,
            )
        )
    return tuple(shown)
