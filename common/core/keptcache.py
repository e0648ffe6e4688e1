"""Django's cache table, from which nothing is dropped before its time.

Counts of tries and used codes lie in it: Django's own table throws entries away at random when
there are more than a few hundred, so that whoever makes many could clear the count of their own.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final

from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router

# What allauth calls its counts: allauth:rl:APP:ACTION:AMOUNT/SECONDS/WHOM:…
COUNTS: Final = "allauth:rl:"
# Key and times of the tries that were looked at last, newest first.
last_count: ContextVar[tuple[str, list[float]] | None] = ContextVar("last_count", default=None)


class KeptCache(DatabaseCache):
    """Removes what is over, never what is not; remembers which count was read last."""

    _table: str

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return an entry, as Django's does."""
        found = super().get(key, default, version)
        if key.startswith(COUNTS) and isinstance(found, list):
            last_count.set((key, found))
        return found

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        connection = connections[router.db_for_write(self.cache_model_class)]
        table = connection.ops.quote_name(self._table)
        before = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [before])  # noqa: S608 # our name
