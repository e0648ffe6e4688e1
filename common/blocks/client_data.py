"""What blocks tell clients that show them by themselves, such as apps (``student_view_data``)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any, Final

from django.conf import settings

from common.blocks import types
from common.blocks.runtime import NOT_THE_BLOCK
from common.blocks.session import BlockSession
from common.core.keys import BlockKey, usage_key

logger = logging.getLogger(__name__)

# A longer text is no address.
_MOST: Final = 2_000


def read_client_data(
    session: BlockSession, keys: Collection[BlockKey]
) -> dict[BlockKey, Mapping[str, Any]]:
    """Return what blocks say of themselves; those that say nothing are absent.

    What is the same for all is kept with the version, so that asking again makes no block. For
    the rest, one statement and one call to the content store, whatever the number of blocks.
    """
    place = ("client data", str(session.course_key))
    kept: dict[BlockKey, Mapping[str, Any] | None] = session.outline.remember(place, dict)
    wanted = [key for key in keys if kept.get(key, True) is not None and _says(key)]
    found = {key: data for key in wanted if (data := kept.get(key)) is not None}
    missing = [key for key in wanted if key not in found]
    _prefetch(session, missing)
    for key in missing:
        data, is_for_all = _ask(session, key)
        if is_for_all:
            kept[key] = data
        if data is not None:
            found[key] = data
    return found


def _says(key: BlockKey) -> bool:
    block_class = types.find_block_class(key.block_type)
    return block_class is not None and hasattr(block_class, "student_view_data")


def _prefetch(session: BlockSession, keys: list[BlockKey]) -> None:
    if not keys:
        return
    source = session.source
    sections = {source.section_of(key) for key in keys} - {None}
    source.version.sections([section for section in sections if section is not None])
    blocks = [block for block in map(source.find, keys) if block is not None]
    source.load_definitions([block.definition for block in blocks if block.definition is not None])
    foreign = [key for key in keys if _is_foreign(key)]
    if foreign:
        session.store.load_states(foreign)


def _is_foreign(key: BlockKey) -> bool:
    block_class = types.find_block_class(key.block_type)
    return block_class is not None and types.is_third_party(block_class)


def _ask(session: BlockSession, key: BlockKey) -> tuple[Mapping[str, Any] | None, bool]:
    """Return what a block says, and whether it would say so to everybody."""
    stored = session.source.find(key)
    block = session.runtime.get_block(usage_key(session.course_key, key))
    asked = getattr(block, "student_view_data", None)
    if asked is None:
        return None, False
    try:
        data = asked()
    except NOT_THE_BLOCK:
        raise
    except Exception:
        # A stranger's code; the other blocks are told.
        logger.exception("student_view_data of %s in %s failed", key, session.course_key)
        return None, False
    # Bodies are not kept: they are as large as the course, and may name their reader.
    has_body = stored is not None and stored.definition is not None
    absolute = _absolute(data) if isinstance(data, Mapping) else None
    return absolute, not (has_body or _is_foreign(key))


def _absolute(value: Any) -> Any:
    """Return data with the addresses on this site made whole: apps have no page to begin at."""
    if isinstance(value, Mapping):
        return {str(name): _absolute(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_absolute(item) for item in value]
    if isinstance(value, str) and value.startswith("/") and not value.startswith("//"):
        is_address = len(value) < _MOST and not any(char.isspace() for char in value)
        return f"{settings.LMS_URL}{value}" if is_address else value
    return value
