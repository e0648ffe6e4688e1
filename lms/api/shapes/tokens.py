"""Tokens of apps."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class KeySet(TypedDict):
    """Public keys (RFC 7517)."""

    keys: list[dict[str, Any]]


class TokenWish(TypedDict):
    """How one asks for a token: by password, code, refresh token, or as a partner's program."""

    grant_type: Literal["password", "authorization_code", "refresh_token", "client_credentials"]
    client_id: NotRequired[str]
    client_secret: NotRequired[str]
    username: NotRequired[str]
    password: NotRequired[str]
    code: NotRequired[str]
    code_verifier: NotRequired[str]
    redirect_uri: NotRequired[str]
    refresh_token: NotRequired[str]
    scope: NotRequired[str]
    token_type: NotRequired[Literal["bearer", "jwt"]]
    asymmetric_jwt: NotRequired[str]


class Token(TypedDict):
    """A token. ``expires_in``: seconds."""

    access_token: str
    refresh_token: NotRequired[str]
    token_type: str
    expires_in: int
    scope: str


class TokenEnd(TypedDict):
    """Which token is to end."""

    token: str
    client_id: NotRequired[str]
    client_secret: NotRequired[str]
    token_type_hint: NotRequired[str]


class EmailAddress(TypedDict):
    """Whose password was forgotten."""

    email: str


class PasswordReset(TypedDict):
    """Whether a mail was sent, or why not."""

    success: bool
    value: str
