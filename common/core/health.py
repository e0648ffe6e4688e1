"""Answer load balancers: ``/healthz``, does the process answer; ``/readyz``, can it serve.

A middleware that stands before all others, on every site: probes come by address, without
our host name, over plain HTTP, and must not make sessions. Apps register checks of the
parts that they stand on. The answers name parts and say up or down, never where or why;
why is in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """``run`` raises when the part does not answer, within a few seconds.

    A part that is not ``required`` may be down while pages are served all the same.
    """

    name: str
    run: Callable[[], None]
    required: bool = True


_checks: dict[str, Check] = {}


def register_check(check: Check) -> None:
    """Add a check; one of the same name is replaced."""
    _checks[check.name] = check


def check_database() -> None:
    """Ask the database for nothing. Raises what its driver raises when it is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def readiness() -> tuple[bool, dict[str, str]]:
    """Return whether pages can be served, and ``up`` or ``down`` for each part."""
    ready, parts = True, {}
    for check in [Check("database", check_database), *_checks.values()]:
        try:
            check.run()
            parts[check.name] = "up"
        except Exception:
            # Each driver has errors of its own, and a check that fails oddly is down too.
            logger.warning("%s is down", check.name, exc_info=True)
            parts[check.name] = "down"
            ready = ready and not check.required
    return ready, parts


class HealthMiddleware:
    """Answer the two addresses; hand everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return _answer(200, {"status": "up"})
        if request.path_info == "/readyz":
            ready, parts = readiness()
            status = "down" if not ready else "degraded" if "down" in parts.values() else "up"
            return _answer(200 if ready else 503, {"status": status, "parts": parts})
        return self.get_response(request)


def _answer(status: int, body: dict[str, object]) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
