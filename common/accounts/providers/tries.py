"""Failed sign-ins through providers are counted, as wrong passwords are."""

from __future__ import annotations

from typing import Final

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse

from common.accounts.limits import too_many_tries

_FAILED: Final = "provider_failed"
_TRIED: Final = "login"


def refuse_too_many(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal for whoever failed too often; None: go on. Nothing is counted."""
    return _refusal(request, _FAILED, dry_run=True)


def count_failure(request: HttpRequest) -> HttpResponse | None:
    """Count one failure; return the refusal when there were too many before."""
    return _refusal(request, _FAILED)


def count_try(request: HttpRequest) -> HttpResponse | None:
    """Count what costs us work or room, as a form of sign-in is counted."""
    return _refusal(request, _TRIED)


def _refusal(request: HttpRequest, action: str, *, dry_run: bool = False) -> HttpResponse | None:
    within = ratelimit.consume(
        request, app="allauth.account", action=action, dry_run=dry_run, limit_get=True
    )
    return None if within is not None else too_many_tries(request)
