"""A course run as lists and apps are told of it (reference: apis, section 1).

Addresses are whole: an app has no page that they could be relative to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from common.core.dates import date_text
from common.core.keys import CourseKey
from common.courses.api import Action, Reason, check_access
from common.courses.data import DEFAULT_START, CourseRunData, Viewer

MOBILE: Final = "/api/mobile/v1/course_info"
# What apps know by name.
_CODES: Final = {Reason.COURSE_NOT_STARTED: "course_not_started", Reason.COURSE_ENDED: "course_end"}


def site_url(path: str) -> str:
    """Return the whole address of a path on this site; what is whole stays."""
    return f"{settings.LMS_URL}{path}" if path.startswith("/") else path


def page_url(route: str, course_key: CourseKey) -> str:
    """Return the whole address of a page of a course."""
    return site_url(reverse(route, kwargs={"course_key": course_key}))


def instant_text(moment: datetime | None) -> str | None:
    """Return an instant as apps read it: "2026-05-01T10:00:00Z"; None stays."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def image_url(run: CourseRunData) -> str:
    """Return the address of the run's picture, "" when it names none."""
    path = run.facts.image_path.lstrip("/")
    if not path:
        return ""
    return site_url(reverse("course-asset", kwargs={"course_key": run.course_key, "path": path}))


def media_of(run: CourseRunData) -> dict[str, Any]:
    """Return the pictures; there is one, in one size."""
    address = image_url(run)
    return {"image": {"raw": address, "small": address, "large": address}}


def start_of(run: CourseRunData) -> dict[str, Any]:
    """Return ``start``, and how to tell of it: by date, in the authors' words, or not at all."""
    facts = run.facts
    if facts.advertised_start:
        kind, text = "string", facts.advertised_start
    elif facts.start == DEFAULT_START:
        kind, text = "empty", ""
    else:
        kind, text = "timestamp", date_text(facts.start)
    return {"start": instant_text(facts.start), "start_display": text, "start_type": kind}


def courseware_access(run: CourseRunData, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Return whether somebody may go into the course, and if not why not."""
    access = check_access(viewer, run, None, Action.OUTLINE, now)
    if access.allowed:
        texts = dict.fromkeys(("error_code", "developer_message", "user_message", "user_fragment"))
        return {"has_access": True, **texts}
    return {
        "has_access": False,
        "error_code": _CODES.get(access.reason, access.reason.value),
        "developer_message": access.reason.value,
        "user_message": str(access.message),
        "user_fragment": str(access.message),
    }


def course_card(run: CourseRunData, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Return the course of an enrollment. What apps need is never null."""
    key = run.course_key
    path = quote(str(key), safe="")
    return {
        "id": str(key),
        "name": run.display_name,
        "number": run.number,
        "org": run.org,
        **start_of(run),
        "end": instant_text(run.facts.end),
        "dynamic_upgrade_deadline": None,
        "subscription_id": subscription_id(key),
        "courseware_access": courseware_access(run, viewer, now),
        "media": media_of(run),
        "course_image": image_url(run),
        "course_about": page_url("lms:about", key),
        "course_sharing_utm_parameters": sharing(),
        "course_updates": site_url(f"{MOBILE}/{path}/updates"),
        "course_handouts": site_url(f"{MOBILE}/{path}/handouts"),
        "discussion_url": None,
        "video_outline": None,
        "is_self_paced": run.facts.self_paced,
    }


def subscription_id(course_key: CourseKey) -> str:
    """Return the name of the course's channel of messages: letters, digits, - and _."""
    return "course_" + "".join(
        char if char.isascii() and (char.isalnum() or char in "-_.") else "_"
        for char in str(course_key)
    )


def sharing() -> dict[str, str]:
    """Return what is added to addresses that are shared, by where."""
    return {
        place: f"utm_source={place}&utm_medium=social&utm_campaign=course-share"
        for place in ("facebook", "twitter")
    }


def title_of(text: str) -> str:
    """Return a title, or the word that pages use where there is none."""
    return text or _("Untitled")
