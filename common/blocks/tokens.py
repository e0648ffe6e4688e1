"""Who sends a bearer token: a hook that the site's OAuth fills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

FindUser = Callable[[HttpRequest], Any]
_finders: list[FindUser] = []


def register_token_reader(finder: FindUser) -> None:
    """Have ``finder`` return the user whose token a request carries, or None.

    It raises a DomainError for a token that is not valid.
    """
    if finder not in _finders:
        _finders.append(finder)


def find_token_user(request: HttpRequest) -> Any:
    """Return the user whose token the request carries; None when it carries none."""
    if "Authorization" not in request.headers:
        return None
    return next((user for finder in _finders if (user := finder(request)) is not None), None)
