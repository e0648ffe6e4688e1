"""Read ``drafts/``: units that authors changed and have not published yet.

A draft root names its parent and its place there; what is below it is read through it. A file
that nothing leads to is an orphan, which stays in the extras.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from common.content.olx.coursefile import course_path, course_policies
from common.content.olx.files import is_junk
from common.content.olx.parsed import Branches, ParsedBlock, is_same
from common.content.olx.policies import Policy, read_policy
from common.content.olx.reader import BlockReader
from common.content.olx.xmlsafe import BadXmlError, Document, parse_document
from common.content.references import COURSE_BLOCK, parse_relative, to_relative
from common.core.keys import BlockKey

# Containers first: their own list of children stands before single units are put into it.
_LEVELS = {"course": 0, "chapter": 1, "sequential": 2}


@dataclass(frozen=True, slots=True)
class _Root:
    """A draft file that says where it belongs."""

    path: str
    key: BlockKey
    parent: BlockKey | None
    index: int | None


def read_drafts(published: BlockReader, run: str, policy: Policy) -> Branches:
    """Return the blocks of both branches."""
    branches = Branches(published=published.blocks)
    files = published.files
    own = read_policy(files, run, published.log, folder="drafts/policies")
    entries = {**policy.entries, **own.entries}
    reader = BlockReader(
        files,
        source=published.source,
        policies=course_policies(entries, run),
        log=published.log,
        base=published.blocks,
    )
    roots = _find_roots(reader, run)
    for root in roots:
        _read_root(root, reader)
    branches.drafts = reader.blocks
    reached = branches.draft_blocks()
    for key in list(reader.blocks):
        if key not in reached:
            _drop(reader, key)
    branches.from_drafts = {
        key for key, block in reader.blocks.items() if block.xml.pop("listed", None) is None
    }
    everything = {**branches.published, **branches.drafts}
    branches.equal_drafts = sorted(
        str(root.key)
        for root in roots
        if root.key in branches.from_drafts and is_same(root.key, branches.published, everything)
    )
    return branches


def _drop(reader: BlockReader, key: BlockKey) -> None:
    block = reader.blocks.pop(key)
    if block.file.startswith("drafts/"):
        reader.files.used.discard(block.file)
    reader.log.add(
        "draft_orphan",
        f"The draft {key} belongs to no part of the course; it is kept aside.",
        block.file,
        block.line,
    )


def _find_roots(reader: BlockReader, run: str) -> list[_Root]:
    roots = []
    for path in reader.files.under("drafts"):
        if not path.endswith(".xml") or is_junk(path) or path.count("/") < 2:
            continue
        document = _peek(reader, path)
        if document is not None:
            root = _root_of(document, path, reader, run)
            if root is not None:
                roots.append(root)
    # In the order of their places, so that each is put where it was counted.
    roots.sort(
        key=lambda root: (
            _LEVELS.get(root.key.block_type, 3),
            root.parent or COURSE_BLOCK,
            10**9 if root.index is None else root.index,
            root.path,
        )
    )
    return roots


def _peek(reader: BlockReader, path: str) -> Document | None:
    """Return a draft's document without using it up; None, silently, when it is no XML."""
    used = path in reader.files.used
    try:
        return parse_document(reader.files.read(path))
    except BadXmlError as error:
        reader.log.add("bad_xml", f"This is not XML that can be read: {error}.", path, error.line)
        return None
    finally:
        if not used:
            reader.files.used.discard(path)


def _root_of(document: Document, path: str, reader: BlockReader, run: str) -> _Root | None:
    node = document.root
    block_type, _, name = path.removeprefix("drafts/").removesuffix(".xml").partition("/")
    if node.tag != block_type:
        return None
    if path == f"drafts/{course_path(run)}":
        return _Root(path, COURSE_BLOCK, None, None)
    address = node.get("parent_url") or node.get("parent_sequential_url")
    if not address or block_type == "course":
        return None
    parent = parse_relative(to_relative(address, reader.source.key))
    if parent is None:
        reader.log.add(
            "draft_parent",
            f"The parent {address!r} is no block of this course.",
            path,
            node.sourceline,
        )
        return None
    index = node.get("index_in_children_list") or node.get("index_in_children")
    number = int(index) if index is not None and index.isdecimal() and len(index) < 8 else None
    return _Root(path, BlockKey(block_type, name.replace("/", ":")), parent, number)


def _read_root(root: _Root, reader: BlockReader) -> None:
    base = reader.base_blocks
    parent = None
    if root.parent is not None:
        parent = reader.blocks.get(root.parent) or base.get(root.parent)
        if parent is None:
            reader.log.add(
                "draft_orphan",
                f"The draft {root.key} belongs to {root.parent}, which does not exist; it is "
                "kept aside.",
                root.path,
            )
            return
    key: BlockKey | None = root.key
    if root.key not in reader.blocks:
        try:
            key = reader.read_document(reader.parse(root.path), root.key, root.path)
        except BadXmlError:
            return
        if key is not None:
            _keep_form(reader.blocks[key], base.get(key))
    if parent is None or key is None or key in parent.children or root.parent is None:
        return
    reader.blocks[root.parent] = parent = _editable(parent, reader)
    index = len(parent.children) if root.index is None else root.index
    parent.children.insert(index, key)


def _keep_form(draft: ParsedBlock, published: ParsedBlock | None) -> None:
    """Take the form from the published block: a draft's own file says nothing of it."""
    draft.xml.pop("form", None)
    if published is not None and "form" in published.xml:
        draft.xml["form"] = published.xml["form"]


def _editable(parent: ParsedBlock, reader: BlockReader) -> ParsedBlock:
    """Return the draft's own copy of a block whose list of children changes."""
    if parent.key in reader.blocks:
        return reader.blocks[parent.key]
    mine = copy.copy(parent)
    mine.children = list(parent.children)
    mine.xml = {**parent.xml, "listed": True}
    return mine
