"""Pack a course outline into bytes and back.

JSON lists. Most blocks share what they inherit, so the effective settings of all blocks form a
small table of distinct rows (``shared``) and each block names its row: small to store, and a row
is decoded once. Instants are microseconds since 1970.
"""

from __future__ import annotations

import gc
import json
import zlib
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from common.core.keys import BlockKey
from common.courses.data import (
    CourseFacts,
    CourseOutline,
    OutlineBlock,
    PartitionGroup,
    UserPartition,
)

# Part of the id of a stored outline: raise it when this form, or what builders must fill in,
# changes.
FORMAT = 3

_SHARED = (
    "has_score",
    "max_points",
    "weight",
    "graded",
    "own_graded_false",
    "format",
    "start",
    "due",
    "graceperiod",
    "relative_weeks_due",
    "staff_only",
    "group_access",
    "hide_after_due",
    "show_correctness",
    "completion_mode",
    "complete_on_view",
    "hide_from_toc",
    "days_early_for_beta",
    "max_selected",
    "partition_id",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INSTANTS = ("start", "due")
_DATE_FACTS = ("start", "end", "enrollment_start", "enrollment_end", "announcement")


def encode_outline(outline: CourseOutline) -> bytes:
    """Return the bytes of an outline; equal outlines give equal bytes."""
    index = {key: number for number, key in enumerate(outline.blocks)}
    rows: dict[str, int] = {}
    blocks = [_encode_block(block, index, rows) for block in outline.blocks.values()]
    document = {
        "course": str(outline.course),
        "facts": _encode_facts(outline.facts),
        "policy": outline.policy,
        "partitions": [_encode_partition(partition) for partition in outline.partitions],
        "shared": [json.loads(row) for row in rows],
        "blocks": blocks,
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def _encode_block(
    block: OutlineBlock, index: dict[BlockKey, int], rows: dict[str, int]
) -> list[Any]:
    shared = {name: getattr(block, name) for name in _SHARED}
    for name in _INSTANTS:
        shared[name] = _microseconds(shared[name])
    shared["group_access"] = {
        str(partition): list(groups) for partition, groups in sorted(block.group_access.items())
    }
    row = rows.setdefault(json.dumps([shared[name] for name in _SHARED]), len(rows))
    encoded: list[Any] = [
        block.key.block_type,
        block.key.block_id,
        block.display_name,
        row,
        -1 if block.parent is None else index[block.parent],
        [index[child] for child in block.children if child in index],
    ]
    if block.group_to_child or block.extra:
        children = {
            str(group): index[child]
            for group, child in block.group_to_child.items()
            if child in index
        }
        encoded += [children, dict(block.extra)]
    return encoded


def decode_outline(version: str, data: bytes) -> CourseOutline:
    """Return the outline in ``data``. Raises ValueError or KeyError when it is none."""
    # Everything that is made here stays and holds no cycle: collecting in between costs as much
    # as decoding.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _decode(version, data)
    finally:
        if collecting:
            gc.enable()


def _decode(version: str, data: bytes) -> CourseOutline:
    document = json.loads(zlib.decompress(data))
    shared = [_decode_shared(row) for row in document["shared"]]
    rows = document["blocks"]
    keys = [BlockKey(row[0], row[1]) for row in rows]
    blocks: dict[BlockKey, OutlineBlock] = {}
    for key, row in zip(keys, rows, strict=True):
        parent = row[4]
        # Positional, in the order of the fields: a third of the time of keywords.
        block = OutlineBlock(
            key,
            keys[parent] if parent >= 0 else None,
            tuple([keys[child] for child in row[5]]),
            row[2],
            *shared[row[3]],
        )
        if len(row) > 6:
            block.group_to_child = {int(group): keys[child] for group, child in row[6].items()}
            block.extra = row[7]
        blocks[key] = block
    return CourseOutline(
        version=version,
        course=BlockKey.parse(document["course"]),
        blocks=blocks,
        facts=_decode_facts(document["facts"]),
        policy=document["policy"],
        partitions=tuple(_decode_partition(row) for row in document["partitions"]),
    )


def _decode_shared(row: list[Any]) -> tuple[Any, ...]:
    values = dict(zip(_SHARED, row, strict=True))
    for name in _INSTANTS:
        values[name] = _instant(values[name])
    values["group_access"] = {
        int(partition): tuple(groups) for partition, groups in values["group_access"].items()
    }
    return tuple(values.values())


def _check_field_order() -> None:
    names = [item.name for item in fields(OutlineBlock)]
    expected = ["key", "parent", "children", "display_name", *_SHARED, "group_to_child", "extra"]
    if names != expected:
        raise TypeError("OutlineBlock's fields are not in the order that decode_outline needs")


_check_field_order()


def _encode_facts(facts: CourseFacts) -> dict[str, Any]:
    values = {item.name: getattr(facts, item.name) for item in fields(CourseFacts)}
    for name in _DATE_FACTS:
        values[name] = _microseconds(values[name])
    values["prerequisites"] = list(facts.prerequisites)
    values["enrollment_domains"] = list(facts.enrollment_domains)
    return values


def _decode_facts(values: dict[str, Any]) -> CourseFacts:
    for name in _DATE_FACTS:
        values[name] = _instant(values[name])
    values["prerequisites"] = tuple(values["prerequisites"])
    values["enrollment_domains"] = tuple(values["enrollment_domains"])
    return CourseFacts(**values)


def _encode_partition(partition: UserPartition) -> list[Any]:
    return [
        partition.id,
        partition.name,
        partition.scheme,
        [[group.id, group.name] for group in partition.groups],
        partition.description,
        partition.active,
        dict(partition.parameters),
    ]


def _decode_partition(row: list[Any]) -> UserPartition:
    number, name, scheme, groups, description, active, parameters = row
    return UserPartition(
        id=number,
        name=name,
        scheme=scheme,
        groups=tuple(PartitionGroup(*group) for group in groups),
        description=description,
        active=active,
        parameters=parameters,
    )


def _microseconds(instant: datetime | None) -> int | None:
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


def _instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND
