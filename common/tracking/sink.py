"""Append event lines to files of JSON lines: one file a process and hour, nobody else's ever.

A process that is killed may leave half a line at the end of its file. The next one opens a
file of its own, so a broken line is always the last one, and readers skip it.

Who ships files elsewhere seals them: under the lock that a writer holds while it writes, the
file is moved aside, and the writer goes on in another one. A sealed file never changes again.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings

PREFIX = "events-"
SUFFIX = ".jsonl"
SEALED = "sealed"


class EventSink:
    """The files of one process in one folder. Threads may share it; a forked child starts anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._path = folder
        self._opened_for: tuple[str, int] | None = None
        self._start_id = uuid4().hex[:8]
        self._count = 0

    def append(self, lines: Sequence[str], *, sync: bool) -> None:
        """Write the lines in order, on disk on return when ``sync``.

        Raises OSError when they may not all be there; the file is then left as it is, and
        the next call begins another one.
        """
        if not lines:
            return
        data = "".join(f"{line}\n" for line in lines).encode("utf-8")
        with self._lock:
            descriptor = self._locked(sync=sync)
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(descriptor, view) :]
                if sync:
                    os.fsync(descriptor)
            except OSError:
                self._close()
                raise
            fcntl.flock(descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the open file, if any."""
        with self._lock:
            self._close()

    def _locked(self, *, sync: bool) -> int:
        """Return the open file, locked until written, so that nobody seals it meanwhile."""
        while True:
            descriptor = self._open(sync=sync)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if _is_at(descriptor, self._path):
                    return descriptor
            except OSError:
                self._close()
                raise
            self._close()

    def _open(self, *, sync: bool) -> int:
        now = datetime.now(UTC)
        wanted = (f"{now:%Y%m%dT%H}", os.getpid())
        if self._descriptor is not None and self._opened_for == wanted:
            return self._descriptor
        self._close()
        self._folder.mkdir(parents=True, exist_ok=True)
        host = re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())[:60]
        self._count += 1
        own = f"{self._start_id}-{self._count:03d}"
        name = f"{PREFIX}{wanted[0]}-{host}-{wanted[1]}-{own}{SUFFIX}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._path = self._folder / name
        descriptor = os.open(self._path, flags, 0o640)
        if sync:
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        self._descriptor, self._opened_for = descriptor, wanted
        return descriptor

    def _close(self) -> None:
        if self._descriptor is not None:
            # Closing would not do where a forked child has the file open, too.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
        self._descriptor = self._opened_for = None


def _is_at(descriptor: int, path: Path) -> bool:
    """Tell whether the open file still has its name: it was neither sealed nor removed."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def seal(path: Path) -> Path | None:
    """Move a file of events aside for good; return where it is now.

    None when it holds nothing, when its writer is writing, or when somebody else was first.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.fstat(descriptor).st_size or not _is_at(descriptor, path):
            return None
        sealed = path.parent / SEALED / path.name
        sealed.parent.mkdir(exist_ok=True)
        path.rename(sealed)
    except (BlockingIOError, FileNotFoundError):
        return None
    else:
        return sealed
    finally:
        os.close(descriptor)


_sinks: dict[Path, EventSink] = {}
_sinks_lock = threading.Lock()


def get_sink() -> EventSink:
    """Return this process's sink for the folder ``EVENTS_DIR``."""
    folder = Path(settings.EVENTS_DIR)
    with _sinks_lock:
        return _sinks.setdefault(folder, EventSink(folder))
