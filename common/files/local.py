"""Files in a local folder, ``ab/abcd…``: whole or not there, even after a power cut."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from common.files.backend import READ_BYTES, checked, copy_hashed
from common.files.data import StoredFile
from common.files.errors import FileMissingError, FilesUnavailableError

# A temporary file this old belongs to a process that was killed.
_ABANDONED_AFTER_SECONDS: Final = 24 * 3600


class LocalFiles:
    """Keeps files under ``folder``; several processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        with self._errors():
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._remove_abandoned()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FilesUnavailableError(
                f"the folder {self._folder} cannot be used: {error}"
            ) from error

    def _remove_abandoned(self) -> None:
        oldest = time.time() - _ABANDONED_AFTER_SECONDS
        for path in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _path(self, sha256: str) -> Path:
        checked(sha256)
        return self._folder / sha256[:2] / sha256

    def store(self, chunks: Iterable[bytes], *, limit_bytes: int | None = None) -> StoredFile:
        with self._errors():
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as target:
                stored = copy_hashed(chunks, target, limit_bytes=limit_bytes)
                with self._errors():
                    target.flush()
                    os.fsync(target.fileno())
            with self._errors():
                self._keep(temporary, stored)
        finally:
            temporary.unlink(missing_ok=True)
        return stored

    def _keep(self, temporary: Path, stored: StoredFile) -> None:
        path = self._path(stored.sha256)
        if self.size(stored.sha256) != stored.size:
            path.parent.mkdir(exist_ok=True)
            temporary.replace(path)
        # The names must survive too: the file's, and its folder's, which may be new. Also when
        # another process has just made them and has not come to this yet.
        for folder in (path.parent, self._folder):
            _sync_folder(folder)

    def size(self, sha256: str) -> int | None:
        try:
            return self._path(sha256).stat().st_size
        except (FileNotFoundError, FileMissingError):
            return None

    def open(self, sha256: str) -> BinaryIO:
        with self._errors():
            try:
                return self._path(sha256).open("rb")
            except FileNotFoundError as error:
                raise FileMissingError(f"no file {sha256}") from error

    def iter_range(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        return _RangeReader(self.open(sha256), start, length)


class _RangeReader:
    """Yields a part of an open file; closes it at the end or when it is told to.

    Not a generator: closing one that was never started would leave the file open.
    """

    def __init__(self, source: BinaryIO, start: int, length: int) -> None:
        self._source = source
        self._left = length
        source.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self._source.read(min(READ_BYTES, self._left)) if self._left > 0 else b""
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._left = 0
        self._source.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
