"""What every page knows about the site that shows it and the person who reads it.

Nothing here asks the database: ``user`` is the request's own lazy object.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_bidi

from common.core.reader import get_reader, theme_cookie, zone_cookie


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the names and addresses that the base layout shows."""
    reader = get_reader(request)
    return {
        "platform_name": settings.PLATFORM_NAME,
        "site_name": settings.SITE_NAME,
        "site_navigation": settings.SITE_NAVIGATION,
        "lms_url": settings.LMS_URL,
        "studio_url": settings.STUDIO_URL,
        "insights_url": settings.INSIGHTS_URL,
        "contact_email": settings.DEFAULT_FROM_EMAIL,
        "has_mailbox": settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"),
        "languages": settings.LANGUAGES,
        "language_code": get_language() or settings.LANGUAGE_CODE,
        "text_direction": "rtl" if get_language_bidi() else "ltr",
        "theme": reader.theme,
        "zone_name": reader.zone.key,
        "cookie_names": {"theme": theme_cookie(), "zone": zone_cookie()},
    }
