"""What the page about a course shows, and which way in it offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import nh3
from markupsafe import Markup

from common.blocks.api import rewrite_links
from common.content import api as content
from common.core.keys import CourseKey
from common.courses.api import Access, Action, check_access
from common.enrollments.data import LearnerContext
from lms.catalog.listing import CourseRow, describe_run

_OVERVIEW: Final = "about/overview.html"
_EFFORT: Final = "about/effort.html"
# Templates that authors' tools leave in place of a text.
_NO_TEXT: Final = {"", "None"}


@dataclass(frozen=True, slots=True)
class AboutPage:
    """A course before one has joined it. ``enroll`` says whether, and if not why not."""

    course_key: CourseKey
    row: CourseRow
    overview: Markup
    effort: str
    closes_at: datetime | None  # enrollment, while it is open
    enroll: Access
    is_enrolled: bool
    is_staff: bool


def about_page(context: LearnerContext, now: datetime) -> AboutPage:
    """Return what the page shows. At most two calls to the content store."""
    texts = _read_texts(context)
    closes_at = context.run.facts.enrollment_end
    return AboutPage(
        course_key=context.course_key,
        row=describe_run(context.run, now),
        overview=_clean(rewrite_links(texts.get(_OVERVIEW, ""), context.course_key)),
        effort=nh3.clean(texts.get(_EFFORT, ""), tags=set()).strip(),
        closes_at=closes_at if closes_at is not None and now < closes_at else None,
        enroll=check_access(context.viewer, context.run, None, Action.ENROLL, now),
        is_enrolled=context.viewer.is_enrolled,
        is_staff=context.viewer.is_staff,
    )


def _read_texts(context: LearnerContext) -> dict[str, str]:
    version = content.load_version(context.heads.published or context.heads.draft)
    hashes = {
        path: version.root.pages[path]
        for path in (_OVERVIEW, _EFFORT)
        if path in version.root.pages
    }
    texts = content.get_texts(hashes.values())
    found = {path: texts.get(text_hash, "").strip() for path, text_hash in hashes.items()}
    return {path: text for path, text in found.items() if text not in _NO_TEXT}


def _clean(html: str) -> Markup:
    # Marketing text: markup stays, whatever acts is taken out, trusted course or not.
    return Markup(nh3.clean(html))  # noqa: S704 # just sanitised
