"""What people are told who tried too often: that they did, and how long to wait.

allauth counts tries by address and by account (``ACCOUNT_RATE_LIMITS``); the counts lie in the
database (``common.core.keptcache``), so they hold for all processes and survive a restart.
"""

from __future__ import annotations

import math
import time
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.core.errorpages import render_error, wants_json
from common.core.keptcache import last_count

_MINUTE: Final = 60
# Said when nothing tells how long it is.
_DEFAULT_SECONDS: Final = 60


def wait_seconds() -> int:
    """Return after how many seconds the try that was just refused would be let through."""
    found = last_count.get()
    if found is None or not found[1]:
        return _DEFAULT_SECONDS
    key, tries = found
    try:
        # allauth:rl:APP:ACTION:AMOUNT/SECONDS/WHOM:…
        duration = float(key.split(":")[4].split("/")[1])
    except (IndexError, ValueError):
        return _DEFAULT_SECONDS
    return max(1, math.ceil(min(tries) + duration - time.time()))


def wait_sentence() -> str:
    """Return the sentence for people."""
    seconds = wait_seconds()
    if seconds < _MINUTE:
        text = ngettext(
            "That was tried too often. Try again in {number} second.",
            "That was tried too often. Try again in {number} seconds.",
            seconds,
        )
        return text.format(number=seconds)
    minutes = math.ceil(seconds / _MINUTE)
    text = ngettext(
        "That was tried too often. Try again in {number} minute.",
        "That was tried too often. Try again in {number} minutes.",
        minutes,
    )
    return text.format(number=minutes)


def too_many_tries(request: HttpRequest) -> HttpResponse:
    """Answer 429: a page for people, JSON for programs, and when to come again."""
    if wants_json(request):
        told = {"error_code": "too_many_tries", "developer_message": wait_sentence()}
        response: HttpResponse = JsonResponse(told, status=429)
    else:
        response = render_error(
            request,
            429,
            wait_sentence(),
            title=_("Too many tries"),
            advice=_("Others who use the same connection are counted together with you."),
        )
    response["Retry-After"] = str(wait_seconds())
    return response
