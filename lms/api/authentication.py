"""Who asks: Bearer tokens (B), JSON web tokens (J) or a session (S; REST framework's own).

Apps read the bodies of 401 to decide between refreshing and logging out (reference: apis,
section 0), so the words here are part of the interface and are not translated.
"""

from __future__ import annotations

import hashlib
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

JWT_ALGORITHM = "HS256"
TOKEN_EXPIRED = "token_expired"  # noqa: S105 # an error's code
TOKEN_NONEXISTENT = "token_nonexistent"  # noqa: S105 # an error's code
USER_DISABLED = "user_is_disabled"


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN``, a row of the token's checksum. One SQL."""

    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        text = _credentials(request, b"bearer")
        if text is None:
            return None
        checksum = hashlib.sha256(text).hexdigest()
        token = _tokens().filter(token_checksum=checksum).first()
        if token is None or token.user is None:
            raise _refused(TOKEN_NONEXISTENT, "The token is not known.")
        if token.expires <= timezone.now():
            raise _refused(TOKEN_EXPIRED, "The token is no longer valid.")
        if not token.user.is_active:
            raise _refused(USER_DISABLED, "The account is disabled.")
        return token.user, token

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
        token = _tokens().filter(token_checksum=claims["jti"]).first()
        if token is None or token.user is None:
            raise AuthenticationFailed("Invalid token.")
        # A refresh makes the token before it end sooner than its signature says.
        if token.expires <= timezone.now():
            raise AuthenticationFailed("Token has expired.")
        if not token.user.is_active:
            raise AuthenticationFailed("User account is disabled.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "JWT"


def write_jwt(token: AccessToken) -> str:
    """Return the signed form of an access token; revoking the row ends it too."""
    claims = {
        "iss": settings.LMS_URL,
        "aud": settings.LMS_URL,
        "jti": token.token_checksum,
        "exp": int(token.expires.timestamp()),
        "iat": int(timezone.now().timestamp()),
        "preferred_username": token.user.get_username() if token.user else "",
        "scopes": token.scope.split(),
    }
    return jwt.encode(claims, _signing_key(), algorithm=JWT_ALGORITHM)


def read_jwt(text: str) -> dict[str, Any]:
    """Return the claims of ``write_jwt``. Raises jwt.InvalidTokenError and its kinds."""
    claims: dict[str, Any] = jwt.decode(
        text,
        _signing_key(),
        algorithms=[JWT_ALGORITHM],
        issuer=settings.LMS_URL,
        audience=settings.LMS_URL,
        options={"require": ["exp", "iat", "jti", "iss", "aud"]},
    )
    if not isinstance(claims["jti"], str):
        raise jwt.InvalidTokenError("jti is no text")
    return claims


def _signing_key() -> bytes:
    # Apart from what else the secret signs: a signature made elsewhere is none here.
    return hashlib.sha256(f"lms.api.jwt:{settings.SECRET_KEY}".encode()).digest()


def _tokens() -> Any:
    return AccessToken.objects.select_related("user")


def _credentials(request: Request, scheme: bytes) -> bytes | None:
    words = get_authorization_header(request).split()
    if not words or words[0].lower() != scheme:
        return None
    return words[1] if len(words) == 2 else b""


def _refused(code: str, sentence: str) -> AuthenticationFailed:
    return AuthenticationFailed({"error_code": code, "developer_message": sentence})
