"""Built-in leaf types whose whole matter is attributes or XML: problem, discussion, lti."""

from __future__ import annotations

import copy

from lxml import etree

from common.content.data import Block, Definition
from common.content.olx.codecs.base import (
    ReadContext,
    WriteContext,
    register_codec,
)
from common.content.olx.codecs.containers import drop_meta, read_meta, write_meta
from common.content.olx.parsed import ParsedBlock
from common.content.olx.values import dump_json, load_json
from common.content.olx.xmlsafe import (
    BadXmlError,
    Element,
    inner_xml,
    parse_fragment,
    serialize,
)

# Holds, as JSON text, a problem that an author left so broken that it is no XML.
_BROKEN = "lyceum-data"


class AttributesCodec:
    """All fields in attributes; anything inside is kept verbatim."""

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        block = context.block(context.values(node, meta=read_meta(node, context)))
        drop_meta(node)
        inner = inner_xml(node)
        if inner.strip():
            block.xml["inner"] = inner
        return block

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        element = with_inner(context.element(block, definition), block.xml.get("inner", ""))
        write_meta(element, block, definition)
        return element


def with_inner(element: Element, xml: str) -> Element:
    """Return an empty element's copy with XML text inside, CDATA as it is."""
    if not xml:
        return element
    try:
        filled = parse_fragment(f"<{element.tag!s}>{xml}</{element.tag!s}>")
    except BadXmlError:
        return element
    for name, text in element.attrib.items():
        filled.set(name, text)
    return filled


class ProblemCodec:
    """The problem's XML is its data; the setting attributes of the root are not part of it."""

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        broken = node.attrib.pop(_BROKEN, None)
        block = context.block(context.values(node, meta=read_meta(node, context)))
        drop_meta(node)
        block.fields["data"] = context.fix_links(_load_broken(broken) or _bare(node))
        return block

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        attributes = context.element(block, definition)
        data = str(definition.fields.get("data") or "<problem/>")
        try:
            element = parse_fragment(data)
        except BadXmlError:
            element = None
        if element is None or element.tag != "problem":
            attributes.set(_BROKEN, dump_json(data))
            return attributes
        for name in list(element.attrib):
            del element.attrib[name]
        for name, text in attributes.attrib.items():
            element.set(name, text)
        write_meta(element, block, definition)
        return element


def canonical_problem(data: str) -> str:
    """Return a problem's XML as an import would read it; text that is no XML as it is."""
    try:
        root = parse_fragment(data)
    except BadXmlError:
        return data
    return _bare(root) if root.tag == "problem" else data


def _load_broken(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        data = load_json(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, str) else None


def _bare(node: Element) -> str:
    """Return a problem as XML text without its attributes."""
    root = copy.deepcopy(node)
    root.tail = None
    for name in list(root.attrib):
        del root.attrib[name]
    etree.cleanup_namespaces(root)
    return serialize(root)


register_codec("problem", ProblemCodec())
register_codec("discussion", AttributesCodec())
register_codec("lti", AttributesCodec())
