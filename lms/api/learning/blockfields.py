"""What a client is told of each block (reference: apis, section 1, "Blocks").

What is the same for everybody is made once for a version and kept with it; what one person did,
and their own dates, is laid over it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from common.blocks.api import is_multi_device, read_client_data
from common.core.keys import BlockKey, CourseKey, usage_key
from common.courses.api import Action, Purpose, check_access, due_at, visible_blocks
from common.courses.data import CourseOutline, OutlineBlock
from common.grading.data import CourseGradeView
from lms.api.learning.blocktree import (
    BlockTree,
    completion_below,
    count_below,
    kept_blocks,
    navigation,
)
from lms.api.learning.cards import instant_text, site_url
from lms.courseware.opening import OpenCourse
from lms.courseware.plan import Completions

# Without being asked for.
ALWAYS: Final = ("id", "block_id", "type", "display_name", "lms_web_url", "student_view_url")
# The same for everybody, when asked for.
SHARED: Final = (
    *("graded", "format", "has_score", "weight", "student_view_multi_device"),
    *("visible_to_staff_only", "show_correctness"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks for. ``depth`` None: all below the root; ``nav_depth`` None: no bundles.

    ``types``: only these (none: all); ``data_types`` and ``counted`` name types too.
    """

    fields: frozenset[str]
    depth: int | None = 0
    nav_depth: int | None = None
    types: frozenset[str] = frozenset()
    data_types: frozenset[str] = frozenset()
    counted: tuple[str, ...] = ()

    @property
    def needs_completions(self) -> bool:
        return not self.fields.isdisjoint({"completion", "complete"})


def usage_texts(outline: CourseOutline, course_key: CourseKey) -> Mapping[BlockKey, str]:
    """Return the usage key of every block as text; kept with the outline."""
    return outline.remember(
        ("usage texts", str(course_key)),
        lambda: {key: str(usage_key(course_key, key)) for key in outline.blocks},
    )


def describe_blocks(
    opened: OpenCourse,
    tree: BlockTree,
    wish: Wish,
    *,
    completions: Completions,
    grade: CourseGradeView | None = None,
) -> dict[str, dict[str, Any]]:
    """Return the blocks by usage key, in document order. No statement.

    One call to the content store, and for blocks of packages one statement, where
    ``student_view_data`` is asked for that nobody asked for before.
    """
    outline, names = opened.outline, usage_texts(opened.outline, opened.course_key)
    shared = _shared_rows(outline, opened.course_key)
    kept = dict.fromkeys(kept_blocks(tree, wish.depth, wish.types))
    wanted = (*ALWAYS, *(name for name in SHARED if name in wish.fields))
    pick = itemgetter(*map((*ALWAYS, *SHARED).index, wanted))
    found = {key: dict(zip(wanted, pick(shared[key]), strict=True)) for key in kept}
    for name, values in _own_fields(opened, tree, kept, wish, completions, grade):
        for key, value in values.items():
            if key in found:
                found[key][name] = value
    return {names[key]: row for key, row in found.items()}


def _shared_rows(
    outline: CourseOutline, course_key: CourseKey
) -> Mapping[BlockKey, tuple[Any, ...]]:
    """Return the values of ``ALWAYS`` and ``SHARED`` of every block; kept with the outline."""
    names = usage_texts(outline, course_key)

    def make() -> dict[BlockKey, tuple[Any, ...]]:
        jump, view = site_url(f"/courses/{course_key}/jump_to/"), site_url("/xblock/")
        devices = {kind: is_multi_device(kind) for kind in {key.block_type for key in names}}
        return {
            key: _shared_row(block, names[key], jump, view, is_multi=devices[key.block_type])
            for key, block in outline.blocks.items()
        }

    return outline.remember(("blocks for clients", str(course_key)), make)


def _shared_row(
    block: OutlineBlock, usage: str, jump: str, view: str, *, is_multi: bool
) -> tuple[Any, ...]:
    key = block.key
    addresses = (f"{jump}{usage}", f"{view}{usage}")
    graded = (block.graded, block.format, block.has_score, block.weight)
    always = (usage, key.block_id, key.block_type, block.display_name, *addresses)
    return (*always, *graded, is_multi, block.staff_only, block.show_correctness)


def _own_fields(
    opened: OpenCourse,
    tree: BlockTree,
    kept: Collection[BlockKey],
    wish: Wish,
    completions: Completions,
    grade: CourseGradeView | None,
) -> Iterator[tuple[str, Mapping[BlockKey, Any]]]:
    """Give the fields that differ between people, or between questions, with their values."""
    outline, names = opened.outline, usage_texts(opened.outline, opened.course_key)

    def texts(keys: Collection[BlockKey]) -> list[str]:
        return [names[key] for key in keys]

    if "children" in wish.fields:
        parts = {key: [child for child in tree.children[key] if child in kept] for key in kept}
        yield "children", {key: texts(children) for key, children in parts.items() if children}
    if wish.nav_depth is not None:
        below = navigation(tree, kept, wish.nav_depth)
        yield "descendants", {key: texts(found) for key, found in below.items()}
    if wish.counted:
        yield "block_counts", count_below(tree, wish.counted)
    if wish.needs_completions:
        counted = visible_blocks(outline, opened.viewer, opened.now, purpose=Purpose.GRADES)
        done = completion_below(outline, tree, completions, counted)
        yield "completion", done
        if "complete" in wish.fields:
            yield "complete", {key: value >= 1.0 for key, value in done.items()}
    yield from _instants(opened, kept, wish)
    if grade is not None:
        yield "assignment_progress", _assignments(opened, grade)
    if wish.data_types:
        yield "student_view_data", _client_data(opened, kept, wish.data_types)


def _instants(
    opened: OpenCourse, kept: Collection[BlockKey], wish: Wish
) -> Iterator[tuple[str, Mapping[BlockKey, Any]]]:
    outline, viewer = opened.outline, opened.viewer
    readers: dict[str, Callable[[OutlineBlock], Any]] = {
        "due": lambda block: due_at(outline.facts, block, viewer),
        "start": lambda block: block.start,
    }
    for name, read in readers.items():
        if name in wish.fields:
            yield name, {key: instant_text(read(outline.blocks[key])) for key in kept}


def _assignments(opened: OpenCourse, grade: CourseGradeView) -> dict[BlockKey, Any]:
    """Return the points of each subsection that counts, where they are the learner's to see."""
    labels = {mark.key: mark.label for entry in grade.types for mark in entry.marks}
    is_staff = opened.viewer.is_staff
    return {
        subsection.key: {
            "assignment_type": subsection.format or "",
            "num_points_earned": subsection.graded_total.earned,
            "num_points_possible": subsection.graded_total.possible,
            "short_label": labels.get(subsection.key, ""),
        }
        for subsection in grade.subsections
        if subsection.counts
        and not subsection.why_hidden(opened.now, is_staff=is_staff)
        and not any(
            subsection.why_problem_hidden(problem, opened.now, is_staff=is_staff)
            for problem in subsection.problems
        )
    }


def _client_data(
    opened: OpenCourse, kept: Collection[BlockKey], data_types: Collection[str]
) -> Mapping[BlockKey, Any]:
    # Who sees titles only (a public outline) is told no content.
    access = check_access(opened.viewer, opened.run, None, Action.VIEW, opened.now)
    if not access.allowed:
        return {}
    return read_client_data(opened.session, [k for k in kept if k.block_type in data_types])
