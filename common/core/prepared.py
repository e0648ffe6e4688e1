"""Queries whose SQL is made once in a process, and run again with other values.

Django builds each statement anew: on the pages that everybody asks for, that took a third of the
time, ten times what SQLite needed to answer. ``prepared`` keeps the statement that Django made:

    @prepared
    def _states(run_id: Any, blocks: Any) -> QuerySet[Any, Any]:
        return State.objects.filter(run_id=run_id, block__in=blocks).values_list("block", "state")

    rows = _states(run_id=3, blocks=["html@a", "html@b"])

Arguments go by name: a text, a number, or a list of them for ``__in``. They are sent as they are
given, so they have the type of the column. The function is called with stand-ins, once for each
length of its lists: it must not look at its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import Any, Final, TypeVar

from django.db import connections, models
from django.db.models import QuerySet, Value
from django.db.transaction import TransactionManagementError

# Lists are filled up to one of few lengths, by naming the last item again: few statements to keep.
_STEPS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)

Row = tuple[Any, ...]
T = TypeVar("T")
# A learner's pages ask for the same rows again and again.
_KEPT_ROWS: Final = 2_000


class _Slot(Value):
    """The place of an argument in a statement; of one item, where the argument is a list."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class _Statement:
    """A compiled query of rows, run with the values of its slots in the order of their places."""

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        self.alias = query.db
        self._compiler = query.query.get_compiler(using=self.alias)
        self.sql, params = self._compiler.as_sql()
        self._locks = query.query.select_for_update
        slots = [param.place for param in params if isinstance(param, _Slot)]
        # What is no slot is sent after those that are, each time the same.
        self._constants = [param for param in params if not isinstance(param, _Slot)]
        last = 1 + max(slots, default=-1)
        constants = iter(range(last, last + len(self._constants)))
        self._order = [
            param.place if isinstance(param, _Slot) else next(constants) for param in params
        ]
        self._slots = last
        columns = [column for column, _, _ in self._compiler.select]
        self._converters = self._compiler.get_converters(columns)

    def run(self, values: list[Any]) -> list[Row]:
        """Return the rows in Python's types."""
        rows = self.fetch(values)
        return self.convert(rows) if self._converters else rows

    def fetch(self, values: list[Any]) -> list[Row]:
        """Return the rows as the database's driver gives them."""
        connection = connections[self.alias]
        if self._locks and not connection.in_atomic_block:
            raise TransactionManagementError("a lock needs a transaction")
        sent = values[: self._slots] + self._constants
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [sent[place] for place in self._order])
            rows: list[Row] = cursor.fetchall()
        return rows

    def convert(self, rows: Sequence[Row]) -> list[Row]:
        """Return what the driver gave in Python's types."""
        connection = connections[self.alias]
        converted = [list(row) for row in rows]
        for position, (functions, expression) in self._converters.items():
            for row in converted:
                value = row[position]
                for function in functions:
                    value = function(value, expression, connection)
                row[position] = value
        return [tuple(row) for row in converted]


class Prepared:
    """A function that runs a query; see the module."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._statements: dict[tuple[int, ...], _Statement] = {}
        self._kept: dict[Any, Any] = {}
        update_wrapper(self, build)

    def __call__(self, **arguments: Any) -> list[Row]:
        """Return the rows, columns in the order of ``values_list``; none for an empty list."""
        statement, values = self._bound(arguments)
        return [] if statement is None else statement.run(values)

    def made(self, make: Callable[[Row], T], **arguments: Any) -> list[T]:
        """Return what ``make`` gives for each row; kept for rows that come again unchanged.

        ``make`` depends on nothing but its row, and what it gives is never changed by anybody.
        """
        statement, values = self._bound(arguments)
        if statement is None:
            return []
        return [self._made(make, statement, row) for row in statement.fetch(values)]

    def _made(self, make: Callable[[Row], T], statement: _Statement, row: Row) -> T:
        name = (make, row)
        if name not in self._kept:
            found = make(statement.convert([row])[0])
            if len(self._kept) >= _KEPT_ROWS:
                self._kept.clear()
            self._kept[name] = found
            return found
        kept: T = self._kept[name]
        return kept

    def _bound(self, arguments: Mapping[str, Any]) -> tuple[_Statement | None, list[Any]]:
        """Return the statement for these arguments and its values; None for an empty list."""
        shape = tuple([_length(value) for value in arguments.values()])
        if 0 in shape:
            return None, []
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._statements[shape] = self._compile(arguments, shape)
        values: list[Any] = []
        for value, length in zip(arguments.values(), shape, strict=True):
            if length < 0:
                values.append(value)
            else:
                values += value
                values += [value[-1]] * (length - len(value))
        return statement, values

    def _compile(self, arguments: Mapping[str, Any], shape: tuple[int, ...]) -> _Statement:
        slots: dict[str, Any] = {}
        place = 0
        for name, length in zip(arguments, shape, strict=True):
            if length < 0:
                slots[name] = _Slot(place)
            else:
                slots[name] = [_Slot(place + number) for number in range(length)]
            place += abs(length)
        return _Statement(self._build(**slots))


def prepared(build: Callable[..., QuerySet[Any, Any]]) -> Prepared:
    """Keep the SQL of the query that ``build`` returns, which ends in ``values_list``."""
    return Prepared(build)


class Instances:
    """Makes a model's instances of rows, with those that they point to along some paths.

    ``columns`` is for ``values_list``; ``paths`` are as for ``select_related``, shorter ones first,
    and none of them may lead to NULL.
    """

    def __init__(self, model: type[models.Model], *paths: str) -> None:
        self._models = [model, *(_model_at(model, path) for path in paths)]
        self._names = [[field.attname for field in item._meta.concrete_fields]
                       for item in self._models]  # fmt: skip
        self._places = [_place_of(path, paths) for path in paths]
        starts = ["", *(f"{path}__" for path in paths)]
        self.columns = tuple(
            start + name for start, names in zip(starts, self._names, strict=True) for name in names
        )

    def make(self, row: Row) -> Any:
        """Return the instance of a row, as ``select_related`` would give it."""
        made: list[Any] = []
        begin = 0
        for model, names in zip(self._models, self._names, strict=True):
            end = begin + len(names)
            made.append(model.from_db("default", names, row[begin:end]))
            begin = end
        for (owner, name), instance in zip(self._places, made[1:], strict=True):
            pointer: Any = self._models[owner]._meta.get_field(name)
            pointer.set_cached_value(made[owner], instance)
        return made[0]


def _model_at(model: type[models.Model], path: str) -> type[models.Model]:
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model


def _place_of(path: str, paths: Sequence[str]) -> tuple[int, str]:
    """Return which instance holds the last step of a path, and under what name."""
    owner, _, name = path.rpartition("__")
    return (paths.index(owner) + 1 if owner else 0), name


def _length(value: Any) -> int:
    """Return the length of the list that stands for ``value``; -1 where it is a single value."""
    if not isinstance(value, list | tuple):
        return -1
    count = len(value)
    return next((step for step in _STEPS if step >= count), count) if count else 0
