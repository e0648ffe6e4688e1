"""Who asks: Bearer tokens (B), JSON web tokens (J) or a session (S; REST framework's own).

``BearerAuthentication`` and ``JwtAuthentication`` are REST framework's defaults on this site
(``lms.settings``), in this order and before the session: a view needs to name none of them.
``request.user`` is the person, ``request.auth`` the row of the token (None: a session, whose writes
need the CSRF token; those with a token need none). What a token may do: ``lms.api.permissions``.

Apps read the bodies of 401 to decide between refreshing and logging out (reference: apis,
section 0), so the words here are part of the interface and are not translated.
"""

from __future__ import annotations

import hashlib
from typing import Any

import jwt
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from lms.api.signing import read_jwt

TOKEN_EXPIRED = "token_expired"  # noqa: S105 # an error's code
TOKEN_NONEXISTENT = "token_nonexistent"  # noqa: S105 # an error's code
USER_DISABLED = "user_is_disabled"


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN``, a row of the token's checksum. One SQL."""

    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        text = _credentials(request, b"bearer")
        if text is None:
            return None
        token = _find(hashlib.sha256(text).hexdigest())
        user = _person(token)
        if token is None or user is None:
            raise _refused(TOKEN_NONEXISTENT, "The token is not known.")
        if token.expires <= timezone.now():
            raise _refused(TOKEN_EXPIRED, "The token is no longer valid.")
        if not user.is_active:
            raise _refused(USER_DISABLED, "The account is disabled.")
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class JwtAuthentication(BaseAuthentication):
    """``Authorization: JWT TOKEN``: signed by us, and its row still there. One SQL."""

    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        text = _credentials(request, b"jwt")
        if text is None:
            return None
        try:
            claims = read_jwt(text.decode("ascii"))
        except jwt.ExpiredSignatureError:
            raise AuthenticationFailed("Token has expired.") from None
        except (jwt.InvalidTokenError, UnicodeDecodeError):
            raise AuthenticationFailed("Invalid token.") from None
        token = _find(claims["jti"])
        user = _person(token)
        if token is None or user is None:
            raise AuthenticationFailed("Invalid token.")
        # A refresh makes the token before it end sooner than its signature says.
        if token.expires <= timezone.now():
            raise AuthenticationFailed("Token has expired.")
        if not user.is_active:
            raise AuthenticationFailed("User account is disabled.")
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return "JWT"


def _find(checksum: str) -> AccessToken | None:
    tokens = AccessToken.objects.select_related("user", "application__user")
    found: AccessToken | None = tokens.filter(token_checksum=checksum).first()
    return found


def _person(token: AccessToken | None) -> Any:
    """Return for whom a token acts; a partner system's acts for its application's account."""
    if token is None:
        return None
    if token.user is not None or token.application is None:
        return token.user
    return token.application.user


def _credentials(request: Request, scheme: bytes) -> bytes | None:
    words = get_authorization_header(request).split()
    if not words or words[0].lower() != scheme:
        return None
    return words[1] if len(words) == 2 else b""


def _refused(code: str, sentence: str) -> AuthenticationFailed:
    return AuthenticationFailed({"error_code": code, "developer_message": sentence})
