"""What every archive reader hands its members to: names checked, sizes counted, links resolved.

Members are never written under their own names, so no name can lead out of the tree. An
archive that tries is refused all the same, because whoever made it meant harm or is lost.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from common.content.olx.errors import InvalidCourseError
from common.content.olx.limits import Limits
from common.content.olx.report import WarningLog

READ_BYTES = 256 * 1024
# Kept by version control and by macOS beside the course; never part of one.
SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__MACOSX"})


@dataclass(frozen=True, slots=True)
class Member:
    """One file: in memory when small, else in a file of ours or of the folder."""

    size: int
    data: bytes | None = None
    location: Path | None = None

    def read(self) -> bytes:
        """Return all bytes."""
        if self.data is not None:
            return self.data
        assert self.location is not None  # noqa: S101 # one of the two is always set
        return self.location.read_bytes()

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in pieces."""
        if self.location is None:
            yield self.data or b""
            return
        with self.location.open("rb") as handle:
            while chunk := handle.read(READ_BYTES):
                yield chunk


@dataclass
class Collector:
    """Takes members one by one under the limits; used by the readers of each format."""

    folder: Path
    log: WarningLog
    limits: Limits
    compressed_bytes: int
    members: dict[str, Member] = field(default_factory=dict)
    # Links inside the archive, resolved when all members are known.
    links: dict[str, str] = field(default_factory=dict)
    total_bytes: int = 0
    count: int = 0
    _in_memory: int = 0

    def accept(self, name: str) -> str | None:
        """Return the clean path of a member; None for one to skip. Raises InvalidCourseError."""
        self.count += 1
        if self.count > self.limits.files:
            raise InvalidCourseError(
                f"The archive holds more than {self.limits.files} files. Remove what the course "
                "does not need and try again."
            )
        path = clean_path(name)
        if path is None or SKIPPED_FOLDERS.intersection(path.split("/")):
            return None
        if path in self.members or path in self.links:
            self.log.add(
                "duplicate_member", "The archive holds this file twice; the last one counts.", path
            )
            self.members.pop(path, None)
            self.links.pop(path, None)
        return path

    def grow(self, amount: int) -> None:
        """Count bytes that came out of the archive. Raises InvalidCourseError over a limit."""
        self.total_bytes += amount
        if self.total_bytes > self.limits.total_bytes:
            raise InvalidCourseError(
                f"The archive unpacks to more than {self.limits.total_bytes} bytes. "
                "Host large videos elsewhere and link to them."
            )
        if (
            self.total_bytes > self.limits.ratio_from_bytes
            and self.compressed_bytes
            and self.total_bytes > self.limits.ratio * self.compressed_bytes
        ):
            raise InvalidCourseError(
                f"The archive unpacks to more than {self.limits.ratio} times its size, as harmful "
                "archives do. Pack the course again and try once more."
            )

    def store(self, path: str, source: BinaryIO, *, counted: bool = False) -> None:
        """Read one member to its end. ``counted``: ``source`` reports to ``grow`` itself."""
        head = source.read(self.limits.memory_file_bytes + 1)
        if not counted:
            self.grow(len(head))
        if (
            len(head) <= self.limits.memory_file_bytes
            and self._in_memory + len(head) <= self.limits.memory_bytes
        ):
            self._in_memory += len(head)
            self.members[path] = Member(len(head), data=head)
            return
        location = self.folder / str(self.count)
        size = len(head)
        with location.open("wb") as target:
            target.write(head)
            while chunk := source.read(READ_BYTES):
                if not counted:
                    self.grow(len(chunk))
                size += len(chunk)
                target.write(chunk)
        self.members[path] = Member(size, location=location)

    def link(self, path: str, target: str, *, from_top: bool = False) -> None:
        """Note a link. Raises InvalidCourseError when it leads out of the archive."""
        base = "" if from_top else posixpath.dirname(path)
        if target.startswith("/") or "\\" in target:
            raise link_error(path)
        resolved = posixpath.normpath(posixpath.join(base, target))
        if resolved == ".." or resolved.startswith("../"):
            raise link_error(path)
        self.links[path] = resolved

    def resolve_links(self) -> None:
        """Make each link a copy of the file that it points to; drop those that point nowhere."""
        for path in list(self.links):
            target: str | None = path
            for _ in range(10):
                if target is None or target in self.members:
                    break
                target = self.links.get(target)
            if target is not None and target in self.members:
                self.members[path] = self.members[target]
            else:
                self.log.add("link_dropped", "This link points to no file of the archive.", path)


def link_error(path: str) -> InvalidCourseError:
    """Return the error for a link that leads out of the archive."""
    return InvalidCourseError(
        f"{path} is a link out of the course. Replace it by the file itself and try again."
    )


def clean_path(name: str) -> str | None:
    """Return a member's path without ``./``; None for the top itself. Raises InvalidCourseError."""
    if name.startswith("/") or (name[1:3] in {":\\", ":/"} and name[0].isalpha()):
        raise InvalidCourseError(
            f"The archive holds the absolute path {name!r}. Pack the course folder again with "
            "relative paths."
        )
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise InvalidCourseError(
            f"The archive holds the path {name!r}, which leads out of the course. Pack the "
            "course folder again."
        )
    return "/".join(parts) or None


def special_file_error(path: str) -> InvalidCourseError:
    """Return the error for a device, a pipe or a socket."""
    return InvalidCourseError(
        f"{path} is not an ordinary file. Remove it from the archive and try again."
    )


def readable_name(name: str, log: WarningLog) -> str:
    """Return a name that UTF-8 can hold; one in another encoding is read as Latin-1."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("latin-1")
        log.add("name_encoding", "The name of this file is not in UTF-8.", name)
    return name
