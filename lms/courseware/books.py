"""Textbooks that authors put beside a course: chapters, each a PDF or a page (reference: olx)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from common.blocks.api import rewrite_links
from common.core.keys import CourseKey

# Settings that hold books, in the order in which they are shown.
_SETTINGS: Final = ("pdf_textbooks", "html_textbooks")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a book. ``address`` is a file of the course, or somewhere else (``is_outside``)."""

    title: str
    address: str
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Book:
    """A book with at least one chapter."""

    title: str
    chapters: tuple[Chapter, ...]


def has_books(settings: Mapping[str, Any]) -> bool:
    """Tell whether ``read_books`` finds any."""
    return any(_chapters(item) for item in _items(settings))


def read_books(settings: Mapping[str, Any], course_key: CourseKey) -> tuple[Book, ...]:
    """Return the books of a course; what has not the expected form is left out."""
    return tuple(
        Book(
            title=_text(item.get("tab_title")),
            chapters=tuple(_chapter(part, course_key) for part in _chapters(item)),
        )
        for item in _items(settings)
        if _chapters(item)
    )


def find_book(settings: Mapping[str, Any], setting: str, place: int) -> int | None:
    """Return which of ``read_books`` (from 1) stands at this place (from 0) of a setting's list.

    None where nothing readable stands there.
    """
    number = 0
    for name in _SETTINGS:
        found = settings.get(name)
        for position, item in enumerate(found if isinstance(found, list) else []):
            is_book = isinstance(item, Mapping) and bool(_chapters(item))
            number += is_book
            if (name, position) == (setting, place):
                return number if is_book else None
    return None


def _items(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = [settings.get(name) for name in _SETTINGS]
    lists = [value for value in found if isinstance(value, list)]
    return [item for value in lists for item in value if isinstance(item, Mapping)]


def _chapters(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    chapters = item.get("chapters")
    # A book of one file names it itself.
    parts = chapters if isinstance(chapters, list) else [item]
    return [part for part in parts if isinstance(part, Mapping) and _is_address(part.get("url"))]


def _is_address(value: Any) -> bool:
    text = _text(value)
    # An author's address may lead anywhere, but not run anything.
    return bool(text) and urlsplit(text).scheme in {"", "http", "https"}


def _chapter(part: Mapping[str, Any], course_key: CourseKey) -> Chapter:
    written = _text(part["url"])
    # Links are rewritten where they stand in quotes.
    address = rewrite_links(f'"{written}"', course_key)[1:-1]
    return Chapter(
        title=_text(part.get("title")),
        address=address,
        is_outside=not address.startswith("/") or address.startswith("//"),
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
