"""Write blocks as OLX files: a pointer and a file of its own, or inline, as each came in."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from common.content.data import Block, Definition
from common.content.olx.codecs.base import WriteContext
from common.content.olx.fields import CONTAINER_TYPES, NATIVE_TYPES
from common.content.olx.names import UNIQUE_TYPES, is_pointer, name_to_path
from common.content.olx.reader import codec_for, default_form
from common.content.olx.xmlsafe import Element, serialize
from common.content.references import COURSE_BLOCK
from common.core.keys import BlockKey, CourseKey

NO_DEFINITION = Definition()


@dataclass
class TreeWriter:
    """Writes blocks of one version below ``prefix`` into ``files``.

    ``on_pointer`` is called with each block that was written as a pointer.
    """

    course_key: CourseKey
    blocks: Mapping[BlockKey, Block]
    definitions: Mapping[str, Definition]
    files: dict[str, bytes]
    prefix: str = ""
    on_pointer: Callable[[BlockKey], None] | None = None
    written: set[BlockKey] = field(default_factory=set)
    _inline: set[BlockKey] = field(default_factory=set)
    _queue: list[BlockKey] = field(default_factory=list)

    def write(self, key: BlockKey) -> None:
        """Write the block's own file, and those of all that it points to."""
        self.write_file(key)
        while self._queue:
            self.write_file(self._queue.pop())

    def write_file(self, key: BlockKey, *, attributes: Mapping[str, str] | None = None) -> None:
        """Write one block's own file, once."""
        if key in self.written:
            return
        self.written.add(key)
        path = block_path(key, self.course_key)
        element = self.element(key, own_file=True, folder=posixpath.dirname(path))
        for name, text in (attributes or {}).items():
            element.set(name, text)
        self.put(path, document_bytes(element, self.blocks[key]))

    def element(self, key: BlockKey, *, own_file: bool, folder: str) -> Element:
        """Return a block's element; files beside it are written."""
        block = self.blocks[key]
        context = WriteContext(
            course_key=self.course_key,
            own_file=own_file,
            folder=folder,
            add_child=self._add_child,
            write_file=self.put,
            find_block=self._find,
        )
        return codec_for(key.block_type).write(block, self._definition(block), context)

    def _definition(self, block: Block) -> Definition:
        return self.definitions[block.definition] if block.definition else NO_DEFINITION

    def _find(self, key: BlockKey) -> tuple[Block, Definition] | None:
        block = self.blocks.get(key)
        return None if block is None else (block, self._definition(block))

    def _add_child(self, parent: Element, key: BlockKey) -> None:
        block = self.blocks[key]
        repeated = key in self._inline and key.block_type in UNIQUE_TYPES
        if block.xml.get("form", default_form(key.block_type)) == "inline" and not repeated:
            element = self.element(key, own_file=False, folder=key.block_type)
            element.set("url_name", key.block_id)
            if key.block_type not in NATIVE_TYPES or not is_pointer(element):
                self._inline.add(key)
                parent.append(element)
                return
        etree.SubElement(parent, key.block_type, url_name=key.block_id)
        if repeated:
            return
        if self.on_pointer is not None:
            self.on_pointer(key)
        elif key not in self.written:
            self._queue.append(key)

    def take_queue(self) -> list[BlockKey]:
        """Return the blocks that were pointed to and have not been written yet."""
        queue, self._queue = self._queue, []
        return queue

    def put(self, path: str, data: bytes) -> bool:
        """Add a file; False when another one has its path."""
        return self.files.setdefault(f"{self.prefix}{path}", data) == data


def block_path(key: BlockKey, course_key: CourseKey) -> str:
    """Return the path of a block's own file."""
    name = str(course_key.run) if key == COURSE_BLOCK else key.block_id
    return f"{key.block_type}/{name_to_path(name)}.xml"


def document_bytes(element: Element, block: Block) -> bytes:
    """Return the bytes of a block's own file, with the comments around its root."""
    indent(element)
    before, after = block.xml.get("before", []), block.xml.get("after", [])
    return "\n".join([*before, serialize(element), *after, ""]).encode("utf-8")


def indent(element: Element, level: int = 0) -> None:
    """Lay out containers for reading; what authors wrote inside leaves is not touched."""
    if element.tag not in CONTAINER_TYPES or not len(element):
        return
    inner = "\n" + "  " * (level + 1)
    if not element.text:
        element.text = inner
    for child in element:
        if not child.tail:
            child.tail = inner
        indent(child, level + 1)
    if element[-1].tail == inner:
        element[-1].tail = "\n" + "  " * level
