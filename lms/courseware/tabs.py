"""The tabs of a course, as its authors named and ordered them (reference: olx, 3: tabs).

What their list leaves out stays reachable: the course itself, progress and dates are for every
learner. Types that this site has no page for are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from common.content import api as content
from common.core.keys import CourseKey
from common.core.page import attrs, url
from common.courses.data import Viewer
from lms.courseware.books import has_books
from lms.courseware.opening import OpenCourse

_BOOKS: Final = frozenset({"textbooks", "pdf_textbooks", "html_textbooks"})
_LINKS: Final = frozenset({"external_link", "external_discussion"})
# Names that authors' tools write by themselves: shown in the reader's language.
_USUAL: Final[Mapping[str, frozenset[str]]] = {
    "home": frozenset({"", "Course", "Courseware", "Home"}),
    "progress": frozenset({"", "Progress"}),
    "dates": frozenset({"", "Dates", "Important Dates"}),
    "textbooks": frozenset({"", "Textbooks", "Textbook", "PDF Textbooks", "HTML Textbooks"}),
}
_TITLES: Final[Mapping[str, Promise]] = {
    "home": _("Course"),
    "progress": _("Progress"),
    "dates": _("Dates"),
    "textbooks": _("Textbooks"),
}
# What a course without a list has.
_DEFAULT: Final[tuple[Mapping[str, Any], ...]] = ({"type": "courseware"}, {"type": "textbooks"})


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab. ``name`` is home, progress, dates, textbooks, "page:SLUG" or "link"."""

    name: str
    title: str | Promise
    address: str
    is_outside: bool = False
    staff_only: bool = False

    @property
    def tool(self) -> str | None:
        """Return how events name what is opened; None for the course itself and other sites."""
        return None if self.name in ("home", "link") else f"lyceum.{self.name}"


def course_tabs(opened: OpenCourse) -> tuple[Tab, ...]:
    """Return the tabs that a person has in the course that is open. No statement."""
    root = opened.session.source.version.root
    return list_tabs(
        root.course.settings, root.pages, course_key=opened.course_key, viewer=opened.viewer
    )


def tab_links(opened: OpenCourse) -> Markup:
    """Return the tabs behind the first as items of a list, kept: unit pages have no time.

    No statement.
    """
    viewer = opened.viewer
    name = (
        *("links of tabs", str(opened.course_key), get_language()),
        *(viewer.is_staff, viewer.is_enrolled),
    )
    return opened.outline.remember(name, lambda: _links(course_tabs(opened)[1:]))


def _links(tabs: tuple[Tab, ...]) -> Markup:
    return Markup("").join(
        Markup('<li><a dir="auto" href="{}"{}>{}</a></li>').format(
            tab.address, attrs(data_tool=tab.tool), tab.title
        )
        for tab in tabs
    )


def list_tabs(
    settings: Mapping[str, Any],
    pages: Mapping[str, str],
    *,
    course_key: CourseKey,
    viewer: Viewer,
) -> tuple[Tab, ...]:
    """Return the tabs from the settings of a course and its pages (text hashes by path)."""
    maker = _Maker(settings, pages, course_key, viewer)
    return tuple(maker.tabs())


def find_page_tab(
    settings: Mapping[str, Any], slug: str, *, viewer: Viewer
) -> Mapping[str, Any] | None:
    """Return the tab of a custom page; None when there is none that the person may open."""
    for entry in _entries(settings):
        if entry.get("type") == "static_tab" and entry.get("url_slug") == slug:
            return entry if _is_shown(entry, viewer) else None
    return None


def _entries(settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = settings.get("tabs")
    entries = (
        [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
    )
    return entries or list(_DEFAULT)


def _is_shown(entry: Mapping[str, Any], viewer: Viewer) -> bool:
    return not entry.get("is_hidden") and (viewer.is_staff or not entry.get("course_staff_only"))


class _Maker:
    """Makes the tabs of one course for one person."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        pages: Mapping[str, str],
        course_key: CourseKey,
        viewer: Viewer,
    ) -> None:
        self._settings = settings
        self._pages = pages
        self._course_key = course_key
        self._viewer = viewer

    def tabs(self) -> Iterator[Tab]:
        entries = _entries(self._settings)
        named = {_name_of(entry) for entry in entries}
        given: set[str] = set()
        yield self._own("home", next((e for e in entries if _name_of(e) == "home"), {}))
        for entry in entries:
            name = _name_of(entry)
            if name == "home" or name in given or not _is_shown(entry, self._viewer):
                continue
            tab = self._tab(name, entry)
            if tab is not None:
                # Links may be repeated, all else is there once.
                given |= set() if name == "link" else {name}
                yield tab
        for name in ("progress", "dates"):
            if name not in named:
                tab = self._tab(name, {})
                if tab is not None:
                    yield tab

    def _tab(self, name: str, entry: Mapping[str, Any]) -> Tab | None:
        if name == "link":
            return _outside(entry)
        if name.startswith("page:"):
            return self._page(name, entry)
        if name == "textbooks" and not has_books(self._settings):
            return None
        is_inside = self._viewer.is_enrolled or self._viewer.is_staff
        if not name or (name == "progress" and not is_inside):
            return None
        return self._own(name, entry)

    def _own(self, name: str, entry: Mapping[str, Any]) -> Tab:
        given = _text(entry.get("name"))
        title: str | Promise = _TITLES[name] if given in _USUAL[name] else given
        route = "lms:course-home" if name == "home" else f"lms:{name}"
        return self._make(name, title, url(route, course_key=self._course_key), entry)

    def _page(self, name: str, entry: Mapping[str, Any]) -> Tab | None:
        slug = name.removeprefix("page:")
        if not content.list_page_files(f"tabs/{slug}", self._pages):
            return None
        address = url("lms:custom-page", course_key=self._course_key, slug=slug)
        return self._make(name, _text(entry.get("name")) or slug, address, entry)

    @staticmethod
    def _make(name: str, title: str | Promise, address: str, entry: Mapping[str, Any]) -> Tab:
        return Tab(name, title, address, staff_only=bool(entry.get("course_staff_only")))


def _outside(entry: Mapping[str, Any]) -> Tab | None:
    link, title = _text(entry.get("link")), _text(entry.get("name"))
    # An author's address leads elsewhere; it may not run anything.
    if not link.startswith(("https://", "http://")):
        return None
    staff_only = bool(entry.get("course_staff_only"))
    return Tab("link", title or link, link, is_outside=True, staff_only=staff_only)


def _name_of(entry: Mapping[str, Any]) -> str:
    kind = entry.get("type")
    if not isinstance(kind, str):
        return ""
    if kind == "static_tab":
        slug = _text(entry.get("url_slug"))
        return f"page:{slug}" if slug and "/" not in slug else ""
    if kind in _LINKS:
        return "link"
    if kind in _BOOKS:
        return "textbooks"
    known = {"courseware": "home", "progress": "progress", "dates": "dates"}
    return known.get(kind, "")


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
