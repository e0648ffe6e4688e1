"""The door of stored files: bytes in, a hash out; a hash in, bytes or an HTTP answer out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from common.files.backend import READ_BYTES, get_backend
from common.files.data import StoredFile
from common.files.serving import SANDBOX, content_type_for, is_inert, serve

__all__ = [
    "SANDBOX",
    "StoredFile",
    "content_type_for",
    "delete_many",
    "exists",
    "find_size",
    "is_inert",
    "iter_file",
    "open_file",
    "serve",
    "store",
    "store_file",
    "store_many",
]


def store(chunks: Iterable[bytes], *, limit_bytes: int | None = None) -> StoredFile:
    """Keep bytes; return their hash and size once they are durable.

    Takes them in pieces and holds none of them. Raises FileTooLargeError over ``limit_bytes``
    and FilesUnavailableError; nothing is kept then.
    """
    return get_backend().store(chunks, limit_bytes=limit_bytes)


def store_many(sources: Iterable[Iterable[bytes]]) -> list[StoredFile]:
    """Keep several files, each given in pieces; return them in order once all are durable.

    Raises FilesUnavailableError; some of them may be kept then.
    """
    return get_backend().store_many(sources)


def store_file(source: BinaryIO, *, limit_bytes: int | None = None) -> StoredFile:
    """Keep what is left to read in ``source``. Raises as ``store`` does."""
    return store(iter(lambda: source.read(READ_BYTES), b""), limit_bytes=limit_bytes)


def open_file(sha256: str) -> BinaryIO:
    """Return a file for reading and seeking; the caller closes it. Raises FileMissingError."""
    return get_backend().open(sha256)


def iter_file(sha256: str) -> Iterator[bytes]:
    """Yield a file in pieces. Raises FileMissingError before the first."""
    size = get_backend().size(sha256) or 0
    return get_backend().iter_range(sha256, 0, size)


def find_size(sha256: str) -> int | None:
    """Return a file's size in bytes, or None when it is not stored."""
    return get_backend().size(sha256)


def exists(sha256: str) -> bool:
    """Tell whether a file is stored."""
    return find_size(sha256) is not None


def delete_many(hashes: Iterable[str]) -> None:
    """Remove files that the caller alone names, such as a picture of a person.

    Equal bytes are one file: only for what nobody else can have stored. Raises
    FilesUnavailableError; some are gone then, and a second call removes the rest.
    """
    for sha256 in hashes:
        get_backend().delete(sha256)
