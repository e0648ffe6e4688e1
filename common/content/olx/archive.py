"""Open a course archive safely: .tar.gz, .zip or a folder become paths with bytes."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.content.olx.collector import (
    SKIPPED_FOLDERS,
    Collector,
    Member,
    link_error,
    readable_name,
    special_file_error,
)
from common.content.olx.errors import InvalidCourseError
from common.content.olx.limits import DEFAULT_LIMITS, Limits
from common.content.olx.report import WarningLog
from common.content.olx.unpack import read_file


@contextmanager
def open_archive(
    source: Path, *, log: WarningLog, limits: Limits = DEFAULT_LIMITS
) -> Iterator[dict[str, Member]]:
    """Yield the members of an archive or folder by path. Raises InvalidCourseError.

    What had to be unpacked is removed at the end of the block.
    """
    if not source.exists():
        raise InvalidCourseError(f"There is nothing at {source}. Check the path.")
    with tempfile.TemporaryDirectory(prefix="lyceum-import-") as folder:
        if source.is_dir():
            collector = Collector(Path(folder), log, limits, compressed_bytes=0)
            _read_folder(source, collector)
        else:
            size = source.stat().st_size
            collector = Collector(Path(folder), log, limits, compressed_bytes=size)
            read_file(source, collector)
        collector.resolve_links()
        yield collector.members


def _read_folder(top: Path, collector: Collector) -> None:
    real_top = top.resolve()
    for folder, names, files in os.walk(top):
        names[:] = sorted(set(names) - SKIPPED_FOLDERS)
        for name in [*names, *sorted(files)]:
            _read_entry(Path(folder) / name, top, real_top, collector)


def _read_entry(entry: Path, top: Path, real_top: Path, collector: Collector) -> None:
    is_link = entry.is_symlink()
    if entry.is_dir() and not is_link:
        return
    relative = readable_name(entry.relative_to(top).as_posix(), collector.log)
    if is_link and not entry.resolve().is_relative_to(real_top):
        raise link_error(relative)
    path = collector.accept(relative)
    if path is None:
        return
    if is_link and not entry.is_file():
        collector.log.add("link_dropped", "This link points to no file of the course.", path)
        return
    status = entry.stat()
    if not stat.S_ISREG(status.st_mode):
        raise special_file_error(path)
    collector.grow(status.st_size)
    collector.members[path] = Member(status.st_size, location=entry)
