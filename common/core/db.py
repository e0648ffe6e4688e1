"""What SQLite and MySQL do differently: write rows that may exist, tell the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection, connections, models, router

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
    # MySQL has no ON CONFLICT (columns); Django refuses unique_fields there.
    targets = connections[alias].features.supports_update_conflicts_with_target
    manager.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=list(update),
        unique_fields=list(key) if targets else None,
    )
