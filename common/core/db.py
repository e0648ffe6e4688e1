"""What SQLite and MySQL do differently: write rows that may exist, tell the time, be away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import InterfaceError, OperationalError, connection, connections, models, router

from common.core import writes

_CLOCKS = {
    "mysql": "SELECT UTC_TIMESTAMP(6)",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}


def database_now() -> datetime:
    """Return the database's clock, aware: the one that all processes share. One statement.

    For what one process writes and another judges, such as leases: hosts' clocks differ.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS[connection.vendor])
        (now,) = cursor.fetchone()
    moment = now if isinstance(now, datetime) else datetime.fromisoformat(now)
    return moment.replace(tzinfo=UTC)


# What the server, or the client library in its place, says when it is not there, goes away, or
# cannot give a connection or a lock now (MySQL: server error reference, client error reference).
_MYSQL_AWAY: Final = frozenset({1040, 1053, 1205, 1213, 2002, 2003, 2006, 2013, 2055, 4031})
_SQLITE_AWAY: Final = ("locked", "unable to open", "disk i/o", "database or disk is full")


def is_away(error: BaseException | None) -> bool:
    """Tell whether an error says that the database does not answer now, rather than no."""
    if isinstance(error, InterfaceError):
        return True  # the connection was closed from below
    if not isinstance(error, OperationalError) or not error.args:
        return False
    if isinstance(error.args[0], int):
        return error.args[0] in _MYSQL_AWAY
    return any(words in str(error.args[0]).lower() for words in _SQLITE_AWAY)


def upsert(rows: Sequence[models.Model], *, key: Sequence[str], update: Sequence[str]) -> None:
    """Insert ``rows``; where ``key`` is taken, overwrite the fields named in ``update``.

    All rows are of one model. ``key`` names the fields of its primary key or of a unique
    constraint; MySQL finds the conflict by any unique index, so a model given here has
    only that one besides a generated ``id``. With an empty ``update`` rows that are there
    stay as they are. One statement for as many rows as the database takes parameters for.
    The saved instances do not learn a generated ``id``.
    """
    if not rows:
        return
    model = type(rows[0])
    alias = router.db_for_write(model)
    manager = model._default_manager.using(alias)
    if not update:
        manager.bulk_create(rows, ignore_conflicts=True)
        return
    if len(rows) <= writes.MAX_ROWS:
        writes.insert(rows, key=key, update=update)
        return
    # MySQL has no ON CONFLICT (columns); Django refuses unique_fields there.
    targets = connections[alias].features.supports_update_conflicts_with_target
    manager.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=list(update),
        unique_fields=list(key) if targets else None,
    )
