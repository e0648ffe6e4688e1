"""Keep what OLX remembers of a block in step with edits.

Whoever changes a block's fields passes it through here, so that a version equals the one
that an import of its own export makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from common.content.data import JSON, Block, Definition
from common.content.olx.attributes import (
    REFERENCE_KINDS,
    attribute_field,
    live_meta,
)
from common.content.olx.codecs.base import WriteContext
from common.content.olx.codecs.html import settle_body
from common.content.olx.codecs.leaves import canonical_problem
from common.content.olx.codecs.opaque import UNREAD, OpaqueCodec, quiet_context
from common.content.olx.codecs.video import VideoCodec
from common.content.olx.fields import NATIVE_TYPES, fields_of
from common.content.olx.reader import codec_for, default_form
from common.content.olx.values import UnsuitableValueError, decode_json, decode_text
from common.core.keys import CourseLocator

# Kept references name no course: any serves to compare them.
_ANY = CourseLocator("o", "c", "r")


def settle(block: Block, content: Mapping[str, JSON]) -> Block:
    """Return the block without memories that its fields have overtaken."""
    xml = settle_xml(block.key.block_type, block.settings, content, block.xml)
    return block if xml == dict(block.xml) else replace(block, xml=xml)


def settle_fields(block_type: str, fields: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return content fields as an import would read them: a problem's XML in one form."""
    settled = dict(fields)
    if block_type == "problem":
        settled["data"] = canonical_problem(str(settled.get("data") or "<problem/>"))
    elif block_type == "html":
        settled.setdefault("data", "")
    return settled


def settle_xml(
    block_type: str,
    settings: Mapping[str, JSON],
    content: Mapping[str, JSON],
    xml: Mapping[str, JSON],
) -> dict[str, JSON]:
    """Return ``Block.xml`` without memories that the fields have overtaken."""
    values = {**settings, **content}
    settled = dict(xml)
    if "policy" in settled:
        settled["policy"] = _settled_policy(block_type, values, settled["policy"])
    if "meta" in settled:
        settled["meta"] = live_meta(block_type, settings, content, xml)
    if "raw" in settled:
        settled["raw"] = _settled_raw(block_type, values, settled)
    return {
        name: value for name, value in settled.items() if value or name not in _REMOVED_WHEN_EMPTY
    }


_REMOVED_WHEN_EMPTY = frozenset({"policy", "meta", "raw"})


def _settled_policy(
    block_type: str, values: Mapping[str, JSON], policy: Mapping[str, JSON]
) -> dict[str, JSON]:
    fields = fields_of(block_type)
    settled = {}
    for name, raw in policy.items():
        declared = fields.get(name)
        if declared is None:
            settled[name] = raw
            continue
        try:
            value = decode_json(declared.kind, raw)
        except UnsuitableValueError:
            settled[name] = values.get(name, raw)
            continue
        if name in values:
            settled[name] = raw if values[name] == value else values[name]
    return settled


def _settled_raw(
    block_type: str, values: Mapping[str, JSON], xml: Mapping[str, JSON]
) -> dict[str, JSON]:
    fields = fields_of(block_type)
    by_json = {**xml.get("policy", {}), **xml.get("meta", {})}
    settled = {}
    for name, text in xml["raw"].items():
        declared = attribute_field(fields, name)
        if declared is None:
            continue
        try:
            value = decode_text(declared.kind, text)
        except UnsuitableValueError:
            if name not in values or name in by_json:
                settled[name] = text
            continue
        shadowed = name in by_json and name in values
        unchanged = (
            name in values and declared.kind not in REFERENCE_KINDS and (values[name] == value)
        )
        if shadowed or unchanged:
            settled[name] = text
    return settled


def settle_edit(block: Block, definition: Definition | None) -> tuple[Block, Definition | None]:
    """Return an edited block and its body as an import of their export would read them."""
    block_type = block.key.block_type
    if block_type == "video":
        return _settle_video(block), definition
    if block_type in NATIVE_TYPES:
        fields = settle_fields(block_type, definition.fields if definition else {})
        if block_type == "html":
            block = settle_body(block, fields["data"])
        body = replace(definition or Definition(), fields=fields) if fields else definition
        return settle(block, fields), body
    return _settle_kept(block, definition or Definition())


def settle_children(block: Block) -> Block:
    """Return a block whose children changed: what stands between them stays between them."""
    nodes = [[min(place, len(block.children)), xml] for place, xml in block.xml.get("nodes", ())]
    return replace(block, xml={**block.xml, "nodes": nodes}) if nodes else block


def needs_body(block: Block) -> bool:
    """Tell whether ``settle_edit`` has to see the body of a block whose settings changed."""
    if block.key.block_type == "video":
        return False
    remembered = block.xml.keys() & _REMOVED_WHEN_EMPTY
    has_body = block.key.block_type in {"problem", "html"} and block.definition is None
    return bool(remembered) or has_body or block.key.block_type not in NATIVE_TYPES


def _settle_video(block: Block) -> Block:
    context = _write_context(block)
    element = VideoCodec().write(block, Definition(), context)
    again = VideoCodec().read(element, quiet_context(block, context))
    xml = {name: value for name, value in block.xml.items() if name != "policy"}
    if block.xml.get("policy"):
        xml["policy"] = _settled_policy("video", block.settings, block.xml["policy"])
    settings = {**block.settings, **again.settings}
    return replace(block, settings=settings, xml={**xml, "olx": again.xml["olx"]})


def _settle_kept(block: Block, definition: Definition) -> tuple[Block, Definition]:
    """Make the kept XML of a third-party or unknown block say what its fields say."""
    if block.children:
        # Its XML holds other blocks, which have edits of their own: the exporter compares.
        return settle(block, {}), definition
    context = _write_context(block)
    block = settle(block, {})
    codec = OpaqueCodec() if UNREAD in block.xml else codec_for(block.key.block_type)
    element = codec.write(block, definition, context)
    again = codec.read(element, quiet_context(block, context))
    if again.fields != dict(definition.fields):
        # The class cannot give its own fields back: what the author saved stands.
        return block, replace(definition, olx=None)
    settled = Definition(fields=again.fields, olx=again.olx)
    return replace(block, settings={**block.settings, **again.settings}), settled


def _write_context(block: Block) -> WriteContext:
    return WriteContext(
        course_key=_ANY,
        own_file=block.xml.get("form", default_form(block.key.block_type)) == "file",
        folder=block.key.block_type,
        add_child=lambda _element, _key: None,
        write_file=lambda _path, _data: True,
        find_block=lambda _key: None,
    )
