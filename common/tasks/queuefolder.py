"""kombu's filesystem transport for one queue in one folder, made safe for several processes.

kombu's own writes a message in place, so that a reader can meet half of it, and keeps the
binding table in a file that two starting processes can truncate under each other; either
ends the worker. Here a message appears by rename, is taken by rename, and the one binding
is known. A message taken by a process that is then killed is lost, which the sweeper mends.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads

ALIAS = "lyceumfolder"
QUEUE = "lyceum.jobs"
_SUFFIX = ".msg"
_LIFE_NANOSECONDS = 60 * 10**9


class Channel(virtual.Channel):
    """One folder of message files, oldest name first."""

    do_restore = False
    supports_fanout = False

    @property
    def folder(self) -> Path:
        client: Any = self.connection.client
        folder = Path(client.transport_options["folder"])
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def get_table(self, exchange: str) -> list[tuple[str, str, str]]:
        return [(QUEUE, "", QUEUE)]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Keep nothing: there is one queue."""

    def _has_queue(self, queue: str, **kwargs: Any) -> bool:
        return queue == QUEUE

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        # The time comes first: names are in the order of sending, and tell the age.
        name = f"{time.time_ns():020d}-{uuid4().hex}"
        temporary = self.folder / f"{name}.part"
        temporary.write_text(dumps(message))
        temporary.rename(self.folder / f"{name}{_SUFFIX}")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in self._messages():
            if time.time_ns() - int(path.name.partition("-")[0]) > _LIFE_NANOSECONDS:
                path.unlink(missing_ok=True)  # nobody worked; whoever does now looks by itself
                continue
            taken = path.with_suffix(f".{os.getpid()}.taken")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another worker was first
            try:
                return loads(taken.read_text())
            except ValueError:
                continue  # not one of ours
            finally:
                taken.unlink(missing_ok=True)
        raise Empty

    def _purge(self, queue: str) -> int:
        messages = self._messages()
        for path in messages:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
        return len(messages)

    def _size(self, queue: str) -> int:
        return len(self._messages())

    def _messages(self) -> list[Path]:
        return sorted(
            path
            for path in self.folder.iterdir()
            if path.suffix == _SUFFIX and path.name[:20].isdigit()
        )


class Transport(virtual.Transport):
    """The transport behind ``lyceumfolder://``."""

    Channel = Channel
    implements = virtual.Transport.implements.extend(
        asynchronous=False, exchange_type=frozenset(["direct"])
    )
    default_port = 0
    driver_type = "folder"
    driver_name = "folder"
    polling_interval = 0.5

    def driver_version(self) -> str:
        return "1"


TRANSPORT_ALIASES[ALIAS] = "common.tasks.queuefolder:Transport"
