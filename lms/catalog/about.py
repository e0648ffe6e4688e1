"""What the page about a course shows, and which way in it offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import nh3
from markupsafe import Markup

from common.blocks.api import rewrite_links
from common.content import api as content
from common.core.errors import NotFoundError
from common.core.keys import CourseKey, parse_course_key
from common.courses.api import Access, Action, Reason, check_access, get_outline, list_runs
from common.enrollments.api import check_enroll
from common.enrollments.data import LearnerContext
from lms.catalog.aboutfacts import (
    Film,
    PreviewSection,
    Teacher,
    plain_text,
    preview,
    price_text,
    read_film,
    read_outcomes,
    read_teachers,
)
from lms.catalog.listing import CourseRow, describe_run

_OVERVIEW: Final = "about/overview"
_EFFORT: Final = "about/effort"
_DURATION: Final = "about/duration"
_FILM: Final = "about/video"
# Templates that authors' tools leave in place of a text.
_NO_TEXT: Final = {"", "None"}


@dataclass(frozen=True, slots=True)
class EarlierCourse:
    """A course to pass first. No ``course_key``: it is not on this site, or not to be seen."""

    title: str
    course_key: CourseKey | None


@dataclass(frozen=True, slots=True)
class AboutPage:
    """A course before one has joined it. ``enroll`` says whether, and if not why not."""

    course_key: CourseKey
    row: CourseRow
    overview: Markup
    effort: str
    duration: str
    price: str
    outcomes: tuple[str, ...]
    teachers: tuple[Teacher, ...]
    film: Film | None
    sections: tuple[PreviewSection, ...]
    closes_at: datetime | None  # enrollment, while it is open
    enroll: Access
    earlier: tuple[EarlierCourse, ...]  # courses to pass first, where that is in the way
    is_enrolled: bool
    is_staff: bool
    opens_at: datetime | None  # the course, for the enrolled who wait
    is_way_back_open: bool  # whoever leaves may join again


def about_page(context: LearnerContext, now: datetime) -> AboutPage:
    """Return what the page shows.

    Beside the context at most five statements, four of them for rules of joining that the course
    has; at most three calls to the content store.
    """
    viewer, run = context.viewer, context.run
    version = content.load_version(context.heads.published or context.heads.draft)
    texts = _read_texts(version)
    settings = version.root.course.settings
    closes_at = run.facts.enrollment_end
    enroll = check_enroll(run, context.heads, viewer, now)
    inside = check_access(viewer, run, None, Action.OUTLINE, now)
    return AboutPage(
        course_key=context.course_key,
        row=describe_run(run, now),
        overview=_clean(rewrite_links(texts.get(_OVERVIEW, ""), context.course_key)),
        effort=plain_text(texts.get(_EFFORT)),
        duration=plain_text(texts.get(_DURATION)),
        price=price_text(settings),
        outcomes=read_outcomes(settings),
        teachers=read_teachers(settings, context.course_key),
        film=read_film(texts.get(_FILM, ""), context.course_key),
        sections=preview(get_outline(version.id)),
        closes_at=closes_at if closes_at is not None and now < closes_at else None,
        enroll=enroll,
        earlier=_earlier(enroll),
        is_enrolled=viewer.is_enrolled,
        is_staff=viewer.is_staff,
        opens_at=inside.opens_at if viewer.is_enrolled else None,
        is_way_back_open=_is_way_back_open(context, now),
    )


def _is_way_back_open(context: LearnerContext, now: datetime) -> bool:
    """Tell whether the dates and the invitation would let somebody who leaves now return."""
    facts = context.run.facts
    closed = any(end is not None and now >= end for end in (facts.end, facts.enrollment_end))
    return context.viewer.is_staff or not (closed or facts.invitation_only)


def _earlier(enroll: Access) -> tuple[EarlierCourse, ...]:
    if enroll.reason is not Reason.PREREQUISITES_MISSING:
        return ()
    keys = {name: _find_key(name) for name in enroll.names}
    found = list_runs(course_keys=[key for key in keys.values() if key is not None])
    runs = {
        run.course_key: run for run in found if run.facts.catalog_visibility in {"both", "about"}
    }
    return tuple(
        EarlierCourse(runs[key].display_name, key)
        if key is not None and key in runs
        else EarlierCourse(name, None)
        for name, key in keys.items()
    )


def _find_key(name: str) -> CourseKey | None:
    try:
        return parse_course_key(name)
    except NotFoundError:
        return None


def _read_texts(version: content.CourseVersion) -> dict[str, str]:
    names = (_OVERVIEW, _EFFORT, _DURATION, _FILM)
    found = {
        name: str(fields.get("data", "")).strip()
        for name, fields in content.get_pages(version.root.pages, names).items()
    }
    return {name: text for name, text in found.items() if text not in _NO_TEXT}


def _clean(html: str) -> Markup:
    # Marketing text: markup stays, whatever acts is taken out, trusted course or not.
    return Markup(nh3.clean(html))  # noqa: S704 # just sanitised
