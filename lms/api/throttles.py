"""How often somebody may call. Counts lie in the database's cache: they survive a restart."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from common.accounts.api import is_global_staff
from common.core.visitors import client_address


class PersonThrottle(SimpleRateThrottle):
    """Counts the calls of one person, or of an address where nobody is signed in.

    A view says ``throttle_scope`` (the name under which is counted), ``throttle_rate`` and, where
    staff may call more often, ``throttle_staff_rate``: "40/min". 429 with ``Retry-After`` above it.
    """

    scope = "person"

    def __init__(self) -> None:
        # The rate is the view's, and known only when it asks.
        self._scope = ""

    def allow_request(self, request: Request, view: Any) -> bool:
        rate = getattr(view, "throttle_rate", None)
        if is_global_staff(request.user):
            rate = getattr(view, "throttle_staff_rate", rate)
        if rate is None:
            return True
        self._scope = view.throttle_scope
        self.rate = rate
        self.num_requests, self.duration = self.parse_rate(rate)
        key, self.now = self.get_cache_key(request, view), time.time()
        counts: Any = cache
        # Not as the framework does, which reads, adds and writes: calls at once would all pass.
        is_allowed, self.history = counts.note_try(
            key, self.now, seconds=self.duration, most=self.num_requests
        )
        return bool(is_allowed)

    def get_cache_key(self, request: Request, view: Any) -> str:
        whom = request.user.pk or client_address(request._request) or "unknown"
        return f"lyceum:calls:{self._scope}:{whom}"
