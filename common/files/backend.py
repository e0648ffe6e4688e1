"""Where bytes are kept by their hash: one interface, a local folder or S3."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import BinaryIO, Final, Protocol

from django.conf import settings

from common.files.data import StoredFile
from common.files.errors import FileMissingError, FileTooLargeError

READ_BYTES: Final = 64 * 1024
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class FileBackend(Protocol):
    """Keeps immutable files. A file that ``store`` returned is durable and whole."""

    def store(self, chunks: Iterable[bytes], *, limit_bytes: int | None = None) -> StoredFile:
        """Keep the bytes. Raises FileTooLargeError over ``limit_bytes``; nothing is kept then."""

    def store_many(self, sources: Iterable[Iterable[bytes]]) -> list[StoredFile]:
        """Keep several files, in order; quicker than one by one. All are durable on return."""

    def size(self, sha256: str) -> int | None:
        """Return the size in bytes, or None when there is no such file."""

    def open(self, sha256: str) -> BinaryIO:
        """Return the file for reading and seeking. Raises FileMissingError."""

    def iter_range(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """Yield ``length`` bytes from ``start`` in pieces. Raises FileMissingError at once."""

    def delete(self, sha256: str) -> None:
        """Remove a file; one that is not there is removed already."""


def checked(sha256: str) -> str:
    """Return the hash. Raises FileMissingError for anything else, paths above all."""
    if not _SHA256.fullmatch(sha256):
        raise FileMissingError(f"not a SHA-256: {sha256[:80]!r}")
    return sha256


def copy_hashed(
    chunks: Iterable[bytes], target: BinaryIO, *, limit_bytes: int | None
) -> StoredFile:
    """Write the chunks to ``target`` and return what was written. Raises FileTooLargeError."""
    digest = hashlib.sha256()
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if limit_bytes is not None and size > limit_bytes:
            raise FileTooLargeError(f"more than {limit_bytes} bytes")
        digest.update(chunk)
        target.write(chunk)
    return StoredFile(digest.hexdigest(), size)


_backends: dict[tuple[int, str, str], FileBackend] = {}
_lock = Lock()


def get_backend() -> FileBackend:
    """Return this process's files, chosen by ``settings.FILES_URL``."""
    key = (os.getpid(), settings.FILES_URL, str(settings.LYCEUM_HOME))
    backend = _backends.get(key)
    if backend is None:
        with _lock:
            backend = _backends.get(key) or _open_backend(settings.FILES_URL)
            _backends[key] = backend
    return backend


def _open_backend(url: str) -> FileBackend:
    if not url:
        from common.files.local import LocalFiles

        return LocalFiles(settings.LYCEUM_HOME / "files")
    from common.files.s3 import S3Files

    return S3Files(url)
