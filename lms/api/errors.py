"""Errors of the API, always JSON objects, in the shape of the family that is called.

``answer_error(error, context)`` is REST framework's handler on this site. Errors of the domain
(``common.core.errors``) may be raised by any view; their status is kept. A view's ``error_shape``:

- ``"standard"`` (default): ``{developer_message, user_message, error_code}`` for errors of the
  domain, ``{detail}`` and ``error_code`` for REST framework's.
- ``"message"``: ``{message}`` (enrolment).

Bodies of 401 are those of ``lms.api.authentication`` in every family: apps decide by them.
Errors of single fields: ``field_errors({"name": "Too long."})``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    ValidationError,
)
from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.core.errors import AccessDeniedError, DomainError


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer to an error; None: nobody foresaw it, 500 as JSON by the site's handler."""
    view = context.get("view")
    shape = getattr(view, "error_shape", "standard")
    if isinstance(error, AccessDeniedError) and view is not None:
        request = context["request"]
        if not request.user.is_authenticated:
            error = _who_are_you(view, request)
    if isinstance(error, DomainError):
        return Response(_domain_body(error, shape), status=error.status)
    response = exception_handler(error, dict(context))
    if response is None or not isinstance(error, APIException):
        return response
    if isinstance(error, NotAuthenticated):
        response.data = {
            "detail": str(error.detail),
            "error_code": "not_authenticated",
            "developer_message": str(error.detail),
        }
    elif not isinstance(error, AuthenticationFailed):
        response.data = _body(error, response.data, shape)
    return response


def field_errors(sentences: Mapping[str, str], *, status: int = 400) -> Response:
    """Return ``{"field_errors": {field: {developer_message, user_message}}}``."""
    told = {
        name: {"developer_message": str(text), "user_message": str(text)}
        for name, text in sentences.items()
    }
    return Response({"field_errors": told}, status=status)


def _who_are_you(view: Any, request: Any) -> NotAuthenticated:
    error = NotAuthenticated()
    header = view.get_authenticate_header(request)
    if header:
        error.auth_header = header  # type: ignore[attr-defined]
    return error


def _domain_body(error: DomainError, shape: str) -> dict[str, Any]:
    if shape == "message":
        return {"message": str(error.user_message), **error.as_dict()}
    return error.as_dict()


def _body(error: APIException, data: Any, shape: str) -> dict[str, Any]:
    detail = data.get("detail") if isinstance(data, dict) else None
    if isinstance(error, ValidationError) or detail is None:
        # A list or a map of fields: one object all the same.
        return {"detail": "invalid", "error_code": "invalid_input", "errors": data}
    body = {"detail": str(detail), "error_code": getattr(detail, "code", "error")}
    return {"message": str(detail), **body} if shape == "message" else body
