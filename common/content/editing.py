"""Apply operations to a course: against what the author saw, again when a race is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from common.content.data import Heads
from common.content.heads import Move, get_heads, move_heads
from common.content.operations import Operation
from common.content.versions import load_version
from common.content.workspace import Workspace
from common.core.keys import CourseKey


def apply_operations(
    course_key: CourseKey,
    operations: Sequence[Operation],
    *,
    author_id: int | None,
    message: str,
    autosave: bool = False,
    seen: str | None = None,
) -> Heads:
    """Apply the operations in order, all or none, as one version of the draft; return the heads.

    ``seen`` is the draft version that the author's page was made from (default: the draft
    now); edits by others since then are kept, and only the same field of the same block, or
    a deletion against an edit, is refused. What takes effect when saved goes into the
    published version in the same move. Raises EditConflictError, BlockNotFoundError,
    BlockExistsError, InvalidOperationError, InvalidTreeError, CourseNotFoundError.
    """
    heads = get_heads(course_key)
    workspace = Workspace(load_version(seen or heads.draft))
    bound = _bind_all(operations, workspace)
    if workspace.base.id != heads.draft:
        workspace = _apply_all(bound, heads.draft)
    # Bounded in practice: every lost race is another's success.
    while True:
        draft, published = workspace.write(), _write_published(bound, heads, workspace)
        if (draft, published) == heads.pair:
            return heads
        move = Move(course_key, draft, published, author_id, message, autosave)
        after = move_heads(heads, move)
        if after is not None:
            return after
        heads = get_heads(course_key)
        workspace = _apply_all(bound, heads.draft)


def _bind_all(operations: Sequence[Operation], seen: Workspace) -> list[Operation]:
    """Bind each operation to what the ones before it leave, as its author saw it."""
    bound = []
    for operation in operations:
        bound.append(operation.bind(seen))
        bound[-1].apply(seen)
    return bound


def _apply_all(operations: Sequence[Operation], version_id: str) -> Workspace:
    workspace = Workspace(load_version(version_id))
    for operation in operations:
        operation.apply(workspace)
    return workspace


def _write_published(operations: Sequence[Operation], heads: Heads, draft: Workspace) -> str | None:
    if heads.published is None:
        return None
    published = Workspace(load_version(heads.published))
    for operation in operations:
        operation.apply_published(published, draft)
    return published.write()


def move_until_first(
    course_key: CourseKey,
    make: Callable[[Heads], tuple[str, str | None]],
    *,
    author_id: int | None,
    message: str,
) -> Heads:
    """Move the heads to what ``make`` returns for them; make again when a race is lost."""
    while True:
        heads = get_heads(course_key)
        draft, published = make(heads)
        if (draft, published) == heads.pair:
            return heads
        after = move_heads(heads, Move(course_key, draft, published, author_id, message))
        if after is not None:
            return after
