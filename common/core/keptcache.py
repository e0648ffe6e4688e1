"""Django's cache table, from which nothing is dropped before its time.

Counts of tries and used codes lie in it: Django's own table throws entries away at random when
there are more than a few hundred, so that whoever makes many could clear the count of their own.
"""

from __future__ import annotations

import base64
import json
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction

# What allauth calls its counts: allauth:rl:APP:ACTION:AMOUNT/SECONDS/WHOM:…
COUNTS: Final = "allauth:rl:"
# Key and times of the tries that were looked at last, newest first.
last_count: ContextVar[tuple[str, list[float]] | None] = ContextVar("last_count", default=None)

_MAKE: Final = {
    "sqlite": "INSERT OR IGNORE INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)",
    # An update that changes nothing, for the lock of the row: IGNORE takes a shared one only.
    "mysql": (
        "INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s) "
        "ON DUPLICATE KEY UPDATE cache_key = cache_key"
    ),
}


class KeptCache(DatabaseCache):
    """Removes what is over, never what is not; remembers which count was read last."""

    _table: str

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return an entry, as Django's does."""
        found = super().get(key, default, version)
        if key.startswith(COUNTS) and isinstance(found, list):
            last_count.set((key, found))
        return found

    def note_try(
        self, key: str, now: float, *, seconds: int, most: int
    ) -> tuple[bool, list[float]]:
        """Note a try at ``now``, unless ``most`` lie within the last ``seconds``.

        Returns whether it was noted, and the times of all that count, newest first. Tries at once
        are counted one after another: none is lost, in whatever process it is made. Four
        statements, in one transaction. The entry is no value of Django's: read it here only.
        """
        db = router.db_for_write(self.cache_model_class)
        connection = connections[db]
        table, row = connection.ops.quote_name(self._table), self.make_and_validate_key(key)
        over = datetime.fromtimestamp(now, UTC).replace(microsecond=0) + timedelta(seconds=seconds)
        expires = connection.ops.adapt_datetimefield_value(over)
        with transaction.atomic(using=db), connection.cursor() as cursor:
            # Making sure of the row locks it until the end.
            cursor.execute(_MAKE[connection.vendor].format(table=table), [row, "", expires])
            cursor.execute(f"SELECT value FROM {table} WHERE cache_key = %s", [row])  # noqa: S608
            text = base64.b64decode(cursor.fetchone()[0]).decode() or "[]"
            tries = [at for at in json.loads(text) if at > now - seconds]
            is_noted = len(tries) < most
            if is_noted:
                tries.insert(0, now)
            value = base64.b64encode(json.dumps(tries).encode()).decode()
            cursor.execute(
                f"UPDATE {table} SET value = %s, expires = %s WHERE cache_key = %s",  # noqa: S608
                [value, expires, row],
            )
        return is_noted, tries

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:
        connection = connections[router.db_for_write(self.cache_model_class)]
        table = connection.ops.quote_name(self._table)
        before = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [before])  # noqa: S608 # our name
