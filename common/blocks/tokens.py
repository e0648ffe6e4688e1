"""Who calls without a cookie: a token for one block, and a hook that the site's OAuth fills.

A block token is a signed text: person, block, the moment it was made, and a mark of the person's
password. It stands for session and CSRF token at the handlers of that block, for an hour; a new
password, or an account that is closed, ends it before.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from common.core.errors import AccessDeniedError
from common.core.keys import UsageKey

LIFETIME_SECONDS: Final = 3600
_PREFIX: Final = "block."
_SALT: Final = "lyceum.block_token"

FindUser = Callable[[HttpRequest], Any]
_finders: list[FindUser] = []


class InvalidTokenError(AccessDeniedError):
    """The token is nobody's, too old, or for something else."""

    code = "invalid_token"


def register_token_reader(finder: FindUser) -> None:
    """Have ``finder`` return the user whose token a request carries, or None.

    It raises a DomainError for a token that is not valid.
    """
    if finder not in _finders:
        _finders.append(finder)


def make_block_token(user: Any, usage: UsageKey) -> str:
    """Return a token with which ``user`` may call the handlers of one block for an hour."""
    return _PREFIX + signing.dumps([user.pk, str(usage), _mark(user)], salt=_SALT)


def find_token_user(request: HttpRequest, usage: UsageKey) -> Any:
    """Return the user whose token the request carries; None when it carries none.

    Raises InvalidTokenError for a bearer token that is not good for this block, so that a caller
    never goes on as somebody else by mistake.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.startswith(_PREFIX):
        return _read_block_token(token.removeprefix(_PREFIX), usage)
    if not scheme:
        return None
    found = next((user for finder in _finders if (user := finder(request)) is not None), None)
    if found is None and scheme.lower() in {"bearer", "jwt"}:
        raise InvalidTokenError("nobody's token")
    return found


def _read_block_token(text: str, usage: UsageKey) -> Any:
    try:
        user_id, named, mark = signing.loads(text, salt=_SALT, max_age=LIFETIME_SECONDS)
    except signing.BadSignature as error:
        raise InvalidTokenError(f"block token: {error}") from error
    if named != str(usage):
        raise InvalidTokenError("a token for another block")
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    if user is None or not hmac.compare_digest(mark, _mark(user)):
        raise InvalidTokenError("the token's person has another password, or is gone")
    return user


def _mark(user: Any) -> str:
    return salted_hmac(_SALT, user.password, algorithm="sha256").hexdigest()[:16]
