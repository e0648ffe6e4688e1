"""Put files into a .tar.gz, a .zip or a new folder; it appears whole or not at all."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from common.content.olx.collector import clean_path
from common.content.olx.errors import ExportError, InvalidCourseError

TOP = "course"
# Nobody who names one of these wants a folder of that name.
_OTHER_ARCHIVES = frozenset({".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zip", ".zst"})


class _Target(Protocol):
    def put(self, path: str, size: int, chunks: Iterable[bytes]) -> None: ...


class Packer:
    """Adds files to an archive, each path once."""

    def __init__(self, target: _Target) -> None:
        self._target = target
        self._paths: set[str] = set()

    def __contains__(self, path: str) -> bool:
        return path in self._paths

    @property
    def count(self) -> int:
        return len(self._paths)

    def add(self, path: str, data: bytes) -> None:
        """Add a file whose bytes are at hand."""
        self.add_stream(path, len(data), [data])

    def add_stream(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        """Add a file piece by piece. Raises ExportError for a path that leads elsewhere."""
        try:
            clean = clean_path(path)
        except InvalidCourseError:
            clean = None
        if clean is None:
            raise ExportError(f"The file {path!r} cannot be exported. Rename it first.")
        if clean not in self._paths:
            self._paths.add(clean)
            self._target.put(clean, size, chunks)


class _Tar:
    def __init__(self, archive: tarfile.TarFile, changed_at: datetime) -> None:
        self._archive = archive
        self._mtime = int(changed_at.timestamp())

    def put(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        info = tarfile.TarInfo(f"{TOP}/{path}")
        info.size, info.mtime, info.mode = size, self._mtime, 0o644
        self._archive.addfile(info, cast("BinaryIO", _Chunks(chunks)))


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, changed_at: datetime) -> None:
        self._archive = archive
        # Zip files begin in 1980.
        self._date = max(changed_at.timetuple()[:6], (1980, 1, 1, 0, 0, 0))

    def put(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        info = zipfile.ZipInfo(f"{TOP}/{path}", self._date)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
        with self._archive.open(info, "w", force_zip64=size > 2**31 - 1) as target:
            for chunk in chunks:
                target.write(chunk)


class _Folder:
    def __init__(self, top: Path) -> None:
        self._top = top

    def put(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        del size
        target = self._top / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as handle:
            for chunk in chunks:
                handle.write(chunk)


class _Chunks:
    """Pieces of bytes as something that can be read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return exactly ``size`` bytes, fewer at the end."""
        pieces = []
        while size > 0:
            if not self._rest:
                self._rest = next(self._chunks, b"")
                if not self._rest:
                    break
            piece, self._rest = self._rest[:size], self._rest[size:]
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


@contextmanager
def open_packer(destination: Path, changed_at: datetime) -> Iterator[Packer]:
    """Yield a packer for what the destination's name asks for. Raises ExportError."""
    name = destination.name
    is_file = name.endswith((".tar.gz", ".tgz", ".zip"))
    if destination.suffix.lower() in _OTHER_ARCHIVES and not is_file:
        raise ExportError(f"{name} cannot be made. Name an archive .tar.gz or .zip, or a folder.")
    if (
        destination.exists()
        and not is_file
        and (not destination.is_dir() or any(destination.iterdir()))
    ):
        raise ExportError(f"{destination} is there already. Name a new folder or an archive.")
    if not destination.parent.is_dir():
        # Made in silence, a misspelt folder would hold the course where nobody looks for it.
        raise ExportError(f"There is no folder {destination.parent}. Make it first.")
    try:
        with tempfile.TemporaryDirectory(prefix=".export-", dir=destination.parent) as folder:
            temporary = Path(folder) / name
            yield from _pack(temporary, changed_at)
            if not is_file and destination.is_dir():
                destination.rmdir()
            shutil.move(temporary, destination)
    except OSError as error:
        raise ExportError(f"{destination} cannot be written: {error.strerror}.") from error


def _pack(temporary: Path, changed_at: datetime) -> Iterator[Packer]:
    if temporary.name.endswith(".zip"):
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            yield Packer(_Zip(archive, changed_at))
    elif temporary.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(temporary, "w:gz", format=tarfile.PAX_FORMAT) as tar:
            yield Packer(_Tar(tar, changed_at))
    else:
        temporary.mkdir()
        yield Packer(_Folder(temporary))
