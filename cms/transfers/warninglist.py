"""All warnings of an import as a file beside its job, for a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from common.content.olx.report import Warning
from common.files import api as files

COLUMNS: Final = ("code", "file", "line", "message")
# What a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def keep_warnings(warnings: Iterable[Warning]) -> str:
    """Store all warnings as one JSON list; return the hash that finds it again."""
    text = json.dumps([warning.as_dict() for warning in warnings], ensure_ascii=False)
    return files.store_file(io.BytesIO(text.encode())).sha256


def load_warnings(sha256: str) -> list[dict[str, Any]]:
    """Return what ``keep_warnings`` stored."""
    found: list[dict[str, Any]] = json.loads(b"".join(files.iter_file(sha256)))
    return found


def as_csv(warnings: Iterable[Mapping[str, Any]]) -> str:
    """Return the warnings as a table with a head line; no cell is read as a formula."""
    table = io.StringIO()
    # Excel takes a file without this mark for one in the country's old encoding.
    table.write("\ufeff")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for warning in warnings:
        writer.writerow([_cell(warning.get(name)) for name in COLUMNS])
    return table.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
