"""The shapes of course content. Frozen; nothing here touches a store or a database.

Values decoded from the store are shared between requests and threads: whoever hands a
settings or field value to code that may change it in place copies it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from common.core.keys import BlockKey, CourseKey

JSON = Any

# Types that are the shape of a course rather than its matter: their settings take effect
# when saved. The topmost block of any other type on a path is a unit, and has a draft.
CONTAINER_TYPES = frozenset({"course", "chapter", "sequential"})


@dataclass(frozen=True, slots=True)
class Block:
    """One block of one version.

    ``settings`` holds settings-scope fields that are set here, in JSON form; ``definition``
    the hash of the content-scope fields, None when it has none; ``xml`` what OLX needs to
    come out again as it went in.
    """

    key: BlockKey
    settings: Mapping[str, JSON] = field(default_factory=dict)
    children: tuple[BlockKey, ...] = ()
    definition: str | None = None
    xml: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Definition:
    """The heavy body of a block: content-scope fields in JSON form.

    ``olx`` is the original XML, kept verbatim for types that we do not know, until an edit.
    """

    fields: Mapping[str, JSON] = field(default_factory=dict)
    olx: str | None = None


@dataclass(frozen=True, slots=True)
class SectionRef:
    """A child of the course, and the id of the chunk that holds it with all that is below it."""

    key: BlockKey
    chunk: str


@dataclass(frozen=True, slots=True)
class Asset:
    """One file that authors uploaded. ``path`` is relative to ``static/``."""

    path: str
    sha256: str
    size: int
    content_type: str
    display_name: str = ""
    locked: bool = False
    extra: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Root:
    """The small object whose hash is a version's id.

    ``course`` has no children here: ``sections`` are they. ``detached`` is a chunk of blocks
    that the course does not reach; ``assets`` the id of the manifest; ``pages`` and ``extras``
    map archive paths to text objects and to files of ``common.files``.
    """

    course: Block
    sections: tuple[SectionRef, ...]
    detached: str | None
    policy: JSON
    assets: str
    pages: Mapping[str, str]
    extras: Mapping[str, str]
    format: int = 1


@dataclass(frozen=True, slots=True)
class CourseTree:
    """A whole course, ready to be written as one version.

    ``course.children`` are the sections. ``blocks`` holds every other block, reachable or
    not; definitions and page texts have been put already (see ``ObjectWriter``).
    """

    course: Block
    blocks: Mapping[BlockKey, Block]
    policy: JSON = None
    assets: Mapping[str, Asset] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)


class Branch(StrEnum):
    """Which head a version was given to."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Heads:
    """Where a course run stands. ``revision`` grows by one with every move."""

    course_key: CourseKey
    draft: str
    published: str | None
    revision: int
    changed_at: datetime

    @property
    def pair(self) -> tuple[str, str | None]:
        """The two version ids."""
        return self.draft, self.published


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One entry of a course's history; ``saves`` autosaves were squashed into it."""

    id: str
    branch: Branch
    parent: str | None
    author_id: int | None
    created_at: datetime
    changed_at: datetime
    message: str
    autosave: bool
    saves: int
    entry_id: int


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """What a commit hook is told: the heads before (None for a new course) and after."""

    course_key: CourseKey
    before: Heads | None
    after: Heads
    author_id: int | None
    message: str

    @property
    def published_changed(self) -> bool:
        """Whether learners see something else now."""
        return self.before is None or self.before.published != self.after.published
