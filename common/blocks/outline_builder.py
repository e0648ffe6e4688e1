"""Make the graded outline of a course version: what grading, access and navigation need.

Reads settings only; classes are asked for facts, and for the points of scored blocks. Rules of
inheritance: reference olx, section 2 (start is the latest over the ancestors, staff-only any of
them, group access per partition what all admit; the rest the nearest set value).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any, Final

from xblock.core import XBlock
from xblock.fields import Field, Timedelta

from common.blocks import types
from common.blocks.kept import find_kept
from common.blocks.max_points import Question, find_max_points, is_scored
from common.content.api import CourseVersion
from common.content.data import Block
from common.content.references import parse_relative
from common.core.keys import BlockKey, CourseKey
from common.courses.api import (
    get_outline,
    merge_group_access,
    read_course_facts,
    read_flag,
    read_group_access,
    read_instant,
    read_number,
    read_partitions,
    read_title,
)
from common.courses.data import CourseOutline, OutlineBlock

# Raise it when the rules here would give another outline for the same version.
RULES: Final = 5

_TIMEDELTA = Timedelta()
_SELECTING: Final = frozenset({"library_content", "itembank"})


def fingerprint() -> str:
    """Return a name for the rules and for the installed block packages, which they ask."""
    packages = sorted(
        f"{entry.name}={entry.value}@{entry.dist.version if entry.dist else ''}"
        for entry in entry_points(group="xblock.v1")
    )
    return hashlib.sha256("\n".join([str(RULES), *packages]).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Effective:
    """What a block hands down."""

    graded: bool = False
    start: datetime | None = None
    due: datetime | None = None
    graceperiod: float | None = None
    relative_weeks_due: int | None = None
    staff_only: bool = False
    group_access: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    show_correctness: str = "always"
    hide_from_toc: bool = False
    days_early_for_beta: float | None = None


def build_outline(version: CourseVersion) -> CourseOutline:
    """Return the outline of a version. Some seconds for 10,000 blocks that nobody asked before."""
    course = version.course
    facts = read_course_facts(course.settings)
    effective: dict[BlockKey, _Effective] = {}
    parents: dict[BlockKey, BlockKey] = {}
    blocks: dict[BlockKey, OutlineBlock] = {}
    questions: dict[BlockKey, Question] = {}
    root = _Effective(start=facts.start)
    everything = list(version.iter_blocks())
    revived = find_kept(everything)
    for stored in everything:
        block = revived.get(stored.key) or stored
        parent = parents.get(block.key)
        above = root if parent is None else effective[parent]
        own = effective[block.key] = _inherit(above, block.settings)
        for child in block.children:
            parents.setdefault(child, block.key)
        # What its class cannot read is as if there were no class.
        is_lost = revived.get(block.key, block) is None
        block_class = None if is_lost else types.find_block_class(block.key.block_type)
        outlined = blocks[block.key] = _outline_block(block, block_class, parent, own)
        if outlined.has_score and block_class is not None:
            questions[block.key] = Question(block, block_class)
    _ask_points(blocks, questions)
    return CourseOutline(
        version=version.id,
        course=course.key,
        blocks=blocks,
        facts=facts,
        policy=version.root.policy,
        partitions=read_partitions(course.settings.get("user_partitions")),
    )


def _ask_points(blocks: dict[BlockKey, OutlineBlock], questions: dict[BlockKey, Question]) -> None:
    identities = {key: question.identity for key, question in questions.items()}
    points = find_max_points({identities[key]: item for key, item in questions.items()})
    for key, identity in identities.items():
        blocks[key].max_points = points[identity]


def _inherit(above: _Effective, settings: Mapping[str, Any]) -> _Effective:
    """Return what a block hands down, given what was handed to it."""
    changes: dict[str, Any] = {}
    for name in settings.keys() & _READERS.keys():
        value = _READERS[name](settings[name])
        if value is not None or name in _MAY_BE_NONE:
            changes[_NAMES.get(name, name)] = value
    if not changes:
        return above
    if "start" in changes and above.start is not None:
        changes["start"] = max(above.start, changes["start"])
    if above.staff_only:
        changes["staff_only"] = True
    if "group_access" in changes:
        changes["group_access"] = merge_group_access(above.group_access, changes["group_access"])
    return replace(above, **changes)


def _seconds(value: Any) -> float | None:
    """Return a grace period in seconds, from seconds or the text of a time span."""
    number = read_number(value)
    if number is not None:
        return number
    try:
        span = _TIMEDELTA.from_json(value)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None
    return span.total_seconds() if span else None


def _whole(value: Any) -> int | None:
    number = read_number(value)
    return None if number is None else int(number)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


_READERS: Final[Mapping[str, Any]] = {
    "graded": read_flag,
    "start": read_instant,
    "due": read_instant,
    "graceperiod": _seconds,
    "relative_weeks_due": _whole,
    "visible_to_staff_only": read_flag,
    "group_access": read_group_access,
    "show_correctness": _text,
    "hide_from_toc": read_flag,
    "days_early_for_beta": read_number,
}
_NAMES: Final = {"visible_to_staff_only": "staff_only"}
# An explicit null takes back what was inherited.
_MAY_BE_NONE: Final = frozenset({"due", "graceperiod", "relative_weeks_due"})


def _outline_block(
    block: Block, block_class: type[XBlock] | None, parent: BlockKey | None, own: _Effective
) -> OutlineBlock:
    settings = block.settings
    return OutlineBlock(
        key=block.key,
        parent=parent,
        children=block.children,
        display_name=_display_name(block, block_class),
        has_score=is_scored(block_class, block),
        weight=_weight(block_class, settings),
        graded=own.graded,
        own_graded_false="graded" in settings and not read_flag(settings["graded"]),
        format=_text(settings.get("format")),
        start=own.start,
        due=own.due,
        graceperiod=own.graceperiod,
        relative_weeks_due=own.relative_weeks_due,
        staff_only=own.staff_only,
        group_access=own.group_access,
        hide_after_due=read_flag(settings.get("hide_after_due")),
        show_correctness=own.show_correctness,
        completion_mode="excluded" if block_class is None else types.completion_mode(block_class),
        complete_on_view=block_class is not None and types.is_complete_on_view(block_class),
        hide_from_toc=own.hide_from_toc,
        days_early_for_beta=own.days_early_for_beta,
        max_selected=_max_selected(block),
        partition_id=_partition(block),
        group_to_child=_group_children(block),
        extra={**_extra(block), **_gate(block)},
    )


def _extra(block: Block) -> Mapping[str, Any]:
    """Return what pages show of single blocks: the highlights of a section, in sentences."""
    told = block.settings.get("highlights") if block.key.block_type == "chapter" else None
    if not isinstance(told, list):
        return {}
    sentences = [text for item in told if isinstance(item, str) and (text := item.strip())]
    return {"highlights": sentences} if sentences else {}


def _gate(block: Block) -> dict[str, Any]:
    """Return what opens a subsection after another: the other's key, fractions of points and work.

    Without numbers: all of both, as authors' tools offer it first.
    """
    name = block.settings.get("prereq")
    if block.key.block_type != "sequential" or not isinstance(name, str) or not name:
        return {}
    before = BlockKey("sequential", name)
    if before == block.key:
        return {}
    wanted = (_share(block.settings.get(f"prereq_min_{what}")) for what in ("score", "completion"))
    return {"gate": [str(before), *wanted]}


def _share(value: Any) -> float:
    number = read_number(value)
    return 1.0 if number is None else min(1.0, max(0.0, number / 100))


def _display_name(block: Block, block_class: Any) -> str:
    name = block.settings.get("display_name")
    if not name:
        declared = getattr(block_class, "display_name", None)
        name = declared.default if isinstance(declared, Field) else None
    return read_title(name, block.key)


def _weight(block_class: Any, settings: Mapping[str, Any]) -> float | None:
    if "weight" in settings:
        return read_number(settings["weight"])
    declared = getattr(block_class, "weight", None)
    return read_number(declared.default) if isinstance(declared, Field) else None


def _max_selected(block: Block) -> int | None:
    """Return how many children each learner sees; None: all."""
    if block.key.block_type == "randomize":
        return 1
    if block.key.block_type not in _SELECTING:
        return None
    count = _whole(block.settings.get("max_count", 1))
    return None if count is None or count < 0 else count


def _partition(block: Block) -> int | None:
    if block.key.block_type != "split_test":
        return None
    number = _whole(block.settings.get("user_partition_id"))
    # A split test without a partition shows its children to nobody: no partition has this id.
    return -1 if number is None else number


def _group_children(block: Block) -> dict[int, BlockKey]:
    if block.key.block_type != "split_test":
        return {}
    mapping = block.settings.get("group_id_to_child")
    found: dict[int, BlockKey] = {}
    for group, text in mapping.items() if isinstance(mapping, Mapping) else ():
        number, child = _whole(group), parse_relative(text) if isinstance(text, str) else None
        if number is not None and child in block.children:
            found[number] = child
    return found


def prepare_outline(course_key: CourseKey, draft: str, published: str | None) -> None:
    """Have the outline of a version stored before learners are given the version."""
    if published is not None:
        get_outline(published)
