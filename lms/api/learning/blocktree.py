"""The blocks of a course that one person sees, as a tree laid out for a client. Pure.

Walked once over the outline, whatever is asked of the blocks afterwards: nothing here reads a
block, a row or a clock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from common.core.keys import BlockKey
from common.courses.api import audience, opened_gates, visibility_window, visible_blocks
from common.courses.data import CompletionMode, CourseOutline, Viewer


@dataclass(frozen=True, slots=True)
class BlockTree:
    """A block and all below it that somebody sees, in document order, the root first.

    ``depths`` count from the root, which has none; ``children`` are those in the tree.
    """

    root: BlockKey
    depths: dict[BlockKey, int]
    children: dict[BlockKey, tuple[BlockKey, ...]]


def tree_of(
    outline: CourseOutline, viewer: Viewer, now: datetime, root: BlockKey
) -> BlockTree | None:
    """Return the tree below ``root``; None for what the person sees nowhere.

    What is kept out of the outline of pages is kept out here too, with all below it. The tree of
    a whole course is kept with the outline, for all who see the same of it.
    """
    if root != outline.course:
        return _make_tree(outline, viewer, now, root)
    since, _until = visibility_window(outline, viewer, now)
    gates = opened_gates(outline, viewer)
    name = ("block tree", audience(outline, viewer), since, gates, viewer.is_staff)
    return outline.remember(name, lambda: _make_tree(outline, viewer, now, root))


def _make_tree(
    outline: CourseOutline, viewer: Viewer, now: datetime, root: BlockKey
) -> BlockTree | None:
    visible = visible_blocks(outline, viewer, now)
    blocks = outline.blocks
    above = [block.key for block in outline.iter_ancestors(root)] if root in blocks else []
    if root not in visible or any(_is_hidden(outline, viewer, key) for key in (root, *above)):
        return None
    depths: dict[BlockKey, int] = {}
    children: dict[BlockKey, tuple[BlockKey, ...]] = {}
    stack = [(root, 0)]
    while stack:
        key, depth = stack.pop()
        depths[key] = depth
        # A block in two places is where it stands first, as for pages and grades.
        found = children[key] = tuple(
            child
            for child in blocks[key].children
            if child in visible
            and blocks[child].parent == key
            and (viewer.is_staff or not blocks[child].hide_from_toc)
        )
        stack.extend((child, depth + 1) for child in reversed(found))
    return BlockTree(root, depths, children)


def _is_hidden(outline: CourseOutline, viewer: Viewer, key: BlockKey) -> bool:
    return not viewer.is_staff and outline.blocks[key].hide_from_toc


def kept_blocks(tree: BlockTree, depth: int | None, types: Collection[str]) -> list[BlockKey]:
    """Return the blocks down to a depth (None: all), of these types (none named: all)."""
    return [
        key
        for key, found in tree.depths.items()
        if (depth is None or found <= depth) and (not types or key.block_type in types)
    ]


def navigation(
    tree: BlockTree, kept: Collection[BlockKey], nav_depth: int
) -> dict[BlockKey, list[BlockKey]]:
    """Return what a client shows below each block: its children, and all from ``nav_depth`` on.

    Only kept blocks; those below ``nav_depth`` have nothing below them.
    """
    found: dict[BlockKey, list[BlockKey]] = {}
    bundle: list[BlockKey] = []
    for key, depth in tree.depths.items():
        if depth < nav_depth:
            found[key] = [child for child in tree.children[key] if child in kept]
        elif depth == nav_depth:
            bundle = found[key] = []
        elif key in kept:
            bundle.append(key)
    return found


def count_below(tree: BlockTree, types: Collection[str]) -> dict[BlockKey, dict[str, int]]:
    """Return for each block how many blocks of each type are below it, itself included."""
    counts: dict[BlockKey, dict[str, int]] = {}
    for key in reversed(tree.depths):
        own = dict.fromkeys(types, 0)
        if key.block_type in own:
            own[key.block_type] = 1
        for child in tree.children[key]:
            for name, number in counts[child].items():
                own[name] += number
        counts[key] = own
    return counts


def completion_below(
    outline: CourseOutline,
    tree: BlockTree,
    completions: Mapping[BlockKey, float],
    counted: Collection[BlockKey],
) -> dict[BlockKey, float]:
    """Return how far each block is completed; a container is when all is that is below it.

    ``counted`` are the person's blocks, those in parts that are shut included: such a part is
    complete when they are. What cannot be completed, and holds nothing, is absent.
    """
    found: dict[BlockKey, float] = {}
    for key in reversed(tree.depths):
        children = tree.children[key]
        block = outline.blocks[key]
        if block.completion_mode == CompletionMode.COMPLETABLE.value:
            found[key] = completions.get(key, 0.0)
        elif children:
            is_done = all(found.get(child, 1.0) >= 1.0 for child in children)
            found[key] = 1.0 if is_done else 0.0
        elif block.children or key.block_type in _CONTAINERS:
            is_done = all(
                completions.get(part.key, 0.0) >= 1.0
                for part in outline.iter_subtree(key)
                if part.key in counted and part.completion_mode == CompletionMode.COMPLETABLE.value
            )
            found[key] = 1.0 if is_done else 0.0
    return found


_CONTAINERS = frozenset({"course", "chapter", "sequential", "vertical"})
