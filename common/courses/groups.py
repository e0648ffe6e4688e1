"""Which group and which children a learner gets. Pure functions; the same answer in every process.

A recorded membership or selection wins while it names something that still exists. Without one,
``random`` partitions and selections fall back on a stable hash of the learner, so that grades,
outline and pages agree before anything is recorded.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence

from common.core.keys import BlockKey
from common.courses.data import CourseOutline, OutlineBlock, UserPartition, Viewer

RANDOM = "random"
_chance = random.SystemRandom()
ENROLLMENT_TRACK = "enrollment_track"
# The groups of the partition that is made of enrollment modes (id 50: reference olx, section 2).
MODE_GROUP_IDS: Mapping[str, int] = {
    "audit": 1,
    "verified": 2,
    "professional": 3,
    "no-id-professional": 4,
    "credit": 5,
    "honor": 6,
    "masters": 7,
}


def effective_group(viewer: Viewer, partition: UserPartition) -> int | None:
    """Return the group of a person in a partition; None: in none of its groups."""
    if partition.scheme == ENROLLMENT_TRACK:
        return None if viewer.mode is None else MODE_GROUP_IDS.get(viewer.mode)
    recorded = viewer.groups.get(partition.id)
    if recorded in partition.group_ids:
        return recorded
    if partition.scheme == RANDOM and partition.groups:
        return draw_group(_seed(viewer), partition)
    return None


def draw_group(seed: str, partition: UserPartition) -> int:
    """Return the group that ``seed`` falls into, evenly over the partition's groups."""
    return max(partition.group_ids, key=lambda group: _rank(seed, "group", partition.id, group))


def effective_selection(viewer: Viewer, block: OutlineBlock) -> frozenset[BlockKey]:
    """Return the children of a selecting block that this person is shown."""
    return frozenset(
        choose_children(
            seed=_seed(viewer),
            block=block.key,
            children=block.children,
            count=block.max_selected,
            recorded=viewer.selections.get(block.key, ()),
        )
    )


def choose_children(
    *,
    seed: str,
    block: BlockKey,
    children: Sequence[BlockKey],
    count: int | None,
    recorded: Sequence[BlockKey] = (),
) -> tuple[BlockKey, ...]:
    """Choose ``count`` of the children (None or negative: all), recorded ones first.

    The rest are those that rank highest for this seed, so that a child added or removed changes
    as little as possible. Recorded children keep their order, new ones follow in the order of
    the course.
    """
    if count is None or count < 0 or count >= len(children):
        kept = [child for child in recorded if child in children]
        return (*kept, *(child for child in children if child not in kept))
    kept = [child for child in recorded if child in children][:count]
    others = [child for child in children if child not in kept]
    ranked = sorted(others, key=lambda child: _rank(seed, str(block), str(child)), reverse=True)
    chosen = set(ranked[: count - len(kept)])
    return (*kept, *(child for child in others if child in chosen))


def draw_again(children: Sequence[BlockKey], count: int | None) -> tuple[BlockKey, ...]:
    """Draw ``count`` of the children (None or negative: all) anew; they keep their order.

    By chance, not by a hash: the same children may come again, and nobody can tell before.
    """
    if count is None or count < 0 or count >= len(children):
        return tuple(children)
    chosen = set(_chance.sample(list(children), count))
    return tuple(child for child in children if child in chosen)


def shown_children(
    outline: CourseOutline, viewer: Viewer, block: OutlineBlock
) -> frozenset[BlockKey]:
    """Return the children that a restricting block shows to a learner; staff rights left aside."""
    if block.partition_id is not None:
        partition = outline.partition_by_id.get(block.partition_id)
        group = None if partition is None else effective_group(viewer, partition)
        child = None if group is None else block.group_to_child.get(group)
        return frozenset() if child is None else frozenset({child})
    if block.max_selected is not None:
        return effective_selection(viewer, block)
    return frozenset(block.children)


def merge_group_access(
    above: Mapping[int, tuple[int, ...]], own: Mapping[int, Sequence[int]]
) -> dict[int, tuple[int, ...]]:
    """Add a block's own ``group_access`` to that of its ancestors.

    Per partition only groups that both admit stay; a partition without groups of its own admits
    all. An empty tuple in the result admits nobody.
    """
    merged = dict(above)
    for partition, groups in own.items():
        if not groups:
            continue
        if partition in merged:
            admitted = set(groups)
            merged[partition] = tuple(g for g in merged[partition] if g in admitted)
        else:
            merged[partition] = tuple(sorted(set(groups)))
    return merged


def _seed(viewer: Viewer) -> str:
    return "" if viewer.user_id is None else str(viewer.user_id)


def _rank(*parts: object) -> bytes:
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).digest()
