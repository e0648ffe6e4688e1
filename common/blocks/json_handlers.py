"""Handlers that take a JSON object, whatever is sent to them.

The library's ``json_handler`` fails on JSON nested deeper than Python's stack, and hands on
NaN, infinities and values of any type. A handler made here is only called with an object;
everything else is an UnreadableDataError, which the address of the handler answers with 400.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, NoReturn

from webob import Response
from xblock.core import XBlock

from common.blocks.errors import UnreadableDataError

# Far above what any handler of ours reads.
MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 100


def object_handler(method: Callable[[Any, dict[str, Any], str], Any]) -> Any:
    """Make a handler of a method that takes a JSON object and returns what JSON can hold.

    Only POST is taken. The method may raise UnreadableDataError for values that do not suit.
    """

    @XBlock.handler
    @wraps(method)
    def handler(block: Any, request: Any, suffix: str = "") -> Response:
        if request.method != "POST":
            return Response(status=405, allow=["POST"])
        return json_reply(method(block, read_object(request.body), suffix))

    return handler


def json_reply(value: Any, *, status: int = 200) -> Response:
    """Return ``value`` as a JSON answer."""
    return Response(
        body=json.dumps(value).encode("utf-8"),
        content_type="application/json",
        charset="utf-8",
        status=status,
    )


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``. Raises UnreadableDataError."""
    if len(body) > MAX_BYTES:
        raise UnreadableDataError(f"more than {MAX_BYTES} bytes")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        # Not the parser's own words: they may repeat what was sent.
        raise UnreadableDataError("the body is not JSON that can be read") from error
    if not isinstance(value, dict):
        raise UnreadableDataError("the body is not a JSON object")
    return value


def number_in(data: dict[str, Any], name: str) -> float | None:
    """Return a finite number of the object, None without one. Raises UnreadableDataError."""
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableDataError(f"{name} is not a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise UnreadableDataError(f"{name} is too large") from error
    if not math.isfinite(number):
        raise UnreadableDataError(f"{name} is too large")
    return number


def texts_in(data: dict[str, Any], name: str) -> list[str] | None:
    """Return a list of texts of the object, None without one. Raises UnreadableDataError."""
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UnreadableDataError(f"{name} is not a list of texts")
    return value


def is_nested_too_deep(body: bytes) -> bool:
    """Tell whether a body's brackets are nested deeper than any handler's data.

    Those that the parser bears may still be too deep for what comes behind it: a field copies
    its value, an answer is written. Brackets in texts count too: this is only asked of what
    somebody's stack did not bear.
    """
    depth = 0
    for bracket in re.findall(rb"[\[\]{}]", body):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
