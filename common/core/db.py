"""Write rows whether they exist or not, in one statement on SQLite and on MySQL."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, models, router


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
