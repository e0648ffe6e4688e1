"""What other apps may know of course runs, outlines and the people who look at them.

Frozen, dumb data. Instants are aware UTC datetimes. An outline holds effective values:
what a block inherits is already resolved, so a reader never walks up the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from opaque_keys.edx.keys import CourseKey

from common.core.keys import BlockKey

T = TypeVar("T")
# Values kept with an outline, times its blocks.
_KEPT_VALUES = 200_000
# A course that names no start opens then (reference: olx, section 2).
DEFAULT_START = datetime(2030, 1, 1, tzinfo=UTC)


class CompletionMode(StrEnum):
    """How a block is completed: by itself, by its children, or not at all."""

    COMPLETABLE = "completable"
    AGGREGATOR = "aggregator"
    EXCLUDED = "excluded"


class ShowCorrectness(StrEnum):
    """When a learner may see whether an answer was right."""

    ALWAYS = "always"
    NEVER = "never"
    PAST_DUE = "past_due"
    NEVER_BUT_INCLUDE_GRADE = "never_but_include_grade"


@dataclass(frozen=True, slots=True)
class PartitionGroup:
    """One group of a user partition."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class UserPartition:
    """A division of the learners into groups; ``scheme`` says who decides the group.

    Schemes: ``random`` (by a stable hash), ``cohort`` and ``team`` (assigned by staff),
    ``enrollment_track`` (by the mode of the enrollment).
    """

    id: int
    name: str
    scheme: str
    groups: tuple[PartitionGroup, ...]
    description: str = ""
    active: bool = True
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def group_ids(self) -> tuple[int, ...]:
        return tuple(group.id for group in self.groups)


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """What the settings of a course say about the whole run, read once from the course block."""

    display_name: str = "Empty"
    start: datetime = DEFAULT_START
    end: datetime | None = None
    enrollment_start: datetime | None = None
    enrollment_end: datetime | None = None
    announcement: datetime | None = None
    advertised_start: str = ""
    invitation_only: bool = False
    max_enrollments: int | None = None
    catalog_visibility: str = "both"  # both, about, none
    course_visibility: str = "private"  # private, public_outline, public
    days_early_for_beta: float | None = None
    self_paced: bool = False
    language: str = ""
    image_path: str = ""  # of the asset, "" when the course names none
    prerequisites: tuple[str, ...] = ()
    # Only people with an address at one of these may join; empty: anybody.
    enrollment_domains: tuple[str, ...] = ()


# Slotted, and frozen by convention only: 10,000 of them are made when an outline is decoded, and
# a frozen class pays for each field.
@dataclass(slots=True)
class OutlineBlock:
    """What grading, access and navigation need of one block. Never changed after it is made.

    ``start`` (latest over the ancestors), ``staff_only`` (any ancestor) and ``group_access``
    (per partition the groups that all ancestors admit: an absent partition admits everyone, an
    empty tuple nobody) are merged; the other inherited fields hold the effective value.
    """

    key: BlockKey
    parent: BlockKey | None = None
    children: tuple[BlockKey, ...] = ()
    display_name: str = ""
    has_score: bool = False
    max_points: float | None = None  # raw, before the weight; None: asks for no points
    weight: float | None = None
    graded: bool = False
    own_graded_false: bool = False  # the block itself, not an ancestor, says graded="false"
    format: str | None = None  # name of the assignment type
    start: datetime | None = None
    due: datetime | None = None
    graceperiod: float | None = None  # seconds
    relative_weeks_due: int | None = None
    staff_only: bool = False
    group_access: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    hide_after_due: bool = False
    show_correctness: str = ShowCorrectness.ALWAYS.value
    completion_mode: str = CompletionMode.COMPLETABLE.value
    complete_on_view: bool = False
    hide_from_toc: bool = False
    days_early_for_beta: float | None = None
    # Each learner sees so many of the children (library_content, itembank, randomize: 1);
    # None: all of them.
    max_selected: int | None = None
    # split_test: each learner sees the child of their group in this partition.
    partition_id: int | None = None
    group_to_child: Mapping[int, BlockKey] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def restricts_children(self) -> bool:
        """Whether learners see different children of this block."""
        return self.partition_id is not None or self.max_selected is not None


@dataclass(frozen=True, slots=True)
class Gate:
    """What opens a subsection: so much of the points, and of the work, of the one ``before`` it.

    Both are fractions, 0.0 to 1.0.
    """

    before: BlockKey
    min_score: float
    min_completion: float


@dataclass(frozen=True, eq=False)
class CourseOutline:
    """One version of a course as grading, access and navigation see it.

    ``blocks`` is in document order, the course first; detached blocks are not in it. Shared by
    all requests of a process; compared by identity. ``memo`` keeps what others derived from it
    (see ``remember``) and is dropped with it.
    """

    version: str
    course: BlockKey
    blocks: Mapping[BlockKey, OutlineBlock]
    facts: CourseFacts = field(default_factory=CourseFacts)
    policy: Any = None  # grading policy as the author left it; see common.grading.policy
    partitions: tuple[UserPartition, ...] = ()
    memo: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def remember(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` gives, kept with the outline.

        For values that depend on nothing but the outline and ``name``. Fewer are kept of a large
        course, as each grows with its blocks.
        """
        try:
            kept: T = self.memo[name]
        except KeyError:
            kept = make()
            if len(self.memo) >= max(16, _KEPT_VALUES // (len(self.blocks) + 1)):
                # Threads may race here; each loses a kept value at worst.
                with suppress(KeyError, RuntimeError):
                    del self.memo[next(iter(self.memo))]
            self.memo[name] = kept
        return kept

    def block(self, key: BlockKey) -> OutlineBlock:
        """Return a block. Raises KeyError when the course does not hold it."""
        return self.blocks[key]

    def children(self, key: BlockKey) -> list[OutlineBlock]:
        """Return the children of a block in order."""
        return [self.blocks[child] for child in self.blocks[key].children if child in self.blocks]

    def iter_ancestors(self, key: BlockKey) -> Iterator[OutlineBlock]:
        """Give the parent, its parent, and so on up to the course."""
        parent = self.blocks[key].parent
        while parent is not None:
            block = self.blocks[parent]
            yield block
            parent = block.parent

    def iter_subtree(self, key: BlockKey) -> Iterator[OutlineBlock]:
        """Give a block and all below it, in document order."""
        stack = [key]
        while stack:
            block = self.blocks.get(stack.pop())
            if block is not None:
                yield block
                stack.extend(reversed(block.children))

    @cached_property
    def partition_by_id(self) -> Mapping[int, UserPartition]:
        return {partition.id: partition for partition in self.partitions}

    @cached_property
    def used_partition_ids(self) -> frozenset[int]:
        """Partitions that decide what somebody sees."""
        used: set[int] = set()
        for block in self.blocks.values():
            if block.group_access:
                used.update(block.group_access)
            if block.partition_id is not None:
                used.add(block.partition_id)
        return frozenset(used)

    @cached_property
    def selecting_keys(self) -> tuple[BlockKey, ...]:
        """Blocks of which each learner sees a selection of children."""
        return tuple(key for key, block in self.blocks.items() if block.max_selected is not None)

    @cached_property
    def has_own_dates(self) -> bool:
        """Whether each learner has due dates of their own: self-paced, some weeks after joining."""
        return self.facts.self_paced and any(
            block.relative_weeks_due is not None for block in self.blocks.values()
        )

    @cached_property
    def gates(self) -> Mapping[BlockKey, Gate]:
        """Subsections that open after another one of the course, with what opens them.

        A gate whose subsection is gone, or that leads back to itself, opens nothing and is none.
        """
        named = {
            key: Gate(BlockKey.parse(block.extra["gate"][0]), *block.extra["gate"][1:])
            for key, block in self.blocks.items()
            if "gate" in block.extra
        }
        named = {key: gate for key, gate in named.items() if gate.before in self.blocks}
        return {key: gate for key, gate in named.items() if not _is_circle(named, key)}

    @cached_property
    def has_beta_dates(self) -> bool:
        """Whether beta testers see something earlier than others."""
        return any(block.days_early_for_beta for block in self.blocks.values())


def _is_circle(gates: Mapping[BlockKey, Gate], start: BlockKey) -> bool:
    key, seen = start, set[BlockKey]()
    while key in gates and key not in seen:
        seen.add(key)
        key = gates[key].before
        if key == start:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: rights, groups and enrollment of one person in one course run.

    ``groups`` holds recorded memberships (partition id → group id), ``selections`` the recorded
    children of blocks that show a selection. ``mode`` is None unless actively enrolled.
    ``standing`` tells how often all this had changed for the enrolled when it was read.
    ``paced_from``: from when the relative dates of a self-paced course count for the enrolled.
    """

    user_id: int | None = None
    username: str = ""
    is_staff: bool = False  # of this course, or globally
    is_global_staff: bool = False
    is_beta: bool = False
    roles: frozenset[str] = frozenset()
    groups: Mapping[int, int] = field(default_factory=dict)
    selections: Mapping[BlockKey, tuple[BlockKey, ...]] = field(default_factory=dict)
    mode: str | None = None
    standing: int = 0
    paced_from: datetime | None = None
    # Gated subsections that this person has opened. What is not known to be open is locked.
    opened: frozenset[BlockKey] = frozenset()

    @property
    def is_enrolled(self) -> bool:
        return self.mode is not None

    @property
    def is_anonymous(self) -> bool:
        return self.user_id is None


@dataclass(frozen=True, slots=True)
class CourseRunData:
    """A course run as catalogues and headers show it.

    ``version`` is what ``facts`` were read from.
    """

    id: int
    course_key: CourseKey
    org: str
    number: str
    run: str
    version: str
    facts: CourseFacts
    short_description: str = ""
    trusts_scripts: bool = False

    @property
    def display_name(self) -> str:
        return self.facts.display_name


@dataclass(frozen=True, slots=True)
class Membership:
    """One learner's recorded group in one partition."""

    learner_id: int
    partition_id: int
    group_id: int
