"""Names of people who left go out of lines that were written; nothing else changes."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

from common.tracking.pseudonyms import change_bucket, change_folder, forgetter
from common.tracking.reader import event_files, iter_events
from common.tracking.sink import SEALED, EventSink, seal
from common.tracking.tests.test_shipping import address_of, objects_in

NAMES = {7: "retired_1234"}


def line(user_id: Any = 7, username: str = "ada", **values: Any) -> str:
    said = {
        "event_type": "problem_check",
        "event": {"student": username, "answers": ["ada lovelace"], "points": 3},
        "username": username,
        "context": {"user_id": user_id, "course_id": "c"},
        "ip": "192.0.2.1",
        "agent": "Firefox",
        "session": "f" * 32,
        **values,
    }
    return json.dumps(said, separators=(",", ":"))


def changed(*lines: str) -> list[dict[str, Any]]:
    data = forgetter(NAMES)("".join(f"{one}\n" for one in lines).encode())
    return [json.loads(one) for one in data.splitlines()]


def test_the_person_goes_and_what_counts_stays() -> None:
    (event,) = changed(line())
    assert event["username"] == "retired_1234"
    assert event["event"] == {"student": "retired_1234", "answers": ["ada lovelace"], "points": 3}
    assert (event["ip"], event["agent"], event["session"]) == ("", "", "")
    assert event["context"] == {"user_id": 7, "course_id": "c"}


def test_ids_may_be_texts_and_payloads_too() -> None:
    (event,) = changed(line("7", event='{"who":"ada","said":"adamant"}'))
    assert json.loads(event["event"]) == {"who": "retired_1234", "said": "adamant"}


def test_lines_of_others_and_broken_ones_stay_byte_for_byte() -> None:
    whole = "\n".join([line(77), line("", ""), "[7]", line()[:40], line(7)[:-3]]).encode()
    assert forgetter(NAMES)(whole) == whole


def test_a_second_run_changes_nothing() -> None:
    change = forgetter(NAMES)
    once = change(f"{line()}\n".encode())
    assert change(once) == once


def test_files_are_changed_in_place_and_their_writer_goes_on(tmp_path: Path) -> None:
    sink = EventSink(tmp_path)
    sink.append([line()], sync=True)
    seal(event_files(tmp_path)[0])
    sink.append([line()], sync=True)
    assert change_folder(tmp_path, forgetter(NAMES)) == 2
    sink.append([line(8, "bob")], sync=True)
    paths = [*event_files(tmp_path), *event_files(tmp_path / SEALED)]
    events = [event for path in paths for event in iter_events(path)]
    names = sorted(event["username"] for event in events if event)
    assert names == ["bob", "retired_1234", "retired_1234"]
    assert change_folder(tmp_path, forgetter(NAMES)) == 0
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_is_being_written_waits(tmp_path: Path) -> None:
    EventSink(tmp_path).append([line()], sync=True)
    with event_files(tmp_path)[0].open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert change_folder(tmp_path, forgetter(NAMES)) == 0
    assert change_folder(tmp_path, forgetter(NAMES)) == 1


def test_objects_are_changed_under_their_names(s3_url: str) -> None:
    address = address_of(s3_url)
    name = "events/2026-11-22/events-20261122T10-host-1-a-001.jsonl"
    address.connect().put_object(Bucket=address.bucket, Key=name, Body=f"{line()}\n".encode())
    assert change_bucket(address, forgetter(NAMES)) == 1
    assert json.loads(objects_in(s3_url)[name])["username"] == "retired_1234"
    assert change_bucket(address, forgetter(NAMES)) == 0
