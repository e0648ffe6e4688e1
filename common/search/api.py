"""The door of search: documents in, by collection; a query in, names and counts out.

Everything in an index is derived. Whoever owns a collection compares ``stamps`` with the truth
and mends what differs (``put``, ``remove``); doing so twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings

from common.search.data import PHASE, Document, Found, Query
from common.search.errors import SearchUnavailableError
from common.search.fts import FtsIndex

__all__ = [
    "PHASE",
    "Document",
    "Found",
    "Query",
    "SearchUnavailableError",
    "find",
    "put",
    "remove",
    "stamps",
]


@lru_cache(maxsize=1)
def _index() -> FtsIndex:
    return FtsIndex(settings.LYCEUM_HOME / "search.sqlite3")


def stamps(collection: str) -> dict[str, str]:
    """Return the stamp of each document of a collection by name. Raises SearchUnavailableError."""
    return _index().stamps(collection)


def put(collection: str, documents: Sequence[Document]) -> None:
    """Add documents, or replace those of the same name. Raises SearchUnavailableError."""
    _index().put(collection, documents)


def remove(collection: str, names: Sequence[str]) -> None:
    """Take documents out; unknown names are passed over. Raises SearchUnavailableError."""
    _index().remove(collection, names)


def find(collection: str, query: Query) -> Found:
    """Return a page of what matches and the counts of filters. Raises SearchUnavailableError."""
    return _index().find(collection, query)
