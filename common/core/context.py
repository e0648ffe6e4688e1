"""What every page knows about the site that shows it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the names and addresses that the base layout shows."""
    return {
        "platform_name": settings.PLATFORM_NAME,
        "site_name": settings.SITE_NAME,
        "lms_url": settings.LMS_URL,
        "studio_url": settings.STUDIO_URL,
        "insights_url": settings.INSIGHTS_URL,
    }
