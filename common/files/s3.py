"""Files in an S3 bucket, one object a file, named by its hash."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, BinaryIO, Final, cast

from botocore.exceptions import BotoCoreError, ClientError

from common.core.s3 import BucketAddress
from common.files.backend import READ_BYTES, checked, copy_hashed
from common.files.data import StoredFile
from common.files.errors import FileMissingError, FilesUnavailableError

_IN_MEMORY_BYTES: Final = 1024 * 1024
_MISSING: Final = {"404", "NoSuchKey", "NotFound"}


class S3Files:
    """Keeps files in the bucket of an address as ``BucketAddress.parse`` reads it."""

    def __init__(self, url: str) -> None:
        address = BucketAddress.parse(url, setting="LYCEUM_FILES_URL")
        self._bucket, self._server = address.bucket, address.server
        self._client: Any = address.connect()

    @contextmanager
    def _errors(self, sha256: str = "") -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING and sha256:
                raise FileMissingError(f"no file {sha256}") from error
            raise FilesUnavailableError(f"{self._server} refuses: {error}") from error
        except BotoCoreError as error:
            raise FilesUnavailableError(f"{self._server} does not answer: {error}") from error

    def store(self, chunks: Iterable[bytes], *, limit_bytes: int | None = None) -> StoredFile:
        # The name is the hash, so the bytes are read once before they are sent.
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
            stored = copy_hashed(chunks, cast(BinaryIO, spool), limit_bytes=limit_bytes)
            if self.size(stored.sha256) != stored.size:
                spool.seek(0)
                with self._errors():
                    self._client.upload_fileobj(spool, self._bucket, stored.sha256)
        return stored

    def store_many(self, sources: Iterable[Iterable[bytes]]) -> list[StoredFile]:
        return [self.store(chunks) for chunks in sources]

    def size(self, sha256: str) -> int | None:
        try:
            with self._errors(sha256):
                head = self._client.head_object(Bucket=self._bucket, Key=checked(sha256))
        except FileMissingError:
            return None
        return int(head["ContentLength"])

    def open(self, sha256: str) -> BinaryIO:
        spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 # the caller closes it
        try:
            for piece in self._iter_object(sha256):
                spool.write(piece)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return cast(BinaryIO, spool)

    def iter_range(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        if length <= 0:
            return iter(())
        return self._iter_object(sha256, Range=f"bytes={start}-{start + length - 1}")

    def delete(self, sha256: str) -> None:
        with suppress(FileMissingError), self._errors(sha256):
            self._client.delete_object(Bucket=self._bucket, Key=checked(sha256))

    def _iter_object(self, sha256: str, **options: str) -> Iterator[bytes]:
        with self._errors(sha256):
            answer = self._client.get_object(Bucket=self._bucket, Key=checked(sha256), **options)
        return _BodyReader(answer["Body"], self._errors)


class _BodyReader:
    """Yields an object's body as it arrives; gives the connection back at the end or on close."""

    def __init__(self, body: Any, errors: Callable[[], AbstractContextManager[None]]) -> None:
        self._body = body
        self._errors = errors

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._errors():
            piece: bytes = self._body.read(READ_BYTES)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        self._body.close()
