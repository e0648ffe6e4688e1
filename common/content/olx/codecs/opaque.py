"""Block types that nothing here knows: kept as XML, verbatim, no children made.

``Block.xml["unread"]`` says so. It goes when an author edits the block after a class of its
type was installed (``common.content.olx.kept``).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Final

from lxml import etree

from common.content.data import JSON, Block, Definition
from common.content.olx.attributes import Place, attribute_texts
from common.content.olx.codecs.base import IDENTITY, ReadContext, WriteContext
from common.content.olx.fields import UNKNOWN_FIELDS
from common.content.olx.parsed import ParsedBlock
from common.content.olx.report import WarningLog
from common.content.olx.xmlsafe import BadXmlError, Element, parse_fragment, serialize

UNREAD: Final = "unread"


class OpaqueCodec:
    """Reads only what every block has (dates, groups, a name), for access and outlines."""

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        block = context.block(context.values(node))
        block.olx = verbatim(node, own_file=context.own_file)
        block.xml = {**policy_only(block.xml), UNREAD: True}
        return block

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        try:
            element = parse_fragment(definition.olx or "")
        except BadXmlError:
            element = etree.Element(block.key.block_type)
        apply_settings(element, block, context)
        return element


def verbatim(node: Element, *, own_file: bool) -> str:
    """Return an element as XML text, without the name that its place gives it."""
    kept = copy.deepcopy(node)
    kept.tail = None
    if not own_file:
        for name in IDENTITY:
            kept.attrib.pop(name, None)
    return serialize(kept)


def apply_settings(element: Element, block: Block, context: WriteContext) -> None:
    """Make the attributes of a kept element say what the settings say now."""
    before = quiet_context(block, context).values(copy.deepcopy(element)).settings
    changed: dict[str, JSON] = {
        name: value
        for name, value in block.settings.items()
        if name in UNKNOWN_FIELDS and (name not in before or before[name] != value)
    }
    for name in before.keys() - block.settings.keys():
        element.attrib.pop(name, None)
    texts = attribute_texts(
        block.key.block_type, changed, {}, policy_only(block.xml), context.course_key
    )
    for name, text in texts.items():
        element.set(name, text)


def policy_only(xml: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the policy part of a block's ``xml``."""
    return {"policy": xml["policy"]} if "policy" in xml else {}


def quiet_context(block: Block, context: WriteContext) -> ReadContext:
    """Return a context that reads a kept element again, without warnings, files or children."""
    return ReadContext(
        key=block.key,
        place=Place("", None, WarningLog(), context.course_key),
        policy=block.xml.get("policy", {}),
        own_file=context.own_file,
        folder=context.folder,
        add_child=lambda _node: None,
        read_file=lambda _path: None,
    )
