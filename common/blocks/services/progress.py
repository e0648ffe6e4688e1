"""The services ``partitions`` and ``user_state``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from common.blocks.models import LearnerBlockState
from common.core.keys import UsageKey, block_key, parse_usage_key
from common.courses.api import effective_group
from common.courses.data import PartitionGroup, UserPartition

if TYPE_CHECKING:
    from common.blocks.session import BlockSession


class PartitionsService:
    """Which group of each division of the learners the person is in."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    @property
    def course_partitions(self) -> list[UserPartition]:
        return list(self._session.outline.partitions)

    def get_user_partition(self, user_partition_id: int) -> UserPartition | None:
        return self._session.outline.partition_by_id.get(user_partition_id)

    def get_group(self, user: Any, user_partition: UserPartition) -> PartitionGroup | None:
        """Return the person's group in a partition, or None."""
        group_id = effective_group(self._session.viewer, user_partition)
        return next((group for group in user_partition.groups if group.id == group_id), None)

    def get_user_group_id_for_partition(self, user: Any, user_partition_id: int) -> int | None:
        """Return the id of the person's group, None without one."""
        partition = self.get_user_partition(user_partition_id)
        return None if partition is None else effective_group(self._session.viewer, partition)


class UserStateService:
    """Lets a block's staff view read the state of one learner."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    def get_state_as_dict(self, username_or_email: str, block_id: str | UsageKey) -> dict[str, Any]:
        """Return the state fields of a learner on a block; empty when there is none."""
        usage = parse_usage_key(str(block_id))
        session = self._session
        if usage.course_key != session.course_key:
            return {}
        key = block_key(usage)
        if not (session.viewer.is_staff or username_or_email == session.viewer.username):
            return {}
        people = get_user_model()._default_manager
        user = (
            people.filter(username=username_or_email).first()
            or people.filter(email__iexact=username_or_email).first()
        )
        row = (
            LearnerBlockState.objects.filter(
                run_id=session.context.run.id, learner_id=user.pk, block=str(key)
            ).first()
            if user
            else None
        )
        return json.loads(row.state) if row else {}
