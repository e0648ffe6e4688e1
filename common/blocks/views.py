"""Addresses that blocks' scripts call: handlers and files of block packages."""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from opaque_keys.edx.keys import AsideUsageKey
from xblock.exceptions import DisallowedFileError

from common.blocks import api, types
from common.blocks.errors import StaleFormError, UnreadableDataError, UploadTooLargeError
from common.blocks.tokens import LIFETIME_SECONDS, find_token_user, make_block_token
from common.core.errorpages import wants_json
from common.core.errors import (
    AccessDeniedError,
    DomainError,
    NotFoundError,
    SignInRequiredError,
)
from common.core.keys import CourseKey, UsageKey, block_key
from common.enrollments.api import get_learner_context, get_request_context

logger = logging.getLogger(__name__)

# What a handler may be sent at most; a block's own limit is usually far below.
UPLOAD_LIMIT_BYTES: Final = 100 * 1024 * 1024
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)

View = Callable[..., HttpResponse]


class _CsrfCheck(CsrfViewMiddleware):
    """The middleware's check, giving the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _is_navigation(request: HttpRequest) -> bool:
    """Tell whether a person's browser opens the answer, as it does for a plain form."""
    return "text/html" in request.headers.get("Accept", "") and not wants_json(request)


def answers_json(view: View) -> View:
    """Have a view answer errors as JSON to scripts; a person's browser gets the error page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except _TOO_LARGE as error:
            problem: DomainError = UploadTooLargeError(str(error))
        except MultiPartParserError:
            problem = UnreadableDataError("the form cannot be read")
        except DomainError as error:
            problem = error
        if _is_navigation(request):
            raise problem
        return _error(problem)

    return wrapped


def _error(error: DomainError) -> JsonResponse:
    # Blocks' own scripts read "error".
    return JsonResponse({**error.as_dict(), "error": str(error.user_message)}, status=error.status)


@csrf_exempt
@xframe_options_exempt
@answers_json
def handler(
    request: HttpRequest,
    course_key: CourseKey,
    usage_key: UsageKey,
    handler: str,
    suffix: str = "",
) -> HttpResponse:
    """Run a block's handler as the signed-in person; visitors may only GET."""
    _check_size(request)
    _authenticate(request, usage_key)
    _check_place(course_key, usage_key)
    context = get_request_context(request, course_key)
    session = api.open_session(context, request.user, host=request.get_host())
    aside = usage_key.aside_type if isinstance(usage_key, AsideUsageKey) else ""
    return api.handle(
        session, block_key(usage_key), handler, suffix.rstrip("/"), request, aside=aside
    )


@require_POST
@answers_json
def token(request: HttpRequest, course_key: CourseKey, usage_key: UsageKey) -> HttpResponse:
    """Give the signed-in person a token for the handlers of a block that they may see."""
    if not request.user.is_authenticated:
        raise AccessDeniedError("sign in to get a token")
    _check_place(course_key, usage_key)
    context = get_request_context(request, course_key)
    if context.view_as is not None:
        # It would name who asks, and outlive the look as somebody else.
        raise AccessDeniedError("no token while the course is seen as somebody else")
    session = api.open_session(context, request.user)
    api.require_view(session, block_key(usage_key))
    made = make_block_token(request.user, usage_key)
    return JsonResponse(
        {"token": made, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS},
        headers={"Cache-Control": "no-store"},
    )


@csrf_exempt
@xframe_options_exempt
@answers_json
def handler_noauth(
    request: HttpRequest,
    course_key: CourseKey,
    usage_key: UsageKey,
    handler: str,
    suffix: str = "",
) -> HttpResponse:
    """Run a package's handler for an outside service, as nobody: the block checks who calls."""
    _check_size(request)
    _check_place(course_key, usage_key)
    if isinstance(usage_key, AsideUsageKey):
        raise NotFoundError("no outside service calls an aside")
    visitor = AnonymousUser()
    request.user = visitor
    context = get_learner_context(course_key, visitor)
    session = api.open_session(context, visitor, host=request.get_host())
    return api.handle_for_service(
        session, block_key(usage_key), handler, suffix.rstrip("/"), request
    )


def _check_size(request: HttpRequest) -> None:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > UPLOAD_LIMIT_BYTES:
        raise UploadTooLargeError(f"{length} bytes sent, {UPLOAD_LIMIT_BYTES} accepted")


def _authenticate(request: HttpRequest, usage_key: UsageKey) -> None:
    """Take a bearer token, or check the cookie's CSRF token. Raises AccessDeniedError."""
    token_user = find_token_user(request, usage_key)
    if token_user is not None:
        request.user = token_user
        return
    if request.method in _SAFE:
        return
    if not request.user.is_authenticated:
        raise SignInRequiredError("sign in to send something to a block")
    check = _CsrfCheck(lambda _request: HttpResponse())
    check.process_request(request)
    # Not this module's view: that one is marked as exempt.
    reason = check.process_view(request, lambda _request: HttpResponse(), (), {})
    if reason:
        raise StaleFormError(f"CSRF: {reason}")


def _check_place(course_key: CourseKey, usage_key: UsageKey) -> None:
    if usage_key.course_key != course_key:
        raise NotFoundError(f"{usage_key} is not in {course_key}")


@require_safe
def resource(request: HttpRequest, block_type: str, path: str) -> HttpResponseBase:
    """Serve a public file of a block's package.

    An address with the package's version means one file for good.
    """
    name, _, version = block_type.partition("@")
    block_class = types.load_block_class(name)
    try:
        opened = block_class.open_local_resource(path)
    except (DisallowedFileError, OSError, ValueError) as error:
        raise NotFoundError(f"{name} has no public file {path}") from error
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    response = FileResponse(opened, content_type=kind)
    is_final = bool(version) and version == types.package_version(block_class)
    response["Cache-Control"] = (
        "public, max-age=31536000, immutable" if is_final else "public, max-age=300"
    )
    # Frames of opaque origin load these too.
    response["Access-Control-Allow-Origin"] = "*"
    if settings.DEBUG:
        response["Cache-Control"] = "no-cache"
    return response
