"""Bodies that are taken: JSON and merge patches, forms; none larger than there is reason for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from rest_framework.parsers import BaseParser, FormParser, JSONParser

from common.core.errors import InvalidInputError, TooLargeError

LIMIT_BYTES: Final = 1024 * 1024


class LimitedJson(JSONParser):
    """JSON of at most ``LIMIT_BYTES``. Raises TooLargeError (413)."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        check_length(parser_context, LIMIT_BYTES)
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise InvalidInputError("too many levels") from None


class MergePatch(LimitedJson):
    """``application/merge-patch+json``; a view that takes nothing else answers 415."""

    media_type = "application/merge-patch+json"


class LimitedForm(FormParser):
    """A form of at most ``LIMIT_BYTES``."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        check_length(parser_context, LIMIT_BYTES)
        return super().parse(stream, media_type, parser_context)


class RawBody(BaseParser):
    """Any body as ``{"body": bytes}``, of at most what Django takes of a request in memory."""

    media_type = "*/*"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        check_length(parser_context, limit)
        return {"body": stream.read(limit)}


def check_length(context: Mapping[str, Any] | None, limit: int) -> None:
    """Raise TooLargeError where a request says that it is longer."""
    request = (context or {}).get("request")
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0) if request is not None else 0
    except ValueError:
        length = 0
    if length > limit:
        raise TooLargeError(f"{length} bytes, the limit is {limit}")
