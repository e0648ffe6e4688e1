"""What authors say of their course beside its overview: outcomes, people, price, film, sections.

Read tolerantly from the settings of the course and its ``about/`` texts (reference: olx, section
2): what has not the expected form is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

import nh3
from babel.numbers import format_currency
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from common.core.dates import reader_locale
from common.core.keys import CourseKey
from common.courses.api import read_number
from common.courses.data import CourseOutline, OutlineBlock

# More than this is no list that anybody reads before joining.
_MOST_OUTCOMES: Final = 30
_MOST_PEOPLE: Final = 50
_MOST_PRICE: Final = 10**9
_YOUTUBE = re.compile(
    r"(?:youtube(?:-nocookie)?\.com/(?:embed/|watch\?(?:[^\s\"'<>]*&)?v=|v/)|youtu\.be/)"
    r"([\w-]{11})(?![\w-])"
)
# An asset as authors' tools have written it over the years.
_ASSET = re.compile(r"(?:^/?static/|\+block@|^/?c4x/[^/]+/[^/]+/asset/)(.+)$")
_FILE = re.compile(r"/static/([^\s\"'<>?#]+\.(?:mp4|webm|ogv|m4v))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Teacher:
    """One of the people of a course, in words of its authors; all but the name may be empty."""

    name: str
    role: str  # "Professor, University of Life"
    bio: str
    image_url: str


@dataclass(frozen=True, slots=True)
class Film:
    """An introduction to watch: a film on YouTube, or a file of the course."""

    youtube_id: str = ""
    file_url: str = ""


@dataclass(frozen=True, slots=True)
class PreviewSection:
    """A section of the course, before one has joined it: its title, and those of its parts."""

    title: str
    parts: tuple[str, ...]


def read_outcomes(course: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what one will be able to do, a sentence each."""
    sentences = map(plain_text, _items(course.get("learning_info")))
    return tuple(sentence for sentence in sentences if sentence)[:_MOST_OUTCOMES]


def read_teachers(course: Mapping[str, Any], course_key: CourseKey) -> tuple[Teacher, ...]:
    """Return the people whom the authors name."""
    info = course.get("instructor_info")
    found = []
    for item in _items(info.get("instructors") if isinstance(info, Mapping) else None):
        name = plain_text(item.get("name")) if isinstance(item, Mapping) else ""
        if name:
            role = (plain_text(item.get("title")), plain_text(item.get("organization")))
            found.append(
                Teacher(
                    name=name,
                    role=", ".join(part for part in role if part),
                    bio=plain_text(item.get("bio")),
                    image_url=_picture_url(item.get("image"), course_key),
                )
            )
    return tuple(found[:_MOST_PEOPLE])


def price_text(course: Mapping[str, Any]) -> str:
    """Return the price that the authors name, in the site's currency; none named is free."""
    price = read_number(course.get("cosmetic_display_price"))
    if price is None or not 0 < price < _MOST_PRICE:
        return _("free")
    return str(format_currency(price, settings.CURRENCY, locale=reader_locale()))


def read_film(html: str, course_key: CourseKey) -> Film | None:
    """Return the film that ``about/video.html`` embeds; None when it embeds none that we show."""
    text = unescape(html)
    youtube = _YOUTUBE.search(text)
    if youtube:
        return Film(youtube_id=youtube[1])
    file = _FILE.search(text)
    return Film(file_url=_asset_url(course_key, file[1])) if file else None


def preview(outline: CourseOutline) -> tuple[PreviewSection, ...]:
    """Return the sections that are for every learner, open yet or not. Kept with the outline."""
    return outline.remember("about preview", lambda: _preview(outline))


def _preview(outline: CourseOutline) -> tuple[PreviewSection, ...]:
    return tuple(
        PreviewSection(
            title=section.display_name,
            parts=tuple(
                part.display_name
                for part in outline.children(section.key)
                if _is_for_all(part) and part.display_name
            ),
        )
        for section in outline.children(outline.course)
        if _is_for_all(section) and section.display_name
    )


def _is_for_all(block: OutlineBlock) -> bool:
    limited = any(block.group_access.values()) or () in block.group_access.values()
    return not (block.staff_only or block.hide_from_toc or limited)


def plain_text(value: Any) -> str:
    """Return a text without its markup, in one line; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join(unescape(nh3.clean(value, tags=set())).split())


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _picture_url(value: Any, course_key: CourseKey) -> str:
    """Return the address of a file of the course; others' pictures are not fetched for readers."""
    name = _ASSET.search(value.strip()) if isinstance(value, str) else None
    return "" if name is None else _asset_url(course_key, name[1])


def _asset_url(course_key: CourseKey, path: str) -> str:
    return reverse("course-asset", kwargs={"course_key": course_key, "path": path})
