"""The files of one course: paths below the folder of its course.xml, and which were used."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from common.content.olx.collector import Member
from common.content.olx.errors import InvalidCourseError
from common.content.olx.limits import Limits
from common.content.olx.report import WarningLog


@dataclass
class CourseFiles:
    """Files by path relative to the course's folder. Reading one marks it as used."""

    members: Mapping[str, Member]
    name: str
    limits: Limits
    used: set[str] = field(default_factory=set)
    _text_bytes: int = 0

    def __contains__(self, path: str) -> bool:
        return path in self.members

    def read(self, path: str) -> bytes:
        """Return a text file's bytes. Raises InvalidCourseError over the limits on text."""
        member = self.members[path]
        if path not in self.used:
            self.used.add(path)
            self._text_bytes += member.size
        if member.size > self.limits.text_bytes or self._text_bytes > self.limits.all_text_bytes:
            raise InvalidCourseError(
                f"{path} is too much text for a course. Keep data files in static/ and try again."
            )
        return member.read()

    def find(self, path: str) -> bytes | None:
        """Return a text file's bytes, None when there is none."""
        return self.read(path) if path in self.members else None

    def under(self, folder: str) -> list[str]:
        """Return the paths below a folder, sorted."""
        prefix = f"{folder}/"
        return sorted(path for path in self.members if path.startswith(prefix))

    def unused(self) -> list[str]:
        """Return the paths that nothing has read, sorted."""
        return sorted(set(self.members) - self.used)


def is_junk(path: str) -> bool:
    """Tell files that editors and systems leave behind: ``._x``, ``.DS_Store``, ``x~``."""
    name = posixpath.basename(path)
    return name.startswith("._") or name in {".DS_Store", "Thumbs.db"} or name.endswith("~")


def find_course(members: Mapping[str, Member], log: WarningLog, limits: Limits) -> CourseFiles:
    """Return the files beside the first course.xml, top-down. Raises InvalidCourseError."""
    found = [path for path in members if posixpath.basename(path) == "course.xml"]
    if not found:
        if any(posixpath.basename(path) == "library.xml" for path in members):
            raise InvalidCourseError(
                "This is the archive of a content library, not of a course. Choose a course."
            )
        raise InvalidCourseError(
            "There is no course.xml in this archive. Choose the file that Export Course gave."
        )
    first = min(found, key=lambda path: (path.count("/"), path))
    folder = posixpath.dirname(first)
    prefix = f"{folder}/" if folder else ""
    outside = sorted(path for path in members if not path.startswith(prefix))
    if outside:
        log.add(
            "outside_course",
            f"{len(outside)} files beside the course's folder are not part of it, such as "
            f"{outside[0]}.",
        )
    inside = {
        path.removeprefix(prefix): member
        for path, member in members.items()
        if path.startswith(prefix)
    }
    return CourseFiles(inside, posixpath.basename(folder) or "course", limits)
