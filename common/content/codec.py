"""Objects to bytes and back. The id of an object is the SHA-256 of its canonical JSON.

The JSON names its kind, so that no two kinds share an id. Stored payloads are one tag byte
and the bytes, compressed where that makes them smaller; ids never depend on compression.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from common.content.data import JSON, Asset, Block, Definition, Root, SectionRef
from common.content.errors import CorruptObjectError
from common.core.jsontext import canonical_bytes, sha256_hex
from common.core.keys import BlockKey

_RAW = b"\x00"
_ZLIB = b"\x01"
# Below this, compression costs more than it saves.
_COMPRESS_FROM_BYTES = 128

Chunk = Mapping[BlockKey, Block]


def pack(data: bytes) -> bytes:
    """Return the payload that stores keep for ``data``."""
    if len(data) >= _COMPRESS_FROM_BYTES:
        compressed = zlib.compress(data, 6)
        if len(compressed) < len(data):
            return _ZLIB + compressed
    return _RAW + data


def unpack(payload: bytes) -> bytes:
    """Return the bytes of a payload. Raises CorruptObjectError."""
    tag, body = payload[:1], payload[1:]
    if tag == _RAW:
        return bytes(body)
    if tag == _ZLIB:
        try:
            return zlib.decompress(body)
        except zlib.error as error:
            raise CorruptObjectError(f"a payload does not decompress: {error}") from error
    raise CorruptObjectError(f"a payload has the unknown tag {tag!r}")


def unpack_verified(object_id: str, payload: bytes) -> bytes:
    """Return the bytes of a content-addressed object. Raises CorruptObjectError."""
    try:
        data = unpack(payload)
    except CorruptObjectError as error:
        raise CorruptObjectError(f"object {object_id}: {error.developer_message}") from error
    if sha256_hex(data) != object_id:
        raise CorruptObjectError(f"object {object_id} holds other bytes than its id names")
    return data


def _load(data: bytes, kind: str) -> dict[str, Any]:
    value = json.loads(data)
    if not isinstance(value, dict) or value.get("kind") != kind:
        found = value.get("kind") if isinstance(value, dict) else type(value).__name__
        raise CorruptObjectError(f"expected a {kind} object, found {found!r}")
    return value


def _block_json(block: Block) -> dict[str, JSON]:
    """Return a block without its key; what is empty is left out."""
    value: dict[str, JSON] = {}
    if block.settings:
        value["settings"] = dict(block.settings)
    if block.children:
        value["children"] = [str(child) for child in block.children]
    if block.definition is not None:
        value["definition"] = block.definition
    if block.xml:
        value["xml"] = dict(block.xml)
    return value


def _block(key: BlockKey, value: Mapping[str, Any], parse: Callable[[str], BlockKey]) -> Block:
    return Block(
        key=key,
        settings=value.get("settings", {}),
        children=tuple([parse(child) for child in value.get("children", ())]),
        definition=value.get("definition"),
        xml=value.get("xml", {}),
    )


def block_bytes(block: Block) -> bytes:
    """Return the canonical bytes of one block with its key, for comparing and stamping."""
    return canonical_bytes([str(block.key), _block_json(block)])


def encode_chunk(blocks: Iterable[Block]) -> bytes:
    """Return the bytes of a chunk; the order of ``blocks`` does not matter."""
    return canonical_bytes(
        {"kind": "chunk", "blocks": {str(block.key): _block_json(block) for block in blocks}}
    )


def decode_chunk(data: bytes) -> Chunk:
    """Return the blocks of a chunk by key."""
    keys: dict[str, BlockKey] = {}

    def parse(text: str) -> BlockKey:
        # One key object for a block and for its parent's list: half the memory.
        key = keys.get(text)
        if key is None:
            key = keys[text] = BlockKey.parse(text)
        return key

    blocks = (
        _block(parse(text), value, parse) for text, value in _load(data, "chunk")["blocks"].items()
    )
    return {block.key: block for block in blocks}


def encode_definition(definition: Definition) -> bytes:
    """Return the bytes of a definition."""
    value: dict[str, JSON] = {"kind": "definition", "fields": dict(definition.fields)}
    if definition.olx is not None:
        value["olx"] = definition.olx
    return canonical_bytes(value)


def decode_definition(data: bytes) -> Definition:
    """Return the definition in ``data``."""
    value = _load(data, "definition")
    return Definition(fields=value["fields"], olx=value.get("olx"))


def encode_text(text: str) -> bytes:
    """Return the bytes of a page's text."""
    return canonical_bytes({"kind": "text", "text": text})


def decode_text(data: bytes) -> str:
    """Return the text in ``data``."""
    return str(_load(data, "text")["text"])


def _asset_json(asset: Asset) -> dict[str, JSON]:
    value: dict[str, JSON] = {
        "sha256": asset.sha256,
        "size": asset.size,
        "content_type": asset.content_type,
    }
    if asset.display_name:
        value["display_name"] = asset.display_name
    if asset.locked:
        value["locked"] = True
    if asset.extra:
        value["extra"] = dict(asset.extra)
    return value


def encode_assets(assets: Mapping[str, Asset]) -> bytes:
    """Return the bytes of an asset manifest: path to asset."""
    return canonical_bytes(
        {"kind": "assets", "assets": {path: _asset_json(asset) for path, asset in assets.items()}}
    )


def decode_assets(data: bytes) -> Mapping[str, Asset]:
    """Return the assets of a manifest by path."""
    return {
        path: Asset(path=path, **value) for path, value in _load(data, "assets")["assets"].items()
    }


def encode_root(root: Root) -> bytes:
    """Return the bytes whose hash is the version's id."""
    return canonical_bytes(
        {
            "kind": "root",
            "format": root.format,
            "course": [str(root.course.key), _block_json(root.course)],
            "sections": [[str(section.key), section.chunk] for section in root.sections],
            "detached": root.detached,
            "policy": root.policy,
            "assets": root.assets,
            "pages": dict(root.pages),
            "extras": dict(root.extras),
        }
    )


def decode_root(data: bytes) -> Root:
    """Return the root in ``data``. Raises CorruptObjectError for a format from the future."""
    value = _load(data, "root")
    if value["format"] != 1:
        raise CorruptObjectError(f"root format {value['format']} is newer than this software")
    course_key, course = value["course"]
    return Root(
        course=_block(BlockKey.parse(course_key), course, BlockKey.parse),
        sections=tuple(SectionRef(BlockKey.parse(key), chunk) for key, chunk in value["sections"]),
        detached=value["detached"],
        policy=value["policy"],
        assets=value["assets"],
        pages=value["pages"],
        extras=value["extras"],
        format=value["format"],
    )
