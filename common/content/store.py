"""Where immutable objects are kept: one interface, one implementation for each kind of server.

An implementation promises: what ``put_many`` returned from is durable; an id that is there
already keeps its first payload; ids are compared byte by byte; a server that does not answer
is a ContentUnavailableError within seconds.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from threading import Lock
from typing import Final, Protocol

from django.conf import settings

# One statement or command carries at most this much: under the packet limits of MariaDB's
# defaults (16 MB) with room for text encoding.
BATCH_OBJECTS: Final = 500
BATCH_BYTES: Final = 4 * 1024 * 1024


class ObjectStore(Protocol):
    """Keeps payloads by id, insert-if-absent."""

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        """Keep these payloads; return when they are durable. One counted call."""

    def get_many(self, ids: Collection[str]) -> dict[str, bytes]:
        """Return the payloads that are there; missing ids are left out. One counted call."""

    def has_many(self, ids: Collection[str]) -> set[str]:
        """Return those of ``ids`` that are there. One counted call."""


def batches(objects: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Split objects into statements of a size that every server takes."""
    batch: dict[str, bytes] = {}
    size = 0
    for object_id, payload in objects.items():
        if batch and (len(batch) >= BATCH_OBJECTS or size + len(payload) > BATCH_BYTES):
            yield batch
            batch, size = {}, 0
        batch[object_id] = payload
        size += len(payload)
    if batch:
        yield batch


def batched_ids(ids: Collection[str]) -> Iterator[list[str]]:
    """Split ids into lists that fit one statement's parameters."""
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), BATCH_OBJECTS):
        yield unique[start : start + BATCH_OBJECTS]


_stores: dict[tuple[int, str, bool], ObjectStore] = {}
_lock = Lock()


def get_store() -> ObjectStore:
    """Return this process's store, chosen by ``settings.CONTENT_URL``.

    A forked child opens its own: connections cannot be shared between processes.
    """
    url, single_reads = settings.CONTENT_URL, settings.CONTENT_SINGLE_READS
    key = (os.getpid(), url, single_reads)
    store = _stores.get(key)
    if store is None:
        with _lock:
            store = _stores.get(key) or _open_store(url, single_reads=single_reads)
            _stores[key] = store
    return store


def close_stores() -> None:
    """Give back the connections of this process; the next ``get_store`` opens new ones."""
    with _lock:
        for store in _stores.values():
            close = getattr(store, "close", None)
            if close is not None:
                close()
        _stores.clear()


def _open_store(url: str, *, single_reads: bool) -> ObjectStore:
    if not url:
        from common.content.sqlstore import SqlStore

        return SqlStore()
    from common.content.mongostore import MongoStore

    return MongoStore(url, single_reads=single_reads)
