"""What this app holds of a person: their groups, and what was drawn for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from common.accounts.api import TakeoutFile, tables
from common.courses.models import GroupMembership, LearnerSelection

_GROUPS: Final = {
    "course": "run__head_id",
    "partition": "partition_id",
    "group": "group_id",
    "assigned_at": "assigned_at",
}
_DRAWN: Final = {
    "course": "run__head_id",
    "block": "block",
    "shown": "children",
    "selected_at": "selected_at",
}


def collect_placements(user_id: int) -> Iterator[TakeoutFile]:
    """Give the person's groups, and the questions that were drawn for them. Two SQL."""
    groups = GroupMembership.objects.filter(learner_id=user_id).order_by("run_id", "partition_id")
    yield from tables("groups", list(_GROUPS), groups.values_list(*_GROUPS.values()))
    drawn = LearnerSelection.objects.filter(learner_id=user_id).order_by("run_id", "block")
    yield from tables("drawn-for-you", list(_DRAWN), drawn.values_list(*_DRAWN.values()))
