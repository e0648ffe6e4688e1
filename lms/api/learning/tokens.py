"""Who calls a block's handler with a token of the site: apps that answer without cookies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed

from common.core.errors import AccessDeniedError, DomainError
from lms.api.authentication import BearerAuthentication, JwtAuthentication
from lms.api.permissions import HasScope

_READERS: tuple[Any, ...] = (BearerAuthentication(), JwtAuthentication())


class TokenRefusedError(DomainError):
    """A token is not good. The body tells apps whether to refresh it or to log out."""

    status: ClassVar[int] = 401
    code = "token_refused"

    def __init__(self, body: Any) -> None:
        super().__init__(str(body))
        self._body = body if isinstance(body, dict) else {"detail": body}

    def as_dict(self) -> dict[str, Any]:
        """Return the words that the API answers with, and apps know."""
        return {name: str(value) for name, value in self._body.items()}


class ScopeMissingError(AccessDeniedError):
    """A token was not given for this."""

    code = HasScope.code


def find_token_person(request: HttpRequest) -> Any:
    """Return whom the token of a request stands for; None where it carries none of ours.

    Raises TokenRefusedError, ScopeMissingError.
    """
    for reader in _READERS:
        try:
            found = reader.authenticate(request)
        except AuthenticationFailed as error:
            raise TokenRefusedError(error.detail) from error
        if found is None:
            continue
        person, token = found
        request.auth = token  # type: ignore[attr-defined] # as REST framework names it
        if not HasScope().has_permission(request, None):  # type: ignore[arg-type]
            raise ScopeMissingError(HasScope.message)
        return person
    return None
