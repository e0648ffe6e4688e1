"""One person at work with blocks of one course version: what they see, change and hand in.

A session reads through its source and store, and buffers every write and publication; what
becomes of them is decided by ``common.blocks.submission``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from common.blocks import types
from common.blocks.data import EventPublication, GradePublication
from common.blocks.gates import pass_gates
from common.blocks.learner_data import LearnerStore
from common.blocks.runtime import LyceumRuntime
from common.blocks.source import BlockSource
from common.core.keys import BlockKey, CourseKey
from common.courses.api import Action, check_access, due_at
from common.courses.data import CourseOutline, Viewer
from common.enrollments.api import get_learner_context
from common.enrollments.data import LearnerContext

if TYPE_CHECKING:
    from common.blocks.trial import Trial

# A Django user or visitor; the stubs of the two have nothing in common.
User = Any


@dataclass(slots=True)
class Buffer:
    """What blocks handed in during a session, in order."""

    grades: list[GradePublication] = field(default_factory=list)
    completions: dict[BlockKey, float] = field(default_factory=dict)
    events: list[EventPublication] = field(default_factory=list)
    selections: dict[BlockKey, tuple[BlockKey, ...]] = field(default_factory=dict)
    drawn_partitions: set[int] = field(default_factory=set)
    # Draws of selecting blocks that replace what was recorded before.
    redrawn: dict[BlockKey, tuple[BlockKey, ...]] = field(default_factory=dict)
    # Completions of other people (team work): user id, block, fraction.
    others: list[tuple[int, BlockKey, float]] = field(default_factory=list)


class BlockSession:
    """A learner (or staff, or a visitor) in one course version, at one moment."""

    def __init__(
        self,
        *,
        context: LearnerContext,
        user: User,
        source: BlockSource,
        now: datetime,
        host: str = "",
        is_preview: bool = False,
        trial: Trial | None = None,
    ) -> None:
        self.source = source
        self.is_preview = is_preview
        # Where work that does not count is kept, None: nowhere.
        self.trial = trial
        self.now = now
        self.host = host
        self._visible: dict[BlockKey, bool] = {}
        self._opened_by = user
        self.bind(context, user)

    def bind(self, context: LearnerContext, user: User) -> None:
        """Work for this person from now on; what was buffered for the one before is dropped."""
        self.context, self.gates = pass_gates(context, self.source.outline, self.now)
        self.user = user
        self.buffer = Buffer()
        self._visible.clear()
        # A visitor's or a previewing staff member's work is thrown away, so none is read either;
        # who looks as a named learner sees that learner's.
        whose = context.user_id if self.keeps_work else None
        if context.view_as is not None:
            whose = context.view_as.learner_id
        self.store = LearnerStore(
            run_id=context.run.id,
            learner_id=whose,
            course_key=context.course_key,
            trial=self.trial,
        )
        self.runtime = LyceumRuntime(self)

    def rebind(self, user: User) -> None:
        """Work for ``user`` from now on: a trusted service's call named them."""
        self.trial = None
        self.bind(get_learner_context(self.course_key, user), user)

    def redraw(self, key: BlockKey, children: tuple[BlockKey, ...]) -> None:
        """Show other children of a selecting block from now on; stored with the session's work."""
        selections = {**self.viewer.selections, key: children}
        viewer = replace(self.viewer, selections=selections)
        self.context = replace(self.context, viewer=viewer)
        self.buffer.redrawn[key] = children
        self._visible.clear()

    def again(self) -> BlockSession:
        """Return a session like this one at its start, which reads the learner's rows anew.

        Their groups and roles too; the course version stays the one that was shown. It is that of
        who came: a handler that bound itself to the learner whom a service named does so again.
        """
        return BlockSession(
            context=get_learner_context(self.course_key, self._opened_by),
            user=self._opened_by,
            source=self.source,
            now=self.now,
            host=self.host,
            is_preview=self.is_preview,
            trial=self.trial,
        )

    def of(self, user: User) -> BlockSession:
        """Return a session of somebody else in the same version, at the same moment."""
        return BlockSession(
            context=get_learner_context(self.course_key, user),
            user=user,
            source=self.source,
            now=self.now,
            host=self.host,
            is_preview=self.is_preview,
        )

    @property
    def keeps_work(self) -> bool:
        """Whether state, scores and completion of this person are stored."""
        viewer = self.context.viewer
        return viewer.is_enrolled and viewer.user_id is not None and not self.is_preview

    @property
    def course_key(self) -> CourseKey:
        return self.context.course_key

    @property
    def viewer(self) -> Viewer:
        return self.context.viewer

    @property
    def outline(self) -> CourseOutline:
        return self.source.outline

    @property
    def has_own_dates(self) -> bool:
        """Whether due dates are this person's own (a self-paced course)."""
        return self.context.viewer.paced_from is not None and self.source.outline.has_own_dates

    def own_due(self, key: BlockKey) -> datetime | None:
        """Return when a block is due for this person alone; None where its date is everybody's."""
        block = self.outline.blocks.get(key)
        if not self.has_own_dates or block is None or block.relative_weeks_due is None:
            return None
        return due_at(self.outline.facts, block, self.viewer)

    def is_visible(self, key: BlockKey) -> bool:
        """Tell whether the person may see the block, by the one access function."""
        if key not in self._visible:
            access = check_access(self.viewer, self.outline, key, Action.VIEW, self.now)
            self._visible[key] = access.allowed
        return self._visible[key]

    def prefetch(self, root: BlockKey) -> None:
        """Bring what showing ``root`` and all below it needs, in a fixed number of statements."""
        blocks = [block for block in self.source.iter_subtree(root) if self.is_visible(block.key)]
        path = [*self.source.iter_path(root), *self.source.load_referenced(blocks)]
        above = [block for block in map(self.source.find, path) if block is not None]
        self.source.load_definitions(
            [block.definition for block in (*blocks, *above) if block.definition is not None]
        )
        keys = [*(block.key for block in blocks), *path]
        self.store.load_states(keys)
        classes = {key.block_type: types.find_block_class(key.block_type) for key in keys}
        personal = [
            name for name, found in classes.items() if found and types.has_personal_fields(found)
        ]
        if personal:
            self.store.load_personal(personal)
        shared = {
            name for name, found in classes.items() if found and types.has_shared_fields(found)
        }
        self.store.load_shared(
            [self.store.shared_ref(key) for key in keys if key.block_type in shared]
        )

    def completion_of(self, key: BlockKey) -> float:
        """Return how far a block that was prefetched is completed, buffered changes included."""
        if key in self.buffer.completions:
            return self.buffer.completions[key]
        return self.store.completions.get(key) or 0.0

    @property
    def has_changes(self) -> bool:
        """Whether something has to be stored, events left aside."""
        buffer = self.buffer
        return bool(
            any(True for _ in self.store.iter_changed())
            or buffer.grades
            or buffer.completions
            or buffer.selections
            or buffer.redrawn
            or buffer.drawn_partitions
        )

    @contextmanager
    def active(self) -> Iterator[BlockSession]:
        """Make this the session that signals of outside apps (submissions, LTI) belong to."""
        token = _active.set(self)
        try:
            yield self
        finally:
            _active.reset(token)


_active: ContextVar[BlockSession | None] = ContextVar("lyceum_block_session", default=None)


def active_session() -> BlockSession | None:
    """Return the session whose block is running in this thread, None outside of one."""
    return _active.get()
