"""What the staff of a course told its learners, and the handouts beside it (``info/`` in OLX)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.html import escape

from common.accounts.api import get_profile
from common.blocks.api import anonymous_id, show_html
from common.content import api as content
from common.core.dates import date_text
from lms.courseware.opening import OpenCourse

_UPDATES: Final = "info/updates"
_HANDOUTS: Final = "info/handouts"
_DELETED: Final = "deleted"
# What authors' tools leave in place of a text.
_NO_TEXT: Final = re.compile(r"\s*(?:<ol>\s*</ol>|<ol/>|None)?\s*")


@dataclass(frozen=True, slots=True)
class Update:
    """One piece of news. ``date`` is as its author wrote it; ``html`` is safe."""

    id: int
    date: str
    html: str


@dataclass(frozen=True, slots=True)
class CourseInfo:
    """News, newest first, and handouts as safe HTML ("": none)."""

    updates: tuple[Update, ...]
    handouts: str


def course_info(opened: OpenCourse) -> CourseInfo:
    """Return the news and handouts of the course that is open. One call to the content store."""
    pages = opened.session.source.version.root.pages
    found = content.get_pages(pages, (_UPDATES, _HANDOUTS))
    handouts = found[_HANDOUTS].get("data")
    return CourseInfo(
        updates=tuple(
            Update(number, date, _shown(opened, html, title=date))
            for number, date, html in read_updates(found[_UPDATES])
        ),
        handouts=_shown(opened, handouts, title="") if has_text(handouts) else "",
    )


def has_text(value: Any) -> bool:
    """Tell whether a page's text says anything."""
    return isinstance(value, str) and _NO_TEXT.fullmatch(value) is None


def read_updates(fields: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """Return id, date and HTML of each piece of news, newest first, from the fields of the page.

    Courses of before had one text for all: it is given whole, as the only one.
    """
    items = fields.get("items")
    found = [_item(item) for item in items] if isinstance(items, list) else []
    news = [item for item in found if item is not None]
    if isinstance(items, list) and items:
        return sorted(news, key=lambda item: item[0], reverse=True)
    whole = fields.get("data")
    return [(0, "", str(whole))] if has_text(whole) else []


def _item(item: Any) -> tuple[int, str, str] | None:
    if not isinstance(item, Mapping) or item.get("status") == _DELETED:
        return None
    number, text, date = item.get("id"), item.get("content"), item.get("date")
    if not isinstance(number, int) or isinstance(number, bool) or not has_text(text):
        return None
    return number, date.strip() if isinstance(date, str) else "", str(text)


def _shown(opened: OpenCourse, html: Any, *, title: str) -> str:
    return show_html(opened.session, fill_keywords(opened, str(html)), title=title)


def fill_keywords(opened: OpenCourse, html: str) -> str:
    """Return a text with the keywords that authors may write filled in (reference: olx, 7).

    One statement where it names its reader, else none.
    """
    if "%%" not in html:
        return html
    end: datetime | None = opened.run.facts.end
    values = {
        **(_reader(opened) if "%%USER_" in html else {}),
        "%%COURSE_DISPLAY_NAME%%": opened.run.display_name,
        "%%COURSE_ID%%": str(opened.course_key),
        "%%COURSE_END_DATE%%": "" if end is None else str(date_text(end)),
    }
    for keyword, value in values.items():
        html = html.replace(keyword, escape(value))
    return html


def _reader(opened: OpenCourse) -> dict[str, str]:
    user, user_id = opened.session.user, opened.viewer.user_id
    if user_id is None:
        return {"%%USER_FULLNAME%%": "", "%%USER_ID%%": "", "%%USER_EMAIL%%": ""}
    return {
        "%%USER_FULLNAME%%": get_profile(user_id).name or user.get_username(),
        "%%USER_ID%%": anonymous_id(user_id, opened.course_key),
        "%%USER_EMAIL%%": user.email,
    }
