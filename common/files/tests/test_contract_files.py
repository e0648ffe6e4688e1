"""What every place for files promises: the local folder, and S3."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from common.core.env import SettingError
from common.core.testing import RealServices, temporary_bucket
from common.files.backend import FileBackend
from common.files.errors import FileMissingError, FilesUnavailableError, FileTooLargeError
from common.files.local import LocalFiles
from common.files.s3 import S3Files

DATA = os.urandom(3_000_000)
SHA = hashlib.sha256(DATA).hexdigest()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture(params=["local", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileBackend:
    if request.param == "local":
        return LocalFiles(tmp_path)
    return S3Files(request.getfixturevalue("s3_url"))


def test_bytes_come_back_whole_and_in_parts(files: FileBackend) -> None:
    stored = files.store(DATA[i : i + 50_000] for i in range(0, len(DATA), 50_000))
    assert (stored.sha256, stored.size, files.size(SHA)) == (SHA, len(DATA), len(DATA))
    with files.open(SHA) as source:
        source.seek(5)
        assert source.read(10) == DATA[5:15]
        assert source.read() == DATA[15:]
    assert b"".join(files.iter_range(SHA, 0, len(DATA))) == DATA
    assert b"".join(files.iter_range(SHA, 1_000, 70_000)) == DATA[1_000:71_000]


def test_the_same_bytes_may_be_stored_again(files: FileBackend) -> None:
    assert files.store([DATA]) == files.store([DATA[:10], DATA[10:]])


def test_what_was_deleted_is_gone_and_may_be_deleted_and_stored_again(files: FileBackend) -> None:
    stored = files.store([b"a picture"])
    for _time in range(2):
        files.delete(stored.sha256)
        assert files.size(stored.sha256) is None
    files.delete("../../etc/passwd")
    assert files.store([b"a picture"]) == stored


def test_an_empty_file_is_a_file(files: FileBackend) -> None:
    empty = files.store([])
    assert (empty.size, files.size(empty.sha256)) == (0, 0)
    assert list(files.iter_range(empty.sha256, 0, 0)) == []
    with files.open(empty.sha256) as source:
        assert source.read() == b""


def test_what_is_not_there_is_missing(files: FileBackend) -> None:
    for name in ("f" * 64, "../secret", ""):
        assert files.size(name) is None
        with pytest.raises(FileMissingError):
            files.open(name)
        with pytest.raises(FileMissingError):
            files.iter_range(name, 0, 5)


def test_a_file_over_the_limit_is_not_kept(files: FileBackend) -> None:
    with pytest.raises(FileTooLargeError):
        files.store([b"limit", b"over"], limit_bytes=8)
    assert files.size(hashlib.sha256(b"limitover").hexdigest()) is None


def test_a_part_that_nobody_reads_to_its_end_gives_its_connection_back(files: FileBackend) -> None:
    files.store([DATA])
    for _ in range(20):
        part = files.iter_range(SHA, 0, len(DATA))
        next(part)
        part.close()  # type: ignore[attr-defined] # Django closes what has a close()


def test_a_missing_s3_server_is_said_and_its_secret_is_not() -> None:
    files = S3Files(f"s3+http://a-key:a-secret@127.0.0.1:{free_port()}/files")
    for ask in (lambda: files.size(SHA), lambda: files.open(SHA), lambda: files.store([b"x"])):
        with pytest.raises(FilesUnavailableError) as caught:
            ask()
        assert "a-secret" not in str(caught.value)


def test_a_wrong_secret_or_bucket_is_said(s3_url: str) -> None:
    url = urlsplit(s3_url)
    with pytest.raises(FilesUnavailableError, match="refuses"):
        S3Files(s3_url.replace(f":{url.password}@", ":another@")).open(SHA)
    with pytest.raises(FilesUnavailableError, match="refuses"):
        S3Files(url._replace(path="/no-such-bucket").geturl()).store([b"x"])


def test_buckets_of_two_tests_are_two(real_services: RealServices, s3_url: str) -> None:
    mine = S3Files(s3_url).store([b"mine"])
    with temporary_bucket(real_services) as other:
        assert S3Files(other).size(mine.sha256) is None
    assert S3Files(s3_url).size(mine.sha256) == 4


@pytest.mark.parametrize("url", ["http://host/bucket", "s3://key:secret@host", "s3://host/a/b"])
def test_a_wrong_address_is_said_at_the_start(url: str) -> None:
    with pytest.raises(SettingError, match="LYCEUM_FILES_URL"):
        S3Files(url)


def test_many_files_are_kept_in_order_repeats_included(files: FileBackend) -> None:
    wanted = [str(number % 150).encode() * number for number in range(300)]
    stored = files.store_many([data[:7], data[7:]] for data in wanted)
    assert [file.sha256 for file in stored] == [hashlib.sha256(data).hexdigest() for data in wanted]
    for file, data in zip(stored, wanted, strict=True):
        assert file.size == len(data) == files.size(file.sha256)
    with files.open(stored[-1].sha256) as source:
        assert source.read() == wanted[-1]


def test_of_many_files_that_end_in_an_error_none_is_half_written(tmp_path: Path) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    files = LocalFiles(tmp_path)
    with pytest.raises(RuntimeError):
        files.store_many([[b"whole"], breaks()])
    assert files.size(hashlib.sha256(b"half").hexdigest()) is None
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_file_gets_its_name_after_its_bytes_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def record(descriptor: int) -> None:
        # A folder says what it holds by then.
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        names = sorted(p.name for p in path.iterdir()) if path.is_dir() else []
        synced.append("folder" if names and path != tmp_path else "top" if names else "file")
        if synced[-1] == "file":
            assert not list(tmp_path.glob("??/*"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    LocalFiles(tmp_path).store_many([b"a%d" % number] for number in range(20))
    folders = len(list(tmp_path.glob("??")))
    assert synced == ["file"] * 20 + ["folder"] * folders + ["top"]
    synced.clear()
    LocalFiles(tmp_path).store_many([b"a%d" % number] for number in range(20))
    assert synced == ["folder"] * folders + ["top"]
