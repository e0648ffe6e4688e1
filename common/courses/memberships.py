"""Recorded groups and selections of learners in a run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, CharField, QuerySet, TextField, Value

from common.accounts.api import query_roles
from common.core.db import upsert
from common.core.keys import BlockKey, CourseKey
from common.core.prepared import prepared
from common.courses.data import CourseOutline, Membership, Viewer
from common.courses.errors import UnknownGroupError
from common.courses.groups import RANDOM, choose_children, effective_group
from common.courses.models import GroupMembership, LearnerSelection


@dataclass(frozen=True, slots=True)
class Placements:
    """What is recorded for one learner in a run."""

    groups: Mapping[int, int]
    selections: Mapping[BlockKey, tuple[BlockKey, ...]]


PlacementHook = Callable[[int, int], None]
_hooks: list[PlacementHook] = []
NO_PLACEMENTS = Placements(groups={}, selections={})


# Columns of the rows that are read together: learner (or run), partition, group, block, text. A row
# with a block is a selection (text: its children), one with a partition a group, any other a role.
_Row = tuple[int, int | None, int | None, str, str]


def register_placement_hook(hook: PlacementHook) -> None:
    """Have ``hook(run id, learner id)`` called in the transaction of every move, before it.

    Recording what was only drawn moves nobody.
    """
    if hook not in _hooks:
        _hooks.append(hook)


def _tell(run_id: int, learner_id: int) -> None:
    for hook in _hooks:
        hook(run_id, learner_id)


def get_placements(run_id: int, learner_id: int) -> Placements:
    """Return the groups and selections of a learner in a run. One statement."""
    return get_many_placements(run_id, [learner_id]).get(learner_id, NO_PLACEMENTS)


def get_many_placements(run_id: int, learner_ids: Collection[int]) -> dict[int, Placements]:
    """Return the placements of several learners; absent when nothing is recorded. One statement."""
    groups, selections = _placement_queries(run_id=run_id, learner_id__in=learner_ids)
    return _to_placements(groups.union(selections, all=True))


def get_placements_everywhere(learner_id: int) -> dict[int, Placements]:
    """Return a learner's placements by run; absent where nothing is recorded. One statement."""
    groups, selections = _placement_queries(owner="run_id", learner_id=learner_id)
    return _to_placements(groups.union(selections, all=True))


def get_standing(
    run_id: int, learner_id: int, course_key: CourseKey
) -> tuple[Placements, frozenset[str]]:
    """Return the placements of a learner in a run and their roles there. One statement."""
    rows: Any = _standing(
        run_id=run_id,
        learner_id=learner_id,
        course_key=str(course_key),
        org=str(course_key.org),
    )
    placements = _to_placements(row for row in rows if not _is_role(row))
    return (
        placements.get(learner_id, NO_PLACEMENTS),
        frozenset(row[4] for row in rows if _is_role(row)),
    )


@prepared
def _standing(run_id: Any, learner_id: Any, course_key: Any, org: Any) -> QuerySet[Any, Any]:
    groups, selections = _placement_queries(run_id=run_id, learner_id=learner_id)
    number = Value(None, output_field=BigIntegerField())
    roles = query_roles(learner_id, course_key, org).values_list(
        "user_id", number, number, Value("", output_field=CharField()), "role"
    )
    return groups.union(selections, roles, all=True)


def _is_role(row: _Row) -> bool:
    return not row[3] and row[1] is None


def _placement_queries(
    owner: str = "learner_id", **rows: Any
) -> tuple[QuerySet[GroupMembership, Any], QuerySet[LearnerSelection, Any]]:
    number = Value(None, output_field=BigIntegerField())
    groups = GroupMembership.objects.filter(**rows)
    selections = LearnerSelection.objects.filter(**rows)
    return (
        groups.values_list(
            owner,
            "partition_id",
            "group_id",
            Value("", output_field=CharField()),
            Value("", output_field=TextField()),
        ),
        selections.values_list(owner, number, number, "block", "children"),
    )


def _to_placements(rows: Iterable[_Row]) -> dict[int, Placements]:
    found: dict[int, tuple[dict[int, int], dict[BlockKey, tuple[BlockKey, ...]]]] = {}
    for owner, partition, group, block, text in rows:
        mine, drawn = found.setdefault(owner, ({}, {}))
        if block:
            drawn[BlockKey.parse(block)] = tuple(map(BlockKey.parse, text.splitlines()))
        elif partition is not None and group is not None:
            mine[partition] = group
    return {owner: Placements(*placed) for owner, placed in found.items()}


def assign_group(
    *,
    run_id: int,
    learner_id: int,
    partition_id: int,
    group_id: int,
    now: datetime,
    replace: bool = True,
) -> None:
    """Put a learner into a group; those who derive something from it are told.

    Without ``replace`` a group that is recorded already stays.
    """
    with transaction.atomic():
        _tell(run_id, learner_id)
        _record_group(run_id, learner_id, partition_id, group_id, now, replace=replace)


def _record_group(
    run_id: int, learner_id: int, partition_id: int, group_id: int, now: datetime, *, replace: bool
) -> None:
    row = GroupMembership(
        run_id=run_id,
        learner_id=learner_id,
        partition_id=partition_id,
        group_id=group_id,
        assigned_at=now,
    )
    update = ["group_id", "assigned_at"] if replace else []
    upsert([row], key=["run", "learner", "partition_id"], update=update)


def remove_group(*, run_id: int, learner_id: int, partition_id: int) -> None:
    """Take a learner out of their group in a partition; those who derive from it are told."""
    with transaction.atomic():
        _tell(run_id, learner_id)
        GroupMembership.objects.filter(
            run_id=run_id, learner_id=learner_id, partition_id=partition_id
        ).delete()


def record_drawn_group(
    *, run_id: int, outline: CourseOutline, viewer: Viewer, partition_id: int, now: datetime
) -> int | None:
    """Return the viewer's group in a partition, recording it when it was only drawn so far.

    Called where a learner first meets a split test: later changes of the groups do not move them.
    Raises UnknownGroupError for a partition that the course does not have.
    """
    partition = outline.partition_by_id.get(partition_id)
    if partition is None:
        raise UnknownGroupError(f"no partition {partition_id}")
    group = effective_group(viewer, partition)
    if (
        group is not None
        and partition.scheme == RANDOM
        and viewer.user_id is not None
        and viewer.groups.get(partition_id) != group
    ):
        _record_group(run_id, viewer.user_id, partition_id, group, now, replace=True)
    return group


def record_selection(
    *,
    run_id: int,
    learner_id: int,
    block: BlockKey,
    children: Sequence[BlockKey],
    now: datetime,
) -> None:
    """Record the children that a learner is shown of a selecting block. One statement."""
    row = LearnerSelection(
        run_id=run_id,
        learner_id=learner_id,
        block=str(block),
        children="\n".join(str(child) for child in children),
        selected_at=now,
    )
    upsert([row], key=["run", "learner", "block"], update=["children", "selected_at"])


def replace_selection(
    *,
    run_id: int,
    learner_id: int,
    block: BlockKey,
    children: Sequence[BlockKey],
    now: datetime,
) -> None:
    """Show a learner other children of a selecting block; who derives something is told."""
    with transaction.atomic():
        _tell(run_id, learner_id)
        record_selection(
            run_id=run_id, learner_id=learner_id, block=block, children=children, now=now
        )


def select_children(
    *, run_id: int, outline: CourseOutline, viewer: Viewer, block: BlockKey, now: datetime
) -> tuple[BlockKey, ...]:
    """Return the children that the viewer is shown of a selecting block, recording a new draw.

    No statement when what is recorded still holds, or the viewer is anonymous.
    """
    outlined = outline.block(block)
    recorded = viewer.selections.get(block, ())
    chosen = choose_children(
        seed="" if viewer.user_id is None else str(viewer.user_id),
        block=block,
        children=outlined.children,
        count=outlined.max_selected,
        recorded=recorded,
    )
    if viewer.user_id is not None and viewer.is_enrolled and chosen != recorded:
        record_selection(
            run_id=run_id, learner_id=viewer.user_id, block=block, children=chosen, now=now
        )
    return chosen


def list_members(run_id: int, *, partition_id: int, group_id: int) -> list[Membership]:
    """Return the recorded members of one group, by learner. One statement."""
    rows = GroupMembership.objects.filter(
        run_id=run_id, partition_id=partition_id, group_id=group_id
    ).order_by("learner_id")
    return [Membership(row.learner_id, row.partition_id, row.group_id) for row in rows]
