"""Installed block types that are not ours: read and written by their own classes.

The original XML is kept verbatim and written again until the block is edited. A class that
cannot read its XML leaves the block as one of an unknown type, with a warning.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from typing import Any

from lxml import etree
from xblock.core import XBlock
from xblock.exceptions import XBlockNotFoundError
from xblock.fields import Field as XBlockField
from xblock.fields import Reference, ReferenceList, ReferenceValueDict, Scope
from xblock.plugin import PluginMissingError

from common.content.data import JSON, Block, Definition
from common.content.olx.attributes import attribute_texts, relative_value
from common.content.olx.codecs.base import ReadContext, WriteContext
from common.content.olx.codecs.opaque import UNREAD, OpaqueCodec, policy_only, quiet_context
from common.content.olx.fields import UNKNOWN_FIELDS
from common.content.olx.parsed import ParsedBlock
from common.content.olx.xblockruntime import XmlRuntime, construct, parse
from common.content.olx.xmlsafe import BadXmlError, Element, parse_fragment
from common.content.references import from_relative
from common.core.blockclasses import settle
from common.core.jsontext import canonical_bytes
from common.core.keys import BlockKey, CourseKey, usage_key

logger = logging.getLogger(__name__)

_REFERENCES = (Reference, ReferenceList, ReferenceValueDict)
_classes: dict[str, type[XBlock] | None] = {}


def load_block_class(block_type: str) -> type[XBlock] | None:
    """Return the class installed for a type, or None: not installed, or it fails to import."""
    if block_type not in _classes:
        try:
            _classes[block_type] = settle(XBlock.load_class(block_type))
        except (PluginMissingError, XBlockNotFoundError):
            _classes[block_type] = None
        except Exception:  # third-party code is imported here
            logger.exception("the block type %s is installed and cannot be loaded", block_type)
            _classes[block_type] = None
    return _classes[block_type]


class ForeignCodec:
    """Codec of one installed class."""

    def __init__(self, block_class: type[XBlock]) -> None:
        self._class = block_class

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        block = OpaqueCodec().read(node, context)
        children: list[BlockKey | None] = []

        def add_child(child: Element) -> BlockKey | None:
            children.append(context.add_child(child))
            return children[-1]

        runtime = XmlRuntime(context.place.course_key, add_child=add_child)
        try:
            settings, fields = self.parse(node, runtime, context.key)
        except Exception as error:  # third-party code reads strangers' XML here
            logger.info("%s cannot read its XML", self._class.__name__, exc_info=True)
            context.place.warn(
                "block_unreadable",
                f"The block type {context.key.block_type} could not read this ({error}); "
                "it is kept as it is.",
            )
            return block
        del block.xml[UNREAD]
        policy = block.xml.get("policy", {})
        block.settings = {
            **settings,
            **{
                name: value
                for name, value in block.settings.items()
                if name not in self._class.fields or name in policy
            },
        }
        block.fields = fields
        block.children = list(dict.fromkeys(runtime.children))
        dropped = [number for number, child in enumerate(children) if child is None]
        if dropped:
            # To tell them, later, from children that an author has deleted.
            block.xml["dropped"] = dropped
        return block

    def parse(
        self, node: Element, runtime: XmlRuntime, key: BlockKey
    ) -> tuple[dict[str, JSON], dict[str, JSON]]:
        """Return the settings and the content that the class reads. Raises whatever it raises."""
        instance = parse(self._class, copy.deepcopy(node), runtime, key)
        return self._values(instance, runtime.course_id)

    def _values(
        self, instance: Any, course_key: CourseKey
    ) -> tuple[dict[str, JSON], dict[str, JSON]]:
        by_scope: dict[Any, dict[str, JSON]] = {Scope.settings: {}, Scope.content: {}}
        for name, field in instance.fields.items():
            values = by_scope.get(field.scope)
            if values is None or not field.is_set_on(instance):
                continue
            value = field.to_json(field.read_from(instance))
            if isinstance(field, _REFERENCES):
                value = _relative(value, course_key)
            canonical_bytes(value)
            values[name] = value
        return by_scope[Scope.settings], by_scope[Scope.content]

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        if UNREAD in block.xml:
            return OpaqueCodec().write(block, definition, context)
        kept = self._kept(block, definition, context)
        return kept if kept is not None else self._write_anew(block, definition, context)

    def _kept(self, block: Block, definition: Definition, context: WriteContext) -> Element | None:
        """Return the original element if it still says what the block says, else None."""
        if definition.olx is None:
            return None
        try:
            element = parse_fragment(definition.olx)
        except BadXmlError:
            return None
        match = _ChildMatch(block, context)
        quiet = quiet_context(block, context)
        quiet.add_child = match
        again = self.read(copy.deepcopy(element), quiet)
        same = (
            again.settings == dict(block.settings)
            and again.fields == dict(definition.fields)
            and again.children == list(block.children)
            and match.all_known
        )
        return element if same else None

    def _write_anew(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        runtime = XmlRuntime(context.course_key, write_child=context.add_child)
        element = etree.Element("unknown")
        try:
            instance = self._instance(block, definition, runtime, context.course_key)
            instance.add_xml_to_node(element)
        except Exception:  # third-party code writes here
            logger.warning("%s cannot write its XML", self._class.__name__, exc_info=True)
            return OpaqueCodec().write(block, definition, context)
        if not instance.has_children:
            # Elements that its reader handed on and its writer knows nothing of.
            for child in block.children:
                context.add_child(element, child)
        rest = {
            name: value
            for name, value in block.settings.items()
            if name in UNKNOWN_FIELDS and name not in self._class.fields
        }
        texts = attribute_texts(
            block.key.block_type, rest, {}, policy_only(block.xml), context.course_key
        )
        for name, text in {**_kept_attributes(definition, self._class), **texts}.items():
            element.set(name, text)
        return element

    def _instance(
        self, block: Block, definition: Definition, runtime: XmlRuntime, course_key: CourseKey
    ) -> Any:
        instance = construct(self._class, runtime, block.key)
        for name, value in {**block.settings, **definition.fields}.items():
            field: XBlockField | None = self._class.fields.get(name)
            if field is None:
                continue
            if isinstance(field, _REFERENCES):
                value = _absolute(value, course_key)
            setattr(instance, name, field.from_json(copy.deepcopy(value)))
        if block.children and instance.has_children:
            instance.children = [usage_key(course_key, child) for child in block.children]
        return instance


def _kept_attributes(definition: Definition, block_class: type[XBlock]) -> Mapping[str, str]:
    """Return the attributes of the original that are no fields of the class."""
    try:
        element = parse_fragment(definition.olx or "")
    except BadXmlError:
        return {}
    known = {*block_class.fields, *UNKNOWN_FIELDS, "url_name", "xblock-family"}
    return {str(name): str(text) for name, text in element.attrib.items() if str(name) not in known}


class _ChildMatch:
    """Matches child elements of kept XML with a block's children, one after the other.

    ``all_known`` turns false with an element that is a child no more, or was edited since.
    """

    def __init__(self, block: Block, context: WriteContext) -> None:
        self._left = list(reversed(block.children))
        self._dropped = set(block.xml.get("dropped", ()))
        self._context = context
        self._count = 0
        self.all_known = True

    def __call__(self, node: Element) -> BlockKey | None:
        number, self._count = self._count, self._count + 1
        if number in self._dropped:
            return None
        key = self._left.pop() if self._left else None
        # Children that can be edited on their own are compared by writing them.
        if key is None or not self._is(node, key) or not _same_xml(node, key, self._context):
            self.all_known = False
            return None
        return key

    def _is(self, node: Element, key: BlockKey) -> bool:
        known = self._context.find_block(key) is not None
        return known and (node.tag, node.get("url_name")) == (key.block_type, key.block_id)


def _same_xml(node: Element, key: BlockKey, context: WriteContext) -> bool:
    holder = etree.Element("holder")
    context.add_child(holder, key)
    if len(holder) != 1:
        return False
    return _canonical(holder[0]) == _canonical(node)


def _canonical(node: Element) -> bytes:
    """Return an element in the form in which equal XML is equal bytes."""
    alone = copy.deepcopy(node)
    alone.tail = None
    return etree.tostring(alone, method="c14n2", with_comments=True)


def _relative(value: Any, course_key: CourseKey) -> JSON:
    if isinstance(value, str):
        return relative_value([value], course_key)[0]
    return relative_value(value, course_key)


def _absolute(value: JSON, course_key: CourseKey) -> Any:
    if isinstance(value, str):
        return str(from_relative(value, course_key) or value)
    if isinstance(value, list):
        return [_absolute(item, course_key) for item in value]
    if isinstance(value, dict):
        return {name: _absolute(item, course_key) for name, item in value.items()}
    return value
