"""Who sends a request."""

from __future__ import annotations

from django.http import HttpRequest

from common.core.errors import SignInRequiredError


def user_id(request: HttpRequest) -> int:
    """Return the id of the person who is signed in. Raises SignInRequiredError for nobody."""
    if request.user.pk is None:
        raise SignInRequiredError
    return int(request.user.pk)
