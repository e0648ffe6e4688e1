"""Export a course: both versions as an OLX archive that imports to the same versions."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lxml import etree

from common.content import api
from common.content.api import CourseVersion
from common.content.data import JSON, Block, Definition
from common.content.olx.assets import ASSETS_JSON, FOLDER, listing
from common.content.olx.attributes import policy_values
from common.content.olx.draftwriter import DraftWriter
from common.content.olx.headsfile import FILES_FOLDER, HEADS_JSON, Detached, heads_value
from common.content.olx.packing import Packer, open_packer
from common.content.olx.policies import fill_path
from common.content.olx.report import ExportReport
from common.content.olx.treewriter import TreeWriter, document_bytes
from common.content.olx.xmlsafe import serialize
from common.content.references import COURSE_BLOCK
from common.core.keys import BlockKey, CourseKey
from common.files import api as files_api

POLICY = "policies/{run}/policy.json"
GRADING_POLICY = "policies/{run}/grading_policy.json"
_READ_BYTES = 256 * 1024


def export_course(course_key: CourseKey, destination: Path) -> ExportReport:
    """Write a course to a .tar.gz, .zip or new folder.

    Raises ExportError, CourseNotFoundError, FileMissingError; nothing is left at the
    destination then.
    """
    heads = api.get_heads(course_key)
    published = api.load_version(heads.published or heads.draft)
    draft = published if heads.draft == published.id else api.load_version(heads.draft)
    export = _Export(course_key, published, draft, is_published=heads.published is not None)
    with open_packer(destination, heads.changed_at) as packer:
        export.write(packer)
    return ExportReport(
        course_key=course_key,
        version=heads.published,
        files=packer.count,
        blocks=dict(sorted(Counter(key.block_type for key in export.blocks).items())),
        drafts=export.draft_count,
    )


class _Export:
    """One export: collects the text files, then packs them with assets and extras."""

    def __init__(
        self,
        course_key: CourseKey,
        published: CourseVersion,
        draft: CourseVersion,
        *,
        is_published: bool,
    ) -> None:
        """Of a course that was never published, the draft stands for both versions."""
        self._course_key = course_key
        self._run = str(course_key.run)
        self._published, self._draft = published, draft
        self._is_published = is_published
        self.blocks = _blocks(published)
        self._draft_blocks = self.blocks if draft is published else _blocks(draft)
        self._course = self.blocks[COURSE_BLOCK]
        self._definitions = _definitions(self.blocks, self._draft_blocks)
        self._files: dict[str, bytes] = {}
        self.draft_count = 0

    def write(self, packer: Packer) -> None:
        """Write everything into the archive."""
        self._write_blocks()
        self._write_policies()
        self._write_pages()
        beside = self._write_heads()
        for path in sorted(self._files):
            packer.add(path, self._files[path])
        for path, asset in sorted(self._published.assets.items()):
            folder = asset.extra.get(FOLDER, "static")
            _add_stored(packer, f"{folder}/{path}", asset.sha256)
        for template, sha256 in sorted(self._published.root.extras.items()):
            path = fill_path(template, self._run)
            if path not in packer:
                _add_stored(packer, path, sha256)
        for sha256 in sorted(beside):
            _add_stored(packer, f"{FILES_FOLDER}/{sha256}", sha256)

    def _write_blocks(self) -> None:
        writer = TreeWriter(self._course_key, self.blocks, self._definitions, self._files)
        identity = {
            "url_name": self._run,
            "org": str(self._course_key.org),
            "course": str(self._course_key.course),
        }
        if self._course.xml.get("form") == "inline":
            element = writer.element(COURSE_BLOCK, own_file=True, folder="")
            for name, text in identity.items():
                element.set(name, text)
            self._files["course.xml"] = document_bytes(element, self._course)
            for key in writer.take_queue():
                writer.write(key)
        else:
            pointer = serialize(etree.Element("course", identity))
            before = self._course.xml.get("pointer_before", [])
            after = self._course.xml.get("pointer_after", [])
            self._files["course.xml"] = "\n".join([*before, pointer, *after, ""]).encode()
            writer.write(COURSE_BLOCK)
        if self._draft_blocks is not self.blocks or self._course.xml.get("equal_drafts"):
            self.draft_count = DraftWriter(
                self._course_key,
                draft=self._draft_blocks,
                published=self.blocks,
                definitions=self._definitions,
                files=self._files,
                reserved=self._published.root.extras,
            ).write()

    def _write_policies(self) -> None:
        xml, root = self._course.xml, self._published.root
        entries = self._policy_entries(self.blocks)
        drafts = self._policy_entries(self._draft_blocks)
        # An entry of the drafts stands for the whole of the published one, {} for none of it.
        own = {
            name: drafts.get(name, {})
            for name, entry in entries.items()
            if drafts.get(name, {}) != entry and BlockKey(*name.split("/", 1)) in self._draft_blocks
        }
        entries = {**xml.get("policy_rest", {}), f"course/{self._run}": {}, **drafts, **entries}
        path = xml.get("policy_path") or POLICY
        # One that could not be read stays as it was, until there is something to say.
        if path not in root.extras or any(entries.values()):
            self._put_json(path, entries)
        if own:
            self._put_json(f"drafts/{POLICY}", own)
        if root.policy is not None:
            self._put_json(xml.get("grading_path") or GRADING_POLICY, root.policy)
        if ASSETS_JSON not in root.extras:
            self._put_json(ASSETS_JSON, listing(self._published.assets, xml.get("assets_rest", {})))

    def _policy_entries(self, blocks: Mapping[BlockKey, Block]) -> dict[str, JSON]:
        """Return what policy.json says of these blocks, those of which it says something."""
        entries: dict[str, JSON] = {}
        for key, block in blocks.items():
            name = self._run if key == COURSE_BLOCK else key.block_id
            entry = policy_values(key.block_type, block.settings, block.xml, self._course_key)
            if entry:
                entries[f"{key.block_type}/{name}"] = entry
        return entries

    def _write_pages(self) -> None:
        overrides = set(self._course.xml.get("overrides", ()))
        texts = api.get_texts(list(self._published.root.pages.values()))
        for path, text_hash in self._published.root.pages.items():
            if path in overrides:
                folder, _, name = path.partition("/")
                path = f"{folder}/{self._run}/{name}"
            self._files[path] = texts[text_hash].encode("utf-8")

    def _write_heads(self) -> set[str]:
        """Write what OLX has no place for; return the hashes of the files that belong to it."""
        value, hashes = heads_value(
            published=self._published.root,
            draft=self._draft.root,
            assets=(self._published.assets, self._draft.assets),
            detached=(_detached(self._published), _detached(self._draft)),
            get_text=api.get_text,
            is_published=self._is_published,
        )
        if value:
            self._put_json(HEADS_JSON, value)
        return hashes

    def _put_json(self, path: str, value: JSON) -> None:
        text = json.dumps(value, indent=4, sort_keys=True, ensure_ascii=False, allow_nan=False)
        self._files[fill_path(path, self._run)] = f"{text}\n".encode()


def _add_stored(packer: Packer, path: str, sha256: str) -> None:
    """Add a file of the file store. Raises FileMissingError."""
    with files_api.open_file(sha256) as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(0)
        packer.add_stream(path, size, iter(lambda: handle.read(_READ_BYTES), b""))


def _blocks(version: CourseVersion) -> dict[BlockKey, Block]:
    return {block.key: block for block in version.iter_blocks()}


def _detached(version: CourseVersion) -> Detached:
    blocks = version.detached
    bodies = _definitions(blocks)
    return {
        key: (replace(block, definition=None), bodies.get(block.definition or ""))
        for key, block in blocks.items()
    }


def _definitions(*several: Mapping[BlockKey, Block]) -> dict[str, Definition]:
    hashes = {
        block.definition
        for blocks in several
        for block in blocks.values()
        if block.definition is not None
    }
    return api.get_definitions(list(hashes))
