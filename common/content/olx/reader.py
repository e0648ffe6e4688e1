"""Read blocks: follow pointers, name what has no name, drop what cannot be read.

One reader a branch. The draft reader looks for a file under ``drafts/`` first and takes
blocks that it does not find there from the published ones.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from common.content.olx.attributes import Place, shorten
from common.content.olx.codecs.base import Codec, MissingBodyError, ReadContext, find_codec
from common.content.olx.codecs.foreign import ForeignCodec, load_block_class
from common.content.olx.codecs.opaque import OpaqueCodec
from common.content.olx.fields import NATIVE_TYPES
from common.content.olx.files import CourseFiles
from common.content.olx.links import LinkFixer
from common.content.olx.names import (
    UNIQUE_TYPES,
    clean_name,
    implied_name,
    is_block_type,
    is_pointer,
    name_to_path,
    repeated_name,
)
from common.content.olx.parsed import ParsedBlock, SourceCourse
from common.content.olx.report import WarningLog
from common.content.olx.xmlsafe import BadXmlError, Document, Element, parse_document
from common.core.keys import BlockKey

# Attributes of a draft's root that say where it belongs; made anew on export.
DRAFT_ATTRIBUTES = frozenset(
    {"parent_url", "parent_sequential_url", "index_in_children_list", "index_in_children"}
)
Policies = Mapping[str, Mapping[str, Any]]


class BlockReader:
    """Reads the blocks of one branch into ``blocks``."""

    def __init__(
        self,
        files: CourseFiles,
        *,
        source: SourceCourse,
        policies: Policies,
        log: WarningLog,
        base: Mapping[BlockKey, ParsedBlock] | None = None,
    ) -> None:
        self.blocks: dict[BlockKey, ParsedBlock] = {}
        self.files = files
        self.source = source
        self.log = log
        # For a draft: the published blocks, and the folder that is looked into first.
        self.base_blocks: Mapping[BlockKey, ParsedBlock] = base or {}
        self._folders = ("drafts/", "") if base is not None else ("",)
        self._policies = policies
        self._fix_links = LinkFixer(source)
        # Where each block was defined, to tell a second use from a second definition.
        self._origins: dict[BlockKey, str] = {}
        self._open: set[BlockKey] = set()

    # Files

    def find_path(self, path: str) -> str | None:
        """Return where a file is, drafts first; None when it is nowhere."""
        return next((f"{top}{path}" for top in self._folders if f"{top}{path}" in self.files), None)

    def parse(self, path: str) -> Document:
        """Return the parsed file. Raises BadXmlError, after a warning."""
        try:
            document = parse_document(self.files.read(path))
        except BadXmlError as error:
            # It stays in the archive's extras, so that nothing of the author's is lost.
            self.files.used.discard(path)
            self.log.add("bad_xml", f"This is not XML that can be read: {error}.", path, error.line)
            raise
        if document.guessed_encoding:
            self.log.add("wrong_encoding", "The encoding of this file is not the stated one.", path)
        if document.had_doctype:
            self.log.add("doctype_dropped", "The document type declaration is left out.", path, 1)
        return document

    # Blocks

    def add_child(self, node: Element, file: str) -> BlockKey | None:
        """Read a child element; None when it had to be dropped, after a warning."""
        if node.get("xblock-family", "").startswith("xblock_asides"):
            return None
        if not is_block_type(node.tag) or node.tag == "course":
            self.log.add(
                "not_a_block",
                f"<{node.tag!s}> cannot be a block here; it is kept as XML.",
                file,
                node.sourceline,
            )
            return None
        if len(self._open) >= self.files.limits.depth:
            self.log.add(
                "too_deep",
                "Blocks are nested too deep here; the rest is dropped.",
                file,
                node.sourceline,
            )
            return None
        key = self._key_of(node, file)
        path = self._own_path(node, key)
        if path is not None:
            return self._read_pointed(node, key, path, file)
        if key.block_type in NATIVE_TYPES and is_pointer(node):
            return self._find_defined(node, key, file)
        return self._read_inline(node, key, file)

    def _key_of(self, node: Element, file: str) -> BlockKey:
        given = node.get("url_name", "").strip()
        name = clean_name(given)
        if not name.strip("_"):
            return BlockKey(str(node.tag), implied_name(node))
        if name != given:
            self.log.add(
                "name_cleaned",
                f"url_name {shorten(given)} became {shorten(name)}.",
                file,
                node.sourceline,
            )
        return BlockKey(str(node.tag), name)

    def _own_path(self, node: Element, key: BlockKey) -> str | None:
        """Return the file that an element points to; None for one that is written inline."""
        if is_pointer(node):
            return self.find_path(f"{key.block_type}/{name_to_path(key.block_id)}.xml")
        old = node.get("filename")
        if old is None or key.block_type == "html" or len(node) or (node.text or "").strip():
            return None
        return self.find_path(f"{key.block_type}/{name_to_path(old)}.xml")

    def _find_defined(self, node: Element, key: BlockKey, file: str) -> BlockKey | None:
        if key in self.blocks and key not in self._open:
            return key
        if key in self.base_blocks and key not in self._open:
            return key
        self.log.add(
            "missing_file",
            f"There is no file for the {key.block_type} {key.block_id}; it is dropped.",
            file,
            node.sourceline,
        )
        return None

    def _read_pointed(self, node: Element, key: BlockKey, path: str, file: str) -> BlockKey | None:
        if key in self._open:
            self.log.add(
                "cycle", f"{key} would be inside itself; it is dropped here.", file, node.sourceline
            )
            return None
        if self._origins.get(key) == path:
            return key
        if key in self.base_blocks and not path.startswith("drafts/"):
            # Not changed: the draft shares the published block and all that is below it.
            return key
        try:
            document = self.parse(path)
        except BadXmlError:
            return None
        if document.root.tag != key.block_type:
            self.files.used.discard(path)
            self.log.add(
                "wrong_root",
                f"A {key.block_type} was expected, not <{document.root.tag!s}>; it is dropped.",
                path,
                document.root.sourceline,
            )
            return None
        for name in set(node.attrib) - {"url_name", "filename"}:
            # An old pointer's attributes win over those of the file.
            document.root.set(str(name), node.get(str(name), ""))
        return self.read_document(document, key, path)

    def _read_inline(self, node: Element, key: BlockKey, file: str) -> BlockKey | None:
        if key in self._open or key in self._origins:
            key = self._repeat(node, key, file)
        return self._read(node, key, file=file, own_file=False, folder=key.block_type)

    def _repeat(self, node: Element, key: BlockKey, file: str) -> BlockKey:
        if key.block_type not in UNIQUE_TYPES and key not in self._open:
            self.log.add(
                "name_repeated",
                f"A second {key} is defined; the last one counts in both places.",
                file,
                node.sourceline,
            )
            return key
        name = candidate = repeated_name(node, key.block_id)
        number = 1
        while BlockKey(key.block_type, candidate) in self._origins:
            number += 1
            candidate = clean_name(f"{name}_{number}")
        self.log.add(
            "name_repeated",
            f"A second {key} is defined; it is now called {candidate}.",
            file,
            node.sourceline,
        )
        return BlockKey(key.block_type, candidate)

    def read_document(self, document: Document, key: BlockKey, path: str) -> BlockKey | None:
        """Read the root of a block's own file; None when it had to be dropped."""
        if key in self._origins:
            key = self._repeat(document.root, key, path)
        folder = posixpath.dirname(path).removeprefix("drafts/")
        read = self._read(document.root, key, file=path, own_file=True, folder=folder)
        if read is None:
            self.files.used.discard(path)
            return None
        block = self.blocks[key]
        for name, around in (("before", document.before), ("after", document.after)):
            if around:
                block.xml[name] = list(around)
        return read

    def _read(
        self, node: Element, key: BlockKey, *, file: str, own_file: bool, folder: str
    ) -> BlockKey | None:
        place = Place(file, node.sourceline, self.log, self.source.key)
        context = ReadContext(
            key=key,
            place=place,
            policy=self._policies.get(f"{key.block_type}/{key.block_id}", {}),
            own_file=own_file,
            folder=folder,
            add_child=lambda child: self.add_child(child, file),
            read_file=self._read_body,
            fix_links=self._fix_links,
            ignore=DRAFT_ATTRIBUTES if file.startswith("drafts/") and own_file else frozenset(),
        )
        self._origins[key] = file if own_file else f"{file}#"
        self._open.add(key)
        try:
            block = codec_for(key.block_type).read(node, context)
        except MissingBodyError as error:
            place.warn("missing_html", f"{key} is dropped: {error}.")
            del self._origins[key]
            return None
        finally:
            self._open.discard(key)
        form = "file" if own_file else "inline"
        if form != default_form(key.block_type) and not _is_bare(node, key, own_file=own_file):
            block.xml["form"] = form
        self.blocks[key] = block
        return key

    def _read_body(self, path: str) -> bytes | None:
        found = self.find_path(path)
        return None if found is None else self.files.read(found)


def _is_bare(node: Element, key: BlockKey, *, own_file: bool) -> bool:
    """Tell an inline element that would come out as a pointer: it needs a file then."""
    bare = not set(node.attrib) - {"url_name"} and is_pointer(node, allowed=frozenset(node.attrib))
    return bare and not own_file and key.block_type in NATIVE_TYPES


def codec_for(block_type: str) -> Codec:
    """Return the codec of a type: ours, its installed class's, or the one that keeps XML."""
    codec = find_codec(block_type)
    if codec is not None:
        return codec
    block_class = load_block_class(block_type)
    return OpaqueCodec() if block_class is None else ForeignCodec(block_class)


def default_form(block_type: str) -> str:
    """Return how a type is written when nothing says otherwise: in a file, or inline."""
    return "file" if block_type in NATIVE_TYPES else "inline"
