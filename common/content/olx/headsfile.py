"""``lyceum/heads.json``: what a course's two versions hold and OLX has no place for.

Written only where there is something to say: that nothing was ever published, blocks that the
course does not reach, and a draft whose grading policy, pages, assets or other files are not
those of the published version. Other platforms pass it over. Bytes lie beside it,
``lyceum/files/SHA256``.

    {"format": 1,
     "published": false,
     "detached": {"TYPE@NAME": {"settings", "children", "xml", "body": {"fields", "olx"}}},
     "draft": {"detached", "policy", "pages": {path: text}, "assets": {path: asset},
               "extras": {path: SHA256}}}

``published`` false: the rest of the archive is the draft, and there is no published version.
In ``draft`` only what differs stands; null takes a page, an asset or a file away.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from common.content.codec import block_bytes
from common.content.data import JSON, Asset, Block, CourseTree, Definition, Root
from common.content.olx.codecs.base import WriteContext
from common.content.olx.collector import Member, clean_path
from common.content.olx.errors import InvalidCourseError
from common.content.olx.files import CourseFiles
from common.content.olx.names import clean_name, is_block_type
from common.content.olx.pages import is_page
from common.content.olx.policies import read_json
from common.content.olx.reader import codec_for
from common.content.olx.report import WarningLog
from common.content.references import COURSE_BLOCK
from common.core.keys import BlockKey, CourseLocator

logger = logging.getLogger(__name__)

HEADS_JSON: Final = "lyceum/heads.json"
FILES_FOLDER: Final = "lyceum/files"
_ANY: Final = CourseLocator("o", "c", "r")

Detached = Mapping[BlockKey, tuple[Block, Definition | None]]


@dataclass(slots=True)
class DraftRoot:
    """What the draft has otherwise than the published version; None takes a path away."""

    detached: Detached | None = None
    policy: tuple[JSON] | None = None
    pages: dict[str, str | None] = field(default_factory=dict)
    assets: dict[str, Asset | None] = field(default_factory=dict)
    extras: dict[str, str | None] = field(default_factory=dict)


@dataclass(slots=True)
class HeadsFile:
    """All of heads.json; ``draft`` None: it has nothing of its own here."""

    detached: Detached = field(default_factory=dict)
    draft: DraftRoot | None = None
    is_published: bool = True
    # The bytes of the draft's assets and files, by hash.
    members: dict[str, Member] = field(default_factory=dict)


# Writing


def heads_value(
    *,
    published: Root,
    draft: Root,
    assets: tuple[Mapping[str, Asset], Mapping[str, Asset]],
    detached: tuple[Detached, Detached],
    get_text: Callable[[str], str],
    is_published: bool = True,
) -> tuple[dict[str, JSON], set[str]]:
    """Return the content of heads.json, empty when nothing is to be said, and hashes of files.

    The pairs are of the published version and of the draft; twice of the draft where nothing
    was ever published.
    """
    loose = [_detached_json(blocks) for blocks in detached]
    own: dict[str, JSON] = {
        "detached": loose[1] if loose[0] != loose[1] else None,
        "pages": {
            path: None if text_hash is None else get_text(text_hash)
            for path, text_hash in _changed(published.pages, draft.pages).items()
        },
        "assets": {
            path: None if asset is None else _asset_json(asset)
            for path, asset in _changed(*assets).items()
        },
        "extras": _changed(published.extras, draft.extras),
    }
    own = {
        name: value
        for name, value in own.items()
        if value or (name == "detached" and value is not None)
    }
    if published.policy != draft.policy:
        own["policy"] = draft.policy
    value: dict[str, JSON] = {"detached": loose[0], "draft": own}
    value = {name: part for name, part in value.items() if part}
    if not is_published:
        value["published"] = False
    hashes = {sha256 for sha256 in own.get("extras", {}).values() if sha256}
    hashes |= {asset["sha256"] for asset in own.get("assets", {}).values() if asset}
    return ({"format": 1, **value} if value else {}), hashes


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of ``after`` that are new or other, and None for those it lacks."""
    changed = {path: value for path, value in after.items() if before.get(path) != value}
    return {**changed, **dict.fromkeys(before.keys() - after.keys())}


def _detached_json(blocks: Detached) -> dict[str, JSON]:
    return {
        str(key): {
            "settings": dict(block.settings),
            "children": [str(child) for child in block.children],
            "xml": dict(block.xml),
            "body": None if body is None else {"fields": dict(body.fields), "olx": body.olx},
        }
        for key, (block, body) in blocks.items()
    }


def _asset_json(asset: Asset) -> dict[str, JSON]:
    value = asdict(replace(asset, extra=dict(asset.extra)))
    del value["path"]
    return value


# Reading


def read_heads_file(
    files: CourseFiles, log: WarningLog, known: tuple[set[BlockKey], set[BlockKey]]
) -> HeadsFile:
    """Return what heads.json says; nothing, after a warning, when it is not as we write it.

    ``known`` are the blocks that the published course and the draft reach.
    """
    if HEADS_JSON not in files:
        return HeadsFile()
    value = read_json(files, HEADS_JSON, log)
    try:
        found = _Reader(files).read(value, known)
    except (_BadHeadsError, InvalidCourseError) as error:
        files.used.discard(HEADS_JSON)
        log.add("bad_heads", f"It is ignored, because {error}.", HEADS_JSON)
        return HeadsFile()
    files.used.update(f"{FILES_FOLDER}/{sha256}" for sha256 in found.members)
    return found


class _BadHeadsError(ValueError):
    """The file is not as we write it; the message says why."""


def _check(condition: bool, why: str) -> None:
    if not condition:
        raise _BadHeadsError(why)


def _object(value: Any, where: str) -> dict[str, Any]:
    _check(isinstance(value, dict), f"{where} is no object")
    checked: dict[str, Any] = value
    return checked


class _Reader:
    """Reads and checks one file. Raises _BadHeadsError."""

    def __init__(self, files: CourseFiles) -> None:
        self._files = files
        self._found = HeadsFile()

    def read(self, value: Any, known: tuple[set[BlockKey], set[BlockKey]]) -> HeadsFile:
        whole = _object(value, "it")
        _check(whole.get("format") == 1, "its format is another")
        published = whole.get("published", True)
        _check(isinstance(published, bool), "published is neither true nor false")
        self._found.is_published = published
        self._found.detached = self._detached(whole.get("detached", {}), known[0])
        if "draft" in whole:
            self._found.draft = self._draft(_object(whole["draft"], "draft"), known[1])
        loose = self._found.detached
        if self._found.draft is not None and self._found.draft.detached is not None:
            loose = self._found.draft.detached
        _check(not loose.keys() & known[1], "a detached block is in the draft")
        self._check_children(loose, known[1])
        return self._found

    def _draft(self, value: dict[str, Any], known: set[BlockKey]) -> DraftRoot:
        draft = DraftRoot()
        if "detached" in value:
            draft.detached = self._detached(value["detached"], known)
        if "policy" in value:
            policy = value["policy"]
            draft.policy = (None if policy is None else _object(policy, "policy"),)
        for path, text in _object(value.get("pages", {}), "pages").items():
            _check(is_page(_path(path)), f"{path!r} is no page")
            _check(text is None or isinstance(text, str), f"the page {path!r} is no text")
            draft.pages[path] = text
        for path, asset in _object(value.get("assets", {}), "assets").items():
            draft.assets[path] = None if asset is None else self._asset(_path(path), asset)
        for path, sha256 in _object(value.get("extras", {}), "extras").items():
            draft.extras[_path(path)] = None if sha256 is None else self._bytes_of(sha256)[0]
        return draft

    def _asset(self, path: str, value: Any) -> Asset:
        given = _object(value, f"the asset {path!r}")
        sha256, size = self._bytes_of(given.get("sha256"))
        made = Asset(
            path=path,
            sha256=sha256,
            size=size,
            content_type=given.get("content_type", ""),
            display_name=given.get("display_name", ""),
            locked=given.get("locked", False),
            extra=_object(given.get("extra", {}), "extra"),
        )
        well = isinstance(made.content_type, str) and isinstance(made.display_name, str)
        _check(well and isinstance(made.locked, bool), f"the asset {path!r} is not described")
        return made

    def _bytes_of(self, sha256: Any) -> tuple[str, int]:
        """Return the hash and the size of a file beside heads.json."""
        member = self._files.members.get(f"{FILES_FOLDER}/{sha256}")
        _check(isinstance(sha256, str) and member is not None, f"the file {sha256!r} is missing")
        assert member is not None  # noqa: S101 # checked in the line before
        if sha256 not in self._found.members:
            digest = hashlib.sha256()
            for chunk in member.chunks():
                digest.update(chunk)
            _check(digest.hexdigest() == sha256, f"the file {sha256} holds other bytes")
            self._found.members[sha256] = member
        return sha256, member.size

    def _detached(self, value: Any, known: set[BlockKey]) -> Detached:
        blocks = dict(_block(text, entry) for text, entry in _object(value, "detached").items())
        _check(not blocks.keys() & known, "a detached block is in the course")
        self._check_children(blocks, known)
        return blocks

    def _check_children(self, blocks: Detached, known: set[BlockKey]) -> None:
        for key, (block, _) in blocks.items():
            _check(len(set(block.children)) == len(block.children), f"{key} lists a child twice")
            lost = [child for child in block.children if child not in blocks and child not in known]
            _check(not lost and COURSE_BLOCK not in block.children, f"{key} lacks its children")


def _path(path: str) -> str:
    _check(clean_path(path) == path, f"{path!r} is no path")
    return path


def _block_key(text: Any) -> BlockKey:
    block_type, _, name = text.partition("@") if isinstance(text, str) else ("", "", "")
    well = is_block_type(block_type) and bool(name) and clean_name(name) == name
    _check(well and block_type != "course", f"{text!r} names no block")
    return BlockKey(block_type, name)


def _block(text: str, value: Any) -> tuple[BlockKey, tuple[Block, Definition | None]]:
    given, key = _object(value, text), _block_key(text)
    children = given.get("children", [])
    _check(isinstance(children, list), f"the children of {text} are no list")
    block = Block(
        key=key,
        settings=_object(given.get("settings", {}), f"settings of {text}"),
        children=tuple(map(_block_key, children)),
        xml=_object(given.get("xml", {}), f"xml of {text}"),
    )
    body = given.get("body")
    definition = None
    if body is not None:
        body = _object(body, f"the body of {text}")
        olx = body.get("olx")
        _check(olx is None or isinstance(olx, str), f"the XML of {text} is no text")
        definition = Definition(fields=_object(body.get("fields", {}), "fields"), olx=olx)
    _check(_can_be_written(block, definition or Definition()), f"{text} cannot be a block")
    return key, (block, definition)


def _can_be_written(block: Block, definition: Definition) -> bool:
    """Tell whether a block could be exported once an author puts it back into the course."""
    context = WriteContext(
        course_key=_ANY,
        own_file=True,
        folder=block.key.block_type,
        add_child=lambda _element, _key: None,
        write_file=lambda _path, _data: True,
        find_block=lambda _key: None,
    )
    try:
        codec_for(block.key.block_type).write(block, definition, context)
        block_bytes(block)
    except Exception:  # codecs trust what they are given, and this is a stranger's
        logger.info("%s of heads.json cannot be written", block.key, exc_info=True)
        return False
    return True


def apply_draft(
    tree: CourseTree, draft: DraftRoot, *, add_text: Callable[[str], str]
) -> CourseTree:
    """Return a tree with what the draft has otherwise."""
    pages = {path: None if text is None else add_text(text) for path, text in draft.pages.items()}
    return replace(
        tree,
        policy=tree.policy if draft.policy is None else draft.policy[0],
        assets=_merged(tree.assets, draft.assets),
        pages=_merged(tree.pages, pages),
        extras=_merged(tree.extras, draft.extras),
    )


def add_detached(
    tree: CourseTree, detached: Detached, *, add_definition: Callable[[Definition], str]
) -> CourseTree:
    """Return a tree with blocks that the course does not reach."""
    loose = {
        key: block if body is None else replace(block, definition=add_definition(body))
        for key, (block, body) in detached.items()
    }
    return replace(tree, blocks={**tree.blocks, **loose}) if loose else tree


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**before, **changes}
    return {path: value for path, value in merged.items() if value is not None}
