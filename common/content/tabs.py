"""Which tabs a course shows: the list that its policy gives, and the rules of the OLX reference.

The stored list is the author's, verbatim; whoever shows tabs asks here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.content.data import JSON

_FIRST: Final = "courseware"
_REPEATED: Final = frozenset({"static_tab", "external_link"})
_KNOWN: Final = _REPEATED | frozenset(
    {
        *(_FIRST, "syllabus", "textbooks", "pdf_textbooks", "html_textbooks", "discussion"),
        *("external_discussion", "wiki", "progress", "dates", "teams", "edxnotes", "ccx_coach"),
    }
)
_DEFAULT: Final = (_FIRST, "textbooks", "discussion", "wiki", "progress", "dates")


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab. ``name`` is ``""`` where the author gave none; ``link`` of external ones."""

    type: str
    name: str = ""
    is_hidden: bool = False
    course_staff_only: bool = False
    url_slug: str = ""
    link: str = ""


def effective_tabs(stored: JSON) -> tuple[Tab, ...]:
    """Return the tabs of a stored list, in order; those of a new course for an empty one.

    The first is always the course itself. Unknown types (the ``course_info`` of old courses
    too), repeats of what may stand once, and entries that are no objects are passed over.
    """
    listed = stored if isinstance(stored, list) else []
    entries = [entry for entry in listed if isinstance(entry, dict)]
    if not entries:
        return tuple(map(Tab, _DEFAULT))
    tabs: list[Tab] = []
    seen: set[str] = set()
    for entry in entries:
        kind = entry.get("type")
        if not isinstance(kind, str) or kind not in _KNOWN:
            continue
        if kind in seen and kind not in _REPEATED:
            continue
        seen.add(kind)
        tabs.append(_tab(kind, entry))
    first = next((tab for tab in tabs if tab.type == _FIRST), Tab(_FIRST))
    return (first, *(tab for tab in tabs if tab.type != _FIRST))


def _tab(kind: str, entry: Mapping[str, Any]) -> Tab:
    return Tab(
        kind,
        name=_text(entry.get("name")),
        is_hidden=entry.get("is_hidden") is True,
        course_staff_only=entry.get("course_staff_only") is True,
        url_slug=_text(entry.get("url_slug")),
        link=_text(entry.get("link")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
