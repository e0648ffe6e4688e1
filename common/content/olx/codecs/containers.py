"""Blocks whose child elements are blocks: chapter, sequential, vertical, split_test and alike."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from common.content.data import JSON, Block, Definition
from common.content.olx.attributes import Values, live_meta
from common.content.olx.codecs.base import (
    ReadContext,
    WriteContext,
    fragment_nodes,
    insert_nodes,
    register_codec,
)
from common.content.olx.parsed import ParsedBlock
from common.content.olx.values import dump_json, load_json
from common.content.olx.xmlsafe import Element, escape_text, is_element, serialize


class ContainerCodec:
    """Children in order; whatever else stands between them is kept with its position."""

    # Child elements that are no blocks but part of this one.
    own_tags: frozenset[str] = frozenset()

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        values = context.values(node, meta=read_meta(node, context))
        block = context.block(values)
        self.read_own(node, values, context)
        nodes = self._read_children(node, block, context)
        if nodes:
            block.xml["nodes"] = nodes
        return block

    def read_own(self, node: Element, values: Values, context: ReadContext) -> None:
        """Read the elements of ``own_tags``."""

    def write_own(self, element: Element, block: Block, context: WriteContext) -> None:
        """Add to ``element`` what ``read_own`` read."""

    def _read_children(
        self, node: Element, block: ParsedBlock, context: ReadContext
    ) -> list[list[JSON]]:
        nodes: list[list[JSON]] = []
        _keep_text(nodes, 0, node.text)
        for child in list(node):
            if not is_element(child) or (child.tag == "meta" and meta_value(child) is None):
                nodes.append([len(block.children), serialize(child)])
            elif child.tag not in self.own_tags and child.tag != "meta":
                key = context.add_child(child)
                if key is not None and key in block.children:
                    context.place.log.add(
                        "child_twice",
                        f"{key} stands twice in {context.key}; the first one counts.",
                        context.place.file,
                        child.sourceline,
                    )
                    key = None
                if key is None:
                    nodes.append([len(block.children), serialize(child)])
                else:
                    block.children.append(key)
            _keep_text(nodes, len(block.children), child.tail)
        return nodes

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        element = context.element(block, definition)
        for child in block.children:
            context.add_child(element, child)
        insert_nodes(element, block.xml.get("nodes", []))
        self.write_own(element, block, context)
        write_meta(element, block, definition)
        return element


def _keep_text(nodes: list[list[JSON]], position: int, text: str | None) -> None:
    if text and text.strip():
        nodes.append([position, escape_text(text)])


def read_meta(node: Element, context: ReadContext) -> dict[str, Any]:
    """Return the JSON of the ``<meta>`` children; one that is no JSON object only warns."""
    merged: dict[str, Any] = {}
    for child in node.iterchildren("meta"):
        value = meta_value(child)
        if value is None:
            context.place.warn("bad_meta", "A meta element that is no JSON object is ignored.")
        else:
            merged.update(value)
    return merged


def drop_meta(node: Element) -> None:
    """Take the ``<meta>`` children that were read out of a leaf; the text behind them stays."""
    for child in list(node.iterchildren("meta")):
        if meta_value(child) is None:
            continue
        before = child.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + (child.tail or "") or None
        else:
            node.text = (node.text or "") + (child.tail or "") or None
        node.remove(child)


def meta_value(child: Element) -> dict[str, Any] | None:
    """Return the JSON object of a ``<meta>`` element, None when it holds anything else."""
    try:
        value = load_json(child.text or "{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def write_meta(element: Element, block: Block, definition: Definition) -> None:
    """Write the kept meta entries that still hold."""
    meta = live_meta(block.key.block_type, block.settings, definition.fields, block.xml)
    if meta:
        child = etree.SubElement(element, "meta")
        child.text = dump_json(meta)


class ConditionalCodec(ContainerCodec):
    """``sources``, one condition attribute, a message, and ``<show sources>``."""

    own_tags = frozenset({"show"})
    conditions = ("attempted", "submitted", "correct", "voted", "poll_answer", "completed")

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        node = copy.deepcopy(node)
        for old, new in (("sources", "sources_list"), ("message", "conditional_message")):
            if old in node.attrib and new not in node.attrib:
                node.set(new, node.attrib.pop(old))
        for name in self.conditions:
            if name in node.attrib and "conditional_attr" not in node.attrib:
                node.set("conditional_value", node.attrib.pop(name))
                node.set("conditional_attr", name)
        shown = [child.get("sources", "") for child in node.iterchildren("show")]
        if shown and "show_tag_list" not in node.attrib:
            node.set("show_tag_list", ";".join(shown))
        return super().read(node, context)

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        element = super().write(block, definition, context)
        for old, new in (("sources", "sources_list"), ("message", "conditional_message")):
            if new in element.attrib:
                element.set(old, element.attrib.pop(new))
        condition = element.attrib.get("conditional_attr")
        if condition in self.conditions and "conditional_value" in element.attrib:
            del element.attrib["conditional_attr"]
            element.set(str(condition), element.attrib.pop("conditional_value"))
        if "show_tag_list" in element.attrib:
            show = etree.Element("show", sources=element.attrib.pop("show_tag_list"))
            element.insert(0, show)
        return element


class CourseCodec(ContainerCodec):
    """The course: settings, sections, ``<wiki slug>`` and ``<textbook title book_url>``."""

    own_tags = frozenset({"wiki", "textbook"})

    def read_own(self, node: Element, values: Values, context: ReadContext) -> None:
        own = [child for child in node if child.tag in self.own_tags]
        if not own:
            return
        # As they were; what they say is in the settings, and settings that changed win.
        values.xml["own"] = [serialize(child) for child in own]
        for name, value in _own_settings(own).items():
            if name not in values.settings:
                values.settings[name] = value

    def write_own(self, element: Element, block: Block, context: WriteContext) -> None:
        kept = [
            node
            for xml in block.xml.get("own", [])
            for node in fragment_nodes(xml)
            if not isinstance(node, str)
        ]
        own = _own_settings(kept)
        settings = block.settings
        policy = block.xml.get("policy", {})
        for name in ("wiki_slug", "textbooks"):
            if name not in policy and settings.get(name) != own.get(name):
                kept = [node for node in kept if node.tag != _TAGS[name]]
                kept.extend(_own_elements(name, settings.get(name)))
        for node in kept:
            element.append(node)


_TAGS = {"wiki_slug": "wiki", "textbooks": "textbook"}


def _own_settings(elements: list[Element]) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    for element in elements:
        if element.tag == "wiki" and element.get("slug") is not None:
            found["wiki_slug"] = element.get("slug")
        elif element.tag == "textbook":
            book = [element.get("title", ""), element.get("book_url", "")]
            found.setdefault("textbooks", []).append(book)
    return found


def _own_elements(name: str, value: JSON) -> list[Element]:
    if name == "wiki_slug":
        return [etree.Element("wiki", slug=value)] if isinstance(value, str) else []
    books = [book for book in value or [] if isinstance(book, list | tuple) and len(book) == 2]
    return [etree.Element("textbook", title=str(book[0]), book_url=str(book[1])) for book in books]


for _type in ("chapter", "sequential", "vertical", "split_test", "library_content", "itembank"):
    register_codec(_type, ContainerCodec())
register_codec("randomize", ContainerCodec())
register_codec("conditional", ConditionalCodec())
register_codec("course", CourseCodec())
