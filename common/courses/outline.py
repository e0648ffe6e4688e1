"""The outline of a version: decoded, kept in memory, built once and stored by hash.

What makes an outline knows block types, and so lives above: it registers a builder. The outline
of a version never changes; its id holds the form, the builder's fingerprint and the version, so
that a new release builds new ones.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from threading import Lock
from typing import Final

from common.content import api as content
from common.content.api import CourseVersion
from common.core.collector import settle
from common.core.jsontext import sha256_hex
from common.courses.data import CourseOutline
from common.courses.outline_codec import FORMAT, decode_outline, encode_outline

OutlineBuilder = Callable[[CourseVersion], CourseOutline]

# Decoded outlines a process keeps: one of 10,000 blocks takes some 8 MB.
KEPT_BLOCKS: Final = 60_000
# From so many blocks on, a decoded outline is kept out of garbage collections.
BIG: Final = 1_000

_builder: OutlineBuilder | None = None
_fingerprint = ""
_kept: OrderedDict[str, CourseOutline] = OrderedDict()
_lock = Lock()


def set_outline_builder(builder: OutlineBuilder, *, fingerprint: str = "") -> None:
    """Say what makes an outline from a version.

    ``fingerprint`` changes when the builder, or the block types that it asks, would give another
    outline for the same version.
    """
    global _builder, _fingerprint
    _builder = builder
    _fingerprint = fingerprint
    forget_outlines()


def forget_outlines() -> None:
    """Drop the decoded outlines of this process: a cold start, for tests and measurements."""
    with _lock:
        _kept.clear()


def outline_id(version_id: str) -> str:
    """Return the id under which the outline of a version is stored."""
    return sha256_hex(f"outline:{version_id}:{outline_form()}".encode())


def outline_form() -> str:
    """Return what outlines depend on besides their version: their form, and what makes them."""
    return f"{FORMAT}:{_fingerprint}"


def get_outline(version_id: str) -> CourseOutline:
    """Return the outline of a version: from memory, or in one store call with the version's root.

    Builds and stores it when nobody has yet. Raises VersionNotFoundError,
    ContentUnavailableError.
    """
    kept = _find_kept(version_id)
    if kept is not None:
        return kept
    version = content.load_version(version_id, also=[outline_id(version_id)])
    return outline_of(version)


def get_outlines(version_ids: Collection[str]) -> dict[str, CourseOutline]:
    """Return the outlines of several versions: those not in memory in one store call.

    One that nobody has built yet costs calls of its own. Raises as ``get_outline`` does.
    """
    kept = {version_id: _find_kept(version_id) for version_id in dict.fromkeys(version_ids)}
    ids = {outline_id(name): name for name, outline in kept.items() if outline is None}
    found = {name: outline for name, outline in kept.items() if outline is not None}
    stored = content.get_many_derived(list(ids)) if ids else {}
    for object_id, version_id in ids.items():
        if object_id in stored:
            found[version_id] = decode_outline(version_id, stored[object_id])
            _keep(found[version_id])
        else:
            found[version_id] = get_outline(version_id)
    return found


def outline_of(version: CourseVersion) -> CourseOutline:
    """Return the outline of a version that is loaded; reads what ``also`` brought."""
    kept = _find_kept(version.id)
    if kept is not None:
        return kept
    object_id = outline_id(version.id)
    stored = version.also.get(object_id)
    if stored is None:
        stored = content.get_derived(object_id)
    if stored is None:
        outline = _build(version)
        content.put_derived(object_id, encode_outline(outline))
    else:
        outline = decode_outline(version.id, stored)
    _keep(outline)
    return outline


def _build(version: CourseVersion) -> CourseOutline:
    if _builder is None:
        raise RuntimeError("no outline builder is registered: is common.blocks installed?")
    return _builder(version)


def _find_kept(version_id: str) -> CourseOutline | None:
    with _lock:
        outline = _kept.get(version_id)
        if outline is not None:
            _kept.move_to_end(version_id)
        return outline


def _keep(outline: CourseOutline) -> None:
    with _lock:
        _kept[outline.version] = outline
        _kept.move_to_end(outline.version)
        blocks = sum(len(kept.blocks) for kept in _kept.values())
        while blocks > KEPT_BLOCKS and len(_kept) > 1:
            _, dropped = _kept.popitem(last=False)
            blocks -= len(dropped.blocks)
    if len(outline.blocks) >= BIG:
        settle()
