"""Blocks that were imported before their type was installed: their XML, understood later.

An import keeps the XML of a type that it does not know. When the package is there one day,
the XML is read by its class whenever the block is needed; the stored course stays as it is,
and so do its version ids, until an author edits the block.

Blocks inside such XML are not made: what a version holds follows from its id, and learners' work
is kept by keys that are in it. A block that holds others stays as it is until the course is
exported and imported again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from common.content.cache import DECODED_FACTOR, ByteLRU
from common.content.data import JSON, Block, Definition
from common.content.errors import ContentError
from common.content.olx.codecs.foreign import ForeignCodec, load_block_class
from common.content.olx.codecs.opaque import UNREAD
from common.content.olx.names import is_block_element
from common.content.olx.xblockruntime import XmlRuntime
from common.content.olx.xmlsafe import BadXmlError, Element, parse_fragment
from common.core.jsontext import canonical_bytes, sha256_hex
from common.core.keys import BlockKey, CourseLocator

logger = logging.getLogger(__name__)

# The XML of a course that used a type before it was installed is read again only rarely.
_CACHE_BYTES: Final = 8 * 1024 * 1024
_parsed = ByteLRU(_CACHE_BYTES)
# Kept XML names its course, if at all, in full: ids in it stay as they were written.
_ANY: Final = CourseLocator("o", "c", "r")


def parse_kept_fields(block_type: str, olx: str) -> Mapping[str, JSON]:
    """Return the settings and content that the installed class reads in kept XML, in JSON form.

    The result is shared: do not change it. Raises ContentError with a sentence for staff when
    the type is not installed, its class cannot read this, or there are blocks inside.
    """
    return _read(block_type, olx).both


def lift(block: Block, definition: Definition) -> tuple[Block, Definition]:
    """Return a block as its class reads it, for an edit.

    As it is where it was read already, and where it cannot be: it stays ``UNREAD`` then.
    """
    if UNREAD not in block.xml:
        return block, definition
    try:
        values = _read(block.key.block_type, definition.olx or "")
    except ContentError:
        return block, definition
    settings = {**values.settings, **block.settings}
    xml = {name: value for name, value in block.xml.items() if name != UNREAD}
    body = replace(definition, fields=dict(values.fields))
    return replace(block, settings=settings, xml=xml), body


@dataclass(frozen=True, slots=True)
class _Values:
    settings: Mapping[str, JSON]
    fields: Mapping[str, JSON]
    both: Mapping[str, JSON]


def _read(block_type: str, olx: str) -> _Values:
    name = sha256_hex(f"{block_type} {olx}".encode())
    values: _Values | None = _parsed.get(name)
    if values is None:
        values = _parse(block_type, olx)
        _parsed.put(name, values, DECODED_FACTOR * len(canonical_bytes(values.both)))
    return values


def _parse(block_type: str, olx: str) -> _Values:
    block_class = load_block_class(block_type)
    if block_class is None:
        raise ContentError(
            f"the block type {block_type} is not installed",
            user_message=_("The block type %(type)s is not installed.") % {"type": block_type},
        )
    inside: list[Element] = []
    runtime = XmlRuntime(_ANY, add_child=inside.append)
    try:
        node = parse_fragment(olx)
        settings, fields = ForeignCodec(block_class).parse(
            node, runtime, BlockKey(block_type, "kept")
        )
    except BadXmlError as error:
        raise _unreadable(block_type, error) from error
    except Exception as error:  # third-party code reads strangers' XML here
        logger.info("%s cannot read kept XML", block_class.__name__, exc_info=True)
        raise _unreadable(block_type, error) from error
    if any(map(is_block_element, inside)):
        raise _unmade(block_type)
    return _Values(settings, fields, {**settings, **fields})


def _unmade(block_type: str) -> ContentError:
    return ContentError(
        f"blocks inside a {block_type} were not made when it was imported",
        user_message=_(
            "The block type %(type)s was installed after this course was imported, and the blocks "
            "inside it were not made then. Export the course and import it again: they are all "
            "in the archive."
        )
        % {"type": block_type},
    )


def _unreadable(block_type: str, error: Exception) -> ContentError:
    return ContentError(
        f"the block type {block_type} cannot read its XML: {error}",
        user_message=_("The block type %(type)s cannot read what the course holds: %(error)s")
        % {"type": block_type, "error": error},
    )
