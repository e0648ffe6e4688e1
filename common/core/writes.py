"""Rows written by statements whose SQL is made once in a process; see ``common.core.prepared``.

They stand inside the short transactions that learners wait for one after another, where Django's
building of the same statement each time took half of it. Few rows at a time: for many the
database is what takes the time, and ``bulk_create`` knows how many fit into a statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from django.db import connections, models, router
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

# So many rows of any of our models stay below what SQLite takes as parameters of a statement.
MAX_ROWS: Final = 8


def insert(
    rows: Sequence[models.Model], *, key: Sequence[str] = (), update: Sequence[str] = ()
) -> None:
    """Insert rows of one model; where ``key`` is taken, overwrite the fields named in ``update``.

    One statement. Without ``update`` a key that is taken raises IntegrityError. The instances do
    not learn a generated ``id``; nothing but their fields is looked at: no signals are sent.
    Raises ValueError for more than MAX_ROWS rows, and for rows that hold expressions.
    """
    if len(rows) > MAX_ROWS:
        raise ValueError(f"{len(rows)} rows: {MAX_ROWS} at most")
    if not rows:
        return
    model = type(rows[0])
    alias = router.db_for_write(model)
    statement = _insert_statement(model, len(rows), tuple(key), tuple(update), alias)
    values = _values_of(rows, alias)
    if any(hasattr(value, "resolve_expression") for value in values):
        raise ValueError(f"{model.__name__}: expressions cannot be inserted here")
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)


def update_where(
    model: type[models.Model], *, where: Mapping[str, Any], values: Mapping[str, Any]
) -> int:
    """Give the rows whose fields equal ``where`` new ``values``; return how many there were.

    Fields go by their column's attribute (``run_id``); NULL equals nothing. One statement.
    """
    alias = router.db_for_write(model)
    connection = connections[alias]
    statement = _update_statement(model, tuple(where), tuple(values), alias)
    sent = [
        _field(model, name).get_db_prep_save(value, connection)
        for given in (values, where)
        for name, value in given.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, sent)
        return int(cursor.rowcount)


@cache
def _insert_statement(
    model: type[models.Model],
    count: int,
    key: tuple[str, ...],
    update: tuple[str, ...],
    alias: str,
) -> str:
    connection = connections[alias]
    options: dict[str, Any] = {}
    if update:
        options = {
            "on_conflict": OnConflict.UPDATE,
            "update_fields": [model._meta.get_field(name) for name in update],
        }
        # MySQL has no ON CONFLICT (columns): it looks at every unique index.
        if connection.features.supports_update_conflicts_with_target:
            options["unique_fields"] = [model._meta.get_field(name) for name in key]
    query = InsertQuery(model, **options)
    # What the rows hold is no part of the statement; how many they are is.
    query.insert_values(_fields(model), [model() for _ in range(count)])
    statements = query.get_compiler(using=alias).as_sql()
    if len(statements) != 1:
        raise ValueError(f"{model.__name__}: {count} rows need {len(statements)} statements")
    return str(statements[0][0])


@cache
def _update_statement(
    model: type[models.Model], where: tuple[str, ...], values: tuple[str, ...], alias: str
) -> str:
    quote = connections[alias].ops.quote_name
    changed, asked = (
        [f"{quote(_field(model, name).column)} = %s" for name in names] for names in (values, where)
    )
    table = quote(model._meta.db_table)
    return f"UPDATE {table} SET {', '.join(changed)} WHERE {' AND '.join(asked)}"  # noqa: S608


@cache
def _fields(model: type[models.Model]) -> list[Any]:
    """Return the fields that are written: not a generated ``id``."""
    return [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, models.AutoField | models.BigAutoField)
    ]


@cache
def _field(model: type[models.Model], name: str) -> Any:
    found = {field.attname: field for field in model._meta.concrete_fields}
    return found[name]


def _values_of(rows: Sequence[models.Model], alias: str) -> list[Any]:
    connection = connections[alias]
    fields = _fields(type(rows[0]))
    return [
        field.get_db_prep_save(field.pre_save(row, True), connection)
        for row in rows
        for field in fields
    ]
