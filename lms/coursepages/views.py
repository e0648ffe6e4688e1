"""Pages beside the content of a course: news, handouts, custom pages, textbooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.blocks.api import find_asset, show_html
from common.content import api as content
from common.core.errors import NotFoundError
from common.core.keys import CourseKey
from common.courses.api import Action, require_access
from lms.courseware.books import Book, Chapter, read_books
from lms.courseware.opening import OpenCourse, open_course
from lms.courseware.tabs import Tab, course_tabs, find_page_tab
from lms.courseware.updates import CourseInfo, course_info


@dataclass(frozen=True, slots=True)
class CoursePage:
    """What every page beside the content shows, and what is its own."""

    course_key: CourseKey
    course_title: str
    language: str
    is_staff: bool
    tabs: tuple[Tab, ...]
    body: Any


@dataclass(frozen=True, slots=True)
class CustomPage:
    """A page that authors made: its title and safe HTML."""

    name: str  # of its tab
    title: str
    html: str


@dataclass(frozen=True, slots=True)
class ChapterPage:
    """One chapter of a book, opened; the numbers count from 1. ``is_missing``: its file is."""

    book: Book
    book_number: int
    chapter: Chapter
    number: int
    is_missing: bool


@require_safe
def updates(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Show the news of the course, newest first, and its handouts."""
    opened = _open(request, course_key)
    return _page(request, "lms/updates.html", opened, course_info(opened))


@require_safe
def old_updates(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Lead from the address of other sites' links to the news."""
    return redirect("lms:updates", course_key=course_key)


@require_safe
def custom_page(request: HttpRequest, course_key: CourseKey, slug: str) -> HttpResponse:
    """Show a page that authors made."""
    opened = _open(request, course_key)
    root = opened.session.source.version.root
    name = f"tabs/{slug}"
    tab = find_page_tab(root.course.settings, slug, viewer=opened.viewer)
    fields = content.get_pages(root.pages, (name,))[name] if tab is not None else {}
    barred = fields.get("is_hidden") or (
        fields.get("course_staff_only") and not opened.viewer.is_staff
    )
    if tab is None or not fields or barred:
        raise NotFoundError(f"{course_key} has no page {slug}")
    title = str(tab.get("name") or fields.get("display_name") or slug)
    html = show_html(opened.session, str(fields.get("data", "")), title=title)
    return _page(request, "lms/custom_page.html", opened, CustomPage(f"page:{slug}", title, html))


@require_safe
def textbooks(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """List the books of the course and their chapters."""
    opened = _open(request, course_key)
    return _page(request, "lms/textbooks.html", opened, _books(opened))


@require_safe
def chapter(request: HttpRequest, course_key: CourseKey, book: int, number: int) -> HttpResponse:
    """Show one chapter of a book; both count from 1."""
    opened = _open(request, course_key)
    books = _books(opened)
    if not (0 < book <= len(books) and 0 < number <= len(books[book - 1].chapters)):
        raise NotFoundError(f"{course_key} has no chapter {number} of a book {book}")
    found = books[book - 1].chapters[number - 1]
    if found.is_outside:
        return redirect(found.address)
    page = ChapterPage(books[book - 1], book, found, number, _is_missing(opened, found))
    return _page(request, "lms/chapter.html", opened, page)


def _open(request: HttpRequest, course_key: CourseKey) -> OpenCourse:
    """Return the course for somebody who may read its content."""
    now: datetime = timezone.now()
    opened = open_course(request, course_key, now)
    require_access(opened.viewer, opened.run, None, Action.VIEW, now)
    return opened


def _books(opened: OpenCourse) -> tuple[Book, ...]:
    return read_books(opened.session.source.version.root.course.settings, opened.course_key)


def _is_missing(opened: OpenCourse, chapter: Chapter) -> bool:
    """Tell whether a chapter names a file that the course does not have."""
    folder = f"/assets/{opened.course_key}/"
    path = urlsplit(chapter.address).path
    if not path.startswith(folder):
        return False
    return find_asset(opened.session.source.version, path.removeprefix(folder)) is None


def _page(
    request: HttpRequest,
    template: str,
    opened: OpenCourse,
    body: CourseInfo | CustomPage | ChapterPage | tuple[Book, ...],
) -> HttpResponse:
    page = CoursePage(
        course_key=opened.course_key,
        course_title=opened.run.display_name,
        language=opened.run.facts.language,
        is_staff=opened.viewer.is_staff,
        tabs=course_tabs(opened),
        body=body,
    )
    return render(request, template, {"page": page})
