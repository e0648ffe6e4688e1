"""A runtime for third-party block classes that only reads and writes their XML.

It keeps field values in memory, knows no learner and no services but field data, and hands
child elements to the course reader.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from lxml import etree
from opaque_keys.edx.keys import UsageKey
from xblock.core import XML_NAMESPACES, XBlock
from xblock.fields import ScopeIds
from xblock.runtime import (
    DictKeyValueStore,
    IdGenerator,
    IdReader,
    KvsFieldData,
    NoSuchUsage,
    Runtime,
)

from common.content.olx.xmlsafe import Element
from common.content.olx.yamlguard import check_values
from common.core.keys import BlockKey, CourseKey, block_key, usage_key

_OPTION = XML_NAMESPACES["option"]
AddChild = Callable[[Element], BlockKey | None]
WriteChild = Callable[[Element, BlockKey], None]


class _Ids(IdReader, IdGenerator):
    """Usage keys stand for definitions too."""

    def get_definition_id(self, usage_id: UsageKey) -> UsageKey:
        return usage_id

    def get_block_type(self, def_id: UsageKey) -> str:
        return str(def_id.block_type)

    def create_definition(self, block_type: str, slug: str | None = None) -> Any:
        raise NotImplementedError("children are made by the course reader")

    def create_usage(self, def_id: Any) -> Any:
        return def_id

    def create_aside(self, definition_id: Any, usage_id: Any, aside_type: str) -> Any:
        raise NotImplementedError("asides are not read")

    def _none(self, *_args: Any) -> Any:
        raise NotImplementedError("asides are not read")

    get_usage_id_from_aside = _none
    get_definition_id_from_aside = _none
    get_aside_type_from_usage = _none
    get_aside_type_from_definition = _none


class XmlRuntime(Runtime):
    """One runtime a block."""

    def __init__(
        self,
        course_key: CourseKey,
        *,
        add_child: AddChild | None = None,
        write_child: WriteChild | None = None,
    ) -> None:
        self._ids = _Ids()
        self.course_id = course_key
        self._add_child = add_child
        self._write_child = write_child
        self.children: list[BlockKey] = []
        self.resources_fs = None
        self.export_fs = None
        super().__init__(
            id_reader=self._ids,
            id_generator=self._ids,
            services={"field-data": KvsFieldData(DictKeyValueStore())},
        )

    def add_node_as_child(self, block: Any, node: Element, _id_generator: Any = None) -> None:
        """Hand a child element to the course reader; a dropped one leaves no trace here."""
        key = self._add_child(node) if self._add_child is not None else None
        if key is None:
            return
        self.children.append(key)
        if block.has_children:
            block.children.append(usage_key(self.course_id, key))

    def add_block_as_child_node(self, block: Any, node: Element) -> None:
        """Write a child, given as its key, into ``node``."""
        if self._write_child is not None:
            self._write_child(node, block_key(block))

    def get_block(self, usage_id: Any, for_parent: Any = None) -> Any:
        """Return the key itself while children are written; there are no other blocks."""
        if self._write_child is None:
            raise NoSuchUsage(usage_id)
        return usage_id

    def get_policy(self, _usage_id: Any) -> dict[str, Any]:
        """Return nothing: policies are applied by the course reader."""
        return {}

    def handler_url(self, *_args: Any, **_kwargs: Any) -> str:
        raise NotImplementedError("there are no handlers while XML is read")

    def local_resource_url(self, *_args: Any) -> str:
        raise NotImplementedError("there are no pages while XML is read")

    def resource_url(self, *_args: Any) -> str:
        raise NotImplementedError("there are no pages while XML is read")

    def publish(self, *_args: Any) -> None:
        """Nobody listens."""


def _scope_ids(runtime: XmlRuntime, key: BlockKey) -> ScopeIds:
    usage = usage_key(runtime.course_id, key)
    return ScopeIds(None, key.block_type, usage, usage)


def construct(block_class: type[XBlock], runtime: XmlRuntime, key: BlockKey) -> Any:
    """Return an empty block of the class."""
    return runtime.construct_xblock_from_class(block_class, _scope_ids(runtime, key))


def parse(block_class: type[XBlock], node: Element, runtime: XmlRuntime, key: BlockKey) -> Any:
    """Return the block that the class makes of an element, its fields saved.

    A class that takes an id generator as a fourth argument is given one. Raises
    TooMuchYamlError, and whatever the class raises.
    """
    method = block_class.parse_xml
    keys = _scope_ids(runtime, key)
    check_values(node, block_class)
    for child in node.iterchildren(f"{{{_OPTION}}}*"):
        # The library loads the text before it looks whether there is to be none.
        if child.get("none") == "true":
            child.text = "null"
    if method.__func__ is XBlock.parse_xml.__func__:
        # The library logs every attribute that is no field; ours are known to be kept.
        for name in list(node.attrib):
            if name not in block_class.fields:
                del node.attrib[name]
        # It takes a comment for a comment, and an instruction for a child.
        etree.strip_elements(node, etree.ProcessingInstruction, with_tail=False)
    positional = [
        parameter
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.default is parameter.empty
    ]
    arguments = (node, runtime, keys, runtime.id_generator)[: max(3, len(positional))]
    block = method(*arguments)
    block.save()
    return block
