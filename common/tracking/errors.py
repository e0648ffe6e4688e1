"""What can go wrong with events."""

from __future__ import annotations

from common.core.errors import UnavailableError


class EventsNotShippedError(UnavailableError):
    """S3 does not take events now. They stay on this host until it does."""

    code = "events_not_shipped"
