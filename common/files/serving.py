"""Answer a request with a stored file: ranges, conditions, types, and no scripts of ours.

Rules: RFC 9110 sections 13 (conditions) and 14 (ranges). A file is immutable, so its hash is
its strong ETag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from mimetypes import MimeTypes
from typing import Final

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header, parse_etags

from common.files.backend import get_backend
from common.files.errors import FileMissingError

DEFAULT_TYPE: Final = "application/octet-stream"
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*(; ?charset=[a-zA-Z0-9_-]+)?")
_ONE_RANGE: Final = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)

# What a browser shows or plays without running anything in it. Every other type, HTML, SVG and
# XML first, gets an origin of its own.
_INERT_PREFIXES: Final = ("image/", "audio/", "video/", "font/")
_INERT_TYPES: Final = frozenset(
    {
        "application/json",
        "application/octet-stream",
        "application/pdf",
        "application/zip",
        "text/css",
        "text/csv",
        "text/javascript",
        "text/plain",
        "text/vtt",
    }
)
SANDBOX: Final = "sandbox allow-scripts"

# Python's own table only: what the machine has in /etc/mime.types must not matter.
_mime_types = MimeTypes()
for _extension, _type in {
    ".avif": "image/avif",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".md": "text/plain",
    ".ogv": "video/ogg",
    ".otf": "font/otf",
    ".sjson": "application/json",
    ".srt": "text/plain",
    ".ttf": "font/ttf",
    ".vtt": "text/vtt",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}.items():
    _mime_types.add_type(_type, _extension)


def content_type_for(name: str) -> str:
    """Return the media type that a file name suggests; octet-stream when it says nothing."""
    guessed, encoding = _mime_types.guess_type(name.replace("?", "_").replace("#", "_"))
    if guessed is None or encoding is not None:
        return "application/gzip" if encoding == "gzip" else DEFAULT_TYPE
    return guessed


def _clean_type(content_type: str) -> str:
    lowered = content_type.strip()
    kind, separator, rest = lowered.partition(";")
    candidate = kind.strip().lower() + (f"; {rest.strip()}" if separator else "")
    return candidate if _TYPE.fullmatch(candidate) else DEFAULT_TYPE


def is_inert(content_type: str) -> bool:
    """Tell whether a browser that opens this type runs no script of its author in our origin."""
    kind = _clean_type(content_type).partition(";")[0]
    if kind.endswith(("+xml", "/xml")):
        return False
    return kind in _INERT_TYPES or kind.startswith(_INERT_PREFIXES)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a file that was asked for and exists."""

    start: int
    length: int


class UnsatisfiableRangeError(ValueError):
    """The range lies outside the file."""


def parse_range(header: str, size: int) -> ByteRange | None:
    """Return the one range that ``header`` asks for.

    None, which means the whole file, for several ranges and for anything that is not well
    formed: both are allowed, and nothing that we serve asks for several. Raises
    UnsatisfiableRangeError.
    """
    match = _ONE_RANGE.fullmatch(header)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise UnsatisfiableRangeError(header)
        return ByteRange(size - length, length)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise UnsatisfiableRangeError(header)
    end = min(int(last), size - 1) if last else size - 1
    return ByteRange(start, end - start + 1)


def serve(
    request: HttpRequest,
    sha256: str,
    *,
    content_type: str = "",
    filename: str = "",
    as_attachment: bool = False,
    public: bool = False,
    cross_origin: bool = False,
    max_age_seconds: int = 0,
) -> HttpResponseBase:
    """Return the file as the request asks for it. Raises FileMissingError.

    The caller has decided that this person may read it. ``content_type`` empty: by
    ``filename``. ``public`` lets shared caches and other origins have it too;
    ``cross_origin`` other origins only, as fonts and modules in frames of opaque origin need;
    otherwise only this person's browser keeps it, for our pages.
    ``max_age_seconds`` is 0 where the address may come to mean another file.
    """
    size = get_backend().size(sha256)
    if size is None:
        raise FileMissingError(f"no file {sha256}")
    etag = f'"{sha256}"'
    response = _body(request, sha256, size, etag)
    kind = _clean_type(content_type or content_type_for(filename))
    if response.status_code in {200, 206}:
        response["Content-Type"] = kind
        disposition = content_disposition_header(as_attachment, filename)
        if disposition:
            response["Content-Disposition"] = disposition
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    if not is_inert(kind):
        response["Content-Security-Policy"] = SANDBOX
    freshness = f"max-age={max_age_seconds}" if max_age_seconds else "no-cache"
    response["Cache-Control"] = f"{'public' if public else 'private'}, {freshness}"
    if public or cross_origin:
        response["Access-Control-Allow-Origin"] = "*"
    return response


def _body(request: HttpRequest, sha256: str, size: int, etag: str) -> HttpResponseBase:
    if _is_unchanged(request, etag):
        return HttpResponseNotModified()
    try:
        part = _wanted_range(request, size, etag)
    except UnsatisfiableRangeError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if request.method == "HEAD":
        return HttpResponse(headers={"Content-Length": str(size)})
    if part is not None:
        return StreamingHttpResponse(
            get_backend().iter_range(sha256, part.start, part.length),
            status=206,
            headers={
                "Content-Length": str(part.length),
                "Content-Range": f"bytes {part.start}-{part.start + part.length - 1}/{size}",
            },
        )
    # The server's own file wrapper sends it without Python touching the bytes where it can.
    return FileResponse(get_backend().open(sha256), headers={"Content-Length": str(size)})


def _is_unchanged(request: HttpRequest, etag: str) -> bool:
    header = request.headers.get("If-None-Match", "")
    if not header:
        return False
    tags = parse_etags(header)
    # Weak comparison, as RFC 9110 asks for here.
    return "*" in tags or etag in {tag.removeprefix("W/") for tag in tags}


def _wanted_range(request: HttpRequest, size: int, etag: str) -> ByteRange | None:
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header:
        return None
    condition = request.headers.get("If-Range")
    # A strong match; a date never matches, because we send none.
    if condition is not None and condition.strip() != etag:
        return None
    return parse_range(header, size)
