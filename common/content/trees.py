"""Cut a whole course into chunks and a root, and write them as one version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from common.content import codec
from common.content.data import Asset, Block, CourseTree, Root, SectionRef
from common.content.errors import InvalidTreeError
from common.content.objects import ObjectWriter
from common.core.keys import BlockKey

Find = Callable[[BlockKey], Block | None]


def write_tree(tree: CourseTree, *, writer: ObjectWriter | None = None) -> str:
    """Write a course; return its version id, the same for the same content.

    Everything is durable when this returns, the writer's earlier objects included. Raises
    InvalidTreeError when a child is missing, listed twice by one parent, or its own ancestor.
    """
    writer = writer or ObjectWriter()
    sections = []
    reached: set[BlockKey] = set()
    _check_children(tree.course, tree.blocks.get)
    for key in tree.course.children:
        below = collect_subtree(key, tree.blocks.get)
        reached.update(below)
        sections.append(SectionRef(key, writer.add(codec.encode_chunk(below.values()))))
    if tree.course.key in tree.blocks or tree.course.key in reached:
        raise InvalidTreeError(f"the course {tree.course.key} is among its own blocks")
    loose = {key: block for key, block in tree.blocks.items() if key not in reached}
    for block in loose.values():
        _check_children(block, tree.blocks.get)
    root = Root(
        course=replace(tree.course, children=()),
        sections=tuple(sections),
        detached=writer.add(codec.encode_chunk(loose.values())) if loose else None,
        policy=tree.policy,
        assets=write_assets(tree.assets, writer=writer),
        pages=tree.pages,
        extras=tree.extras,
    )
    return write_root(root, writer=writer)


def write_root(root: Root, *, writer: ObjectWriter) -> str:
    """Write a root after everything that it names; return the version id."""
    # The root goes last and alone: a version that can be found is whole.
    writer.flush()
    version_id = writer.add(codec.encode_root(root))
    writer.flush()
    return version_id


def write_assets(assets: Mapping[str, Asset], *, writer: ObjectWriter) -> str:
    """Add a manifest; return its id. Raises InvalidTreeError for an asset under another path."""
    for path, asset in assets.items():
        if asset.path != path:
            raise InvalidTreeError(f"asset {asset.path!r} is listed as {path!r}")
    return writer.add(codec.encode_assets(assets))


def collect_subtree(top: BlockKey, find: Find) -> dict[BlockKey, Block]:
    """Return ``top`` and all below it. Raises InvalidTreeError."""
    found: dict[BlockKey, Block] = {}
    # (key, leaving): a key that is entered while it is still open is its own ancestor.
    stack: list[tuple[BlockKey, bool]] = [(top, False)]
    ancestors: set[BlockKey] = set()
    while stack:
        key, leaving = stack.pop()
        if leaving:
            ancestors.discard(key)
            continue
        if key in ancestors:
            raise InvalidTreeError(f"block {key} is below itself")
        if key in found:
            continue
        block = found[key] = _get(key, find)
        _check_children(block, find)
        ancestors.add(key)
        stack.append((key, True))
        stack.extend((child, False) for child in reversed(block.children))
    return found


def _get(key: BlockKey, find: Find) -> Block:
    block = find(key)
    if block is None:
        raise InvalidTreeError(f"block {key} is listed as a child and does not exist")
    if block.key != key:
        raise InvalidTreeError(f"block {block.key} is held as {key}")
    return block


def _check_children(block: Block, find: Find) -> None:
    if len(set(block.children)) != len(block.children):
        raise InvalidTreeError(f"block {block.key} lists a child twice")
    for child in block.children:
        if find(child) is None:
            raise InvalidTreeError(f"block {block.key} lists {child}, which does not exist")
