"""People and their state, under names that third-party blocks import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from common.accounts.api import get_profile
from common.blocks import anonymous
from common.blocks.models import LearnerBlockState
from common.blocks.session import active_session
from common.blocks.submission import write_state_of
from common.core.keys import BlockKey, UsageKey, block_key, usage_key
from common.courses.api import list_runs


def user_by_anonymous_id(uid: str | None) -> Any:
    """Return the Django user behind an anonymous id of the course at work, or None.

    Outside of a block's work (a task of its package): of any course.
    """
    if uid is None:
        return None
    session = active_session()
    courses = [session.course_key] if session else [run.course_key for run in list_runs()]
    found = (anonymous.find_user_id(uid, course_key) for course_key in courses)
    user_id = next((item for item in found if item is not None), None)
    return get_user_model()._default_manager.filter(pk=user_id).first() if user_id else None


class _State:
    """One learner's state on one block, as blocks' staff views read and grade it.

    ``id`` names it in addresses: run, learner and block.
    """

    def __init__(self, row: LearnerBlockState, usage: UsageKey) -> None:
        self._row = row
        self.id = self.pk = f"{row.run_id}.{row.learner_id}.{row.block}"
        self.student = row.learner
        # The other platform's name for what we keep of a person.
        name = get_profile(row.learner_id).name or row.learner.get_full_name()
        vars(self.student)["profile"] = SimpleNamespace(name=name)
        self.student_id = row.learner_id
        self.module_state_key = usage
        self.course_id = usage.course_key
        self.module_type = usage.block_type
        self.state = row.state
        self.modified = row.changed_at

    def __getattr__(self, name: str) -> Any:
        return json.loads(self.state).get(name)

    def save(self) -> None:
        """Store ``state`` at once. Raises StateChangedError when somebody else has meanwhile."""
        write_state_of(self._row, json.loads(self.state), now=timezone.now())


class _States:
    """The few queries that blocks make of all learners' states of one block."""

    def filter(self, *, module_state_key: UsageKey, **kwargs: Any) -> Iterator[_State]:
        """Yield the states of a block; ``student__username`` narrows to one learner."""
        rows = LearnerBlockState.objects.filter(
            run__head__course_key=str(module_state_key.course_key),
            block=str(block_key(module_state_key)),
        ).select_related("learner")
        if "student__username" in kwargs:
            rows = rows.filter(learner__username=kwargs["student__username"])
        return (_State(row, module_state_key) for row in rows)

    def get(self, *, pk: str) -> _State:
        """Return the state of this id, of the course at work. Raises StudentModule.DoesNotExist."""
        run_id, _, rest = str(pk).partition(".")
        learner_id, _, block = rest.partition(".")
        session = active_session()
        if session is None or run_id != str(session.context.run.id) or not learner_id.isdigit():
            raise StudentModule.DoesNotExist(pk)
        rows = LearnerBlockState.objects.filter(
            run_id=session.context.run.id, learner_id=int(learner_id), block=block
        )
        row = rows.select_related("learner").first()
        if row is None:
            raise StudentModule.DoesNotExist(pk)
        return _State(row, usage_key(session.course_key, BlockKey.parse(block)))

    def get_or_create(
        self, *, module_state_key: UsageKey, student: Any, **kwargs: Any
    ) -> tuple[_State, bool]:
        """Return a learner's state on a block of the course at work, and whether it is new."""
        session = active_session()
        if session is None or module_state_key.course_key != session.course_key:
            raise StudentModule.DoesNotExist(str(module_state_key))
        row, is_new = LearnerBlockState.objects.select_related("learner").get_or_create(
            run_id=session.context.run.id,
            learner_id=student.pk,
            block=str(block_key(module_state_key)),
            defaults={"changed_at": timezone.now()},
        )
        return _State(row, module_state_key), is_new


class StudentModule:
    """Stands for the other platform's table of learners' states."""

    class DoesNotExist(ObjectDoesNotExist):
        """There is no such state."""

    objects = _States()
