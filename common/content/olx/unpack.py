"""Read .tar.gz and .zip files into a Collector. Damage anywhere refuses the whole archive."""

from __future__ import annotations

import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from common.content.olx.collector import Collector, readable_name, special_file_error
from common.content.olx.errors import InvalidCourseError

# What the standard library's readers raise for bytes that are not what they claim to be.
# NotImplementedError and RuntimeError: compression or encryption that zipfile does not do.
_DAMAGE = (
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)


def read_file(source: Path, collector: Collector) -> None:
    """Read the archive, whatever its name says. Raises InvalidCourseError."""
    with source.open("rb") as handle:
        magic = handle.read(4)
        handle.seek(0)
        try:
            if magic[:2] == b"PK":
                _read_zip(handle, collector)
            elif magic[:2] == b"\x1f\x8b":
                with gzip.GzipFile(fileobj=handle) as plain:
                    _read_tar(cast("BinaryIO", plain), collector)
            else:
                _read_tar(handle, collector)
        except _DAMAGE as error:
            raise InvalidCourseError(
                f"{source.name} is damaged or is neither .tar.gz nor .zip ({error}). Export the "
                "course again, or check that the whole file was copied."
            ) from error


class _Counted(io.RawIOBase):
    """A stream that reports every byte read from it, archive headers included."""

    def __init__(self, source: BinaryIO, collector: Collector) -> None:
        self._source = source
        self._collector = collector

    def read(self, size: int = -1) -> bytes:
        # A header may claim any length: take no more than a piece at a time.
        pieces = []
        left = size if size >= 0 else self._collector.limits.total_bytes + 1
        while left > 0:
            piece = self._source.read(min(left, 1024 * 1024))
            if not piece:
                break
            self._collector.grow(len(piece))
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)


class _StrictTarInfo(tarfile.TarInfo):
    """Headers that are damaged or missing are errors; the standard reader stops in silence."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined] # not in the stubs
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"bad header: {error}") from error


def _read_tar(stream: BinaryIO, collector: Collector) -> None:
    counted = _Counted(stream, collector)
    with tarfile.open(
        fileobj=cast("BinaryIO", counted),
        mode="r|",
        tarinfo=_StrictTarInfo,
        encoding="utf-8",
        errors="surrogateescape",
    ) as archive:
        for info in archive:
            _take_tar_member(archive, info, collector)
            # The standard reader remembers every member; a stream needs none.
            archive.members = []  # type: ignore[attr-defined] # not in the stubs
    # To the end, so that the checksum of the compression is verified.
    while counted.read(1024 * 1024):
        pass


def _take_tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, collector: Collector) -> None:
    path = collector.accept(readable_name(info.name, collector.log))
    if info.isdir():
        return
    if info.ischr() or info.isblk() or info.isfifo():
        raise special_file_error(info.name)
    if path is None:
        return
    if info.issym():
        collector.link(path, readable_name(info.linkname, collector.log))
    elif info.islnk():
        collector.link(path, readable_name(info.linkname, collector.log), from_top=True)
    elif info.isreg() and not info.issparse():
        source: Any = archive.extractfile(info)
        collector.store(path, source, counted=True)
    else:
        raise special_file_error(info.name)


def _read_zip(handle: BinaryIO, collector: Collector) -> None:
    with zipfile.ZipFile(handle) as archive:
        if sum(info.file_size for info in archive.infolist()) > collector.limits.total_bytes:
            collector.grow(collector.limits.total_bytes + 1)
        for info in archive.infolist():
            _take_zip_member(archive, info, collector)


def _take_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, collector: Collector) -> None:
    # Some programs on Windows write backslashes.
    name = readable_name(info.filename.replace("\\", "/"), collector.log)
    path = collector.accept(name)
    if path is None or name.endswith("/"):
        return
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode == stat.S_IFLNK:
        if info.file_size > 4096:
            raise special_file_error(path)
        collector.link(path, readable_name(archive.read(info).decode("utf-8"), collector.log))
        return
    if mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise special_file_error(path)
    with archive.open(info) as source:
        collector.store(path, cast("BinaryIO", source))
