"""Keep what OLX remembers of a block in step with edits.

Whoever changes a block's fields passes it through here, so that a version equals the one
that an import of its own export makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from common.content.data import JSON, Block
from common.content.olx.attributes import (
    REFERENCE_KINDS,
    attribute_field,
    live_meta,
)
from common.content.olx.codecs.leaves import canonical_problem
from common.content.olx.fields import fields_of
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
    if block_type == "problem" and isinstance(settled.get("data"), str):
        settled["data"] = canonical_problem(settled["data"])
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
