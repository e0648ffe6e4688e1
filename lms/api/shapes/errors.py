"""Errors, by family (``lms.api.errors``)."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class StandardError(TypedDict):
    """Why not. Clients decide by ``error_code``; people read ``user_message`` or ``detail``."""

    error_code: NotRequired[str]
    developer_message: NotRequired[str]
    user_message: NotRequired[str]
    detail: NotRequired[Any]
    errors: NotRequired[Any]


class MessageError(TypedDict):
    """Why not, in the family of enrollments."""

    message: str
    error_code: NotRequired[str]
    developer_message: NotRequired[str]
    user_message: NotRequired[str]
    detail: NotRequired[Any]


class FieldError(TypedDict):
    """What is wrong with one field."""

    developer_message: str
    user_message: str


class FieldErrors(TypedDict):
    """What is wrong, field by field; nothing was changed."""

    field_errors: dict[str, FieldError]


class OAuthError(TypedDict):
    """Why there is no token (RFC 6749, section 5.2)."""

    error: str
    error_description: NotRequired[str]
    error_code: NotRequired[str]
    developer_message: NotRequired[str]


class Detail(TypedDict):
    """One sentence."""

    detail: str
