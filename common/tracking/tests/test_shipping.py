"""Files of events on their way to S3: the real server, one that is away, and crashes between."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.core.env import SettingError
from common.core.s3 import BucketAddress
from common.tracking.errors import EventsNotShippedError
from common.tracking.reader import event_files
from common.tracking.shipping import Shipper, make_duty, object_name
from common.tracking.sink import SEALED, EventSink, seal
from common.tracking.tests.test_outbox import Hold


def address_of(url: str) -> BucketAddress:
    return BucketAddress.parse(url, setting="LYCEUM_EVENTS_URL")


def objects_in(url: str) -> dict[str, str]:
    """Return the texts of all objects in the bucket, by name."""
    address = address_of(url)
    client = address.connect()
    listed = client.list_objects_v2(Bucket=address.bucket).get("Contents", [])
    return {
        item["Key"]: client.get_object(Bucket=address.bucket, Key=item["Key"])["Body"]
        .read()
        .decode()
        for item in listed
    }


def numbers_in(url: str) -> list[int]:
    return sorted(json.loads(line) for text in objects_in(url).values() for line in text.split())


@pytest.fixture
def away() -> str:
    """Return the address of a server that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"s3+http://a-key:a-secret@127.0.0.1:{port}/events"


def test_a_file_becomes_one_object_of_its_name_and_leaves_the_folder(
    tmp_path: Path, s3_url: str
) -> None:
    sink = EventSink(tmp_path)
    sink.append(["1", "2"], sync=True)
    (path,) = event_files(tmp_path)

    assert Shipper(tmp_path, address_of(s3_url)).ship(Hold()) == 1

    assert objects_in(s3_url) == {object_name(path.name): "1\n2\n"}
    assert list(tmp_path.rglob("*.jsonl")) == []


def test_the_writer_goes_on_in_another_file(tmp_path: Path, s3_url: str) -> None:
    sink, shipper = EventSink(tmp_path), Shipper(tmp_path, address_of(s3_url))
    for number in range(3):
        sink.append([str(number)], sync=False)
        assert shipper.ship(Hold()) == 1

    assert shipper.ship(Hold()) == 0
    assert numbers_in(s3_url) == [0, 1, 2]
    assert len(objects_in(s3_url)) == 3


def test_while_s3_is_away_files_wait_and_no_secret_is_told(
    tmp_path: Path, s3_url: str, away: str
) -> None:
    sink = EventSink(tmp_path)
    for number in range(2):
        sink.append([str(number)], sync=False)
        with pytest.raises(EventsNotShippedError) as caught:
            Shipper(tmp_path, address_of(away)).ship(Hold())
        assert "a-secret" not in str(caught.value)

    assert Shipper(tmp_path, address_of(s3_url)).ship(Hold()) == 2
    assert numbers_in(s3_url) == [0, 1]


def test_a_crash_after_the_object_was_stored_doubles_nothing(
    tmp_path: Path, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    EventSink(tmp_path).append(["1"], sync=False)
    shipper = Shipper(tmp_path, address_of(s3_url))

    def die(_path: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(Path, "unlink", die)
        with pytest.raises(KeyboardInterrupt):
            shipper.ship(Hold())
    before = objects_in(s3_url)

    assert Shipper(tmp_path, address_of(s3_url)).ship(Hold()) == 1
    assert objects_in(s3_url) == before


def test_half_a_line_of_a_killed_writer_is_shipped_as_it_is(tmp_path: Path, s3_url: str) -> None:
    (tmp_path / "events-20261122T18-h-1-a.jsonl").write_text('1\n{"b":')

    Shipper(tmp_path, address_of(s3_url)).ship(Hold())

    name = "events/2026-11-22/events-20261122T18-h-1-a.jsonl"
    assert objects_in(s3_url) == {name: '1\n{"b":'}


def test_a_file_that_is_being_written_is_not_sealed(tmp_path: Path) -> None:
    EventSink(tmp_path).append(["1"], sync=False)
    (path,) = event_files(tmp_path)
    with path.open() as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert seal(path) is None
    assert seal(path) == tmp_path / SEALED / path.name
    assert seal(path) is None


def _write(folder: Path, first: int) -> None:
    sink = EventSink(folder)
    for number in range(first, first + 300):
        sink.append([str(number)], sync=False)
        time.sleep(0.001)  # longer than a moment, so that files are sealed in between


def test_sealing_loses_no_line_of_writers_at_work(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_write, args=(tmp_path, 300 * n)) for n in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        for path in event_files(tmp_path):
            seal(path)
    for writer in writers:
        writer.join()

    sealed = event_files(tmp_path / SEALED)
    assert len(sealed) > len(writers)
    lines = [
        line for path in [*sealed, *event_files(tmp_path)] for line in path.read_text().split()
    ]
    assert sorted(map(int, lines)) == list(range(900))


def test_a_forked_child_does_not_keep_the_file_locked(tmp_path: Path) -> None:
    sink = EventSink(tmp_path)
    sink.append(["1"], sync=False)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reader, 1)
        os._exit(0)
    sink.append(["2"], sync=False)
    (path,) = event_files(tmp_path)
    assert seal(path) is not None
    os.write(writer, b"x")
    os.waitpid(child, 0)


def test_the_duty_says_that_events_wait(
    settings: Any, tmp_path: Path, away: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EVENTS_DIR, settings.EVENTS_URL = tmp_path, away
    EventSink(tmp_path).append(["1"], sync=False)

    make_duty().run(Hold())

    assert "events wait on this host" in caplog.text
    assert len(event_files(tmp_path / SEALED)) == 1


def test_the_command_ships_at_once(
    settings: Any, tmp_path: Path, s3_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EVENTS_DIR, settings.EVENTS_URL = tmp_path, s3_url
    EventSink(tmp_path).append(["1"], sync=False)

    call_command("ship_events")

    assert capsys.readouterr().out == "1 files sent.\n"
    assert numbers_in(s3_url) == [1]


def test_without_an_address_the_command_says_so(settings: Any) -> None:
    settings.EVENTS_URL = ""
    with pytest.raises(CommandError, match="LYCEUM_EVENTS_URL is not set"):
        call_command("ship_events")


def test_a_wrong_address_stops_the_start(settings: Any) -> None:
    settings.EVENTS_URL = "http://host/bucket"
    with pytest.raises(SettingError, match="LYCEUM_EVENTS_URL"):
        make_duty()
