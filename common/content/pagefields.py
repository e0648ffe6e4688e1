"""What is set of a page of a course: its text, and ``X.FIELD.json`` beside it (reference: olx, 1).

A page is named by its path without ending, such as ``info/updates``. Its text is the field
``data``; ``info/updates.items.json`` is the field ``items`` of the updates. Pure functions over
texts by path; reading them from a version is ``common.content.api.get_pages``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from common.content.data import JSON

_FIELD_FILE: Final = re.compile(r"(?P<page>.+)\.(?P<field>[a-z][a-z0-9_]*)\.json", re.DOTALL)
# What pages show; other fields are kept and handed out as they are.
_KINDS: Final[Mapping[str, tuple[type, str]]] = {
    "data": (str, "a text"),
    "display_name": (str, "a text"),
    "items": (list, "a list"),
    "course_staff_only": (bool, "true or false"),
    "is_hidden": (bool, "true or false"),
}


def paths_of(page: str, paths: Iterable[str]) -> list[str]:
    """Return the files that say something of a page: its text, and those of its fields."""
    own = []
    for path in paths:
        found = _FIELD_FILE.fullmatch(path)
        if path == f"{page}.html" or (found is not None and found["page"] == page):
            own.append(path)
    return own


def fields_of(page: str, texts: Mapping[str, str]) -> dict[str, JSON]:
    """Return the fields of a page from texts by path; ``X.data.json`` wins over ``X.html``.

    A file that cannot be read, or is of the wrong kind, sets nothing.
    """
    fields: dict[str, JSON] = {}
    if f"{page}.html" in texts:
        fields["data"] = texts[f"{page}.html"]
    for path in paths_of(page, sorted(texts)):
        found = _FIELD_FILE.fullmatch(path)
        if found is not None and not trouble_with(path, texts[path]):
            fields[found["field"]] = json.loads(texts[path])
    return fields


def trouble_with(path: str, text: str) -> tuple[str, int | None] | None:
    """Return what is wrong with the file of a field, and the line; None when nothing is.

    None too for the path of something else.
    """
    found = _FIELD_FILE.fullmatch(path)
    if found is None:
        return None
    try:
        value: Any = json.loads(text)
    except RecursionError:
        return "It is nested too deep", None
    except ValueError as error:
        return "It is no JSON", getattr(error, "lineno", None)
    kind, words = _KINDS.get(found["field"], (object, ""))
    if not isinstance(value, kind):
        return f"It is not {words}", 1
    return None
