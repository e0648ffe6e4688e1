"""What an import tells: warnings with file, line and code; counts; what keeps learners out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from common.core.keys import CourseKey

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing that is not as it should be, and what was done about it.

    ``file`` is a path inside the archive, ``""`` where none is to blame; ``line`` starts at 1.
    """

    code: str
    message: str
    file: str = ""
    line: int | None = None

    def as_dict(self) -> dict[str, object]:
        return {"code": self.code, "message": self.message, "file": self.file, "line": self.line}

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return (
            f"{where}: [{self.code}] {self.message}" if where else f"[{self.code}] {self.message}"
        )


# A broken archive of 50,000 files must not make a report that nobody can hold.
MAX_WARNINGS = 10_000


@dataclass(slots=True)
class WarningLog:
    """Collects warnings in the order of their finding, the same one once."""

    entries: dict[Warning, None] = field(default_factory=dict)

    def add(self, code: str, message: str, file: str = "", line: int | None = None) -> None:
        """Note one warning; beyond the limit it is dropped."""
        if len(self.entries) < MAX_WARNINGS:
            self.entries[Warning(code, message, file, line)] = None

    @property
    def all(self) -> tuple[Warning, ...]:
        return tuple(self.entries)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of an import.

    ``blocks`` counts the published version by type, the course block included; ``drafts`` the
    blocks that came from ``drafts/``. A course that was never published has no ``version``, and
    all its blocks are drafts. ``obstacles`` are those warnings that keep learners out.
    """

    course_key: CourseKey
    version: str | None
    draft_version: str
    blocks: Mapping[str, int]
    drafts: Mapping[str, int]
    warnings: tuple[Warning, ...]
    obstacles: tuple[Warning, ...]
    assets: int

    def as_dict(self) -> dict[str, object]:
        """Return the object that ``import_course --json`` prints."""
        return {
            "course_key": str(self.course_key),
            "version": self.version,
            "blocks": dict(self.blocks),
            "drafts": dict(self.drafts),
            "warnings": [warning.as_dict() for warning in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class ExportReport:
    """The outcome of an export: what was written, by kind.

    ``blocks`` counts those outside ``drafts/``; ``version`` is the published one, None where
    nothing was ever published: they are the draft's then.
    """

    course_key: CourseKey
    version: str | None
    files: int
    blocks: Mapping[str, int]
    drafts: int
