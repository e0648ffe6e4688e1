"""Run a handler of a block for an HTTP request and give back its answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from webob import Response
from xblock.django.request import DjangoWebobRequest, webob_to_django_response
from xblock.exceptions import NoSuchHandlerError as LibraryNoSuchHandlerError
from xblock.scorable import ScorableXBlockMixin

from common.blocks import submission
from common.blocks.errors import (
    BlockUnavailableError,
    NoSuchHandlerError,
    UnreadableDataError,
)
from common.blocks.json_handlers import is_nested_too_deep
from common.blocks.runtime import NOT_THE_BLOCK
from common.blocks.session import BlockSession
from common.blocks.unavailable import UnavailableBlock
from common.core.errors import DomainError
from common.core.keys import BlockKey, usage_key
from common.tracking.api import Event, emit

logger = logging.getLogger(__name__)


def handle(
    session: BlockSession,
    key: BlockKey,
    handler: str,
    suffix: str,
    request: HttpRequest,
    *,
    aside: str = "",
    check: Callable[[BlockSession], None] | None = None,
) -> HttpResponse:
    """Run the handler and store what it changed; the answer is the handler's own.

    ``aside``: the handler is that of the aside of this type beside the block.
    ``check`` raises for who may not; it is asked again when the handler has to run again, as the
    person may have been moved to another group meanwhile.
    Raises NotFoundError without such a block or handler, BusyBlockError. A handler that fails is
    logged and answered with 500: nothing of it is stored.
    """

    def work(current: BlockSession) -> Response:
        if check is not None:
            check(current)
        return _call(current, key, handler, suffix, request, aside)

    try:
        answer = submission.run(session, work)
    except (DomainError, SuspiciousOperation, *NOT_THE_BLOCK):
        raise
    except LibraryNoSuchHandlerError as error:
        # Not the library's own message: it prints the block's fields, answers included.
        raise NoSuchHandlerError(f"{key.block_type} has no handler {handler!r}") from error
    except MultiPartParserError as error:
        raise UnreadableDataError("the form cannot be read") from error
    except RecursionError as error:
        if is_nested_too_deep(_body(request)):
            raise UnreadableDataError("the body is nested too deep") from error
        logger.exception("handler %s of %s in %s failed", handler, key, session.course_key)
        return _failure(session, error)
    except Exception as error:
        # A stranger's code may raise anything; the caller gets an answer that it can parse.
        logger.exception("handler %s of %s in %s failed", handler, key, session.course_key)
        return _failure(session, error)
    response: HttpResponse = webob_to_django_response(answer)
    return response


def _call(
    session: BlockSession,
    key: BlockKey,
    handler: str,
    suffix: str,
    request: HttpRequest,
    aside: str = "",
) -> Response:
    session.prefetch(key)
    block = session.runtime.get_block(usage_key(session.course_key, key))
    if isinstance(block, UnavailableBlock):
        raise BlockUnavailableError(f"{key.block_type} is not available")
    if aside:
        block = session.runtime.find_aside(block, aside)
        if block is None:
            raise NoSuchHandlerError(f"no aside {aside} beside {key}")
    _rewind(request)
    answer = session.runtime.handle(block, handler, DjangoWebobRequest(request), suffix)
    return _response(answer)


def _response(answer: Any) -> Response:
    """Return what a handler gave as an answer. Raises TypeError for what is none."""
    if isinstance(answer, Response):
        return answer
    if answer is None or isinstance(answer, bytes):
        return Response(body=answer or b"")
    if isinstance(answer, str):
        return Response(text=answer)
    raise TypeError(f"a handler answered with {type(answer).__name__}")


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RawPostDataException:
        return b""  # a form with files, read already


def _rewind(request: HttpRequest) -> None:
    """Put uploads back to their start: a handler that runs again reads them again."""
    if request.method in {"POST", "PUT", "PATCH"}:
        for uploads in request.FILES.lists():
            for upload in uploads[1]:
                upload.seek(0)


def _failure(session: BlockSession, error: Exception) -> HttpResponse:
    body: dict[str, Any] = {
        "error_code": "block_failed",
        "developer_message": "The block's code failed; see the log.",
        "user_message": str(DomainError.default_message),
    }
    # Messages of libraries print blocks with all their fields: not for learners.
    if session.viewer.is_staff:
        body["developer_message"] = repr(error)
    # Blocks' own scripts read "error".
    body["error"] = body["user_message"]
    return JsonResponse(body, status=500)


def rescore(session: BlockSession, key: BlockKey, *, only_if_higher: bool) -> None:
    """Have a block score the learner's stored answer anew, and store what came of it.

    What stands in the way is told to the event log. Raises TypeError when the block cannot be
    scored anew, ValueError without an answer, and whatever else the block raises.
    """

    def work(current: BlockSession) -> None:
        current.prefetch(key)
        block = current.runtime.get_block(usage_key(current.course_key, key))
        if not isinstance(block, ScorableXBlockMixin):
            raise TypeError(f"{key} cannot be scored anew")
        block.rescore(only_if_higher)
        block.save()

    try:
        submission.run(session, work)
    except (DomainError, *NOT_THE_BLOCK):
        raise
    except Exception as error:
        _tell_rescore_failed(session, key, error)
        raise


def _tell_rescore_failed(session: BlockSession, key: BlockKey, error: Exception) -> None:
    """Log the event of a rescoring that a block refused, or failed in."""
    failure = {TypeError: "unsupported", ValueError: "unanswered"}.get(type(error), "failed")
    usage = usage_key(session.course_key, key)
    emit(
        Event(
            event_type="problem_rescore_fail",
            payload={
                "problem_id": str(usage),
                "student": session.viewer.username,
                "failure": failure,
            },
            course_key=session.course_key,
            user_id=session.context.user_id,
            username=session.viewer.username,
            context={"module": {"usage_key": str(usage)}},
            page="x_module",
        )
    )
