"""Parse and write XML of strangers: no DTD, no entities, no network, bounded size.

Comments, CDATA and processing instructions survive: they are the author's.
"""

from __future__ import annotations

import codecs
import itertools
import re
from dataclasses import dataclass

from lxml import etree

Element = etree._Element

_DOCTYPE = "<!DOCTYPE"
# Of one element; and comments and instructions before and after a root.
MAX_ATTRIBUTES = 2000
MAX_AROUND = 1000
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?\?>")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Codecs of Python that are no character encodings.
_NOT_TEXT = frozenset({"idna", "punycode", "undefined", "raw_unicode_escape", "unicode_escape"})


class BadXmlError(ValueError):
    """The text is not XML that we read. ``line`` says where, from 1, if known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Text out of bytes. ``guessed``: its stated encoding did not fit, another was tried."""

    text: str
    encoding: str
    bom: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its root, and the comments and instructions around it as XML text."""

    root: Element
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    guessed_encoding: bool = False
    had_doctype: bool = False


def decode_bytes(data: bytes) -> DecodedText:
    """Return the text of an HTML, JSON or other plain file, exactly and reversibly.

    UTF-8 unless a byte order mark says otherwise; bytes that do not fit are read as Windows
    Latin, where every byte is some character.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return DecodedText(data[len(bom) :].decode(encoding), encoding, bom=True)
            except UnicodeDecodeError:
                break
    try:
        return DecodedText(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _guess(data)


def encode_text(text: str, encoding: str = "utf-8", *, bom: bool = False) -> bytes:
    """Undo ``decode_bytes``; UTF-8 where the encoding cannot hold the text."""
    try:
        data = text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        data, encoding = text.encode("utf-8"), "utf-8"
    return {name: mark for mark, name in _BOMS}.get(encoding, b"") + data if bom else data


def _guess(data: bytes) -> DecodedText:
    try:
        return DecodedText(data.decode("cp1252"), "cp1252", guessed=True)
    except UnicodeDecodeError:
        return DecodedText(data.decode("latin-1"), "latin-1", guessed=True)


def _decode_xml(data: bytes) -> DecodedText:
    if data.startswith(tuple(bom for bom, _ in _BOMS)):
        return decode_bytes(data)
    declared = _DECLARED.match(data[:1024])
    if declared is not None:
        name = declared.group(1).decode("ascii").lower()
        try:
            if codecs.lookup(name).name.replace("-", "_") not in _NOT_TEXT:
                return DecodedText(data.decode(name), name)
        except (LookupError, UnicodeError, ValueError, TypeError):
            pass
    elif data[:2] in {b"<\x00", b"\x00<"}:
        encoding = "utf-16-le" if data[:2] == b"<\x00" else "utf-16-be"
        try:
            return DecodedText(data.decode(encoding), encoding)
        except UnicodeDecodeError:
            pass
    decoded = decode_bytes(data)
    return DecodedText(
        decoded.text, decoded.encoding, decoded.bom, decoded.guessed or declared is not None
    )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        strip_cdata=False,
        remove_comments=False,
        remove_pis=False,
        recover=False,
        encoding="utf-8",
    )


def parse_document(data: bytes) -> Document:
    """Return the document in a file's bytes. Raises BadXmlError."""
    decoded = _decode_xml(data)
    text, had_doctype = _without_doctype(decoded.text)
    root = parse_fragment(text)
    return Document(
        root,
        before=_siblings(root, preceding=True),
        after=_siblings(root, preceding=False),
        guessed_encoding=decoded.guessed,
        had_doctype=had_doctype,
    )


def parse_fragment(text: str) -> Element:
    """Return the root element of XML text without DTD. Raises BadXmlError."""
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        # Its encoding no longer holds; the line breaks in it still count.
        text = "\n" * declaration.group().count("\n") + text[declaration.end() :]
    if _find_doctype(text) is not None:
        raise BadXmlError("a document type declaration is not read")
    try:
        root = etree.fromstring(text.encode("utf-8"), _parser())
    except etree.XMLSyntaxError as error:
        raise BadXmlError(str(error.msg or error), error.lineno or None) from error
    except (UnicodeEncodeError, ValueError, etree.LxmlError) as error:
        raise BadXmlError(str(error)) from error
    if root is None:
        raise BadXmlError("there is no element")
    _check_size(root, text)
    return root


def _check_size(root: Element, text: str) -> None:
    """Refuse what lxml takes the square of its number for. Raises BadXmlError."""
    if text.count("=") > MAX_ATTRIBUTES:
        for element in root.iter(etree.Element):
            if len(element.attrib) > MAX_ATTRIBUTES:
                raise BadXmlError(
                    f"an element has more than {MAX_ATTRIBUTES} attributes", element.sourceline
                )
    around = itertools.chain(root.itersiblings(preceding=True), root.itersiblings())
    if next(itertools.islice(around, MAX_AROUND, None), None) is not None:
        raise BadXmlError(f"there are more than {MAX_AROUND} comments around the root")


def _find_doctype(text: str) -> int | None:
    """Return where a document type declaration begins, None when the root comes first.

    Step by step: as one pattern this takes time without end on a page of blanks.
    """
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        closing = next(
            (end for start, end in (("<!--", "-->"), ("<?", "?>")) if text.startswith(start, at)),
            None,
        )
        if closing is None:
            return at if text.startswith(_DOCTYPE, at) else None
        end = text.find(closing, at + 2)
        if end < 0:
            return None
        at = end + len(closing)


def _without_doctype(text: str) -> tuple[str, bool]:
    start = _find_doctype(text)
    if start is None:
        return text, False
    end = text.find(">", start)
    declaration = text[start : end + 1]
    if end < 0 or "[" in declaration:
        raise BadXmlError(
            "it declares entities, which are never read", text.count("\n", 0, start) + 1
        )
    return text[:start] + "\n" * declaration.count("\n") + text[end + 1 :], True


def _siblings(root: Element, *, preceding: bool) -> tuple[str, ...]:
    found = [serialize(node) for node in root.itersiblings(preceding=preceding)]
    return tuple(reversed(found)) if preceding else tuple(found)


def serialize(node: Element) -> str:
    """Return a node as XML text, without the text that follows it."""
    return etree.tostring(node, encoding="unicode", with_tail=False)


def is_element(node: Element) -> bool:
    """Tell an element from a comment, an instruction or an entity reference."""
    return isinstance(node.tag, str)


def inner_xml(root: Element) -> str:
    """Return what stands between an element's tags, CDATA sections as they are."""
    if root.nsmap:
        # Children declare their namespaces themselves when they are written alone.
        parts = [escape_text(root.text or "")]
        parts.extend(etree.tostring(child, encoding="unicode", with_tail=True) for child in root)
        return "".join(parts)
    whole = serialize(root)
    start = whole.index(">") + 1  # attribute values are written with &gt;
    return "" if whole[start - 2] == "/" else whole[start : whole.rindex("</")]


def escape_text(text: str) -> str:
    """Return character data as XML text."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    )
