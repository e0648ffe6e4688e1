"""HTML blocks: the body is a file beside the XML, byte for byte, or stands inside the XML."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from lxml import etree

from common.content.data import Block, Definition
from common.content.olx.codecs.base import (
    MissingBodyError,
    ReadContext,
    WriteContext,
    register_codec,
)
from common.content.olx.codecs.containers import drop_meta, read_meta, write_meta
from common.content.olx.codecs.leaves import with_inner
from common.content.olx.names import name_to_path
from common.content.olx.parsed import ParsedBlock
from common.content.olx.values import fits_xml
from common.content.olx.xmlsafe import Element, decode_bytes, encode_text, inner_xml

# Inside parsed XML, where every section ends.
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
# What the HTML parser says of pages whose elements do not close as they open.
_BROKEN_HTML = frozenset(
    {"ERR_TAG_NAME_MISMATCH", "ERR_TAG_NOT_FINISHED", "ERR_GT_REQUIRED", "ERR_NAME_REQUIRED"}
)


class HtmlCodec:
    """Fields: data. ``Block.xml``: filename, encoding, bom; or inner, the body inside the XML."""

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        filename = node.get("filename")
        # Inside a body that stands in the XML, meta is HTML of the author's.
        meta = {} if filename is None else read_meta(node, context)
        block = context.block(context.values(node, meta=meta, ignore=("filename",)))
        if filename is None:
            self._read_inner(node, block, context)
        else:
            self._read_file(filename, block, context)
            drop_meta(node)
            rest = inner_xml(node)
            if rest.strip():
                block.xml["rest"] = rest
        return block

    def _read_inner(self, node: Element, block: ParsedBlock, context: ReadContext) -> None:
        inner = inner_xml(node)
        body = _CDATA.sub(r"\1", inner)
        block.xml["body"] = "inside"
        if body != inner:
            block.xml["inner"] = inner
        block.fields["data"] = context.fix_links(body)

    def _read_file(self, filename: str, block: ParsedBlock, context: ReadContext) -> None:
        path, data = _find_body(filename, context)
        decoded = decode_bytes(data)
        block.file, block.line = path, 1
        if filename != default_filename(block.key.block_id, own_file=context.own_file):
            block.xml["filename"] = filename
        if decoded.encoding != "utf-8":
            block.xml["encoding"] = decoded.encoding
        if decoded.bom:
            block.xml["bom"] = True
        if decoded.guessed:
            context.place.log.add(
                "wrong_encoding", f"This file is not in UTF-8; read as {decoded.encoding}.", path
            )
        line = broken_html_line(decoded.text)
        if line is not None:
            context.place.log.add(
                "bad_html", "This HTML does not close as it opens; browsers will guess.", path, line
            )
        block.fields["data"] = context.fix_links(decoded.text)

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        element = context.element(block, definition)
        data = str(definition.fields.get("data") or "")
        if block.xml.get("body") == "inside":
            filled = _with_body(element, data, block)
            if filled is not None:
                return filled
        element = with_inner(element, block.xml.get("rest", ""))
        write_meta(element, block, definition)
        element.set("filename", self._write_file(data, block, context))
        return element

    def _write_file(self, data: str, block: Block, context: WriteContext) -> str:
        default = default_filename(block.key.block_id, own_file=context.own_file)
        body = encode_text(data, block.xml.get("encoding", "utf-8"), bom=bool(block.xml.get("bom")))
        wanted = str(block.xml.get("filename", default))
        for filename in (wanted, default, *(f"{default}_{number}" for number in range(2, 1000))):
            path = body_paths(filename, context.folder)[-1]
            if path is not None and context.write_file(path, body):
                return filename
        return default


def _with_body(element: Element, data: str, block: Block) -> Element | None:
    """Return the element with the body inside; None when XML cannot give the body back."""
    inner = block.xml.get("inner")
    candidate = inner if inner is not None and _CDATA.sub(r"\1", inner) == data else data
    if not fits_xml(candidate):
        return None
    filled = with_inner(element, candidate)
    return filled if inner_xml(filled) == candidate else None


def settle_body(block: Block, data: str) -> Block:
    """Return the block without memories of its body's form that an edit has overtaken."""
    xml = dict(block.xml)
    if "inner" in xml and _CDATA.sub(r"\1", xml["inner"]) != data:
        del xml["inner"]
    if xml.get("body") == "inside":
        element = etree.Element("html")
        if _with_body(element, data, replace(block, xml=xml)) is None:
            xml = {name: value for name, value in xml.items() if name not in {"body", "inner"}}
    if "encoding" in xml:
        body = encode_text(data, xml["encoding"], bom="bom" in xml)
        decoded = decode_bytes(body)
        if (decoded.text, decoded.encoding) != (data, xml["encoding"]):
            del xml["encoding"]
    return replace(block, xml=xml)


def default_filename(block_id: str, *, own_file: bool) -> str:
    """Return the ``filename`` that a block has unless it says otherwise."""
    path = name_to_path(block_id)
    return posixpath.basename(path) if own_file else path


def body_paths(filename: str, folder: str) -> list[str | None]:
    """Return the paths where a body may be, the likeliest first; None for one outside."""
    names = [f"{filename}.html"]
    if filename.endswith(".html"):
        names.append(filename)
    return [_inside(posixpath.join(folder, name)) for name in names]


def _inside(path: str) -> str | None:
    path = posixpath.normpath(path)
    return None if path.startswith(("/", "../")) or path == ".." else path


def _find_body(filename: str, context: ReadContext) -> tuple[str, bytes]:
    for path in body_paths(filename, context.folder):
        data = context.read_file(path) if path is not None else None
        if path is not None and data is not None:
            return path, data
    raise MissingBodyError(f"there is no file {filename}.html")


def broken_html_line(text: str) -> int | None:
    """Return the line of the first structural mistake in a page, None when there is none."""
    if "<" not in text:
        return None
    parser = etree.HTMLParser(recover=True, no_network=True, encoding="utf-8")
    try:
        etree.fromstring(text.encode("utf-8"), parser)
    except (etree.LxmlError, ValueError):
        return None
    errors = parser.error_log.filter_from_errors()
    return next((error.line for error in errors if error.type_name in _BROKEN_HTML), None)


register_codec("html", HtmlCodec())
