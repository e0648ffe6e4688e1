"""Stored files and how they are served."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from common.files.api import (
    content_type_for,
    exists,
    find_size,
    is_inert,
    iter_file,
    open_file,
    serve,
    store,
)
from common.files.errors import FileMissingError, FilesUnavailableError, FileTooLargeError
from common.files.local import LocalFiles
from common.files.serving import UnsatisfiableRangeError, parse_range

DATA = bytes(range(256)) * 1000
SHA = hashlib.sha256(DATA).hexdigest()

# Closing a response makes Django look at its database connection when there is one.
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_home(settings: Any, tmp_path: Path) -> Path:
    settings.LYCEUM_HOME = tmp_path
    settings.FILES_URL = ""
    return tmp_path / "files"


@pytest.fixture
def stored() -> str:
    return store(DATA[i : i + 1000] for i in range(0, len(DATA), 1000)).sha256


def body(response: HttpResponseBase) -> bytes:
    if isinstance(response, StreamingHttpResponse):
        content = b"".join(iter(response))
    else:
        assert isinstance(response, HttpResponse)
        content = response.content
    response.close()
    return content


def get(sha256: str, *, content_type: str = "video/mp4", **headers: str) -> HttpResponseBase:
    request = RequestFactory().get("/", headers=headers)
    return serve(request, sha256, content_type=content_type, filename="film.mp4")


def test_a_file_is_kept_under_its_hash(stored: str) -> None:
    assert stored == SHA
    assert find_size(SHA) == len(DATA)
    assert b"".join(iter_file(SHA)) == DATA
    with open_file(SHA) as source:
        source.seek(256)
        assert source.read(3) == b"\x00\x01\x02"


def test_the_same_bytes_are_kept_once(stored: str, files_home: Path) -> None:
    store([DATA])
    assert [p.name for p in files_home.rglob("*") if p.is_file()] == [stored]


def test_a_file_over_the_limit_leaves_nothing(files_home: Path) -> None:
    with pytest.raises(FileTooLargeError):
        store([b"12345", b"6"], limit_bytes=5)
    assert not [p for p in files_home.rglob("*") if p.is_file()]


def test_a_source_that_fails_leaves_nothing(files_home: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("the client went away")

    with pytest.raises(ValueError, match="went away"):
        store(chunks())
    assert not [p for p in files_home.rglob("*") if p.is_file()]


def _store_until_killed(folder: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield DATA
        os.kill(os.getpid(), signal.SIGKILL)

    LocalFiles(folder).store(chunks())


def test_a_process_killed_while_writing_leaves_no_file(files_home: Path) -> None:
    process = multiprocessing.get_context("fork").Process(
        target=_store_until_killed, args=(files_home,)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    left = [p for p in files_home.rglob("*") if p.is_file()]
    assert [p.parent.name for p in left] == ["incoming"]
    os.utime(left[0], (0, 0))
    LocalFiles(files_home)
    assert not left[0].exists()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64])
def test_what_is_no_stored_hash_is_missing(name: str) -> None:
    assert not exists(name)
    with pytest.raises(FileMissingError):
        open_file(name)
    with pytest.raises(FileMissingError):
        get(name)


def test_a_folder_that_cannot_be_used_is_named(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("a file, not a folder")
    settings.LYCEUM_HOME = tmp_path / "plain"
    with pytest.raises(FilesUnavailableError, match="plain"):
        store([b"x"])


def test_a_whole_file_is_served(stored: str) -> None:
    response = get(stored)
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(DATA))
    assert response["Content-Type"] == "video/mp4"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-cache"
    assert body(response) == DATA


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        pytest.param("bytes=0-0", 0, 0, id="the first byte"),
        pytest.param("bytes=100-199", 100, 199, id="a middle part"),
        pytest.param("bytes=100-", 100, len(DATA) - 1, id="from a byte on"),
        pytest.param("bytes=-10", len(DATA) - 10, len(DATA) - 1, id="the last bytes"),
        pytest.param("bytes=5-99999999", 5, len(DATA) - 1, id="an end beyond the end"),
    ],
)
def test_one_range_is_served_as_206(stored: str, header: str, start: int, end: int) -> None:
    response = get(stored, Range=header)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/{len(DATA)}"
    assert response["Content-Length"] == str(end - start + 1)
    assert body(response) == DATA[start : end + 1]


@pytest.mark.parametrize(
    "header", ["bytes=0-1,5-6", "bytes=", "bytes=-", "bytes=9-5", "lines=1-2", "bytes=x-y", "0-5"]
)
def test_several_or_malformed_ranges_get_the_whole(stored: str, header: str) -> None:
    response = get(stored, Range=header)
    assert response.status_code == 200
    assert body(response) == DATA


@pytest.mark.parametrize("header", [f"bytes={len(DATA)}-", "bytes=-0", "bytes=9999999-99999999"])
def test_a_range_outside_is_416_with_the_size(stored: str, header: str) -> None:
    response = get(stored, Range=header)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(DATA)}"


@given(
    header=st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True), size=st.integers(0, 2000)
)
def test_a_range_always_lies_inside_the_file(header: str, size: int) -> None:
    try:
        part = parse_range(header, size)
    except UnsatisfiableRangeError:
        return
    if part is not None:
        assert 0 <= part.start < size
        assert 0 < part.length <= size - part.start


@pytest.mark.parametrize("condition", [f'"{SHA}"', f'W/"{SHA}"', "*", f'"other", "{SHA}"'])
def test_a_copy_that_is_current_is_not_sent_again(stored: str, condition: str) -> None:
    response = get(stored, **{"If-None-Match": condition})
    assert response.status_code == 304
    assert response["ETag"] == f'"{SHA}"'
    assert body(response) == b""


@pytest.mark.parametrize(
    ("condition", "status"),
    [(f'"{SHA}"', 206), ('"other"', 200), ("Sun, 06 Nov 1994 08:49:37 GMT", 200)],
)
def test_a_range_of_another_version_gets_the_whole(
    stored: str, condition: str, status: int
) -> None:
    response = get(stored, Range="bytes=0-1", **{"If-Range": condition})
    assert response.status_code == status
    response.close()


def test_head_tells_the_size_and_sends_nothing(stored: str) -> None:
    response = serve(RequestFactory().head("/"), stored, filename="a.png")
    assert (response["Content-Length"], response["Content-Type"]) == (str(len(DATA)), "image/png")
    assert body(response) == b""


def test_an_empty_file_is_served() -> None:
    response = get(store([]).sha256)
    assert (response.status_code, response["Content-Length"], body(response)) == (200, "0", b"")


@pytest.mark.parametrize(
    ("content_type", "sandboxed"),
    [
        ("text/html", True),
        ("TEXT/HTML; charset=utf-8", True),
        ("image/svg+xml", True),
        ("application/xml", True),
        ("text/xml", True),
        ("application/xhtml+xml", True),
        ("multipart/related", True),
        ("application/x-unheard-of", True),
        ("image/png", False),
        ("application/pdf", False),
        ("text/plain", False),
        ("not a type\r\nX-Evil: 1", False),
    ],
)
def test_what_could_run_scripts_gets_an_origin_of_its_own(
    stored: str, content_type: str, sandboxed: bool
) -> None:
    response = get(stored, content_type=content_type)
    assert (response.get("Content-Security-Policy") == "sandbox allow-scripts") is sandboxed
    assert is_inert(content_type) is not sandboxed
    assert "X-Evil" not in response
    response.close()


def test_names_in_any_language_survive(stored: str) -> None:
    response = serve(RequestFactory().get("/"), stored, filename="Übung 1.pdf", as_attachment=True)
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%9Cbung%201.pdf"
    assert response["Content-Type"] == "application/pdf"
    response.close()


def test_public_files_may_be_used_by_other_origins(stored: str) -> None:
    response = serve(
        RequestFactory().get("/"), stored, filename="a.woff2", public=True, max_age_seconds=60
    )
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=60"
    response.close()


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.SVG", "image/svg+xml"),
        ("subs.srt", "text/plain"),
        ("a.mjs", "text/javascript"),
        ("data.tar.gz", "application/gzip"),
        ("no extension", "application/octet-stream"),
        ("film.mp4", "video/mp4"),
    ],
)
def test_types_by_name_do_not_depend_on_the_machine(name: str, content_type: str) -> None:
    assert content_type_for(name) == content_type
