"""Take names out of event lines that were written: of people who left since.

Lines stay, and stay countable: who the person was is replaced, in the line and in what it tells.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from common.core.s3 import BucketAddress
from common.tracking.reader import event_files
from common.tracking.shipping import FOLDER
from common.tracking.sink import SEALED

# What tells from where and with what somebody came.
_TRACES: Final = ("ip", "agent", "referer", "accept_language", "session")
_USER: Final = re.compile(rb'"user_id": ?"?(\d+)')

Change = Callable[[bytes], bytes]


def forgetter(names: Mapping[int, str]) -> Change:
    """Return what changes the bytes of a file: lines of these users bear the names given.

    Run twice, it changes nothing. Lines that are no whole JSON stay as they are.
    """

    def change(data: bytes) -> bytes:
        ids = {int(found) for found in _USER.findall(data)}
        if ids.isdisjoint(names):
            return data
        return b"".join(_forget(line, names) for line in data.splitlines(keepends=True))

    return change


def change_folder(folder: Path, change: Change) -> int:
    """Change the files of a folder in place, sealed ones too; return how many did.

    A file in which somebody is writing at this moment is left to the next time. Whoever goes on
    writing into one that was changed sees it, and begins another.
    """
    paths = [*event_files(folder), *event_files(folder / SEALED)]
    return sum(_change_file(path, change) for path in paths)


def change_bucket(address: BucketAddress, change: Change) -> int:
    """Change objects under their names; return how many did. Raises errors of botocore."""
    client, count = address.connect(), 0
    for name in _object_names(client, address.bucket):
        data = client.get_object(Bucket=address.bucket, Key=name)["Body"].read()
        changed = change(data)
        if changed != data:
            client.put_object(
                Bucket=address.bucket, Key=name, Body=changed, ContentType="application/jsonl"
            )
            count += 1
    return count


def _object_names(client: Any, bucket: str) -> Iterator[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{FOLDER}/")
    for page in pages:
        for item in page.get("Contents", []):
            yield item["Key"]


def _change_file(path: Path, change: Change) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False  # shipped meanwhile
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        data = path.read_bytes()
        changed = change(data)
        if changed == data:
            return False
        other = path.with_name(f".{uuid4().hex}")
        try:
            with other.open("xb") as target:
                target.write(changed)
                target.flush()
                os.fsync(target.fileno())
            other.chmod(path.stat().st_mode & 0o777)
            other.replace(path)
        finally:
            other.unlink(missing_ok=True)
    except (BlockingIOError, FileNotFoundError):
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _forget(line: bytes, names: Mapping[int, str]) -> bytes:
    try:
        event = json.loads(line)
        user_id = int(event["context"]["user_id"])
    except (ValueError, TypeError, KeyError):
        return line
    name = names.get(user_id)
    if name is None or event.get("username") == name:
        return line
    old = event.get("username")
    if isinstance(old, str) and old:
        event["event"] = _renamed(event.get("event"), old, name)
    event["username"] = name
    event.update({trace: "" for trace in _TRACES if isinstance(event.get(trace), str)})
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def _renamed(value: Any, old: str, new: str) -> Any:
    """Replace a name where it is all of a text, or stands in quotes in one that is JSON itself."""
    if isinstance(value, dict):
        return {key: _renamed(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, old, new) for item in value]
    if isinstance(value, str):
        return new if value == old else value.replace(f'"{old}"', f'"{new}"')
    return value
