"""Videos: fields in attributes and in child elements, new ones beside old ones.

The element is kept verbatim as ``Block.xml["olx"]`` and written again as long as it still
says what the block's fields say; otherwise it is written anew, unknown parts included.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from lxml import etree

from common.content.data import JSON, Block, Definition
from common.content.olx.attributes import Values, attribute_texts
from common.content.olx.codecs.base import (
    IDENTITY,
    ReadContext,
    WriteContext,
    register_codec,
    set_attributes,
)
from common.content.olx.codecs.containers import meta_value, read_meta
from common.content.olx.codecs.opaque import quiet_context
from common.content.olx.fields import Kind, fields_of
from common.content.olx.parsed import ParsedBlock
from common.content.olx.values import UnsuitableValueError, decode_text
from common.content.olx.xmlsafe import BadXmlError, Element, is_element, parse_fragment, serialize

_SPEEDS = {
    "0.75": "youtube_id_0_75",
    "0.7": "youtube_id_0_75",
    "1": "youtube_id_1_0",
    "1.0": "youtube_id_1_0",
    "1.00": "youtube_id_1_0",
    "1.25": "youtube_id_1_25",
    "1.5": "youtube_id_1_5",
    "1.50": "youtube_id_1_5",
}
_CHILDREN = frozenset({"source", "track", "handout", "transcript"})
# Profiles of encoded videos that browsers play, best first.
_PROFILES = ("desktop_mp4", "desktop_webm", "mobile_high", "mobile_low", "hls")
_OLD_ATTRIBUTES = {"from": "start_time", "to": "end_time"}


class VideoCodec:
    """See the reference, section 6."""

    def read(self, node: Element, context: ReadContext) -> ParsedBlock:
        values = context.values(node, meta=read_meta(node, context))
        _read_parts(node, values)
        block = context.block(values)
        # All attributes are in the element that is kept.
        kept = copy.deepcopy(node)
        kept.tail = None
        if not context.own_file:
            for name in IDENTITY:
                kept.attrib.pop(name, None)
        block.xml = {"olx": serialize(kept)}
        if "policy" in values.xml:
            block.xml["policy"] = values.xml["policy"]
        return block

    def write(self, block: Block, definition: Definition, context: WriteContext) -> Element:
        kept = _parse_kept(block)
        if kept is not None:
            again = self.read(copy.deepcopy(kept), quiet_context(block, context))
            if again.settings == dict(block.settings):
                return kept
        return _write_anew(block, kept, context)


def _parse_kept(block: Block) -> Element | None:
    try:
        return parse_fragment(block.xml["olx"]) if "olx" in block.xml else None
    except BadXmlError:
        return None


def _read_parts(node: Element, values: Values) -> None:
    settings = values.settings
    given = {**values.xml.get("policy", {})}

    def default(name: str, value: JSON) -> None:
        if value is not None and settings.get(name) in (None, "", [], {}) and name not in given:
            settings[name] = value

    for old, new in _OLD_ATTRIBUTES.items():
        if old in node.attrib and new not in node.attrib:
            default(new, _clock(str(node.get(old))))
    for field, video_id in _youtube_ids(node.get("youtube", "")).items():
        if field not in node.attrib:
            default(field, video_id)
    sources = [src for child in node.iterchildren("source") if (src := child.get("src"))]
    default("html5_sources", sources or None)
    _read_encodings(node, settings, default)
    for tag in ("track", "handout"):
        child = node.find(tag)
        default(tag, None if child is None else child.get("src"))
    _read_transcripts(node, settings, given)
    if settings.get("track") and "download_track" not in node.attrib:
        default("download_track", True)
    if (settings.get("html5_sources") or settings.get("edx_video_id")) and (
        "youtube_id_1_0" not in settings
    ):
        # Else the field's default, a demonstration video, would show.
        default("youtube_id_1_0", "")


def _read_encodings(
    node: Element, settings: dict[str, JSON], default: Callable[[str, JSON], None]
) -> None:
    """Take what the old platform's video store had, where nothing else says what to play."""
    if any(settings.get(name) for name in ("html5_sources", *_SPEEDS.values())):
        return
    urls = {
        str(child.get("profile")): child.get("url", "").strip()
        for asset in node.iterchildren("video_asset")
        for child in asset.iterchildren("encoded_video")
    }
    files = [urls[profile] for profile in _PROFILES if urls.get(profile)]
    default("html5_sources", files or None)
    default("youtube_id_1_0", urls.get("youtube") or None)


def _read_transcripts(node: Element, settings: dict[str, JSON], given: dict[str, Any]) -> None:
    found = {
        language: src
        for child in node.iterchildren("transcript")
        if (language := child.get("language")) and (src := child.get("src"))
    }
    if found and "transcripts" not in given:
        settings["transcripts"] = {**found, **(settings.get("transcripts") or {})}


def _clock(text: str) -> JSON:
    try:
        return decode_text(Kind.CLOCK, text)
    except UnsuitableValueError:
        return None


def _youtube_ids(text: str) -> dict[str, str]:
    """Return the ids in ``0.75:ID,1.00:ID`` by field name; broken parts are left out."""
    found = {}
    for part in text.split(","):
        speed, separator, video_id = part.strip().partition(":")
        field = _SPEEDS.get(speed.strip())
        if separator and field and video_id.strip():
            found[field] = video_id.strip()
    return found


def _write_anew(block: Block, kept: Element | None, context: WriteContext) -> Element:
    element = etree.Element("video")
    xml: dict[str, Any] = {"policy": block.xml.get("policy", {})}
    settings = dict(block.settings)
    sources = settings.get("html5_sources") or []
    transcripts = settings.get("transcripts") or {}
    set_attributes(element, attribute_texts("video", settings, {}, xml, context.course_key))
    for old, new in _OLD_ATTRIBUTES.items():
        if isinstance(settings.get(new), float) and new in element.attrib:
            # Only the old attribute may hold a fraction of a second.
            element.set(old, element.attrib.pop(new))
    if kept is not None:
        _copy_unknown(kept, element)
    for source in sources:
        etree.SubElement(element, "source", src=str(source))
    for tag in ("track", "handout"):
        if settings.get(tag):
            etree.SubElement(element, tag, src=str(settings[tag]))
    for language in sorted(transcripts):
        etree.SubElement(
            element, "transcript", language=str(language), src=str(transcripts[language])
        )
    return element


def _copy_unknown(kept: Element, element: Element) -> None:
    known = {*fields_of("video"), "youtube", *_OLD_ATTRIBUTES}
    for name, text in kept.attrib.items():
        if name not in known:
            element.set(name, text)
    for child in kept:
        if child.tag == "meta" and meta_value(child) is not None:
            continue  # its fields are attributes now
        if not is_element(child) or child.tag not in _CHILDREN:
            element.append(copy.deepcopy(child))


register_codec("video", VideoCodec())
