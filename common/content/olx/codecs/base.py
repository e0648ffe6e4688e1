"""What codecs are given and must do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lxml import etree

from common.content.data import JSON, Block, Definition
from common.content.olx.attributes import Place, Values, attribute_texts, read_attributes
from common.content.olx.parsed import ParsedBlock
from common.content.olx.xmlsafe import BadXmlError, Element, parse_fragment
from common.core.keys import BlockKey, CourseKey

# Attributes that say which block this is, not what it is.
IDENTITY = frozenset({"url_name"})


class MissingBodyError(ValueError):
    """The file that holds a block's body is not there: the block is dropped with a warning."""


@dataclass(slots=True)
class ReadContext:
    """One element to read, and what is around it.

    ``own_file``: the element is the root of its own file, whose folder is ``folder``.
    ``add_child`` reads a child element and returns its key, None when it had to be dropped.
    ``read_file`` returns a file's path and bytes, None when there is none.
    """

    key: BlockKey
    place: Place
    policy: Mapping[str, Any]
    own_file: bool
    folder: str
    add_child: Callable[[Element], BlockKey | None]
    read_file: Callable[[str], bytes | None]
    ignore: frozenset[str] = field(default_factory=frozenset)
    # The second meaning of links into the source course: see links.py.
    fix_links: Callable[[str], str] = str

    def values(
        self, node: Element, *, meta: Mapping[str, Any] | None = None, ignore: tuple[str, ...] = ()
    ) -> Values:
        """Return the values of the element's attributes, meta and policy."""
        # The root of a file may repeat or contradict its name; that is kept as any attribute.
        identity = frozenset() if self.own_file else IDENTITY
        return read_attributes(
            node,
            self.place,
            block_type=self.key.block_type,
            policy=self.policy,
            meta=meta,
            ignore={*identity, *self.ignore, *ignore},
        )

    def block(self, values: Values) -> ParsedBlock:
        """Return the block of these values."""
        return ParsedBlock(
            key=self.key,
            settings=values.settings,
            fields=values.fields,
            xml=values.xml,
            file=self.place.file,
            line=self.place.line,
        )


@dataclass(slots=True)
class WriteContext:
    """One block to write, and what is around it.

    ``add_child`` puts a child into an element; ``write_file`` puts bytes beside the XML, under
    a path inside the archive, and returns whether that path was free (or held the same).
    """

    course_key: CourseKey
    own_file: bool
    folder: str
    add_child: Callable[[Element, BlockKey], None]
    write_file: Callable[[str, bytes], bool]
    # Blocks of the version being written, for codecs that compare what they kept.
    find_block: Callable[[BlockKey], tuple[Block, Definition] | None]

    def element(self, block: Block, definition: Definition) -> Element:
        """Return an element of the block's type with all its attributes, nothing inside."""
        element = etree.Element(block.key.block_type)
        texts = attribute_texts(
            block.key.block_type, block.settings, definition.fields, block.xml, self.course_key
        )
        set_attributes(element, texts)
        return element


def set_attributes(element: Element, texts: Mapping[str, str]) -> None:
    """Set attributes in a stable order; names or texts that XML cannot hold are left out."""
    for name in sorted(texts):
        try:
            element.set(name, texts[name])
        except ValueError:
            continue


class Codec(Protocol):
    """Reads and writes one block type. Stateless."""

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        """Return the block. Raises MissingBodyError."""
        ...

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        """Return the element, without ``url_name``."""
        ...


_codecs: dict[str, Codec] = {}


def register_codec(block_type: str, codec: Codec) -> None:
    """Make ``codec`` the one for a block type."""
    _codecs[block_type] = codec


def find_codec(block_type: str) -> Codec | None:
    """Return the codec that was registered for a type, if any."""
    return _codecs.get(block_type)


def insert_nodes(element: Element, nodes: list[list[JSON]]) -> None:
    """Put comments, texts and dropped elements back between the children of ``element``.

    Each node is ``[number of child blocks before it, XML text]``.
    """
    children = list(element)
    for position, xml in nodes:
        anchor = children[position] if position < len(children) else None
        for piece in fragment_nodes(xml):
            _insert(element, anchor, piece)


def fragment_nodes(xml: str) -> list[Element | str]:
    """Return the nodes and texts of a piece of XML text; nothing when it is no XML."""
    try:
        root = parse_fragment(f"<x>{xml}</x>")
    except BadXmlError:
        return []
    pieces: list[Element | str] = [root.text] if root.text else []
    for child in list(root):
        tail, child.tail = child.tail, None
        pieces.append(child)
        if tail:
            pieces.append(tail)
    return pieces


def _insert(element: Element, anchor: Element | None, piece: Element | str) -> None:
    if not isinstance(piece, str):
        if anchor is None:
            element.append(piece)
        else:
            anchor.addprevious(piece)
        return
    previous = (
        anchor.getprevious() if anchor is not None else (element[-1] if len(element) else None)
    )
    if previous is None:
        element.text = (element.text or "") + piece
    else:
        previous.tail = (previous.tail or "") + piece
