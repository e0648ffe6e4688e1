"""Pages beside the content of a course: news, handouts, custom pages, textbooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.blocks.api import find_asset, framed_file_url, show_html
from common.content import api as content
from common.core.errors import NotFoundError
from common.core.keys import CourseKey
from common.courses.api import Action, require_access
from lms.coursepages.glossary import Glossary, read_glossary
from lms.courseware.books import Book, Chapter, find_book, read_books
from lms.courseware.opening import OpenCourse, open_course
from lms.courseware.tabs import Tab, course_tabs, find_page_tab
from lms.courseware.updates import CourseInfo, course_info, fill_keywords

# No book has more chapters.
_MOST = 10_000
_LONGEST_WORD = 100


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
    glossary: Glossary | None = None


@dataclass(frozen=True, slots=True)
class ChapterPage:
    """One chapter of a book, opened; the numbers count from 1. ``is_missing``: its file is."""

    book: Book
    book_number: int
    chapter: Chapter
    number: int
    is_missing: bool
    frame_address: str

    @property
    def is_sandboxed(self) -> bool:
        """Whether it is no PDF: what else authors upload acts in an origin of its own."""
        return not _is_pdf(self.chapter)


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
    text = fill_keywords(opened, str(fields.get("data", "")))
    html = show_html(opened.session, text, title=title)
    glossary = read_glossary(html, request.GET.get("q", "")[:_LONGEST_WORD])
    page = CustomPage(f"page:{slug}", title, html, glossary)
    return _page(request, "lms/custom_page.html", opened, page)


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
    page = ChapterPage(
        book=books[book - 1],
        book_number=book,
        chapter=found,
        number=number,
        is_missing=_is_missing(opened, found),
        frame_address=_frame_address(found, course_key, request.GET.get("page", "")),
    )
    return _page(request, "lms/chapter.html", opened, page)


@require_safe
def old_chapter(
    request: HttpRequest,
    course_key: CourseKey,
    setting: str,
    place: int,
    number: int = 1,
    page: int | None = None,
) -> HttpResponse:
    """Lead from the address that links in courses have to the chapter, at a page of its PDF."""
    opened = _open(request, course_key)
    book = find_book(opened.session.source.version.root.course.settings, setting, place)
    if book is None or not 0 < number < _MOST:
        raise NotFoundError(f"{course_key} has no book {place} in {setting}")
    response = redirect("lms:chapter", course_key=course_key, book=book, number=number)
    if page is not None:
        response["Location"] += f"?page={page}"
    return response


def _open(request: HttpRequest, course_key: CourseKey) -> OpenCourse:
    """Return the course for somebody who may read its content."""
    opened = open_course(request, course_key, timezone.now())
    require_access(opened.viewer, opened.run, None, Action.VIEW, opened.now)
    return opened


def _books(opened: OpenCourse) -> tuple[Book, ...]:
    return read_books(opened.session.source.version.root.course.settings, opened.course_key)


def _is_pdf(chapter: Chapter) -> bool:
    return urlsplit(chapter.address).path.lower().endswith(".pdf")


def _frame_address(chapter: Chapter, course_key: CourseKey, page: str) -> str:
    """Return what the frame shows: a PDF at a page, all else in an origin of its own."""
    if not _is_pdf(chapter):
        return framed_file_url(course_key, chapter.address)
    is_page = page.isascii() and page.isdigit() and len(page) < 6 and "#" not in chapter.address
    return f"{chapter.address}#page={int(page)}" if is_page else chapter.address


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
