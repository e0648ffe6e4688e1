"""Blocks that were imported before their package was installed come alive when it is.

The import kept their XML verbatim. As soon as a class of the type loads, their fields are what
it reads in that XML; the stored course, and so its version, stay as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from common.blocks import types
from common.content import api as content
from common.content.data import Block, Definition
from common.content.errors import ContentError
from common.content.olx.codecs.opaque import UNREAD
from common.content.olx.kept import parse_kept_fields
from common.core.keys import BlockKey

logger = logging.getLogger(__name__)

# Definitions that are held in memory at a time.
_BATCH: Final = 500


def needs_reading(block: Block) -> bool:
    """Tell whether the block's fields are still in kept XML, and a package can read it now."""
    if block.definition is None or UNREAD not in block.xml:
        return False
    found = types.find_block_class(block.key.block_type)
    return found is not None and types.is_third_party(found)


def read_fields(block_type: str, definition: Definition) -> Mapping[str, Any]:
    """Return the fields in kept XML, in JSON form. Raises ContentError with a sentence."""
    return parse_kept_fields(block_type, definition.olx or "")


def find_kept(blocks: Iterable[Block]) -> dict[BlockKey, Block | None]:
    """Return the blocks whose fields are in kept XML, with these among their settings.

    None stands for one whose class cannot read it. One store call for 500 of them.
    """
    candidates = [block for block in blocks if needs_reading(block)]
    found: dict[BlockKey, Block | None] = {}
    for start in range(0, len(candidates), _BATCH):
        part = candidates[start : start + _BATCH]
        definitions = content.get_definitions([block.definition or "" for block in part])
        for block in part:
            definition = definitions[block.definition or ""]
            try:
                fields = read_fields(block.key.block_type, definition)
            except ContentError as error:
                logger.info("%s: %s", block.key, error)
                found[block.key] = None
            else:
                found[block.key] = replace(block, settings={**fields, **block.settings})
    return found
