"""People and their state, under names that third-party blocks import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model

from common.blocks import anonymous
from common.blocks.models import LearnerBlockState
from common.blocks.session import active_session
from common.core.keys import UsageKey, block_key


def user_by_anonymous_id(uid: str | None) -> Any:
    """Return the Django user behind an anonymous id of the course at work, or None."""
    session = active_session()
    if uid is None or session is None:
        return None
    user_id = anonymous.find_user_id(uid, session.course_key)
    return get_user_model()._default_manager.filter(pk=user_id).first() if user_id else None


class _State:
    """One learner's state on one block, as blocks' staff views read it. Not to be written."""

    def __init__(self, row: LearnerBlockState, usage: UsageKey) -> None:
        self.student = row.learner
        self.student_id = row.learner_id
        self.module_state_key = usage
        self.course_id = usage.course_key
        self.state = row.state
        self.modified = row.changed_at

    def __getattr__(self, name: str) -> Any:
        return json.loads(self.state).get(name)

    def save(self) -> None:
        """Refuse: state is written by its own block, through the runtime."""
        raise NotImplementedError("state of learners is written through the runtime only")


class _States:
    """The few queries that blocks make of all learners' states of one block."""

    def filter(self, *, module_state_key: UsageKey, **kwargs: Any) -> Iterator[_State]:
        """Yield the states of a block; ``student__username`` narrows to one learner."""
        rows = LearnerBlockState.objects.filter(
            run__course_key=str(module_state_key.course_key),
            block=str(block_key(module_state_key)),
        ).select_related("learner")
        if "student__username" in kwargs:
            rows = rows.filter(learner__username=kwargs["student__username"])
        return (_State(row, module_state_key) for row in rows)

    def get_or_create(self, **kwargs: Any) -> tuple[_State, bool]:
        """Refuse to make a row; blocks use it for learners who never opened them."""
        raise NotImplementedError("state of learners is written through the runtime only")


class StudentModule:
    """Stands for the other platform's table of learners' states."""

    objects = _States()
