"""What each app holds of a person: collected for them when they ask, retired when they leave.

An app registers its part when it starts, so that accounts know nothing of the apps above.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import Promise

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class TakeoutFile:
    """A file of a take-out: its path in the archive, and its bytes in pieces."""

    path: str
    chunks: Iterable[bytes]


class Collect(Protocol):
    """Gives the files that hold what an app knows of a person."""

    def __call__(self, user_id: int) -> Iterator[TakeoutFile]: ...


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One app's part. ``title`` is shown while it is collected.

    ``retire`` takes out of the app's rows whatever tells who the person was, and leaves what
    counts (scores, grades, numbers). It runs in a transaction of its own, and may run twice.

    ``models`` are the tables that this part answers for, "app_label.modelname": each table of the
    site whose rows point at a person stands in one part, or a test fails.
    """

    name: str
    title: str | Promise
    collect: Collect | None = None
    retire: Callable[[int], None] | None = None
    models: tuple[str, ...] = ()


_parts: dict[str, PersonalData] = {}


def register_personal_data(part: PersonalData) -> None:
    """Add an app's part; one of the same name is replaced."""
    _parts[part.name] = part


def personal_data() -> tuple[PersonalData, ...]:
    """Return all parts, in the order of their registration."""
    return tuple(_parts.values())


def json_file(path: str, value: Any) -> TakeoutFile:
    """Return a file of JSON that people can read, too; dates as ISO instants."""
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    return TakeoutFile(path, [text.encode()])


def csv_file(path: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> TakeoutFile:
    """Return a table with a head line; no cell is read as a formula."""
    table = io.StringIO()
    # Excel takes a file without this mark for one in the country's old encoding.
    table.write("\ufeff")
    writer = csv.writer(table)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return TakeoutFile(path, [table.getvalue().encode()])


def tables(path: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[TakeoutFile]:
    """Return the same rows as JSON and as a table; ``path`` is without an ending."""
    kept = [list(row) for row in rows]
    values = [dict(zip(columns, row, strict=True)) for row in kept]
    return [json_file(f"{path}.json", values), csv_file(f"{path}.csv", columns, kept)]


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return value.isoformat() if hasattr(value, "isoformat") else value
