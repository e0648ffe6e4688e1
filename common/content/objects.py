"""Typed objects over the store: fetch, verify, decode and keep them; write them in batches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from threading import Lock
from types import TracebackType
from typing import Any, Self

from django.conf import settings

from common.content import codec
from common.content.cache import DECODED_FACTOR, ByteLRU
from common.content.data import JSON, Definition
from common.content.errors import CorruptObjectError, MissingObjectError
from common.content.pagefields import fields_of, paths_of
from common.content.store import BATCH_BYTES, BATCH_OBJECTS, get_store
from common.core.jsontext import sha256_hex

_cache: ByteLRU | None = None
_cache_lock = Lock()


def decoded_cache() -> ByteLRU:
    """Return this process's decoded objects, limited by ``settings.CONTENT_CACHE_BYTES``."""
    global _cache
    cache = _cache
    if cache is None or cache.limit_bytes != settings.CONTENT_CACHE_BYTES:
        with _cache_lock:
            cache = _cache
            if cache is None or cache.limit_bytes != settings.CONTENT_CACHE_BYTES:
                cache = _cache = ByteLRU(settings.CONTENT_CACHE_BYTES)
    return cache


def fetch(ids: Collection[str], decode: Callable[[bytes], Any]) -> dict[str, Any]:
    """Return decoded objects by id: from memory, and the rest in one call.

    Raises MissingObjectError, CorruptObjectError, ContentUnavailableError.
    """
    objects, _ = fetch_with(ids, decode, also=())
    return objects


def fetch_with(
    ids: Collection[str], decode: Callable[[bytes], Any], *, also: Collection[str]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return decoded objects, and the bytes of those of ``also`` that exist, in one call."""
    cache = decoded_cache()
    found: dict[str, Any] = {}
    wanted: list[str] = []
    for object_id in dict.fromkeys(ids):
        value = cache.get(object_id)
        if value is None:
            wanted.append(object_id)
        else:
            found[object_id] = value
    payloads = get_store().get_many([*wanted, *also]) if wanted or also else {}
    for object_id in wanted:
        if object_id not in payloads:
            raise MissingObjectError(f"object {object_id} is not in the content store")
        data = codec.unpack_verified(object_id, payloads[object_id])
        found[object_id] = _decode(object_id, data, decode)
        cache.put(object_id, found[object_id], len(data) * DECODED_FACTOR)
    extra = {key: codec.unpack(payloads[key]) for key in also if key in payloads}
    return found, extra


def _decode(object_id: str, data: bytes, decode: Callable[[bytes], Any]) -> Any:
    try:
        return decode(data)
    except CorruptObjectError as error:
        raise CorruptObjectError(f"object {object_id}: {error.developer_message}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptObjectError(f"object {object_id} cannot be decoded: {error!r}") from error


class ObjectWriter:
    """Puts objects in batches; what it was given is durable when ``flush`` has returned.

    As a context manager it flushes at the end of a block that did not raise.
    """

    def __init__(self) -> None:
        self._pending: dict[str, bytes] = {}
        self._pending_bytes = 0
        # Written by this writer already; never filled from a cache.
        self._written: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.flush()

    def add(self, data: bytes) -> str:
        """Take one object's canonical bytes; return its id."""
        object_id = sha256_hex(data)
        if object_id in self._written or object_id in self._pending:
            return object_id
        payload = codec.pack(data)
        self._pending[object_id] = payload
        self._pending_bytes += len(payload)
        if len(self._pending) >= BATCH_OBJECTS or self._pending_bytes >= BATCH_BYTES:
            self.flush()
        return object_id

    def add_definition(self, definition: Definition) -> str:
        """Take a definition; return its hash. Raises ValueError for what JSON cannot hold."""
        return self.add(codec.encode_definition(definition))

    def add_text(self, text: str) -> str:
        """Take a page's text; return its hash."""
        return self.add(codec.encode_text(text))

    def flush(self) -> None:
        """Put what is pending; return when it is durable."""
        if self._pending:
            get_store().put_many(self._pending)
            self._written.update(self._pending)
            self._pending = {}
            self._pending_bytes = 0


def get_definitions(hashes: Collection[str]) -> dict[str, Definition]:
    """Return definitions by hash, in one call. Raises MissingObjectError."""
    return fetch(hashes, codec.decode_definition)


def get_texts(hashes: Collection[str]) -> dict[str, str]:
    """Return page texts by hash, in one call. Raises MissingObjectError."""
    return fetch(hashes, codec.decode_text)


def get_text(text_hash: str) -> str:
    """Return one page's text. Raises MissingObjectError."""
    return get_texts([text_hash])[text_hash]


def get_pages(pages: Mapping[str, str], names: Collection[str]) -> dict[str, dict[str, JSON]]:
    """Return the fields of pages by name, such as ``info/updates``, in one call.

    ``pages`` are text hashes by path, as a version's root has them. A page of which nothing is
    said has no fields. Raises MissingObjectError.
    """
    paths = {name: paths_of(name, pages) for name in names}
    texts = get_texts({pages[path] for own in paths.values() for path in own})
    return {
        name: fields_of(name, {path: texts[pages[path]] for path in own})
        for name, own in paths.items()
    }


def put_derived(object_id: str, data: bytes) -> None:
    """Keep something computed from a version, under an id that names what and how.

    Insert-if-absent: the first one stays, so the id must change when the bytes would.
    """
    get_store().put_many({object_id: codec.pack(data)})


def get_derived(object_id: str) -> bytes | None:
    """Return derived bytes, or None when nobody has made them yet."""
    return get_many_derived([object_id]).get(object_id)


def get_many_derived(ids: Collection[str]) -> Mapping[str, bytes]:
    """Return those of several derived objects that exist, in one call."""
    payloads = get_store().get_many(ids)
    return {key: codec.unpack(payload) for key, payload in payloads.items()}
