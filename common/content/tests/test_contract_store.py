"""What every object store promises."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from common.content.api import (
    ObjectWriter,
    count_calls,
    get_definitions,
    get_derived,
    get_heads,
    get_store,
    load_version,
    put_derived,
)
from common.content.data import Definition
from common.content.errors import (
    ContentUnavailableError,
    CorruptObjectError,
    MissingObjectError,
)
from common.content.models import CourseHead, VersionLog
from common.content.mongostore import MongoStore
from common.content.objects import decoded_cache
from common.content.store import close_stores
from common.content.tests.backends import Backend, use_database
from common.content.tests.factories import html, make_course, section
from common.core.env import SettingError
from common.core.keys import BlockKey, parse_course_key

LOOKALIKES = ["html@Intro", "html@intro", "html@Intró", "html@Intro ", "html@Intro\t", "HTML@Intro"]

pytestmark = pytest.mark.usefixtures("backend")


def test_what_is_put_is_got_byte_by_byte() -> None:
    payloads = {"bytes-1": bytes(range(256)), "bytes-2": b"", "bytes-3": b"\x00" * 10}
    get_store().put_many(payloads)
    assert get_store().get_many(["bytes-3", "bytes-1", "none", "bytes-2"]) == payloads
    assert get_store().has_many([*payloads, "none"]) == set(payloads)


def test_the_first_payload_of_an_id_stays() -> None:
    get_store().put_many({"first": b"one"})
    get_store().put_many({"first": b"two", "beside": b"new"})
    assert get_store().get_many(["first", "beside"]) == {"first": b"one", "beside": b"new"}


def test_nothing_is_a_fair_question() -> None:
    get_store().put_many({})
    assert get_store().get_many([]) == {}
    assert get_store().has_many([]) == set()


def test_ids_are_compared_byte_by_byte() -> None:
    payloads = {key: str(number).encode() for number, key in enumerate(LOOKALIKES)}
    get_store().put_many(payloads)
    assert get_store().get_many(LOOKALIKES) == payloads
    assert get_store().get_many(["html@INTRO", "html@Intro  "]) == {}


def test_many_objects_go_in_one_call_and_come_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.content.store.BATCH_OBJECTS", 100)
    payloads = {f"many-{number}": b"x" * number for number in range(220)}
    with count_calls() as count:
        get_store().put_many(payloads)
        put_trips = count.round_trips
        assert get_store().get_many(payloads) == payloads
    assert count.calls == 2
    assert put_trips == 3
    assert count.objects == 2 * len(payloads)


def test_a_large_object_is_kept() -> None:
    data = b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(150_000))
    get_store().put_many({"large": data, "small": b"s"})
    assert get_store().get_many(["large"]) == {"large": data}


def test_derived_objects_keep_what_came_first() -> None:
    put_derived("outline", b"made by one process" * 50)
    put_derived("outline", b"made by another")
    assert get_derived("outline") == b"made by one process" * 50
    assert get_derived("never made") is None


def test_changed_bytes_are_noticed() -> None:
    with ObjectWriter() as writer:
        good = writer.add_definition(Definition({"data": "right"}))
        text = writer.add_text("a text")
    bad = "0" * 64
    get_store().put_many(get_store().get_many([good]) and {bad: get_store().get_many([good])[good]})
    for key, error in (
        (bad, CorruptObjectError),
        (text, CorruptObjectError),
        ("f" * 64, MissingObjectError),
    ):
        with pytest.raises(error, match=key):
            get_definitions([key])


def test_a_course_of_lookalike_names_keeps_them_apart() -> None:
    names = [key.partition("@")[2] for key in LOOKALIKES if key.startswith("html@")]
    course = make_course(
        "course-v1:Look+Alike+R", sections=[section("s", *(html(name, name) for name in names))]
    )
    decoded_cache().clear()
    version = load_version(get_heads(course).draft)
    blocks = {name: version.block(BlockKey("html", name)) for name in names}
    definitions = get_definitions([block.definition or "" for block in blocks.values()])
    assert {definitions[blocks[name].definition or ""].fields["data"] for name in names} == set(
        names
    )


def test_course_keys_are_compared_byte_by_byte() -> None:
    texts = [
        "course-v1:Exact+C+R",
        "course-v1:exact+C+R",
        "course-v1:Exáct+C+R",
        "course-v1:Exact+C+r",
    ]
    for text in texts:
        make_course(text, sections=[], settings={"display_name": text})
    for text in texts:
        version = load_version(get_heads(parse_course_key(text)).draft)
        assert version.course.settings["display_name"] == text
        assert VersionLog.objects.filter(course_key=text).count() == 2
    assert not CourseHead.objects.filter(course_key="course-v1:Exact+C+R ").exists()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Return a port that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


# SQLite has no server that could be missing.
@pytest.mark.parametrize(
    "backend", ["mariadb", "mongodb", "mongodb single reads"], indirect=True, scope="module"
)
@pytest.mark.parametrize("kind", ["closed", "silent"])
def test_a_missing_server_is_said_within_seconds(
    backend: Backend, settings: Any, kind: str, closed_port: int, silent_port: int
) -> None:
    port = closed_port if kind == "closed" else silent_port
    started = time.monotonic()
    if backend.content_url:
        settings.CONTENT_URL = f"mongodb://who:secret@127.0.0.1:{port}/nowhere"
        with expect_unavailable():
            load_version("0" * 64)
        with expect_unavailable():
            get_store().put_many({"x": b"x"})
        close_stores()
    else:
        with use_database(f"mysql://who:secret@127.0.0.1:{port}/nowhere"):
            with expect_unavailable():
                get_heads(parse_course_key("course-v1:O+C+R"))
            with expect_unavailable():
                get_store().put_many({"x": b"x"})
    assert time.monotonic() - started < 20


@contextmanager
def expect_unavailable() -> Iterator[None]:
    with pytest.raises(ContentUnavailableError) as caught:
        yield
    assert "secret" not in str(caught.value)
    assert "Try again" in str(caught.value.user_message)


@pytest.mark.parametrize("url", ["http://host/db", "mongodb://host", "mongodb://host:port/db"])
def test_a_wrong_address_is_said_at_the_start(url: str) -> None:
    with pytest.raises(SettingError, match="LYCEUM_CONTENT_URL"):
        MongoStore(url)
